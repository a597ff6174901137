import AWS
import Basics
import Findings
import FoundationEssentials

// From what AWS answered to what is reported of it, member by member.

extension Date {
    /// ISO 8601 in UTC, to the second.
    var iso8601: String { UTCTime(secondsSince1970: Int(timeIntervalSince1970.rounded(.down))).iso8601 }
}

extension BusFacts {
    init(_ bus: EventBridge.EventBus) {
        self.init()
        name = bus.name
        arn = bus.arn
        description = bus.description
        policy = bus.policy
        kmsKeyIdentifier = bus.kmsKeyIdentifier
        deadLetterConfig = bus.deadLetterConfig.map { DeadLetterConfigFacts(arn: $0.arn) }
        creationTime = bus.creationTime?.iso8601
        lastModifiedTime = bus.lastModifiedTime?.iso8601
    }
}

extension RuleFacts {
    init(_ rule: EventBridge.Rule) {
        self.init()
        name = rule.name
        arn = rule.arn
        eventPattern = rule.eventPattern
        scheduleExpression = rule.scheduleExpression
        state = rule.state?.rawValue
        description = rule.description
        roleArn = rule.roleARN
        managedBy = rule.managedBy
        eventBusName = rule.eventBusName
    }
}

extension TargetFacts {
    init(_ target: EventBridge.Target) {
        self.init(id: target.id, arn: target.arn)
        roleArn = target.roleARN
        input = target.input
        inputPath = target.inputPath
        inputTransformer = target.inputTransformer.map {
            InputTransformer(inputPathsMap: $0.inputPathsMap, inputTemplate: $0.inputTemplate)
        }
        deadLetterConfig = target.deadLetterConfig.map { DeadLetterConfigFacts(arn: $0.arn) }
        retryPolicy = target.retryPolicy.map {
            RetryPolicy(
                maximumRetryAttempts: $0.maximumRetryAttempts, maximumEventAgeInSeconds: $0.maximumEventAgeInSeconds)
        }
    }
}

extension FunctionFacts {
    init(_ answer: Lambda.GetFunctionOutput) {
        self.init()
        configuration = answer.configuration.map(Configuration.init) ?? Configuration()
        concurrency = answer.concurrency.map {
            Concurrency(reservedConcurrentExecutions: $0.reservedConcurrentExecutions)
        }
        tags = answer.tags
    }
}

extension FunctionFacts.Configuration {
    init(_ function: Lambda.FunctionConfiguration) {
        self.init()
        functionName = function.functionName
        functionArn = function.functionARN
        runtime = function.runtime
        role = function.role
        handler = function.handler
        codeSize = function.codeSize
        description = function.description
        timeout = function.timeout
        memorySize = function.memorySize
        lastModified = function.lastModified
        codeSha256 = function.codeSha256
        version = function.version
        deadLetterConfig = function.deadLetterConfig.map { FunctionFacts.DeadLetterConfig(targetArn: $0.targetARN) }
        environmentVariableNames = function.environment?.variables?.keys.sorted()
        kmsKeyArn = function.kmsKeyARN
        revisionId = function.revisionID
        state = function.state?.rawValue
        stateReason = function.stateReason
        stateReasonCode = function.stateReasonCode
        lastUpdateStatus = function.lastUpdateStatus?.rawValue
        lastUpdateStatusReason = function.lastUpdateStatusReason
        lastUpdateStatusReasonCode = function.lastUpdateStatusReasonCode
        packageType = function.packageType
        architectures = function.architectures
        loggingConfig = function.loggingConfig.map { config in
            var logging = FunctionFacts.LoggingConfig()
            logging.logFormat = config.logFormat
            logging.applicationLogLevel = config.applicationLogLevel
            logging.systemLogLevel = config.systemLogLevel
            logging.logGroup = config.logGroup
            return logging
        }
    }
}

extension EventInvokeConfigFacts {
    init(_ config: Lambda.EventInvokeConfig) {
        self.init()
        functionArn = config.functionARN
        lastModified = config.lastModified?.iso8601
        maximumRetryAttempts = config.maximumRetryAttempts
        maximumEventAgeInSeconds = config.maximumEventAgeInSeconds
        destinationConfig = config.destinationConfig.map { config in
            DestinationConfig(
                onSuccess: config.onSuccess.map { Destination(destination: $0.arn) },
                onFailure: config.onFailure.map { Destination(destination: $0.arn) })
        }
    }
}

extension LogGroupFacts {
    init(_ group: CloudWatchLogs.LogGroup) {
        self.init()
        logGroupName = group.logGroupName
        creationTime = group.creationTime.map { Int($0) }
        retentionInDays = group.retentionInDays
        arn = group.arn
        logGroupArn = group.logGroupARN
        storedBytes = group.storedBytes.map { Int($0) }
        kmsKeyId = group.kmsKeyID
        dataProtectionStatus = group.dataProtectionStatus
        logGroupClass = group.logGroupClass?.rawValue
    }
}

extension QueueFacts {
    init(url: String, _ answer: SQS.GetQueueAttributesOutput) {
        self.init()
        queueUrl = url
        queueArn = answer.arn
        approximateNumberOfMessages = answer.approximateNumberOfMessages
        approximateNumberOfMessagesNotVisible = answer.approximateNumberOfMessagesNotVisible
        approximateNumberOfMessagesDelayed = answer.approximateNumberOfMessagesDelayed
        policy = answer.attributes?["Policy"]
        kmsMasterKeyId = answer.attributes?["KmsMasterKeyId"]
        sqsManagedSseEnabled = answer.attributes?["SqsManagedSseEnabled"].map { $0 == "true" }
        messageRetentionPeriod = answer.number("MessageRetentionPeriod")
        visibilityTimeout = answer.number("VisibilityTimeout")
        fifoQueue = answer.attributes?["FifoQueue"].map { $0 == "true" }
        createdTimestamp = answer.number("CreatedTimestamp")
        lastModifiedTimestamp = answer.number("LastModifiedTimestamp")
    }
}

extension ClusterFacts {
    init(_ cluster: DSQL.Cluster) {
        self.init(
            identifier: cluster.identifier, arn: cluster.arn, status: cluster.status.rawValue,
            deletionProtectionEnabled: cluster.deletionProtectionEnabled)
        creationTime = cluster.creationTime.iso8601
        multiRegionProperties = cluster.multiRegionProperties.map {
            MultiRegionProperties(witnessRegion: $0.witnessRegion, clusters: $0.clusters)
        }
        tags = cluster.tags
        encryptionDetails = cluster.encryptionDetails.map {
            EncryptionDetails(
                encryptionType: $0.encryptionType, kmsKeyArn: $0.kmsKeyARN, encryptionStatus: $0.encryptionStatus)
        }
        endpoint = cluster.endpoint
    }
}

extension AlarmFacts {
    init?(_ alarm: CloudWatch.MetricAlarm) {
        guard let name = alarm.alarmName else { return nil }
        self.init(alarmName: name, alarmType: CloudWatch.AlarmType.metricAlarm.rawValue)
        alarmArn = alarm.alarmARN
        alarmDescription = alarm.alarmDescription
        stateValue = alarm.stateValue?.rawValue
        stateReason = alarm.stateReason
        stateUpdatedTimestamp = alarm.stateUpdatedTimestamp?.iso8601
        stateTransitionedTimestamp = alarm.stateTransitionedTimestamp?.iso8601
        alarmConfigurationUpdatedTimestamp = alarm.alarmConfigurationUpdatedTimestamp?.iso8601
        actionsEnabled = alarm.actionsEnabled
        alarmActions = alarm.alarmActions
        namespace = alarm.namespace
        metricName = alarm.metricName
        dimensions = alarm.dimensions?.map { Dimension(name: $0.name, value: $0.value) }
        period = alarm.period
        evaluationPeriods = alarm.evaluationPeriods
        treatMissingData = alarm.treatMissingData
    }

    init?(_ alarm: CloudWatch.CompositeAlarm) {
        guard let name = alarm.alarmName else { return nil }
        self.init(alarmName: name, alarmType: CloudWatch.AlarmType.compositeAlarm.rawValue)
        alarmArn = alarm.alarmARN
        alarmDescription = alarm.alarmDescription
        stateValue = alarm.stateValue?.rawValue
        stateReason = alarm.stateReason
        stateUpdatedTimestamp = alarm.stateUpdatedTimestamp?.iso8601
        stateTransitionedTimestamp = alarm.stateTransitionedTimestamp?.iso8601
        alarmConfigurationUpdatedTimestamp = alarm.alarmConfigurationUpdatedTimestamp?.iso8601
        actionsEnabled = alarm.actionsEnabled
        alarmActions = alarm.alarmActions
        alarmRule = alarm.alarmRule
        actionsSuppressedBy = alarm.actionsSuppressedBy
    }
}
