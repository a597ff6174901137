import AWS
import Basics
import Findings
import TaskSystem

/// An alarm as it came, with every metric it looks at.
struct AlarmSource: Sendable {
    var facts: AlarmFacts?
    var metrics: [CloudWatch.Metric]

    init(_ alarm: CloudWatch.MetricAlarm) {
        facts = AlarmFacts(alarm)
        metrics = (alarm.metrics ?? []).compactMap { $0.metricStat?.metric }
        if alarm.metricName != nil {
            metrics.append(
                CloudWatch.Metric(namespace: alarm.namespace, metricName: alarm.metricName, dimensions: alarm.dimensions))
        }
    }

    init(_ alarm: CloudWatch.CompositeAlarm) {
        facts = AlarmFacts(alarm)
        metrics = []
    }

    /// Every alarm of the account in a Region, all pages.
    static func all(_ client: AWSClient, in region: String, deadline: Deadline) async throws(AWSError) -> [AlarmSource] {
        let answer = try await client.cloudWatch(region).allAlarms(.init(maxRecords: 100), deadline: deadline)
        return (answer.metricAlarms ?? []).map(AlarmSource.init) + (answer.compositeAlarms ?? []).map(AlarmSource.init)
    }
}

/// Tells a stack's alarms from an account's others: by what they watch, since an alarm's tags take a call each.
struct StackAlarms: Sendable {
    private let stack: RegionalStack
    private let cluster: ClusterID?

    /// - Parameter cluster: nil where it is not known.
    init(_ stack: RegionalStack, cluster: ClusterID?) {
        self.stack = stack
        self.cluster = cluster
    }

    /// Metric alarms on the stack's function, rule, bus, queues or cluster, on what the function's own log is counted into,
    /// or on what `taskops canary` publishes, and composite alarms that refer to one that is the stack's. By name.
    func of(_ all: [AlarmSource]) -> [AlarmFacts] {
        var ours = all.filter { $0.metrics.contains(where: watches) }.compactMap(\.facts)
        var others = all.compactMap(\.facts).filter { $0.alarmRule != nil }
        // A composite may refer to a composite.
        while true {
            let names = Set(ours.flatMap { [$0.alarmName, $0.alarmArn].compactMap(\.self) })
            let found = others.filter { !names.isDisjoint(with: Self.references(in: $0.alarmRule ?? "")) }
            if found.isEmpty { break }
            ours += found
            others.removeAll { other in found.contains { $0.alarmName == other.alarmName } }
        }
        return ours.sorted { $0.alarmName < $1.alarmName }
    }

    private func watches(_ metric: CloudWatch.Metric) -> Bool {
        // The second is what log-groups/ counts: a metric filter with a default value can have no dimensions.
        if ["TaskOps/Canary", "TaskOps/\(stack.function)"].contains(metric.namespace) { return true }
        var values: [String: String] = [:]
        for dimension in metric.dimensions ?? [] { values[dimension.name] = dimension.value }
        if values["FunctionName"] == stack.function { return true }
        if let queue = values["QueueName"] { return queue == stack.deadLetterQueue || queue == stack.failureQueue }
        if let bus = values["EventBusName"] { return bus == stack.bus && values["RuleName"].map { $0 == stack.rule } ?? true }
        // Without a bus it is the default bus's rule.
        if let rule = values["RuleName"] { return rule == stack.rule && stack.bus == "default" }
        guard let cluster else { return false }
        return ["ClusterId", "ResourceId"].compactMap { values[$0] }.contains {
            $0 == cluster.rawValue || $0 == "cluster/\(cluster.rawValue)"
        }
    }

    /// The names or ARNs in `ALARM("name")`, `OK(name)`, `INSUFFICIENT_DATA('name')`.
    static func references(in rule: String) -> Set<String> {
        var names: Set<String> = []
        var rest = Substring(rule)
        while let open = rest.firstIndex(of: "(") {
            let word = rest[..<open].reversed().drop { $0.isWhitespace }.prefix { $0.isLetter || $0 == "_" }
            rest = rest[rest.index(after: open)...]
            guard ["ALARM", "OK", "INSUFFICIENT_DATA"].contains(String(word.reversed())) else { continue }
            let inside = rest.drop { $0.isWhitespace }
            if let quote = inside.first, quote == "\"" || quote == "'" {
                names.insert(String(inside.dropFirst().prefix { $0 != quote }))
            } else {
                names.insert(String(inside.prefix { $0 != ")" && !$0.isWhitespace }))
            }
        }
        return names
    }
}
