/// A metric or composite alarm, as DescribeAlarms lists it, as far as a status page needs it.
package struct AlarmFacts: Sendable, Hashable, Codable {
    package var alarmName: String
    package var alarmArn: String?
    /// `MetricAlarm` or `CompositeAlarm`, as DescribeAlarms takes it.
    package var alarmType: String
    package var alarmDescription: String?
    package var stateValue: String?
    package var stateReason: String?
    package var stateUpdatedTimestamp: String?
    package var stateTransitionedTimestamp: String?
    package var alarmConfigurationUpdatedTimestamp: String?
    package var actionsEnabled: Bool?
    package var alarmActions: [String]?
    // Of metric alarms.
    package var namespace: String?
    package var metricName: String?
    package var dimensions: [Dimension]?
    /// Seconds.
    package var period: Int?
    package var evaluationPeriods: Int?
    package var treatMissingData: String?
    // Of composite alarms.
    package var alarmRule: String?
    package var actionsSuppressedBy: String?

    package struct Dimension: Sendable, Hashable, Codable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(alarmName: String, alarmType: String) {
        self.alarmName = alarmName
        self.alarmType = alarmType
    }

    /// The page that its description names in the form `Runbook: runbooks/NAME.md`, without folder and ending.
    package var runbook: String? {
        guard let text = alarmDescription, let start = text.firstRange(of: "Runbook: runbooks/")?.upperBound else { return nil }
        let page = text[start...].prefix { !$0.isWhitespace }
        guard let end = page.firstRange(of: ".md")?.lowerBound, end > page.startIndex else { return nil }
        return String(page[..<end])
    }
}
