import Basics
import Findings
import FoundationEssentials
import TaskSystem

/// Turns what was read into rows. Pure: it asks nobody, and what time it is was handed in.
struct StatusJudge: Sendable {
    let stack: TaskStack
    let schemaVersions: [Int]?
    let now: Date

    func regions(_ looks: [RegionLook]) -> [RegionStatus] {
        var clusters: [String: Reading<ClusterFacts>] = [:]
        for look in looks { clusters[look.region] = look.facts.cluster }
        return looks.compactMap { look in
            guard let regional = stack.regions.first(where: { $0.region == look.region }) else { return nil }
            let context = RegionContext(
                stack: stack, regional: regional, facts: look.facts, metrics: look.metrics,
                environment: look.environment, clusters: clusters, schemaVersions: schemaVersions, now: now)
            return RegionStatus(
                region: look.region, rows: Self.rows(context), alarms: AlarmRule.standing(look.facts.alarms?.value ?? []),
                metrics: look.metrics.value?.series ?? [], facts: look.facts)
        }
    }

    /// One for each part, in the order an event takes them.
    static func rows(_ context: RegionContext) -> [StatusRow] {
        [
            BusRule.row(context), RuleRule.row(context), PermissionRule.row(context), FunctionRule.row(context),
            LogGroupRule.row(context), QueueRule.deadLetterRow(context), QueueRule.failureRow(context),
            ClusterRule.row(context), DatabaseRule.row(context), AlarmRule.row(context), MetricRule.row(context),
            ClockRule.row(context),
        ].compactMap(\.self)
    }
}
