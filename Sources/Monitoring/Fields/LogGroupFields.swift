import Basics

/// The members of CreateLogGroup, `retentionInDays` of PutRetentionPolicy, and the filters of PutMetricFilter and
/// PutSubscriptionFilter (botocore's model `logs` 2014-03-28).
package enum LogGroupFields {
    /// PutRetentionPolicy takes just these days; absent, events are kept for ever.
    package static let retentions = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]

    private static let metricTransformation: [Field] = [
        Field("metricName", .text(1...255), isRequired: true),
        Field("metricNamespace", .text(1...255), isRequired: true),
        Field("metricValue", .text(1...100), isRequired: true),
        Field("defaultValue", .number),
        Field("dimensions", .map(0...3), standard: [:]),
        Field("unit", .oneOf(AlarmFields.units), standard: "None"),
    ]

    /// A group takes a hundred (CloudWatch Logs quotas).
    package static let metricFilter: [Field] = [
        Field("filterName", .text(1...512), isRequired: true),
        Field("filterPattern", .text(0...1024), isRequired: true),
        Field(
            "metricTransformations", .list(.structure(metricTransformation), 1...1, isOrdered: true), isRequired: true),
        Field("applyOnTransformedLogs", .boolean, standard: false),
        Field("fieldSelectionCriteria", .text(0...2000), standard: ""),
        Field("emitSystemFieldDimensions", .list(.text(1...255), 0...10, isOrdered: false), standard: []),
    ]

    /// A group takes two (CloudWatch Logs quotas).
    package static let subscriptionFilter: [Field] = [
        Field("filterName", .text(1...512), isRequired: true),
        Field("filterPattern", .text(0...1024), isRequired: true),
        Field("destinationArn", .text(1...2048), isRequired: true),
        Field("roleArn", .text(1...2048)),
        Field("distribution", .oneOf(["Random", "ByLogStream"]), standard: "ByLogStream"),
        Field("applyOnTransformedLogs", .boolean, standard: false),
        Field("fieldSelectionCriteria", .text(0...2000), standard: ""),
        Field("emitSystemFields", .list(.text(1...255), 0...10, isOrdered: false), standard: []),
    ]

    package static let logGroup: [Field] = [
        Field("logGroupName", .text(1...512), isRequired: true),
        Field(
            "logGroupClass", .oneOf(["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"]), standard: "STANDARD"),
        Field("retentionInDays", .wholeNumber(1...3653)),
        Field("kmsKeyId", .text(1...256)),
        Field("deletionProtectionEnabled", .boolean, standard: false),
        Field("metricFilters", .list(.structure(metricFilter), 0...100, isOrdered: false)),
        Field("subscriptionFilters", .list(.structure(subscriptionFilter), 0...2, isOrdered: false)),
        Field("tags", .map(0...50)),
    ]
}
