import Basics
import Findings
import Status
import Synchronization
import Testing

@testable import Commands

/// When a watch looks again, and when it ends.
@Suite struct StatusWatchTests {
    private static func report(_ health: Health) -> StatusReport {
        let findings = health == .healthy ? [] : [Finding("code", health, "a sentence")]
        let row = StatusRow(part: .rule, name: "r", summary: "ENABLED", findings: findings)
        return StatusReport(
            stack: "tasks", environment: "dev", at: "2026-11-25T03:00:00Z",
            regions: [RegionStatus(region: "us-east-1", rows: [row], alarms: [], metrics: [], facts: RegionFacts())],
            differences: [], cost: .init(requests: 0, connections: 0, ms: 0))
    }

    /// Runs a watch over looks with these results, and returns how it ended and what it showed.
    private func run(
        _ looks: [Health], awaiting awaited: Health? = nil, deadline: Deadline? = nil, stoppingAt: Int? = nil
    ) async throws -> (ending: StatusWatch.Ending, shown: [Health], last: Health?) {
        let stop = StopSignal()
        var rest = looks[...]
        var shown: [Health] = []
        let ended = try await StatusWatch(interval: .zero, awaited: awaited, deadline: deadline).run(
            stop: stop,
            look: { rest.popFirst().map(Self.report) },
            show: { report, earlier, _ in
                #expect(earlier?.health == shown.last)
                shown.append(report.health)
                if shown.count == stoppingAt { stop.request() }
            })
        return (ended.ending, shown, ended.last?.health)
    }

    @Test func endsWithTheLooks() async throws {
        let ended = try await run([.healthy, .unhealthy, .degraded])
        #expect(ended == (.ended, [.healthy, .unhealthy, .degraded], .degraded))
    }

    @Test(
        "waiting ends at the first look that is well enough",
        arguments: [(Health.healthy, 4), (.degraded, 3), (.unknown, 2)])
    func waits(awaited: Health, looks: Int) async throws {
        let ended = try await run([.unhealthy, .unknown, .degraded, .healthy, .unhealthy], awaiting: awaited)
        #expect(ended.ending == .reached)
        #expect(ended.shown.count == looks)
    }

    @Test func gaveUp() async throws {
        let ended = try await run([.unhealthy, .healthy], awaiting: .healthy, deadline: .after(.zero))
        #expect(ended == (.timedOut, [.unhealthy], .unhealthy))
    }

    @Test("somebody who stops it sees the page that was there")
    func stopped() async throws {
        let ended = try await run([.healthy, .degraded, .unhealthy], stoppingAt: 2)
        #expect(ended == (.stopped, [.healthy, .degraded], .degraded))
    }
}
