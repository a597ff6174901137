import FoundationEssentials
import Terminal
import TestSupport
import Testing
import Views

@Suite struct RunbookViewTests {
    private static let page = """
        # orders stuck

        Alarm: `alarms/orders.yaml`. The **queue** of `orders` grows, and
        nobody takes from it. See [the queue](https://example.com/queue) or [https://example.com](https://example.com).

        ## First
        - look
          at it, as long as it takes to be sure that the line has to be broken somewhere
          - then closer
        1. count
        2. wait
        ```sh
        # how many wait
        taskops status --region us-east-1 --output json | jq -r '.regions[] | select(.health != "healthy") | .region'
            indented \\
        ```
        > Never purge the queue,
        > whatever it holds.

        | Says | Cause |
        | --- | :-: |
        | `a\\|b` | c |
        | 12 | much |

        | Says | Cause | What to do |
        |---|---|---|
        | access denied, again and again | the role may not connect: its policy, or the grant in the database | `taskops schema plan` |
        | timeouts | the cluster | wait |
        ---
        Over.
        """

    @Test(arguments: [("usual", 80), ("narrow", 40), ("wide", 200)])
    func aPageIsLaidOutOnATerminal(name: String, width: Int) throws {
        let text = text(Self.page, TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: width))
        try expectGolden(text, "runbook-\(name).txt")
        for line in text.split(separator: "\n") where !line.hasPrefix("    ") {
            #expect(displayWidth(of: String(line)) <= width, "\(line)")
        }
    }

    @Test func withoutUnicodeThereAreOnlyASCIILetters() {
        let text = text(Self.page, TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: false, width: 80))
        #expect(text.allSatisfy { $0.isASCII }, "\(text)")
    }

    @Test func aPipeGetsThePageAsItIs() {
        let profile = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)
        #expect(text(Self.page + "\n", profile) == Self.page + "\n")
    }

    /// The pages people will meet: no word and no command of theirs is lost on the way to the screen.
    @Test func noCommandOfTheProjectsOwnPagesIsBroken() throws {
        let folder = Repository.root + "/runbooks"
        let profile = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: 60)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".md") }
        #expect(!names.isEmpty)
        for name in names {
            let page = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
            let shown = text(page, profile).split(separator: "\n").map { String($0.drop { $0 == " " }) }
            var isCode = false
            for line in page.split(separator: "\n", omittingEmptySubsequences: true) {
                if line.hasPrefix("```") {
                    isCode.toggle()
                } else if isCode {
                    #expect(shown.contains(String(line.drop { $0 == " " })))
                }
            }
            func words(_ text: String) -> Set<Substring> { Set(text.split { !$0.isLetter && !$0.isNumber }) }
            #expect(words(page).subtracting(words(text(page, profile))).subtracting(["sh"]).isEmpty)
        }
    }

    /// Whatever somebody wrote: every page is shown to its end, and no line but code is wider than the screen.
    @Test func noPageBreaksIt() {
        let pieces = [
            "#", "##", "# ", "- ", "12) ", "```", "~~~", "|", "\\|", "---", "| --- |", ">", "`", "**", "[", "](", ")", "\n",
            "\n\n", "  ",
            "word", "日本語", "\u{1B}", "\t", "averyveryveryveryverylongword",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let page = (0..<60).map { _ in pieces.randomElement(using: &random)! }.joined()
            let profile = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: 24)
            for line in RunbookView.lines(page, on: profile) where !line.plain.hasPrefix("    ") {
                #expect(line.width <= 24, "\(page.debugDescription)")
            }
        }
    }

    private func text(_ page: String, _ profile: TerminalProfile) -> String {
        RunbookView.lines(page, on: profile).map { Theme.render($0, on: profile) + "\n" }.joined()
    }
}
