/// How many requests per second AWS grants an account in a Region, where it says so: CloudWatch Logs quotas
/// (`cloudwatch_limits_cwl`), CloudWatch service quotas (`cloudwatch_limits`), EventBridge quotas
/// (`cloudwatch-limits-eventbridge`: all but PutEvents, 50), Lambda quotas (`gettingstarted-limits`). Quotas in the
/// thousands, such as PutEvents', are not this program's to reach, and not listed.
package struct Quota: Sendable, Hashable {
    package var perSecond: Double
    /// The operation, or a name for all that share this quota.
    package var group: String

    package init(_ perSecond: Double, group: String) {
        self.perSecond = perSecond
        self.group = group
    }

    package static func of(_ service: AWSService, _ operation: String, region: String) -> Quota? {
        let alone: Double? =
            switch service.endpointID {
            case AWSService.logs.endpointID where operation == "FilterLogEvents": filterLogEvents(region)
            case AWSService.logs.endpointID: logs[operation]
            case AWSService.cloudWatch.endpointID: cloudWatch[operation]
            case AWSService.lambda.endpointID: lambda[operation]
            default: nil
            }
        if let alone { return Quota(alone, group: operation) }
        // What is neither the service's work itself nor named alone is counted together.
        switch service.endpointID {
        case AWSService.lambda.endpointID where !operation.hasPrefix("Invoke"): return Quota(15, group: "control plane")
        case AWSService.eventBridge.endpointID where operation != "PutEvents": return Quota(50, group: "control plane")
        default: return nil
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
        "CreateLogGroup": 10, "DeleteLogGroup": 10, "PutRetentionPolicy": 5, "DeleteRetentionPolicy": 5,
        "AssociateKmsKey": 5, "PutMetricFilter": 5, "DeleteMetricFilter": 5,
        "PutSubscriptionFilter": 5, "DeleteSubscriptionFilter": 5, "TagResource": 5,
        // Not in AWS's table, where no change of a group has less.
        "DisassociateKmsKey": 5, "PutLogGroupDeletionProtection": 5,
    ]

    private static let cloudWatch: [String: Double] = [
        "PutMetricAlarm": 3, "PutCompositeAlarm": 3, "DeleteAlarms": 3, "SetAlarmState": 3, "EnableAlarmActions": 3,
        "DisableAlarmActions": 3, "DescribeAlarms": 9, "DescribeAlarmHistory": 20, "PutDashboard": 10,
        "GetDashboard": 10, "ListDashboards": 10, "DeleteDashboards": 10, "GetMetricData": 500,
        "GetMetricStatistics": 400, "ListMetrics": 25, "GetMetricWidgetImage": 20, "PutMetricData": 500,
    ]

    private static let lambda: [String: Double] = ["GetFunction": 100, "GetPolicy": 15]
}
