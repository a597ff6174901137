import Basics

/// The members of PutMetricAlarm and PutCompositeAlarm, in the order in which people read them. Types, lengths and enums
/// are those of botocore's model `cloudwatch` 2010-08-01; a list without a limit there has the one of the API reference.
package enum AlarmFields {
    package static let units = [
        "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
        "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
        "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second",
        "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
    ]
    package static let statistics = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]
    package static let comparisons = [
        "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
        "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
    ]

    private static let actions = FieldType.list(.text(1...1024), 0...5, isOrdered: false)
    private static let dimensions = FieldType.list(
        .structure([
            Field("Name", .text(1...255), isRequired: true), Field("Value", .text(1...1024), isRequired: true),
        ]), 0...30, isOrdered: false)
    private static let tags = FieldType.list(
        .structure([
            Field("Key", .text(1...128), isRequired: true), Field("Value", .text(0...256), isRequired: true),
        ]), 0...50, isOrdered: false)
    private static let actionConfiguration = FieldType.structure([
        Field(
            "AlarmTagsPropagation",
            .structure([
                Field("Enabled", .boolean, isRequired: true),
                Field("IncludedTagKeys", .list(.text(1...128), 1...50, isOrdered: false)),
                Field("ExcludedTagKeys", .list(.text(1...128), 1...50, isOrdered: false)),
            ]))
    ])

    /// Of MetricDataQuery. ReturnData is left out by AWS where it is true.
    package static let metricDataQuery: [Field] = [
        Field("Id", .text(1...255), isRequired: true),
        Field("Label", .text(0...4096)),
        Field("Expression", .text(1...2048)),
        Field(
            "MetricStat",
            .structure([
                Field(
                    "Metric",
                    .structure([
                        Field("Namespace", .text(1...255)), Field("MetricName", .text(1...255)),
                        Field("Dimensions", dimensions, standard: []),
                    ]), isRequired: true),
                Field("Period", .wholeNumber(1...604_800), isRequired: true),
                Field("Stat", .text(1...255), isRequired: true),
                Field("Unit", .oneOf(units)),
            ])),
        Field("Period", .wholeNumber(1...604_800)),
        Field("ReturnData", .boolean, standard: true),
        Field("AccountId", .text(1...255)),
    ]

    package static let metricAlarm: [Field] = [
        Field("AlarmName", .text(1...255), isRequired: true),
        Field("AlarmDescription", .text(0...1024), standard: ""),
        Field("Namespace", .text(1...255)),
        Field("MetricName", .text(1...255)),
        Field("Dimensions", dimensions, standard: []),
        Field("Statistic", .oneOf(statistics)),
        Field("ExtendedStatistic", .text(1...255)),
        Field("Unit", .oneOf(units)),
        Field("Period", .wholeNumber(1...604_800)),
        Field("Metrics", .list(.structure(metricDataQuery), 1...20, isOrdered: false)),
        Field(
            "EvaluationCriteria",
            .structure([
                Field(
                    "PromQLCriteria",
                    .structure([
                        Field("Query", .text(1...10_000), isRequired: true),
                        Field("PendingPeriod", .wholeNumber(0...86_400)),
                        Field("RecoveryPeriod", .wholeNumber(0...86_400)),
                    ]))
            ])),
        Field("EvaluationInterval", .wholeNumber(10...3600)),
        Field(
            "EvaluationWindow",
            .structure([
                Field("WallClockWindow", .structure([Field("Timezone", .text(1...50))])),
                Field("SlidingWindow", .structure([])),
            ])),
        Field("EvaluationPeriods", .wholeNumber(1...604_800)),
        // Without it every one of the EvaluationPeriods must be over the threshold: rules that need the other member's
        // value are in `Standards`.
        Field("DatapointsToAlarm", .wholeNumber(1...604_800)),
        Field("ThresholdMetricId", .text(1...255)),
        Field("Threshold", .number),
        Field("ComparisonOperator", .oneOf(comparisons)),
        Field("TreatMissingData", .oneOf(["breaching", "notBreaching", "ignore", "missing"]), standard: "missing"),
        Field("EvaluateLowSampleCountPercentile", .oneOf(["evaluate", "ignore"])),
        Field(
            "WarmUpConfiguration",
            .structure([
                Field("WarmUpPeriodDurationInMinutes", .wholeNumber(1...2880), isRequired: true),
                Field("OnlyStartEvaluatingAfterWarmUpPeriodEnds", .boolean),
            ])),
        Field("ActionsEnabled", .boolean, standard: true),
        Field("AlarmActions", actions, standard: []),
        Field("OKActions", actions, standard: []),
        Field("InsufficientDataActions", actions, standard: []),
        Field("ActionConfiguration", actionConfiguration),
        Field("Tags", tags),
    ]

    package static let compositeAlarm: [Field] = [
        Field("AlarmName", .text(1...255), isRequired: true),
        Field("AlarmDescription", .text(0...1024), standard: ""),
        Field("AlarmRule", .text(1...10_240), isRequired: true),
        Field("ActionsSuppressor", .text(1...1600)),
        Field("ActionsSuppressorWaitPeriod", .wholeNumber(0...604_800)),
        Field("ActionsSuppressorExtensionPeriod", .wholeNumber(0...604_800)),
        Field("ActionsEnabled", .boolean, standard: true),
        Field("AlarmActions", actions, standard: []),
        Field("OKActions", actions, standard: []),
        Field("InsufficientDataActions", actions, standard: []),
        Field("ActionConfiguration", actionConfiguration),
        Field("Tags", tags),
    ]
}
