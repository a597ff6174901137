/// A CloudWatch alarm of this stack, as far as somebody woken by it needs it.
package struct AlarmStatus: Sendable, Hashable, Codable {
    package var name: String
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`, as CloudWatch writes it.
    package var state: String
    /// Of which kind: `MetricAlarm` or `CompositeAlarm`.
    package var type: String
    /// ISO 8601, UTC: when it went into this state; nil when CloudWatch did not say.
    package var since: String?
    /// CloudWatch's own reason for the state.
    package var reason: String?
    /// Whether its actions run when its state changes.
    package var actionsEnabled: Bool
    /// The page in `runbooks/`, without its ending; nil when the description names none.
    package var runbook: String?

    package init(
        name: String, state: String, type: String, since: String?, reason: String?, actionsEnabled: Bool, runbook: String?
    ) {
        self.name = name
        self.state = state
        self.type = type
        self.since = since
        self.reason = reason
        self.actionsEnabled = actionsEnabled
        self.runbook = runbook
    }
}
