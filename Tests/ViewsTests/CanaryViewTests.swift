import Canary
import Terminal
import TestSupport
import Testing
import Views

/// Whole screens, pinned beside the test. `make golden` records them anew.
@Suite struct CanaryViewTests {
    static let ok = CanaryReport(
        stack: "tasks", startedAt: "2026-11-21T10:00:00Z",
        regions: [region("us-east-1"), region("us-west-2", stretch: 1.4)],
        consistency: [
            CanaryConsistency(from: "us-east-1", to: "us-west-2", lagMs: 1.6, staleReads: 0),
            CanaryConsistency(from: "us-west-2", to: "us-east-1", lagMs: 12, staleReads: 1),
        ])

    static let troubled = CanaryReport(
        stack: "tasks", startedAt: "2026-11-21T10:00:00Z",
        regions: [
            CanaryRegionReport(
                region: "us-east-1", outcome: .broken, taskId: "c2dd8972-dd81-4f1f-ac70-f91aefd38a85", totalMs: nil,
                hops: lost(from: 1, .broken),
                problem: CanaryProblem(
                    hop: "create/start",
                    summary:
                        "EventBridge accepted event c2dd8972-dd81-4f1f-ac70-f91aefd38a85 in us-east-1, and task-processor-dev"
                        + " never took it up: the rule task-processing-rule is DISABLED",
                    hint: "aws events enable-rule --name task-processing-rule --event-bus-name task-events-dev --region us-east-1"
                ),
                cleanup: CanaryCleanup(outcome: .nothing)),
            CanaryRegionReport(
                region: "us-west-2", outcome: .unknown, taskId: nil, totalMs: nil, hops: lost(from: 0, .unknown),
                problem: CanaryProblem(hop: "create/accept", summary: "the token has expired", hint: "aws sso login"),
                cleanup: CanaryCleanup(outcome: .failed, swept: 2)),
        ], consistency: [])

    static let slow = CanaryReport(
        stack: "tasks", startedAt: "2026-11-21T10:00:00Z", regions: [region("eu-west-1", stretch: 60, slow: true)],
        consistency: [])

    @Test(arguments: [("wide", 120), ("usual", 80), ("narrow", 40)])
    func aGoodRunOnATerminal(name: String, width: Int) throws {
        try expectGolden(text(Self.ok, width: width), "canary-ok-\(name).txt")
    }

    @Test func aGoodRunInAPipe() throws {
        try expectGolden(text(Self.ok, width: nil), "canary-ok-pipe.txt")
    }

    @Test func aBrokenRunSaysWhereAndWhatToType() throws {
        try expectGolden(text(Self.troubled, width: 100), "canary-broken.txt")
    }

    @Test func aSlowRunMarksItsLongestHop() throws {
        try expectGolden(text(Self.slow, width: 100), "canary-slow.txt")
    }

    @Test func withoutUnicodeThereAreOnlyASCIILetters() throws {
        let plain = text(Self.troubled, width: 100, unicode: false) + text(Self.ok, width: 100, unicode: false)
        try expectGolden(plain, "canary-ascii.txt")
        #expect(plain.allSatisfy { $0.isASCII })
    }

    @Test func coloursAreThereOnATerminal() throws {
        let profile = TerminalProfile(isTerminal: true, hasColor: true, hasUnicode: true, width: 100)
        let colored = CanaryView.lines(Self.troubled, on: profile).map { Theme.render($0, on: profile) }.joined(separator: "\n")
        #expect(colored.contains("\u{1B}[1;31mbroken\u{1B}[0m"))
    }

    @Test func theJSONIsWhatScriptsRelyOn() throws {
        try expectGolden(try JSONView.document(Self.troubled) + "\n", "canary.json")
    }

    @Test func noLineIsWiderThanTheTerminal() {
        for report in [Self.ok, Self.troubled, Self.slow] {
            for width in [40, 60, 79] {
                // A hint is a command to copy: it keeps to one line and wraps on the screen.
                for line in text(report, width: width).split(separator: "\n") where !line.contains("→") && line.contains(" ") {
                    #expect(displayWidth(of: String(line)) <= width, "\(line)")
                }
            }
        }
    }

    // MARK: -

    private func text(_ report: CanaryReport, width: Int?, unicode: Bool = true) -> String {
        let profile = TerminalProfile(isTerminal: width != nil, hasColor: false, hasUnicode: unicode, width: width)
        return CanaryView.lines(report, on: profile).map { Theme.render($0, on: profile) + "\n" }.joined()
    }

    private static func region(_ name: String, stretch: Double = 1, slow: Bool = false) -> CanaryRegionReport {
        var offset = 0.0
        let hops = CanaryHop.Step.allCases.flatMap { step in
            zip(CanaryHop.Name.allCases, [9.8, 12.1, 88, 2.1]).map { hop, ms in
                defer { if hop != .start { offset += ms * stretch } }
                return CanaryHop(
                    step: step, hop: hop, ms: ms * stretch, offsetMs: offset, clock: hop == .start ? .function : .prober,
                    outcome: slow && step == .create && hop == .commit ? .slow : .ok)
            }
        }
        return CanaryRegionReport(
            region: name, outcome: slow ? .slow : .ok, taskId: "0c9c2d3e-1111-4222-8333-444455556666", totalMs: offset,
            hops: hops,
            problem: slow
                ? CanaryProblem(
                    hop: "create/commit", summary: "took 11988 ms, more than the 5000 ms that count as slow", hint: nil) : nil,
            cleanup: CanaryCleanup(outcome: slow ? .kept : .done, removed: 1))
    }

    private static func lost(from index: Int, _ outcome: CanaryOutcome) -> [CanaryHop] {
        CanaryHop.Step.allCases.flatMap { step in
            CanaryHop.Name.allCases.map { hop in
                let position = CanaryHop.Name.allCases.firstIndex(of: hop)! + (step == .complete ? 4 : 0)
                let seen = position < index
                return CanaryHop(
                    step: step, hop: hop, ms: seen ? 3.2 : nil, offsetMs: seen ? 0 : nil,
                    clock: hop == .start ? .function : .prober,
                    outcome: seen ? .ok : position == index ? outcome : .unknown)
            }
        }
    }
}
