import AWS
import Basics
import FoundationEssentials

/// The alarm as it stands before a drill: what it would do, and what to put back.
package struct DrillAlarm: Sendable, Hashable {
    package var region: String
    package var name: String
    package var state: String
    package var stateReason: String
    package var stateReasonData: String?
    package var actionsEnabled: Bool
    package var actions: [String]
    /// Of a composite alarm that another one keeps quiet: how many seconds it waits for that one before it acts (API
    /// reference, `ActionsSuppressorWaitPeriod`).
    package var suppressorWait: Int?
    /// Composite alarms whose rules name it.
    package var parents: [String]

    package init(
        region: String, name: String, state: String, stateReason: String = "", stateReasonData: String? = nil,
        actionsEnabled: Bool = true, actions: [String] = [], suppressorWait: Int? = nil, parents: [String] = []
    ) {
        self.region = region
        self.name = name
        self.state = state
        self.stateReason = stateReason
        self.stateReasonData = stateReasonData
        self.actionsEnabled = actionsEnabled
        self.actions = actions
        self.suppressorWait = suppressorWait
        self.parents = parents
    }

    package var silence: DrillSilence? {
        if !actionsEnabled { return .actionsDisabled }
        return actions.isEmpty ? .noActions : nil
    }

    init(_ alarm: CloudWatch.MetricAlarm, in region: String, parents: [String]) {
        self.init(
            region: region, name: alarm.alarmName ?? "", state: alarm.stateValue?.rawValue ?? "",
            stateReason: alarm.stateReason ?? "", stateReasonData: alarm.stateReasonData,
            actionsEnabled: alarm.actionsEnabled ?? true, actions: alarm.alarmActions ?? [], parents: parents)
    }

    init(_ alarm: CloudWatch.CompositeAlarm, in region: String, parents: [String]) {
        self.init(
            region: region, name: alarm.alarmName ?? "", state: alarm.stateValue?.rawValue ?? "",
            stateReason: alarm.stateReason ?? "", stateReasonData: alarm.stateReasonData,
            actionsEnabled: alarm.actionsEnabled ?? true, actions: alarm.alarmActions ?? [],
            suppressorWait: alarm.actionsSuppressor == nil ? nil : alarm.actionsSuppressorWaitPeriod ?? 0,
            parents: parents)
    }

    /// Whether a drill can tell anything: the actions of a state are taken when the state becomes another one (API
    /// reference, SetAlarmState).
    var obstacle: Problem? {
        guard state == "ALARM" else { return nil }
        return Problem(
            .conflict, "the alarm \(name) in \(region) is in ALARM already, and setting it there again calls nobody",
            cause: stateReason.isEmpty ? nil : stateReason, hint: "taskops runbook \(name)")
    }
}
