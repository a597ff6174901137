import Basics
import FoundationEssentials
import Testing

@testable import Runbooks

/// Finding a page by what somebody types at night.
@Suite struct RunbookShelfTests {
    private func withShelf(
        _ pages: [String], alarms: [String: String] = [:], _ body: (String) throws -> Void
    ) throws {
        let root = FileManager.default.temporaryDirectory.path() + "taskops-\(UUID().uuidString.prefix(8))"
        for folder in ["runbooks", "alarms", "deep/er"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: root) }
        for page in pages {
            try Data("# \(page)\n\nWhat it means.\n".utf8).write(to: URL(filePath: "\(root)/runbooks/\(page).md"))
        }
        for (name, text) in alarms { try Data(text.utf8).write(to: URL(filePath: "\(root)/alarms/\(name).yaml")) }
        try body(root)
    }

    private static let alarms = [
        "task-processor-errors": "AlarmName: ${function}-errors\n", "undelivered": "AlarmName: ${deadLetterQueue}-waiting\n",
        "broken": "AlarmName: [\n",
    ]

    @Test(arguments: [
        ("task-processor-errors", "task-processor-errors"), ("task-processor-errors.md", "task-processor-errors"),
        ("task-processor-prod-errors", "task-processor-errors"), ("undel", "undelivered"), ("u", "undelivered"),
        ("task-events-dev-undelivered-waiting", "undelivered"),
    ])
    func aPageIsFound(typed: String, page: String) throws {
        try withShelf(["task-processor-errors", "undelivered", "README"], alarms: Self.alarms) { root in
            let found = try RunbookShelf.find(from: [root]).page(named: typed)
            #expect(found.name == page)
        }
    }

    @Test(arguments: [
        ("undeliverd", "did you mean undelivered?"), ("zebra", "there are: task-processor-errors, undelivered"),
        ("../secret", "there are: task-processor-errors, undelivered"), ("", "there are: task-processor-errors, undelivered"),
    ])
    func aMissSaysWhatIsNear(typed: String, words: String) throws {
        try withShelf(["task-processor-errors", "undelivered"], alarms: Self.alarms) { root in
            try Data().write(to: URL(filePath: "\(root)/secret.md"))
            let problem = #expect(throws: Problem.self) { try RunbookShelf.find(from: [root]).page(named: typed) }
            #expect(problem?.kind == .notFound)
            #expect(problem?.hint == words)
        }
    }

    @Test func aBeginningOfSeveralIsNotGuessed() throws {
        try withShelf(["task-a", "task-b", "other"]) { root in
            let problem = #expect(throws: Problem.self) { try RunbookShelf.find(from: [root]).page(named: "task") }
            #expect(problem?.hint == "say which: task-a, task-b")
        }
    }

    @Test func theFolderIsLookedForUpwardAndThenElsewhere() throws {
        try withShelf(["a"]) { root in
            let upward = try RunbookShelf.find(from: ["\(root)/deep/er"])
            #expect(upward.folder == "\(root)/runbooks")
            let elsewhere = try RunbookShelf.find(from: ["/nowhere", root])
            #expect(elsewhere.pages.map(\.name) == ["a"])
        }
        let problem = #expect(throws: Problem.self) { try RunbookShelf.find(from: ["/nowhere"]) }
        #expect(problem?.summary.contains("no folder runbooks in /nowhere") == true)
    }

    @Test(arguments: [
        ("# a\n\nWhat it means.\n", "What it means."), ("# Another title\n\nx", "Another title"), ("", ""),
        ("\n\n  text", "text"),
    ])
    func theFirstLineThatSaysSomething(text: String, line: String) {
        #expect(RunbookPage.firstLine(of: text, named: "a") == line)
    }

    @Test(arguments: [
        ("${function}-errors", "f-errors", true), ("${function}-errors", "-errors", false),
        ("${function}-errors", "f-errorss", false),
        ("canary", "canary", true), ("canary", "canary2", false), ("${a}-${b}", "x-y", true), ("${a}-${b}", "x-", false),
        ("p-${a}-m-${b}-s", "p-1-m-2-s", true), ("p-${a}-m-${b}-s", "p-1-2-s", false), ("${a}", "anything", true),
        ("${a", "x", false),
    ])
    func alarmNames(pattern: String, name: String, fits: Bool) {
        #expect(AlarmName(pattern, page: "p").fits(name) == fits)
    }

    @Test func theNarrowerPatternIsMeant() throws {
        let alarms = ["wide": "AlarmName: ${function}-errors\n", "narrow": "AlarmName: task-${environment}-errors\n"]
        try withShelf(["wide", "narrow"], alarms: alarms) { root in
            let found = try RunbookShelf.find(from: [root]).page(named: "task-dev-errors")
            #expect(found.name == "narrow")
        }
    }
}
