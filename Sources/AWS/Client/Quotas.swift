/// How many requests per second AWS grants an account for an operation in a Region, where it says so: CloudWatch Logs
/// quotas (`cloudwatch_limits_cwl`), CloudWatch service quotas (`cloudwatch_limits`), EventBridge quotas (`eb-quota`).
/// Quotas in the thousands, such as PutEvents', are not this program's to reach, and not listed.
package enum Quotas {
    package static func perSecond(_ service: AWSService, _ operation: String, region: String) -> Double? {
        switch service.endpointID {
        case AWSService.logs.endpointID where operation == "FilterLogEvents": filterLogEvents(region)
        case AWSService.logs.endpointID: logs[operation]
        case AWSService.cloudWatch.endpointID: cloudWatch[operation]
        case AWSService.eventBridge.endpointID: controlPlane.contains(operation) ? 50 : nil
        default: nil
        }
    }

    private static let slowRegions: Set = [
        "ap-northeast-3", "ap-southeast-3", "ca-west-1", "eu-central-1", "il-central-1",
    ]

    private static func filterLogEvents(_ region: String) -> Double {
        if region == "us-east-1" { return 25 }
        return slowRegions.contains(region) ? 5 : 10
    }

    private static let logs: [String: Double] = [
        "DescribeLogGroups": 10, "DescribeLogStreams": 25, "StartQuery": 10, "GetQueryResults": 10, "StartLiveTail": 5,
    ]

    private static let cloudWatch: [String: Double] = [
        "PutMetricAlarm": 3, "PutCompositeAlarm": 3, "DeleteAlarms": 3, "SetAlarmState": 3, "EnableAlarmActions": 3,
        "DisableAlarmActions": 3, "DescribeAlarms": 9, "DescribeAlarmHistory": 20, "PutDashboard": 10,
        "GetDashboard": 10, "ListDashboards": 10, "DeleteDashboards": 10, "GetMetricData": 500,
        "GetMetricStatistics": 400, "ListMetrics": 25, "GetMetricWidgetImage": 20, "PutMetricData": 500,
    ]

    /// Everything but sending events.
    private static let controlPlane: Set = [
        "DescribeEventBus", "DescribeRule", "ListTargetsByRule", "TestEventPattern", "ListRules", "PutRule",
        "PutTargets", "RemoveTargets", "DeleteRule", "EnableRule", "DisableRule", "ListEventBuses",
        "DescribeArchive", "ListArchives", "CreateArchive", "UpdateArchive", "DeleteArchive", "DescribeReplay",
        "ListReplays", "StartReplay", "CancelReplay",
    ]
}
