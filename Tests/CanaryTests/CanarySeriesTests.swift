import Basics
import Canary
import Synchronization
import Testing

@Suite struct CanarySeriesTests {
    /// Against the values themselves, sorted: an HDR histogram of three digits is off by a thousandth at most.
    @Test func percentilesAreThoseOfTheValues() throws {
        for _ in 0..<50 {
            var histogram = LatencyHistogram()
            let values = (0..<Int.random(in: 1...3000)).map { _ in
                Double.random(in: 0.1...1) * [1, 10, 100, 10_000].randomElement()!
            }
            for value in values { histogram.record(value) }
            let sorted = values.sorted()
            let summary = try #require(histogram.summary)
            #expect(summary.count == values.count)
            #expect(abs(summary.max - sorted.last!) <= 0.051)
            for (percent, found) in [(50.0, summary.p50), (90, summary.p90), (99, summary.p99)] {
                let exact = sorted[max(0, Int((Double(values.count) * percent / 100).rounded(.up)) - 1)]
                #expect(abs(found - exact) <= exact / 500 + 0.11, "p\(percent) of \(values.count): \(found), not \(exact)")
            }
        }
        #expect(LatencyHistogram().summary == nil)
    }

    @Test func whatIsLongerThanAnHourIsStillTheLongest() {
        var histogram = LatencyHistogram()
        histogram.record(5_000_000)
        histogram.record(-3)
        #expect(histogram.summary?.max == 5_000_000)
        #expect(histogram.summary?.count == 2)
    }

    @Test func aSeriesCountsOutcomesAndTheSameProblemOnce() {
        var series = CanarySeries(stack: "tasks", regions: ["us-east-1", "us-west-2"], startedAt: "2026-11-26T03:00:00Z")
        #expect(series.report(took: .zero).outcome == .unknown, "nothing was tried")
        for number in 0..<6 {
            let problem = CanaryProblem(hop: "create/start", summary: "event \(number)abc was never taken up", hint: nil)
            series.take(
                CanaryReport(
                    stack: "tasks", startedAt: "",
                    regions: [
                        region("us-east-1", number < 2 ? .broken : .ok, problem: number < 2 ? problem : nil),
                        region("us-west-2", .ok, problem: nil),
                    ],
                    consistency: [
                        CanaryConsistency(from: "us-east-1", to: "us-west-2", lagMs: 1, staleReads: number == 0 ? 3 : 0)
                    ]))
        }
        let report = series.report(took: .seconds(2))
        #expect(report.outcome == .broken)
        #expect(report.runs == 6)
        #expect(report.regions[0].outcomes.broken == 2 && report.regions[0].outcomes.ok == 4)
        #expect(report.regions[0].problems.map(\.count) == [2])
        #expect(report.regions[0].staleReads == 3)
        #expect(report.regions[0].hops.map(\.hop) == [.accept, .commit])
        #expect(report.regions[0].hops.first?.times == LatencySummary(count: 6, p50: 5, p90: 5, p99: 5, max: 5))
        #expect(report.regions[0].total?.count == 4)
    }

    private func region(_ name: String, _ outcome: CanaryOutcome, problem: CanaryProblem?) -> CanaryRegionReport {
        CanaryRegionReport(
            region: name, outcome: outcome, taskId: nil, totalMs: outcome == .ok ? 30 : nil,
            hops: [
                CanaryHop(step: .create, hop: .accept, ms: 5, offsetMs: 0, clock: .prober, outcome: .ok),
                CanaryHop(
                    step: .create, hop: .commit, ms: outcome == .ok ? 12 : nil, offsetMs: 5, clock: .prober, outcome: outcome),
            ], problem: problem, cleanup: CanaryCleanup(outcome: .done, removed: 1))
    }

    // MARK: When runs begin

    @Test func runsBeginOneEveryIntervalUntilCountOrTime() {
        let counted = CanarySchedule(count: 3, duration: nil, interval: .seconds(2), concurrency: 1)
        #expect((0..<4).map { counted.begin(of: $0) } == [.zero, .seconds(2), .seconds(4), nil])
        let timed = CanarySchedule(count: nil, duration: .seconds(5), interval: .seconds(2), concurrency: 1)
        #expect((0..<4).map { timed.begin(of: $0) } == [.zero, .seconds(2), .seconds(4), nil])
        let both = CanarySchedule(count: 9, duration: .seconds(3), interval: .seconds(2), concurrency: 1)
        #expect((0..<3).map { both.begin(of: $0) } == [.zero, .seconds(2), nil])
        #expect(
            CanarySchedule(count: nil, duration: .milliseconds(1), interval: .seconds(2), concurrency: 1).begin(of: 0) == .zero)
    }

    @Test(.timeLimit(.minutes(5))) func noMoreRunAtOnceThanAllowedAndAllOfThemDo() async {
        final class Gauge: Sendable { let state = Mutex((now: 0, most: 0, all: Set<Int>())) }
        let gauge = Gauge()
        let schedule = CanarySchedule(count: 40, duration: nil, interval: .zero, concurrency: 4)
        let began = await schedule.run(stop: StopSignal()) { number in
            gauge.state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
                $0.all.insert(number)
            }
            // The first ones wait for each other: whoever is alone for a while must not be taken for all there are.
            while gauge.state.withLock({ $0.most < 4 }) { try? await Task.sleep(for: .milliseconds(1)) }
            try? await Task.sleep(for: .milliseconds(2))
            gauge.state.withLock { $0.now -= 1 }
        }
        #expect(began == 40)
        #expect(gauge.state.withLock { $0.all.count } == 40)
        #expect(gauge.state.withLock { $0.most } == 4)
    }

    @Test func aStopEndsItBetweenRuns() async {
        let stop = StopSignal()
        let schedule = CanarySchedule(count: nil, duration: nil, interval: .milliseconds(1), concurrency: 2)
        let began = await schedule.run(stop: stop) { number in if number == 5 { stop.request() } }
        #expect(began >= 6 && began < 20)
    }

    // MARK: Rhythms

    @Test(arguments: [
        ("1m", "* * * * *", "*-*-* *:*:00", "rate(1 minute)"), ("5m", "*/5 * * * *", "*-*-* *:00/5:00", "rate(5 minutes)"),
        ("30m", "*/30 * * * *", "*-*-* *:00/30:00", "rate(30 minutes)"), ("1h", "0 * * * *", "*-*-* *:00:00", "rate(1 hour)"),
        ("6h", "0 */6 * * *", "*-*-* 00/6:00:00", "rate(6 hours)"), ("1d", "0 0 * * *", "*-*-* 00:00:00", "rate(1 day)"),
    ])
    func aRhythmInThreeTongues(_ sample: (every: String, cron: String, calendar: String, rate: String)) throws {
        let every = try #require(Duration(text: sample.every))
        let rhythm = try #require(CanaryRhythm(every: every))
        #expect(rhythm.cron == sample.cron)
        #expect(rhythm.onCalendar == sample.calendar)
        #expect(rhythm.rate == sample.rate)
    }

    @Test(arguments: ["30s", "90s", "7m", "45m", "90m", "5h", "2d", "1m30s", "1500ms"])
    func whatCronCannotKeepIsNoRhythm(_ every: String) throws {
        let every = try #require(Duration(text: every))
        #expect(CanaryRhythm(every: every) == nil)
    }
}
