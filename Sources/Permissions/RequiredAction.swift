/// An IAM action, and the thing of the stack it is needed for.
///
/// Source of action names and resource types: AWS Service Authorization Reference, one page per service.
package struct RequiredAction: Sendable, Hashable {
    /// What the policy's `Resource` names.
    package enum Target: Sendable, Hashable, CaseIterable {
        case bus, rule, function, logGroup, queue, cluster
        // What a search looks at before the stack's names are known: all of a kind, in every Region.
        case anyRule, anyFunction, anyCluster
        /// Metrics of one namespace: the action takes no resource, and a condition in its stead (Service Authorization
        /// Reference, CloudWatch: `cloudwatch:namespace`).
        case canaryMetrics
        /// The action takes no resource, or has to be allowed on all of them.
        case everything
    }

    package var action: String
    package var target: Target

    package init(_ action: String, on target: Target) {
        self.action = action
        self.target = target
    }
}

/// What each command calls. `make conformance` runs them all, and holds this table against what was called.
package enum CommandActions {
    /// Commands that call AWS, by the word typed.
    package static let all: [String: [RequiredAction]] = [
        "alarms": alarms + clusterByTag,
        "apply": plan + monitoringWrites + clusterByTag,
        "canary": canary + clusterByTag,
        "diagnose": path + clusterByTag,
        "drill": drill,
        "history": [RequiredAction("cloudwatch:GetMetricData", on: .everything)],
        "import": plan + clusterByTag,
        "init": discovery,
        "plan": plan + clusterByTag,
        "schema": schema + clusterByTag,
        "status": status + clusterByTag,
        "tail": tail,
    ]

    /// Commands that look through an account before there is a stack: their policy needs no taskops.yaml, and is not part
    /// of what the stack's operators need every day.
    package static let beforeStack: Set<String> = ["init"]

    /// All but PutEvents, DescribeEventBus and DbConnect is asked only when it failed, to name the link that broke.
    private static let canary =
        path + [
            RequiredAction("events:PutEvents", on: .bus),
            // With --metrics alone.
            RequiredAction("cloudwatch:PutMetricData", on: .canaryMetrics),
            // With --consistency alone, which asks the function directly.
            RequiredAction("lambda:InvokeFunction", on: .function),
        ]

    /// What stands along the path of an event, and what the event left on it.
    private static let path = [
        RequiredAction("events:DescribeEventBus", on: .bus),
        RequiredAction("events:DescribeRule", on: .rule),
        RequiredAction("events:ListTargetsByRule", on: .rule),
        // It takes no resource.
        RequiredAction("events:TestEventPattern", on: .everything),
        RequiredAction("lambda:GetFunction", on: .function),
        RequiredAction("lambda:GetPolicy", on: .function),
        RequiredAction("lambda:GetFunctionEventInvokeConfig", on: .function),
        RequiredAction("logs:FilterLogEvents", on: .logGroup),
        RequiredAction("sqs:GetQueueUrl", on: .queue),
        RequiredAction("sqs:GetQueueAttributes", on: .queue),
        RequiredAction("sqs:ReceiveMessage", on: .queue),
        RequiredAction("dsql:GetCluster", on: .cluster),
        RequiredAction("dsql:DbConnect", on: .cluster),
    ]

    private static let schema = [
        RequiredAction("dsql:DbConnectAdmin", on: .cluster),
        RequiredAction("lambda:GetFunctionConfiguration", on: .function),
    ]

    /// Without names: the groups of the stack's functions.
    private static let tail = [
        RequiredAction("lambda:GetFunctionConfiguration", on: .function),
        RequiredAction("logs:FilterLogEvents", on: .logGroup),
        // With --live alone.
        RequiredAction("logs:StartLiveTail", on: .logGroup),
        // For patterns, and for the ARNs that Live Tail takes: of groups that may have any name.
        RequiredAction("logs:DescribeLogGroups", on: .everything),
    ]

    /// Three of them take no narrower resource: GetMetricData has none, DescribeLogGroups lists, and without the scope
    /// `*` DescribeAlarms leaves composite alarms out (CloudWatch API reference, DescribeAlarms).
    private static let status = [
        RequiredAction("events:DescribeEventBus", on: .bus),
        RequiredAction("events:DescribeRule", on: .rule),
        RequiredAction("events:ListTargetsByRule", on: .rule),
        RequiredAction("lambda:GetFunction", on: .function),
        RequiredAction("lambda:GetPolicy", on: .function),
        RequiredAction("lambda:GetFunctionEventInvokeConfig", on: .function),
        RequiredAction("sqs:GetQueueUrl", on: .queue),
        RequiredAction("sqs:GetQueueAttributes", on: .queue),
        RequiredAction("dsql:GetCluster", on: .cluster),
        RequiredAction("dsql:DbConnect", on: .cluster),
        RequiredAction("logs:DescribeLogGroups", on: .everything),
        RequiredAction("cloudwatch:DescribeAlarms", on: .everything),
        RequiredAction("cloudwatch:GetMetricData", on: .everything),
    ]

    private static let alarms = [
        // Scoped to less than everything, composite alarms are left out (CloudWatch API reference, DescribeAlarms).
        RequiredAction("cloudwatch:DescribeAlarms", on: .everything)
    ]

    /// Lists have no narrower resource; what is in no file, and whose it is, can have any name.
    private static let plan = [
        // Scoped to less than everything, composite alarms are left out (CloudWatch API reference, DescribeAlarms).
        RequiredAction("cloudwatch:DescribeAlarms", on: .everything),
        RequiredAction("cloudwatch:ListDashboards", on: .everything),
        RequiredAction("cloudwatch:GetDashboard", on: .everything),
        RequiredAction("logs:DescribeLogGroups", on: .everything),
        // Asked only where files speak of filters.
        RequiredAction("logs:DescribeMetricFilters", on: .everything),
        RequiredAction("logs:DescribeSubscriptionFilters", on: .everything),
        RequiredAction("tag:GetResources", on: .everything),
        // Asked of what the tagging API does not name.
        RequiredAction("cloudwatch:ListTagsForResource", on: .everything),
        RequiredAction("logs:ListTagsForResource", on: .everything),
    ]

    /// Tags that come with a new thing need TagResource as well.
    private static let monitoringWrites = [
        RequiredAction("cloudwatch:PutMetricAlarm", on: .everything),
        // Only with the scope `*` (CloudWatch API reference, PutCompositeAlarm).
        RequiredAction("cloudwatch:PutCompositeAlarm", on: .everything),
        RequiredAction("cloudwatch:DeleteAlarms", on: .everything),
        RequiredAction("cloudwatch:PutDashboard", on: .everything),
        RequiredAction("cloudwatch:DeleteDashboards", on: .everything),
        RequiredAction("cloudwatch:TagResource", on: .everything),
        RequiredAction("logs:CreateLogGroup", on: .everything),
        RequiredAction("logs:DeleteLogGroup", on: .everything),
        RequiredAction("logs:PutRetentionPolicy", on: .everything),
        RequiredAction("logs:DeleteRetentionPolicy", on: .everything),
        RequiredAction("logs:AssociateKmsKey", on: .everything),
        RequiredAction("logs:DisassociateKmsKey", on: .everything),
        RequiredAction("logs:PutLogGroupDeletionProtection", on: .everything),
        RequiredAction("logs:PutMetricFilter", on: .everything),
        RequiredAction("logs:DeleteMetricFilter", on: .everything),
        RequiredAction("logs:PutSubscriptionFilter", on: .everything),
        RequiredAction("logs:DeleteSubscriptionFilter", on: .everything),
        RequiredAction("logs:TagResource", on: .everything),
    ]

    /// Composite alarms are left out, or not told of, where the scope is less than everything (CloudWatch API reference,
    /// DescribeAlarms, DescribeAlarmHistory).
    private static let drill = [
        RequiredAction("cloudwatch:DescribeAlarms", on: .everything),
        RequiredAction("cloudwatch:DescribeAlarmHistory", on: .everything),
        RequiredAction("cloudwatch:SetAlarmState", on: .everything),
    ]

    private static let discovery = [
        // Describing all stacks takes both, and the resource is then no stack's ARN (CloudFormation API reference,
        // DescribeStacks).
        RequiredAction("cloudformation:DescribeStacks", on: .everything),
        RequiredAction("cloudformation:ListStacks", on: .everything),
        RequiredAction("dsql:ListClusters", on: .everything),
        RequiredAction("dsql:GetCluster", on: .anyCluster),
        // Asked only where a stack's outputs leave something unsaid.
        RequiredAction("events:ListEventBuses", on: .everything),
        RequiredAction("events:ListRules", on: .everything),
        RequiredAction("events:ListTargetsByRule", on: .anyRule),
        RequiredAction("lambda:GetFunctionEventInvokeConfig", on: .anyFunction),
        RequiredAction("lambda:GetFunctionConfiguration", on: .anyFunction),
    ]

    /// Where taskops.yaml names a cluster by its tag instead of its id.
    private static let clusterByTag = [
        RequiredAction("dsql:ListClusters", on: .everything),
        RequiredAction("dsql:ListTagsForResource", on: .cluster),
    ]
}
