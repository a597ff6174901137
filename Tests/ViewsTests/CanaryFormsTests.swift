import Basics
import Canary
import Terminal
import TestSupport
import Testing

@testable import Views

/// The forms a canary's result has besides the page: what is remembered, longer looks, days, schedulers.
@Suite struct CanaryFormsTests {
    private func text(_ lines: [StyledText]) -> String { lines.map(\.plain).joined(separator: "\n") + "\n" }

    private let profile = TerminalProfile(
        isTerminal: true, columns: 110, variables: ["LANG": "C.UTF-8"], color: .never)

    private static let day: Int64 = 1_795_000_000_000

    /// Two Regions: one broken for the second time, one well again, with news of earlier events.
    static var watched: CanaryReport {
        var memory = CanaryMemory(stack: "tasks", host: "ops1", at: day)
        let policy = CanaryAlertPolicy(text: "2/3")
        let lost = CanaryTrace(
            region: "us-east-1", outcome: .broken, task: "c2dd8972-dd81-4f1f-ac70-f91aefd38a85",
            unseen: .init(
                event: "c2dd8972-dd81-4f1f-ac70-f91aefd38a85", task: "c2dd8972-dd81-4f1f-ac70-f91aefd38a85", step: .create,
                sentAt: day), past: [])
        _ = memory.take(
            [lost, CanaryTrace(region: "us-west-2", outcome: .ok, task: "t2", isRemoved: true, past: [])], by: "ops1", at: day,
            policy)
        var second = lost
        second.unseen?.task = "e7c1a532-0000-4000-8000-000000000001"
        second.past = [.init(task: "c2dd8972-dd81-4f1f-ac70-f91aefd38a85", isCompleted: false, processedAt: day + 42_000)]
        let other = CanaryTrace(
            region: "us-west-2", outcome: .unknown, task: nil,
            past: [.init(task: "t2", isCompleted: false, processedAt: nil)])
        var report = CanaryViewTests.troubled
        report.watch = memory.take([second, other], by: "ops2", at: day - 60_000, policy)
        return report
    }

    @Test func whatIsRememberedStandsBelowTheVerdict() throws {
        let watch = try #require(Self.watched.watch)
        let notes = watch.notes.map { CanaryWatchView.line($0, file: "/var/lib/taskops/canary.state") }
        try expectGolden(
            text(CanaryWatchView.lines(watch, at: "2026-11-18T10:00:00Z", on: profile) + [""] + notes), "canary-watch.txt")
    }

    @Test func aLineForNagios() throws {
        func line(_ report: CanaryReport) -> String {
            CanaryNagios.line(report, slowAfter: .seconds(5), timeout: .seconds(30)) + "\n"
        }
        try expectGolden([CanaryViewTests.ok, CanaryViewTests.slow, Self.watched].map(line).joined(), "canary-nagios.txt")
    }

    @Test func whatEndsALineOrBeginsFiguresIsTakenOut() {
        var report = CanaryViewTests.troubled
        report.regions[0].problem?.summary = "a|b\nc"
        #expect(CanaryNagios.sentence(report).contains("a/b c"))
    }

    @Test func aFileForPrometheus() throws {
        let earlier = "taskops_canary_last_success_timestamp_seconds{stack=\"tasks\",region=\"us-west-2\"} 1794999000.5\n"
        try expectGolden(CanaryPrometheus.text(Self.watched, at: Self.day, earlier: earlier), "canary-prometheus.txt")
        // What the file said before counts only where it is a number, and where nothing better is known.
        let spoilt = earlier.replacing("1794999000.5", with: "soon")
        var plain = CanaryViewTests.troubled
        #expect(!CanaryPrometheus.text(plain, at: Self.day, earlier: spoilt).contains("last_success"))
        plain.stack = "a\"b\\c\nd"
        #expect(CanaryPrometheus.text(plain, at: Self.day, earlier: nil).contains(#"{stack="a\"b\\c\nd",region="#))
    }

    @Test func linesOfEmbeddedMetrics() throws {
        try expectGolden(
            try CanaryEMF.lines(Self.watched, at: Self.day).joined(separator: "\n") + "\n", "canary-emf.txt")
    }

    @Test(arguments: [
        (0.0, "0"), (0.04, "0"), (0.1, "0.0001"), (412.3, "0.4123"), (5000, "5"), (1_795_000_000_123, "1795000000.123"),
    ])
    func secondsHaveNoExponent(_ milliseconds: Double, _ text: String) {
        #expect(Decimals.seconds(milliseconds) == text)
    }

    // MARK: Longer looks

    private func summary(_ p50: Double) -> LatencySummary {
        LatencySummary(count: 200, p50: p50, p90: p50 * 2, p99: p50 * 5, max: p50 * 60)
    }

    @Test func aSeriesIsATable() throws {
        let hops = CanaryHop.Step.allCases.flatMap { step in
            CanaryHop.Name.allCases.enumerated().map { index, hop in
                CanarySeriesReport.Hop(
                    step: step, hop: hop, clock: hop == .start ? .function : .prober, times: summary([2.4, 1.1, 118, 9.8][index]))
            }
        }
        let problem = CanarySeriesReport.Problem(
            hop: "create/start",
            summary: "EventBridge accepted event c2dd8972 in us-east-1, and task-processor-dev never took it up",
            hint: "aws events describe-rule --name task-processing-rule --event-bus-name task-events-dev --region us-east-1",
            count: 2)
        let report = CanarySeriesReport(
            stack: "tasks", startedAt: "2026-11-26T03:00:00Z", runs: 200, tookMs: 61_000,
            regions: [
                .init(
                    region: "us-east-1", outcomes: .init([.ok: 197, .slow: 1, .broken: 2]), total: summary(260), hops: hops,
                    staleReads: 3, problems: [problem]),
                .init(region: "us-west-2", outcomes: .init([.unknown: 200]), total: nil, hops: [], staleReads: 0, problems: []),
            ])
        try expectGolden(
            text([CanarySeriesView.header(report, of: 500, on: profile), ""] + CanarySeriesView.lines(report, on: profile)),
            "canary-series.txt")
    }

    @Test func consistencyIsSaidForEachWay() throws {
        func leg(_ from: String, _ to: String, stale: Int) -> ConsistencyReport.Leg {
            .init(
                from: from, to: to, writes: 1000, failed: 0, unseen: stale > 0 ? 1 : 0, reads: 1000 + stale, staleReads: stale,
                staleWrites: stale / 2, write: summary(12), read: summary(1.2), staleFor: stale > 0 ? summary(51) : nil,
                problem: stale > 0 ? "task 1, written in us-west-2, could not be read in us-east-1 within 30s" : nil,
                removed: 1000)
        }
        let legs = [leg("us-east-1", "us-west-2", stale: 0), leg("us-west-2", "us-east-1", stale: 14)]
        let report = ConsistencyReport(stack: "tasks", startedAt: "2026-11-26T03:00:00Z", legs: legs)
        #expect(report.outcome == .broken)
        #expect(ConsistencyReport(stack: "tasks", startedAt: "", legs: [legs[0]]).outcome == .ok)
        #expect(ConsistencyReport(stack: "tasks", startedAt: "", legs: []).outcome == .unknown)
        try expectGolden(text(ConsistencyView.lines(report, on: profile)), "canary-consistency.txt")
    }

    // MARK: Days

    @Test func daysAreDrawn() throws {
        func series(_ name: CanaryMetrics.Name, _ stat: String, hop: String? = nil, _ value: (Int) -> Double?)
            -> CanaryHistoryReport.Series
        {
            .init(metric: name.rawValue, stat: stat, hop: hop, unit: name.unit, values: (0..<84).map(value))
        }
        let report = CanaryHistoryReport(
            stack: "tasks", from: "2026-11-19T04:00:00Z", to: "2026-11-26T04:00:00Z", periodSeconds: 7200,
            regions: [
                .init(
                    region: "us-east-1",
                    series: [
                        series(.success, "SampleCount") { $0 < 10 ? nil : 120 },
                        series(.success, "Sum") { $0 < 10 ? nil : $0 == 50 ? 40 : $0 == 51 ? 117 : 120 },
                        series(.unknown, "Sum") { $0 < 10 ? nil : $0 == 30 ? 3 : 0 },
                        series(.duration, "p50") { $0 < 10 ? nil : 400 + Double($0 % 7) * 10 },
                        series(.duration, "p99") { $0 < 10 ? nil : $0 == 50 ? 9000 : 800 },
                        series(.hopDuration, "p90", hop: "create/commit") { $0 < 10 ? nil : 300 + Double($0) },
                        series(.lost, "Sum") { $0 == 52 ? 2 : nil },
                    ]),
                .init(region: "us-west-2", series: []),
                .init(
                    region: "eu-west-1", series: [],
                    problem: Problem(.unreachable, "nobody answers at monitoring.eu-west-1.amazonaws.com")),
            ])
        try expectGolden(text(CanaryHistoryView.lines(report, on: profile)), "canary-history.txt")
    }

    // MARK: Schedulers

    private func job(_ words: [String]) throws -> ScheduleView.Job {
        ScheduleView.Job(
            stack: "tasks", rhythm: try #require(CanaryRhythm(every: .seconds(300))), words: words, limit: 300)
    }

    @Test func schedulersAreToldInTheirOwnWords() throws {
        let job = try job(["/opt/task ops/taskops", "canary", "--state", "/var/lib/a $b 100%.state", "--quiet"])
        try expectGolden(
            ScheduleView.crontab(job) + ScheduleView.service(job) + ScheduleView.timer(job), "schedule.txt")
    }

    @Test func aTemplateNamesEveryRight() throws {
        let rhythm = try #require(CanaryRhythm(every: .seconds(60)))
        let account = ScheduleTemplate.account
        try expectGolden(
            ScheduleTemplate.document(
                stack: "tasks", rhythm: rhythm, arguments: ["--timeout", "30s", "--output", "emf"], timeout: 35,
                statements: [
                    .init(
                        sid: "Bus", actions: ["events:PutEvents"], resources: ["arn:aws:events:us-east-1:\(account):event-bus/b"]),
                    .init(sid: "Everything", actions: ["cloudwatch:PutMetricData"], resources: ["*"]),
                ]), "schedule-eventbridge.json")
    }
}
