import Basics
import Testing
import YAML

@Suite struct YAMLDocumentTests {
    private func parse(_ text: String) throws -> YAMLNode? {
        try YAMLDocument.parse(text, file: "a.yaml")
    }

    @Test func everyValueKnowsItsPlace() throws {
        let root = try #require(try parse("# first\na: 1\nb:\n  - x\n  - 'null'\nc: {d: ~}\n"))
        guard case .mapping(let pairs, _) = root else {
            Issue.record("no mapping")
            return
        }
        #expect(pairs.map(\.key.text) == ["a", "b", "c"])
        #expect(pairs[0].value.mark == YAMLMark(line: 2, column: 4))
        guard case .sequence(let items, _) = pairs[1].value else {
            Issue.record("no sequence")
            return
        }
        #expect(items.map(\.text) == ["x", "null"], "quotes make it text")
        #expect(items[1].mark == YAMLMark(line: 5, column: 5))
        guard case .mapping(let inner, _) = pairs[2].value else {
            Issue.record("no mapping")
            return
        }
        #expect(inner[0].value.text == nil)
    }

    @Test func aliasesAreFilledIn() throws {
        guard case .mapping(let pairs, _) = try parse("a: &x {n: 1}\nb: *x\n") else {
            Issue.record("no mapping")
            return
        }
        #expect(pairs[0].value == pairs[1].value)
    }

    @Test func aSecondDocumentIsRefused() {
        let problem = #expect(throws: Problem.self) { try parse("a: 1\n---\nb: 2\n") }
        #expect(problem?.location?.line == 3)
    }

    @Test func nothingIsNoDocument() throws {
        #expect(try parse("") == nil)
        #expect(try parse("# words\n") == nil)
    }

    @Test(arguments: [("a: [1", 2, 1), ("a: b: c", 1, 5), ("\ta: 1", 1, 1), ("a: *nobody", 1, 4)])
    func whatIsNotYAMLIsSaidWhereItStands(text: String, line: Int, column: Int) {
        let problem = #expect(throws: Problem.self) { try parse(text) }
        #expect(problem?.location == .init(file: "a.yaml", line: line, column: column), "\(problem?.description ?? "")")
        #expect(problem?.cause?.isEmpty == false)
    }

    @Test func aFileThatUnfoldsWithoutEndIsRefused() {
        let levels = (1...12).map { level in
            "l\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ",") + "]"
        }
        #expect(throws: Problem.self) { try parse("l0: &l0 x\n" + levels.joined(separator: "\n")) }
        #expect(throws: Problem.self) { try parse("a: &a [*a]") }
    }
}
