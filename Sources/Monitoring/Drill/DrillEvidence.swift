import AWS
import Basics
import FoundationEssentials

/// What an alarm's history proves of a drill. Pure: items in, findings out.
struct DrillEvidence {
    /// The drill's own reason, which no other change of state has.
    let reason: String
    let actions: [String]

    struct Findings: Sendable, Hashable {
        var reachedAlarm = false
        var actions: [DrillAction]

        /// Nothing more is to be waited for.
        var isWhole: Bool { reachedAlarm && actions.allSatisfy { $0.result != .untold } }
    }

    /// - Parameter items: of the alarm, in any order.
    func findings(_ items: [CloudWatch.AlarmHistoryItem]) -> Findings {
        var findings = Findings(actions: actions.map { DrillAction(arn: $0) })
        let sorted = items.sorted { ($0.timestamp ?? .distantPast) < ($1.timestamp ?? .distantPast) }
        guard let began = sorted.first(where: { newReason($0) == reason })?.timestamp else { return findings }
        findings.reachedAlarm = true
        // An action of the state after it is not the drill's. Two items may bear the same time.
        let ended = sorted.first { item in
            item.historyItemType == .stateUpdate && newReason(item) != reason && (item.timestamp ?? .distantPast) > began
        }?.timestamp
        for item in sorted where item.historyItemType == .action {
            guard let moment = item.timestamp, moment >= began else { continue }
            let data = Self.data(of: item)
            // What was sent says which state it was sent for; where it is not told, the time has to do.
            if let message = data?["publishedMessage"]?.string.flatMap(Self.tree), message["NewStateValue"] != nil {
                guard message["NewStateValue"]?.string == "ALARM" else { continue }
            } else if let ended, moment > ended {
                continue
            }
            take(item, data, into: &findings)
        }
        return findings
    }

    private func take(_ item: CloudWatch.AlarmHistoryItem, _ data: JSONTree?, into findings: inout Findings) {
        let summary = item.historySummary ?? ""
        let index = findings.actions.firstIndex { action in
            action.result == .untold
                && (data?["notificationResource"]?.string.map { $0 == action.arn } ?? summary.contains(action.arn))
        }
        guard let index else { return }
        let hasFailed = data?["actionState"]?.string.map { $0 == "Failed" } ?? summary.hasPrefix("Failed")
        findings.actions[index].result = hasFailed ? .failed : .succeeded
        if hasFailed { findings.actions[index].error = data?["error"]?.string ?? summary }
    }

    private func newReason(_ item: CloudWatch.AlarmHistoryItem) -> String? {
        guard item.historyItemType == .stateUpdate else { return nil }
        return Self.data(of: item)?["newState"]?["stateReason"]?.string ?? ""
    }

    private static func data(of item: CloudWatch.AlarmHistoryItem) -> JSONTree? { item.historyData.flatMap(tree) }

    private static func tree(_ text: String) -> JSONTree? { try? AWSJSON.decode(JSONTree.self, Data(text.utf8)) }
}
