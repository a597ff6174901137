/// The metrics of the services this system is made of, and the dimensions they come with.
///
/// Sources: Lambda developer guide "Types of metrics"; EventBridge user guide "Monitoring"; SQS, SNS and CloudWatch Logs
/// guides "Available CloudWatch metrics"; Aurora DSQL user guide "Monitoring"; CloudWatch user guide "AWS usage metrics".
/// AWS adds metrics: a name that is near none of these is a warning, not an error.
struct MetricCatalog {
    let metrics: Set<String>
    /// Sets of dimension names a metric may come with.
    let dimensions: [Set<String>]
    var dimensionNames: Set<String> { dimensions.reduce(into: []) { $0.formUnion($1) } }

    private init(_ metrics: [String], _ dimensions: [Set<String>]) {
        self.metrics = Set(metrics)
        self.dimensions = dimensions
    }

    static let byNamespace: [String: MetricCatalog] = [
        "AWS/Lambda": lambda, "AWS/Events": events, "AWS/SQS": sqs, "AWS/SNS": sns, "AWS/Logs": logs,
        "AWS/AuroraDSQL": auroraDSQL, "AWS/Usage": usage, "TaskOps/Canary": canary,
    ]

    /// What `taskops canary` writes to.
    static let ours = ["TaskOps/Canary"]

    /// docs/canary-metrics.md.
    private static let canary = MetricCatalog(
        [
            "DuplicateEvents", "Duration", "HopDuration", "LateEvents", "LostEvents", "StaleReads", "Success", "Unknown",
        ], [["Stack", "Region"], ["Stack", "Region", "Hop"]])

    private static let lambda = MetricCatalog(
        [
            "AsyncEventAge", "AsyncEventsDropped", "AsyncEventsReceived", "ClaimedAccountConcurrency",
            "ConcurrentExecutions", "DeadLetterErrors", "DeletedEventCount", "DestinationDeliveryFailures",
            "DroppedEventCount", "Duration", "Errors", "FailedInvokeEventCount", "FilteredOutEventCount", "Invocations",
            "InvokedEventCount", "IteratorAge", "OffsetLag", "OnFailureDestinationDeliveredEventCount",
            "OversizedRecordCount", "PolledEventCount", "PostRuntimeExtensionsDuration",
            "ProvisionedConcurrencyInvocations", "ProvisionedConcurrencySpilloverInvocations",
            "ProvisionedConcurrencyUtilization", "ProvisionedConcurrentExecutions", "ProvisionedPollers",
            "RecursiveInvocationsDropped", "SignatureValidationErrors", "Throttles", "UnreservedConcurrentExecutions",
        ],
        [
            [], ["FunctionName"], ["FunctionName", "Resource"], ["FunctionName", "Resource", "ExecutedVersion"],
            ["Resource"], ["EventSourceMappingUUID"],
        ])

    private static let events = MetricCatalog(
        [
            "DeadLetterInvocations", "Events", "FailedInvocations", "IngestionToInvocationCompleteLatency",
            "IngestionToInvocationStartLatency", "IngestiontoInvocationCompleteLatency",
            "IngestiontoInvocationStartLatency", "IngestionToInvocationSuccessLatency", "InvocationAttempts",
            "Invocations", "InvocationsCreated", "InvocationsFailedToBeSentToDlq", "InvocationsSentToDlq",
            "MatchedEvents", "PutEventsApproximateCallCount", "PutEventsApproximateFailedCount",
            "PutEventsApproximateSuccessCount", "PutEventsApproximateThrottledCount", "PutEventsEntriesCount",
            "PutEventsFailedEntriesCount", "PutEventsLatency", "PutEventsRequestSize",
            "PutPartnerEventsApproximateCallCount", "PutPartnerEventsApproximateFailedCount",
            "PutPartnerEventsApproximateSuccessCount", "PutPartnerEventsApproximateThrottledCount",
            "PutPartnerEventsEntriesCount", "PutPartnerEventsFailedEntriesCount", "PutPartnerEventsLatency",
            "RetryInvocationAttempts", "SuccessfulInvocationAttempts", "ThrottledRules", "TriggeredRules",
        ],
        [[], ["RuleName"], ["EventBusName"], ["EventSourceName"], ["EventBusName", "RuleName"]])

    private static let sqs = MetricCatalog(
        [
            "ApproximateAgeOfOldestMessage", "ApproximateNumberOfGroupsWithInflightMessages",
            "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfNoisyGroups", "NumberOfDeduplicatedSentMessages",
            "NumberOfEmptyReceives", "NumberOfMessagesDeleted", "NumberOfMessagesReceived", "NumberOfMessagesSent",
            "SentMessageSize",
        ], [["QueueName"]])

    private static let sns = MetricCatalog(
        [
            "NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFailed",
            "NumberOfNotificationsFailedToRedriveToDlq", "NumberOfNotificationsFilteredOut",
            "NumberOfNotificationsFilteredOut-InvalidAttributes", "NumberOfNotificationsFilteredOut-InvalidMessageBody",
            "NumberOfNotificationsFilteredOut-MessageAttributes", "NumberOfNotificationsFilteredOut-MessageBody",
            "NumberOfNotificationsFilteredOut-NoMessageAttributes", "NumberOfNotificationsRedrivenToDlq", "PublishSize",
            "SMSMonthToDateSpentUSD", "SMSSuccessRate",
        ],
        [
            [], ["TopicName"], ["Application"], ["Application", "Platform"], ["Platform"], ["PhoneNumber"], ["Country"],
            ["SMSType"], ["Country", "SMSType"],
        ])

    private static let logs = MetricCatalog(
        [
            "DeliveryErrors", "DeliveryThrottling", "EMFParsingErrors", "EMFValidationErrors", "ForwardedBytes",
            "ForwardedLogEvents", "IncomingBytes", "IncomingLogEvents", "LogEventsWithFindings", "TransformationErrors",
            "TransformedBytes", "TransformedLogEvents",
        ],
        [
            [], ["LogGroupName"], ["LogGroupName", "DestinationType", "FilterName"], ["DestinationType"],
            ["LogGroupName", "FilterName"], ["DestinationType", "PolicyLevel"],
        ])

    /// The table of metrics names the dimension `ResourceId`, AWS's scripts and the stream metrics `ClusterId`.
    private static let auroraDSQL = MetricCatalog(
        [
            "BehindSourceLag", "BytesRead", "BytesStreamed", "BytesWritten", "ClusterStorageSize", "CommitLatency",
            "ComputeDPU", "ComputeTime", "IsImpaired", "MultiRegionWriteDPU", "OccConflicts", "PublishedBytes",
            "PublishedRecords", "QueryTimeouts", "ReadDPU", "ReadOnlyTransactions", "StreamDPU", "TotalDPU",
            "TotalTransactions", "WriteDPU",
        ], [["ClusterId"], ["ResourceId"], ["ClusterId", "StreamId"]])

    private static let usage = MetricCatalog(
        ["CallCount", "ResourceCount", "ThrottleCount"],
        [
            ["Type", "Resource", "Service", "Class"], ["Type", "Resource", "Service"],
            ["Type", "Resource", "ResourceId", "Service"],
        ])
}
