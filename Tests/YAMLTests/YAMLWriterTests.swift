import Testing

@testable import YAML

@Suite struct YAMLWriterTests {
    @Test func aDocumentAsPeopleWriteIt() {
        let document = YAMLDraft.mapping([
            .init("AlarmName", .text("${function}-errors")),
            .init("AlarmDescription", .text("The function fails.\n\nRunbook: runbooks/function-errors.md")),
            .init("Threshold", .bare("5")),
            .init(
                "Dimensions",
                .sequence([
                    .mapping([.init("Name", .text("FunctionName")), .init("Value", .text("${function}"))])
                ])),
            .init("AlarmActions", .sequence([.text("arn:aws:sns:us-east-1:111122223333:on-call")])),
            .init("OKActions", .sequence([])),
            .init("tags", .mapping([.init("aws:x", .text("yes")), .init("n", .text("007"))])),
        ])
        #expect(
            YAMLWriter.text(document) == """
                AlarmName: ${function}-errors
                AlarmDescription: |-
                  The function fails.

                  Runbook: runbooks/function-errors.md
                Threshold: 5
                Dimensions:
                  - Name: FunctionName
                    Value: ${function}
                AlarmActions:
                  - arn:aws:sns:us-east-1:111122223333:on-call
                OKActions: []
                tags:
                  aws:x: "yes"
                  "n": "007"

                """)
    }

    @Test(arguments: [
        "", " ", "a", " a", "a ", "true", "No", "~", "null", "1", "1.5", "0x1F", "+1", ".5", "1e3", "12:30:00", "2026-11-26",
        "- a", "-a", "a: b", "a:b", "a:", "a #b", "a#b", "#a", "*a", "&a", "!a", "@a", "`a", "%a", "{a}", "[a]", "a, b", "'a'",
        "\"a\"", "a\\b", "a\tb", "a\rb", "a\u{85}b", "a\u{2028}b", "\u{FEFF}a", "a\u{0}b", "a\u{7F}", "é", "日本", "😀",
        "\u{10FFFF}",
        "a\nb", "a\n", "a\n\n", "a\n\n\n", "\na", "\n\na\n", "\n", "\n\n", " a\nb", "a\n b", "a\n  b\n c", "a \nb ", "a\n\tb",
        "---", "--- a", "...", "a\n---\nb", "a\n...\nb", "a\n# b", "a: b\nc: d", "<<", "=", "ALARM(\"x\") AND NOT OK('y')",
        "${a}-b",
        "$${a", "? a", "| a", "> a", "a\u{301} #\u{301}", "a\r\nb", " \n a", "a\n ", "a\n \n", "\u{A0}a",
    ])
    func everyTextReadsBackAsItself(text: String) throws {
        for document in [
            YAMLDraft.mapping([.init("k", .text(text)), .init("l", .text("end"))]), .mapping([.init("k", .text(text))]),
            .sequence([.text(text), .mapping([.init("k", .text(text)), .init("m", .text(text))])]),
            .mapping([.init("a", .mapping([.init("b", .sequence([.text(text), .text(text)]))])), .init("z", .bare("1"))]),
        ] {
            let written = YAMLWriter.text(document)
            let read = try #require(try YAMLDocument.parse(written, file: "f"))
            #expect(Self.draft(read) == Self.plain(document), "\(written)")
        }
    }

    @Test func everyKeyReadsBackAsItself() throws {
        for key in ["a", "", "a b", "a: b", "#", "yes", "1", "é", "a\nb", "- a", "${x}", "\""] {
            let written = YAMLWriter.text(.mapping([.init(key, .text("v"))]))
            let read = try #require(try YAMLDocument.parse(written, file: "f"))
            #expect(Self.draft(read) == .mapping([.init(key, .text("v"))]), "\(written)")
        }
    }

    @Test func randomTextsReadBack() throws {
        var random = Seeded(state: 0x7461_736b)
        let alphabet: [Character] = Array("ab01:#-?{}[]|>&*!%@,'\"\\ \n\t${}~é\u{2029}")
        for _ in 0..<3000 {
            let text = String((0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            let document = YAMLDraft.mapping([.init("k", .sequence([.text(text), .text("x")])), .init("l", .text(text))])
            let written = YAMLWriter.text(document)
            let read = try #require(try YAMLDocument.parse(written, file: "f"), "\(written)")
            #expect(Self.draft(read) == document, "\(text.debugDescription)\n\(written)")
        }
    }

    /// The same numbers in every run.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static func draft(_ node: YAMLNode) -> YAMLDraft {
        switch node {
        case .scalar(let text, _, _): .text(text)
        case .sequence(let items, _): .sequence(items.map(draft))
        case .mapping(let pairs, _):
            .mapping(
                pairs.map { pair in
                    guard case .scalar(let key, _, _) = pair.key else { return .init("?", draft(pair.value)) }
                    return .init(key, draft(pair.value))
                })
        }
    }

    private static func plain(_ draft: YAMLDraft) -> YAMLDraft {
        switch draft {
        case .bare(let text), .text(let text): .text(text)
        case .sequence(let items): .sequence(items.map(plain))
        case .mapping(let members): .mapping(members.map { .init($0.key, plain($0.value)) })
        }
    }
}
