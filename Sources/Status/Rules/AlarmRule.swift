import Basics
import Findings
import FoundationEssentials

/// The alarms that watch this stack.
enum AlarmRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let name = "CloudWatch alarms"
        switch context.facts.alarms {
        case .read(let alarms):
            return StatusRow(
                part: .alarms, name: name, summary: summary(alarms), findings: alarms.flatMap { findings($0, context) })
        case .failed(let problem):
            return StatusRow(
                part: .alarms, name: name, summary: StatusRow.unreadSummary,
                findings: [.unread("the alarms", problem, in: context.region)])
        case nil:
            return StatusRow(part: .alarms, name: name, summary: "not asked for")
        }
    }

    /// Those that are not OK, ALARM first.
    static func standing(_ alarms: [AlarmFacts]) -> [AlarmStatus] {
        statuses(alarms.filter { $0.stateValue != "OK" })
    }

    /// ALARM first, OK last.
    static func statuses(_ alarms: [AlarmFacts]) -> [AlarmStatus] {
        let ringing = alarms.filter { $0.stateValue == "ALARM" }
        let quiet = alarms.filter { $0.stateValue == "OK" }
        let between = alarms.filter { $0.stateValue != "ALARM" && $0.stateValue != "OK" }
        return (ringing + between + quiet).map { alarm in
            AlarmStatus(
                name: alarm.alarmName, state: alarm.stateValue ?? "unknown", type: alarm.alarmType, since: since(alarm),
                reason: alarm.stateReason, actionsEnabled: alarm.actionsEnabled ?? true, runbook: alarm.runbook)
        }
    }

    private static func since(_ alarm: AlarmFacts) -> String? {
        alarm.stateTransitionedTimestamp ?? alarm.stateUpdatedTimestamp
    }

    private static func summary(_ alarms: [AlarmFacts]) -> String {
        guard !alarms.isEmpty else { return "none watches this stack" }
        let counts = ["ALARM", "INSUFFICIENT_DATA", "OK"].compactMap { state in
            let count = alarms.count { $0.stateValue == state }
            return count > 0 ? "\(count) \(state)" : nil
        }
        return counts.joined(separator: ", ")
    }

    private static func findings(_ alarm: AlarmFacts, _ context: RegionContext) -> [Finding] {
        var findings: [Finding] = []
        let next = alarm.runbook.map { "taskops runbook \(Shell.quoted($0))" } ?? history(alarm, context)
        switch alarm.stateValue {
        case "OK": break
        case "ALARM":
            findings.append(
                Finding(
                    "alarm-firing", .unhealthy,
                    "\(alarm.alarmName) is in ALARM\(since(alarm).map { " since \($0)" } ?? "")", evidence: alarm.stateReason,
                    next: next))
        case "INSUFFICIENT_DATA" where isNew(alarm, context.now): break
        case "INSUFFICIENT_DATA":
            findings.append(
                Finding(
                    "alarm-without-data", .degraded,
                    "\(alarm.alarmName) is in INSUFFICIENT_DATA\(since(alarm).map { " since \($0)" } ?? ""): it would not ring",
                    evidence: alarm.stateReason, next: next))
        default:
            findings.append(
                Finding(
                    "alarm-state-unknown", .unknown, "\(alarm.alarmName) is in a state that is not known here",
                    evidence: alarm.stateValue, next: history(alarm, context)))
        }
        if alarm.actionsEnabled == false {
            findings.append(
                Finding(
                    "alarm-actions-disabled", .degraded, "the actions of \(alarm.alarmName) are switched off: it wakes nobody",
                    next: context.aws("cloudwatch enable-alarm-actions", ["alarm-names": alarm.alarmName])))
        }
        return findings
    }

    /// An alarm begins without data, and has none before its first evaluation (CloudWatch user guide, "Alarm states").
    /// A changed one keeps its state, so a change makes nothing new but what it asks for.
    private static func isNew(_ alarm: AlarmFacts, _ now: Date) -> Bool {
        guard let text = alarm.alarmConfigurationUpdatedTimestamp, let updated = try? Date(text, strategy: .iso8601) else {
            return false
        }
        let window = Double((alarm.period ?? 60) * (alarm.evaluationPeriods ?? 1))
        return now.timeIntervalSince(updated) < max(600, window)
    }

    private static func history(_ alarm: AlarmFacts, _ context: RegionContext) -> String {
        context.aws("cloudwatch describe-alarm-history", ["alarm-name": alarm.alarmName, "history-item-type": "StateUpdate"])
    }
}
