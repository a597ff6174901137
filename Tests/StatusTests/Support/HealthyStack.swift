import Basics
import Findings
import FoundationEssentials
import TaskSystem

@testable import Status

/// A stack of two Regions in which all is well, as the reader would hand it to the rules.
enum HealthyStack {
    static let regions = ["us-east-1", "us-west-2"]
    static let account = "111122223333"
    static let clusters = ["us-east-1": "abc0def1baz2quux3quuux4abc", "us-west-2": "xyz0def1baz2quux3quuux4xyz"]
    /// 2026-11-25T03:00:00Z.
    static let now = Date(timeIntervalSince1970: 1_795_575_600)
    static let schemaVersions = [0, 1, 2, 3, 4, 5]

    static func regional(_ region: String) -> RegionalStack {
        RegionalStack(
            region: region, cluster: .id(ClusterID(rawValue: clusters[region]!)!), bus: "task-events-dev",
            rule: "task-processing-rule", function: "task-processor-dev", deadLetterQueue: "task-events-dev-undelivered",
            failureQueue: "task-processor-dev-failed")
    }

    static let stack = TaskStack(name: "tasks", environment: "dev", regions: regions.map(regional))

    static func clusterARN(_ region: String) -> String {
        "arn:aws:dsql:\(region):\(account):cluster/\(clusters[region]!)"
    }

    static func queueARN(_ name: String, _ region: String) -> String { "arn:aws:sqs:\(region):\(account):\(name)" }

    static func functionARN(_ region: String) -> String {
        "arn:aws:lambda:\(region):\(account):function:task-processor-dev"
    }

    static func ruleARN(_ region: String) -> String {
        "arn:aws:events:\(region):\(account):rule/task-events-dev/task-processing-rule"
    }

    static let pattern =
        #"{"source":["task.management"],"detail-type":["Task Created","Task Updated","Task Completed"]}"#

    static var looks: [RegionLook] { regions.map(look) }

    static func look(_ region: String) -> RegionLook {
        var look = RegionLook(region: region, metrics: .read(MetricReading(series: [])))
        look.facts = facts(region)
        look.environment = Secret([
            "CLUSTER_ENDPOINT": "\(clusters[region]!).dsql.\(region).on.aws", "ENVIRONMENT": "dev", "API_KEY": "hush-1234",
            "STACK_NAME": "tasks", "EVENT_BUS_NAME": "task-events-dev", "DATABASE_ROLE": "task_processor",
        ])
        for name in MetricSeries.Name.allCases { look.set(name, []) }
        look.set(.matchedEvents, [3, 0, 2])
        look.set(.invocations, [3, 0, 2])
        return look
    }

    private static func facts(_ region: String) -> RegionFacts {
        var facts = RegionFacts()
        var bus = BusFacts()
        bus.name = "task-events-dev"
        facts.bus = .read(bus)
        var rule = RuleFacts()
        rule.name = "task-processing-rule"
        rule.arn = ruleARN(region)
        rule.state = "ENABLED"
        rule.eventPattern = pattern
        facts.rule = .read(rule)
        var target = TargetFacts(id: "task-processor", arn: functionARN(region))
        target.deadLetterConfig = DeadLetterConfigFacts(arn: queueARN("task-events-dev-undelivered", region))
        target.retryPolicy = .init(maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400)
        facts.targets = .read([target])
        facts.policy = .read(PolicyFacts(policy: policy("lambda:InvokeFunction", functionARN(region), region)))
        facts.function = .read(function(region))
        var config = EventInvokeConfigFacts()
        config.maximumRetryAttempts = 2
        config.maximumEventAgeInSeconds = 21_600
        config.destinationConfig = .init(
            onFailure: .init(destination: queueARN("task-processor-dev-failed", region)))
        facts.eventInvokeConfig = .read(config)
        var group = LogGroupFacts()
        group.logGroupName = "/aws/lambda/task-processor-dev"
        group.retentionInDays = 7
        group.logGroupClass = "STANDARD"
        facts.logGroup = .read(group)
        var undelivered = queue("task-events-dev-undelivered", region)
        undelivered.policy = policy("sqs:SendMessage", undelivered.queueArn!, region)
        facts.deadLetterQueue = .read(undelivered)
        facts.failureQueue = .read(queue("task-processor-dev-failed", region))
        facts.cluster = .read(cluster(region))
        var database = DatabaseFacts(host: "\(clusters[region]!).dsql.\(region).on.aws", user: "taskops", ms: 12)
        database.schemaVersions = schemaVersions
        database.canaryRowsLeftBehind = 0
        facts.database = .read(database)
        facts.alarms = .read([alarm("task-processor-dev-errors")])
        return facts
    }

    private static func function(_ region: String) -> FunctionFacts {
        var function = FunctionFacts()
        function.configuration.functionArn = functionARN(region)
        function.configuration.runtime = "provided.al2023"
        function.configuration.memorySize = 512
        function.configuration.timeout = 60
        function.configuration.architectures = ["x86_64"]
        function.configuration.codeSha256 = "3q2+7wAAAA="
        function.configuration.state = "Active"
        function.configuration.lastUpdateStatus = "Successful"
        return function
    }

    private static func queue(_ name: String, _ region: String) -> QueueFacts {
        var queue = QueueFacts()
        queue.queueUrl = "https://sqs.\(region).amazonaws.com/\(account)/\(name)"
        queue.queueArn = queueARN(name, region)
        queue.approximateNumberOfMessages = 0
        queue.messageRetentionPeriod = 1_209_600
        queue.sqsManagedSseEnabled = true
        return queue
    }

    private static func cluster(_ region: String) -> ClusterFacts {
        var cluster = ClusterFacts(
            identifier: clusters[region]!, arn: clusterARN(region), status: "ACTIVE", deletionProtectionEnabled: true)
        // AWS's own examples name the cluster itself among its peers.
        cluster.multiRegionProperties = .init(witnessRegion: "us-east-2", clusters: regions.map(clusterARN))
        cluster.encryptionDetails = .init(encryptionType: "AWS_OWNED_KMS_KEY", encryptionStatus: "ENABLED")
        return cluster
    }

    static func alarm(_ name: String) -> AlarmFacts {
        var alarm = AlarmFacts(alarmName: name, alarmType: "MetricAlarm")
        alarm.stateValue = "OK"
        alarm.stateUpdatedTimestamp = "2026-11-25T02:40:00Z"
        alarm.alarmConfigurationUpdatedTimestamp = "2026-11-01T00:00:00Z"
        alarm.actionsEnabled = true
        alarm.alarmDescription = "Failed events. Runbook: runbooks/task-processor-errors.md"
        return alarm
    }

    static func policy(_ action: String, _ resource: String, _ region: String) -> String {
        #"{"Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"\#(action)","#
            + #""Resource":"\#(resource)","Condition":{"ArnEquals":{"aws:SourceArn":"\#(ruleARN(region))"}}}]}"#
    }

    static func report(
        _ looks: [RegionLook], stack: TaskStack = stack, schemaVersions: [Int]? = schemaVersions
    ) -> StatusReport {
        StatusReport(
            stack: stack.name, environment: stack.environment, at: now.iso8601,
            regions: StatusJudge(stack: stack, schemaVersions: schemaVersions, now: now).regions(looks),
            differences: RegionDifferences.all(looks, stack: stack), cost: .init(requests: 0, connections: 0, ms: 0))
    }
}

extension RegionLook {
    /// Sets a metric's values; they stand in the middle of the hour.
    mutating func set(_ name: MetricSeries.Name, _ values: [Double?]) {
        var reading = metrics.value ?? MetricReading(series: [])
        reading.series.removeAll { $0.name == name }
        var minutes = [Double?](repeating: nil, count: 60)
        for (place, value) in values.enumerated() { minutes[30 + place] = value }
        reading.series.append(
            MetricSeries(
                name: name, namespace: "AWS/Test", metricName: name.rawValue, statistic: "Sum", unit: .count, period: 60,
                start: "2026-11-25T02:00:00Z", values: minutes, staleness: values.isEmpty ? nil : 1200))
        metrics = .read(reading)
    }

    /// Sets a metric's values; they are the hour's last.
    mutating func set(_ name: MetricSeries.Name, last values: [Double]) {
        set(name, [])
        metrics.change { reading in
            guard let place = reading.series.firstIndex(where: { $0.name == name }) else { return }
            reading.series[place].values.replaceSubrange(60 - values.count..<60, with: values)
        }
    }
}

extension Reading {
    /// Changes what was read; a test that changes what was not read is a mistake in the test.
    mutating func change(_ change: (inout Value) -> Void) {
        guard case .read(var value) = self else { preconditionFailure("nothing was read") }
        change(&value)
        self = .read(value)
    }
}

extension Optional {
    mutating func change<Value>(_ change: (inout Value) -> Void) where Wrapped == Reading<Value> {
        guard var reading = self else { preconditionFailure("nothing was asked") }
        reading.change(change)
        self = reading
    }
}
