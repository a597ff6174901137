import Basics
import FoundationEssentials
import Testing
import YAML

@Suite struct JSONDocumentTests {
    private func parse(_ text: String) throws -> YAMLNode? { try JSONDocument.parse(text, file: "a.json") }

    @Test func everyValueKnowsItsPlace() throws {
        let root = try #require(try parse("{\n\t\"é\": [1, \"two\",\n  {\"x\": null}]}"))
        guard case .mapping(let pairs, YAMLMark(line: 1, column: 1)) = root,
            case .sequence(let items, YAMLMark(line: 2, column: 7)) = pairs[0].value,
            case .mapping(let inner, YAMLMark(line: 3, column: 3)) = items[2]
        else {
            Issue.record("\(root)")
            return
        }
        #expect(pairs[0].key == .scalar("é", isPlain: false, YAMLMark(line: 2, column: 2)))
        #expect(items[0] == .scalar("1", isPlain: true, YAMLMark(line: 2, column: 8)))
        #expect(items[1] == .scalar("two", isPlain: false, YAMLMark(line: 2, column: 11)))
        #expect(inner[0].value.text == nil)
    }

    @Test func escapesAreReadAsRFC8259HasThem() throws {
        let text = try parse(#""\"\\\/\b\f\n\r\tA\u00e9\ud83d\ude00""#)?.text
        #expect(text == "\"\\/\u{8}\u{C}\n\r\tAé😀")
    }

    @Test(arguments: [
        ("{", 1, 2, "a name in double quotes"), ("{\"a\" 1}", 1, 6, "a : is due"),
        ("{\"a\": 1,}", 1, 9, "a comma stands before }"),
        ("[1,]", 1, 4, "a comma stands before ]"), ("[1 2]", 1, 4, "a comma or ]"), ("[1", 1, 3, "the document ends"),
        ("{\"a\":\n  tru}", 2, 3, "no value begins"), ("'a'", 1, 1, "no value begins"), ("[01]", 1, 3, "a comma or ]"),
        ("[1.]", 1, 4, "a digit"), ("[-]", 1, 3, "a digit"), ("[1e]", 1, 4, "a digit"), ("\"a\nb\"", 1, 3, "control character"),
        ("[\"ab", 1, 2, "has no end"), ("[\"\\x\"]", 1, 3, "no escape"), ("\"\\ud800\"", 1, 2, "half of a surrogate"),
        ("\"\\udc00\"", 1, 2, "half of a surrogate"), ("\"\\u12g4\"", 1, 2, "four hexadecimal"),
        ("{} {}", 1, 4, "something follows"),
        ("// c\n{}", 1, 1, "no value begins"), ("[\"\u{0}\"]", 1, 3, "control character"),
    ])
    func whatIsNotJSONIsSaidWhereItStands(text: String, line: Int, column: Int, words: String) {
        let problem = #expect(throws: Problem.self) { try parse(text) }
        #expect(problem?.location == .init(file: "a.json", line: line, column: column), "\(problem?.description ?? "")")
        #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
    }

    @Test func nothingIsNoDocument() throws {
        #expect(try parse("") == nil)
        #expect(try parse(" \n\t ") == nil)
        #expect(try parse("\u{FEFF}[]") != nil)
    }

    @Test func whatIsNestedWithoutEndIsRefused() {
        let problem = #expect(throws: Problem.self) { try parse(String(repeating: "[", count: 1_000_000)) }
        #expect(problem?.cause == "it is nested too deep")
    }

    @Test func aDashboardOfTwoMegabytesOnOneLine() throws {
        let widget = #"{"type":"text","properties":{"markdown":"\#(String(repeating: "é", count: 100))"}}"#
        let text = "{\"widgets\":[" + Array(repeating: widget, count: 8200).joined(separator: ",") + "]}"
        #expect(text.utf8.count > 2_000_000)
        guard case .mapping(let pairs, _)? = try parse(text), case .sequence(let items, _) = pairs[0].value else {
            Issue.record("no widgets")
            return
        }
        #expect(items.count == 8200)
        #expect(items.last?.mark.column == text.unicodeScalars.count - 2 - widget.unicodeScalars.count + 1)
    }
}

/// Whatever stands in a file, reading it ends, and what is read is what Foundation reads. `TASKOPS_RANDOM_INPUTS` says how
/// many to try, `TASKOPS_RANDOM_SEED` with which seed.
@Suite struct JSONRandomInputTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let variables = ProcessInfo.processInfo.environment
    private static let count = variables["TASKOPS_RANDOM_INPUTS"].flatMap { Int($0) } ?? 3000
    private static let seed = variables["TASKOPS_RANDOM_SEED"].flatMap { UInt64($0) } ?? 20_261_126
    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u00e9", "\\ud83d\\ude00", "\\n", "null", "true", "false", "-", "0", "1",
        "12", "1.5",
        "1e3", "E+2", "\"a\"", "\"widgets\"", "é", "😀", " ", "\n", "\t", "\u{1}", "nul", "'", "/",
    ]
    private static let whole =
        #"{"widgets": [{"type": "text", "x": 0, "properties": {"markdown": "h é \u00e9\n"}}, [1.5e3, -2, true, null]]}"#

    /// Half of them pieces in any order, half a good document with a few bytes changed, which reaches deeper.
    private static func text(_ number: Int, _ random: inout Random) -> String {
        if number.isMultiple(of: 2) {
            return (0..<Int.random(in: 0...14, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
        var bytes = Array(whole.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0...2, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: index)
            default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func theJSONReaderTakesWhatFoundationTakes() throws {
        var random = Random(state: Self.seed)
        var taken = 0
        for number in 0..<Self.count {
            let text = Self.text(number, &random)
            let theirs = try? JSONDecoder().decode(JSONTree.self, from: Data(text.utf8))
            let mine: YAMLNode?
            do throws(Problem) {
                mine = try JSONDocument.parse(text, file: "a")
            } catch {
                // Foundation takes a comma before the end, which RFC 8259 does not.
                #expect(theirs == nil || error.cause?.hasPrefix("a comma stands") == true, "refused: \(text.debugDescription)")
                continue
            }
            guard let mine else {
                #expect(theirs == nil, "refused: \(text.debugDescription)")
                continue
            }
            guard let theirs else {
                #expect(Self.isBeyondFoundation(mine), "taken: \(text.debugDescription)")
                continue
            }
            taken += 1
            #expect(Self.tree(mine) == theirs, "read otherwise: \(text.debugDescription)")
        }
        #expect(taken > Self.count / 20)
    }

    @Test func theYAMLReaderEnds() {
        var random = Random(state: Self.seed &+ 1)
        let pieces =
            Self.pieces + ["&a ", "*a", "<<: ", "- ", "? ", "| \n ", ">-\n ", "%YAML", "---\n", "!!str ", "#", "a: ", "  "]
        for _ in 0..<Self.count {
            let text = (0..<Int.random(in: 0...20, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                .joined()
            _ = (try? YAMLDocument.parse(text, file: "a"))??.mergingKeys()
        }
    }

    /// Numbers that no double holds.
    private static func isBeyondFoundation(_ node: YAMLNode) -> Bool {
        switch node {
        case .scalar(let text, let isPlain, _): isPlain && Double(text).map { !$0.isFinite } ?? false
        case .sequence(let items, _): items.contains(where: isBeyondFoundation)
        case .mapping(let pairs, _): pairs.contains { isBeyondFoundation($0.value) }
        }
    }

    /// Of a key that is given twice Foundation keeps the first.
    private static func tree(_ node: YAMLNode) -> JSONTree {
        switch node {
        case .scalar(let text, true, _):
            switch text {
            case "null": .null
            case "true", "false": .bool(text == "true")
            default: .number(Double(text) ?? .nan)
            }
        case .scalar(let text, _, _): .string(text)
        case .sequence(let items, _): .array(items.map(tree))
        case .mapping(let pairs, _):
            .object(
                Dictionary(
                    pairs.map { pair -> (String, JSONTree) in
                        guard case .scalar(let key, _, _) = pair.key else { return ("", .null) }
                        return (key, tree(pair.value))
                    }
                ) { first, _ in first })
        }
    }
}
