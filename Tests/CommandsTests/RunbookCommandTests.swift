import ArgumentParser
import FoundationEssentials
import TestSupport
import Testing

@testable import Commands

/// At night people copy from the pages: every `taskops` line in them has to be one that is understood.
@Suite struct RunbookCommandTests {
    @Test("every taskops line of a page is one that taskops takes", arguments: try Page.all())
    func understood(page: Page) throws {
        for command in page.commands {
            do {
                _ = try Self.parsed(command.words)
            } catch {
                Issue.record("\(page.name):\(command.line): \(TaskopsCommand.message(for: error))")
            }
        }
    }

    @Test("there is something to read, also in its hard parts")
    func pages() throws {
        let pages = try Page.all()
        #expect(pages.count > 18)
        let words = pages.flatMap(\.commands).map(\.words)
        #expect(words.count > 60)
        #expect(words.contains(["tail", "--no-follow", "--since", "15m", "--filter", "{ $.message = \"notification failed\" }"]))
        #expect(words.contains(["schema", "plan"]))
    }

    @Test(
        "a shell's words",
        arguments: [
            ("canary --region R   # why", ["canary", "--region", "us-east-1"]),
            ("tail --filter '{ $.a = \"b c\" }' --since 5m", ["tail", "--filter", "{ $.a = \"b c\" }", "--since", "5m"]),
            ("status | less", ["status"]), ("tail --trace EVENT-ID", ["tail", "--trace", "EVENT-ID"]),
            ("schema plan || true", ["schema", "plan"]),
        ])
    func words(text: String, expected: [String]) {
        #expect(Page.words(of: Substring(text)) == expected)
    }

    private static func parsed(_ words: [String]) throws -> any ParsableCommand {
        try TaskopsCommand.parseAsRoot(GlobalFlags.movedBehindCommand(OptionalInterval.expanded(words)))
    }

    /// A page of Markdown, and what it says to type.
    struct Page: Sendable, CustomStringConvertible {
        var name: String
        var text: String
        var description: String { name }

        static func all() throws -> [Page] {
            let pages = try FileManager.default.contentsOfDirectory(atPath: Repository.root + "/runbooks")
                .filter { $0.hasSuffix(".md") }.sorted().map { "runbooks/\($0)" }
            return try (pages + ["alarms/README.md", "dashboards/README.md", "infrastructure/README.md"]).map { name in
                Page(name: name, text: try String(contentsOfFile: "\(Repository.root)/\(name)", encoding: .utf8))
            }
        }

        /// In blocks of code a line that begins with `taskops`; elsewhere what stands in backquotes and begins so.
        var commands: [(line: Int, words: [String])] {
            var found: [(line: Int, words: [String])] = []
            var isCode = false
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let trimmed = line.drop { $0 == " " }
                if trimmed.hasPrefix("```") {
                    isCode.toggle()
                } else if isCode {
                    if trimmed.hasPrefix("taskops ") { found.append((number + 1, Self.words(of: trimmed.dropFirst(8)))) }
                } else {
                    for (place, piece) in line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                    where place % 2 == 1 && piece.hasPrefix("taskops ") {
                        found.append((number + 1, Self.words(of: piece.dropFirst(8))))
                    }
                }
            }
            // `taskops:stack` is a tag, and `taskops runbook NAME` stands for any page.
            return found
        }

        /// As a shell divides them, up to a comment, a pipe or another command; `R` is a Region's name.
        static func words(of line: Substring) -> [String] {
            var words: [String] = []
            var word: String?
            var quote: Character?
            for character in line {
                if let open = quote {
                    if character == open { quote = nil } else { word?.append(character) }
                } else if character == "'" || character == "\"" {
                    quote = character
                    word = word ?? ""
                } else if character == " " {
                    if let whole = word { words.append(whole) }
                    word = nil
                } else if word == nil, "#|&;>".contains(character) {
                    break
                } else {
                    word = (word ?? "") + String(character)
                }
            }
            if let whole = word { words.append(whole) }
            return words.map { $0 == "R" ? "us-east-1" : $0 }
        }
    }
}
