import Findings
import Status
import Terminal
import TestSupport
import Testing
import Views

/// Whole screens, pinned beside the test. `make golden` records them anew.
@Suite struct StatusViewTests {
    @Test(arguments: StatusFixtures.all.map(\.name), [("narrow", 40), ("80", 80), ("120", 120), ("200", 200)])
    func aPageOnATerminal(name: String, screen: (name: String, width: Int)) throws {
        try expectGolden(text(report(name), width: screen.width), "status-\(name)-\(screen.name).txt")
    }

    @Test(arguments: ["healthy", "one-broken", "unreachable", "gaps", "everything-broken", "silent"])
    func inAPipeEachFactIsALine(name: String) throws {
        try expectGolden(text(report(name), width: nil), "status-\(name)-pipe.txt")
    }

    @Test func aHealthyStackOfTwoRegionsFitsASmallScreen() throws {
        let page = text(StatusFixtures.healthy, width: 80, height: 24)
        try expectGolden(page, "status-healthy-80x24.txt")
        // One line is the prompt's.
        #expect(page.split(separator: "\n", omittingEmptySubsequences: false).count - 1 <= 23)
    }

    @Test(arguments: StatusFixtures.all.map(\.name))
    func withoutUnicodeThereAreOnlyASCIILetters(name: String) throws {
        let page = text(report(name), width: 120, unicode: false)
        if name == "one-broken" || name == "gaps" { try expectGolden(page, "status-\(name)-ascii.txt") }
        #expect(page.allSatisfy { $0.isASCII })
    }

    @Test(arguments: ["healthy", "one-broken"])
    func inColourTheWordsAreTheSame(name: String) throws {
        let profile = TerminalProfile(isTerminal: true, hasColor: true, hasUnicode: true, width: 120)
        let dressed = StatusView.lines(report(name), on: profile).map { Theme.render($0, on: profile) + "\n" }.joined()
        try expectGolden(dressed.replacing("\u{1B}", with: "ESC"), "status-\(name)-120-colour.txt")
        #expect(dressed.replacing(/\u{1B}\[[0-9;]*m/, with: "") == text(report(name), width: 120))
    }

    @Test(arguments: StatusFixtures.all.map(\.name), [24, 40, 60, 79, 80, 100, 119, 120, 160, 200, 300])
    func noLineIsWiderThanTheTerminalButCommands(name: String, width: Int) {
        for height in [nil, 24] {
            for line in text(report(name), width: width, height: height).split(separator: "\n") where !line.hasPrefix("    →") {
                #expect(displayWidth(of: String(line)) <= width, "\(line)")
            }
        }
    }

    @Test(arguments: StatusFixtures.all.map(\.name), [nil, 40, 80, 120] as [Int?])
    func everyFindingWithItsCommandIsOnThePage(name: String, width: Int?) {
        let page = text(report(name), width: width)
        func words(_ text: String) -> String { String(text.filter { !$0.isWhitespace }) }
        let findings = report(name).regions.flatMap(\.rows).flatMap(\.findings)
        // What could not be looked at for one reason is said once on a terminal.
        for finding in findings where width == nil || finding.health != .unknown {
            #expect(words(page).contains(words(finding.sentence)))
            if let next = finding.next { #expect(page.contains("→ \(next)\n")) }
            if let evidence = finding.evidence { #expect(words(page).contains(words(evidence))) }
        }
    }

    @Test func theWorstStandsFirst() throws {
        let rows = [
            StatusRow(part: .bus, name: "b", summary: "", findings: [Finding("a", .degraded, "yellow")]),
            StatusRow(
                part: .rule, name: "r", summary: "", findings: [Finding("b", .unknown, "dark"), Finding("c", .unhealthy, "red")]),
        ]
        let report = StatusFixtures.report(
            ["a", "b"].map {
                RegionStatus(region: $0, rows: rows, alarms: [], metrics: [], facts: RegionFacts())
            })
        let words = text(report, width: 80).matches(of: /red|dark|yellow/).map { String($0.output) }
        #expect(words == ["red", "red", "dark", "dark", "yellow", "yellow"])
    }

    @Test func whatWasSaidByOthersCannotSteerTheTerminal() {
        let finding = Finding("x", .unhealthy, "said \u{1B}[2J", evidence: "a\nb\u{9B}c", next: "echo\n\u{7}")
        let row = StatusRow(part: .bus, name: "bus\u{1B}", summary: "sum\nmary\u{1B}", findings: [finding])
        let report = StatusFixtures.report([RegionStatus(region: "r", rows: [row], alarms: [], metrics: [], facts: RegionFacts())]
        )
        for width in [nil, 80, 200] {
            let page = text(report, width: width)
            #expect(!page.contains { $0 == "\u{1B}" || $0 == "\u{7}" || $0 == "\u{9B}" })
            #expect(!page.contains("sum\nmary"))
        }
    }

    // MARK: - The machine's forms

    @Test(arguments: ["one-broken", "unreachable"])
    func theJSONIsWhatScriptsRelyOn(name: String) throws {
        var report = report(name)
        // One series shows the form; sixty values of twenty-two would only be length.
        for index in report.regions.indices { report.regions[index].metrics.removeAll { $0.name != .commitLatency } }
        try expectGolden(try JSONView.document(report) + "\n", "status-\(name).json")
        let line = try JSONView.line(report)
        #expect(!line.contains("\n"))
    }

    @Test(arguments: ["healthy", "one-broken", "everything-broken", "gaps"])
    func asMarkdown(name: String) throws {
        try expectGolden(StatusMarkdown.document(report(name)) + "\n", "status-\(name).md")
    }

    @Test func nothingBreaksOutOfATable() {
        let finding = Finding("x", .unhealthy, "a|b\n# c *d* <e> [f](g) `h", evidence: "| --- |", next: "jq '.a | `b`'")
        let row = StatusRow(part: .bus, name: "n", summary: "s|t", findings: [finding])
        let report = StatusFixtures.report([RegionStatus(region: "r", rows: [row], alarms: [], metrics: [], facts: RegionFacts())]
        )
        let document = StatusMarkdown.document(report)
        #expect(document.contains(#"| a\|b # c \*d\* \<e\> \[f\](g) \`h | \| --- \| | ``jq '.a \| `b`'`` |"#))
        for line in document.split(separator: "\n") where line.hasPrefix("|") {
            let bars = line.replacing("\\|", with: "").count { $0 == "|" }
            #expect(
                bars
                    == (line.contains("s") && line.hasPrefix("| bus") || line.contains("Part | r") || line == "| --- | --- |"
                        ? 3 : 7),
                "\(line)")
        }
    }

    @Test func aChangeIsALine() throws {
        let changes = StatusFixtures.oneBroken.changes(since: StatusFixtures.healthy)
        let mended = StatusFixtures.healthy.changes(since: StatusFixtures.oneBroken)
        let lines =
            [StatusChangeView.opening(StatusFixtures.healthy, on: pipe)]
            + (changes + mended).map { StatusChangeView.line($0, on: pipe) }
        let json = try (changes + mended).map(JSONView.line)
        try expectGolden(
            lines.map { Theme.render($0, on: pipe) + "\n" }.joined() + json.map { $0 + "\n" }.joined(), "status-changes.txt")
    }

    @Test func theLinesAroundThePage() throws {
        let lines = [
            StatusView.watchHeader(interval: 10, next: 7, age: 3, on: pipe),
            StatusView.watchHeader(interval: 10, next: nil, age: 95, on: pipe),
            StatusView.watchHeader(interval: 10, next: nil, age: nil, on: pipe),
            StatusView.progress(awaited: [("us-east-1", ["database"]), ("us-west-2", ["cluster", "database", "metrics"])]),
            StatusView.progress(awaited: [("a", ["bus"]), ("b", ["bus"]), ("c", ["bus"]), ("d", ["bus"])]),
            StatusView.progress(awaited: []),
        ]
        try expectGolden(lines.map { Theme.render($0, on: pipe) + "\n" }.joined(), "status-around.txt")
    }

    // MARK: -

    private let pipe = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)

    private func report(_ name: String) -> StatusReport { StatusFixtures.all.first { $0.name == name }!.report }

    private func text(_ report: StatusReport, width: Int?, height: Int? = nil, unicode: Bool = true) -> String {
        let profile = TerminalProfile(
            isTerminal: width != nil, hasColor: false, hasUnicode: unicode, width: width, height: height)
        return StatusView.lines(report, on: profile).map { Theme.render($0, on: profile) + "\n" }.joined()
    }
}
