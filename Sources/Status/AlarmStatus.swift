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

extension AlarmStatus {
    /// What is not known is written as null: a reader need not tell a missing key from a missing fact.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(name, forKey: .name)
        try object.encode(state, forKey: .state)
        try object.encode(type, forKey: .type)
        try object.encode(since, forKey: .since)
        try object.encode(reason, forKey: .reason)
        try object.encode(actionsEnabled, forKey: .actionsEnabled)
        try object.encode(runbook, forKey: .runbook)
    }
}
