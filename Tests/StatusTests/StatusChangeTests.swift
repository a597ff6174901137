import Findings
import Status
import Testing

/// What counts as a change between two looks at the stack.
@Suite struct StatusChangeTests {
    private static func report(_ rows: [StatusRow]) -> StatusReport {
        StatusReport(
            stack: "tasks", environment: "dev", at: "2026-11-25T03:00:00Z",
            regions: [RegionStatus(region: "us-east-1", rows: rows, alarms: [], metrics: [], facts: RegionFacts())],
            differences: [], cost: .init(requests: 0, connections: 0, ms: 0))
    }

    private static let fine = StatusRow(part: .rule, name: "task-processing-rule", summary: "ENABLED")
    private static let disabled = StatusRow(
        part: .rule, name: "task-processing-rule", summary: "DISABLED",
        findings: [Finding("rule-disabled", .unhealthy, "the rule is DISABLED", next: "aws events enable-rule")])

    @Test func healthAndFindingsAreChangesAndCountsAreNot() {
        let busy = StatusRow(part: .rule, name: "task-processing-rule", summary: "ENABLED, 3 targets")
        #expect(Self.report([busy]).changes(since: Self.report([Self.fine])).isEmpty)
        let broke = Self.report([Self.disabled]).changes(since: Self.report([Self.fine]))
        #expect(broke.map(\.to) == [.unhealthy])
        #expect(broke.first?.from == .healthy)
        #expect(broke.first?.sentence == "the rule is DISABLED")
        #expect(broke.first?.next == "aws events enable-rule")
        let mended = Self.report([Self.fine]).changes(since: Self.report([Self.disabled]))
        #expect(mended.map(\.sentence) == ["ENABLED"])
    }

    @Test func theWorstFindingDecidesAndIsSaidFirst() {
        let row = StatusRow(
            part: .function, name: "f", summary: "",
            findings: [Finding("a", .degraded, "a"), Finding("b", .unhealthy, "b"), Finding("c", .unknown, "c")])
        #expect(row.health == .unhealthy)
        #expect(row.findings.map(\.code) == ["b", "c", "a"])
        #expect(Self.report([row, Self.fine]).health == .unhealthy)
        #expect(Self.report([Self.fine]).health == .healthy)
    }
}
