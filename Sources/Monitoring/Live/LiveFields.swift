import AWS
import Basics
import FoundationEssentials

/// What AWS answers, in the names and forms that files have.
enum LiveFields {
    private static let metricAlarm = Set(AlarmFields.metricAlarm.map(\.name)).subtracting(["AlarmName", "Tags"])
    private static let compositeAlarm = Set(AlarmFields.compositeAlarm.map(\.name)).subtracting(["AlarmName", "Tags"])

    /// An alarm out of a page of DescribeAlarms; nil where it has no name or ARN.
    static func alarm(_ alarm: JSONTree, _ kind: ResourceKind, in region: String) -> LiveResource? {
        guard let members = alarm.object, let name = members["AlarmName"]?.string, let arn = members["AlarmArn"]?.string
        else { return nil }
        let settable = kind == .compositeAlarm ? compositeAlarm : metricAlarm
        // State, reasons and times are left behind.
        let fields = members.filter { settable.contains($0.key) && $0.value != .null }
        return LiveResource(
            id: ResourceID(kind, name, region: region), fields: .object(fields), arn: arn,
            updated: members["AlarmConfigurationUpdatedTimestamp"].flatMap(date))
    }

    /// As the models say, seconds since 1970.
    private static func date(_ value: JSONTree) -> Date? { value.number.map { Date(timeIntervalSince1970: $0) } }

    static func logGroup(_ group: CloudWatchLogs.LogGroup, in region: String) -> LiveResource? {
        guard let name = group.logGroupName, let arn = group.logGroupARN ?? group.arn.map(withoutStar) else { return nil }
        var fields: [String: JSONTree] = [:]
        fields["logGroupClass"] = group.logGroupClass.map { .string($0.rawValue) }
        fields["retentionInDays"] = group.retentionInDays.map { .number(Double($0)) }
        fields["kmsKeyId"] = group.kmsKeyID.map { .string($0) }
        fields["deletionProtectionEnabled"] = group.deletionProtectionEnabled.map { .bool($0) }
        fields["retentionPolicyName"] = group.retentionPolicyName.map { .string($0) }
        return LiveResource(id: ResourceID(.logGroup, name, region: region), fields: .object(fields), arn: arn)
    }

    /// The tagging operations take a group's ARN without what policies write behind it (LogGroup, `logGroupArn`).
    static func withoutStar(_ arn: String) -> String { arn.hasSuffix(":*") ? String(arn.dropLast(2)) : arn }

    static func metricFilter(_ filter: CloudWatchLogs.MetricFilter) -> JSONTree {
        var fields: [String: JSONTree] = [:]
        fields["filterName"] = filter.filterName.map { .string($0) }
        fields["filterPattern"] = .string(filter.filterPattern ?? "")
        fields["metricTransformations"] = .array((filter.metricTransformations ?? []).map(transformation))
        fields["applyOnTransformedLogs"] = filter.applyOnTransformedLogs.map { .bool($0) }
        fields["fieldSelectionCriteria"] = filter.fieldSelectionCriteria.map { .string($0) }
        fields["emitSystemFieldDimensions"] = filter.emitSystemFieldDimensions.map(list)
        return .object(fields)
    }

    private static func transformation(_ transformation: CloudWatchLogs.MetricTransformation) -> JSONTree {
        var fields: [String: JSONTree] = [
            "metricName": .string(transformation.metricName), "metricNamespace": .string(transformation.metricNamespace),
            "metricValue": .string(transformation.metricValue),
        ]
        fields["defaultValue"] = transformation.defaultValue.map { .number($0) }
        fields["dimensions"] = transformation.dimensions.map { .object($0.mapValues { .string($0) }) }
        fields["unit"] = transformation.unit.map { .string($0) }
        return .object(fields)
    }

    static func subscriptionFilter(_ filter: CloudWatchLogs.SubscriptionFilter) -> JSONTree {
        var fields: [String: JSONTree] = [:]
        fields["filterName"] = filter.filterName.map { .string($0) }
        fields["filterPattern"] = .string(filter.filterPattern ?? "")
        fields["destinationArn"] = filter.destinationARN.map { .string($0) }
        fields["roleArn"] = filter.roleARN.map { .string($0) }
        fields["distribution"] = filter.distribution.map { .string($0) }
        fields["applyOnTransformedLogs"] = filter.applyOnTransformedLogs.map { .bool($0) }
        fields["fieldSelectionCriteria"] = filter.fieldSelectionCriteria.map { .string($0) }
        fields["emitSystemFields"] = filter.emitSystemFields.map(list)
        return .object(fields)
    }

    private static func list(_ texts: [String]) -> JSONTree { .array(texts.map { .string($0) }) }
}
