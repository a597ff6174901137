import AWS
import Basics
import FoundationEssentials
import TaskSystem

/// The hour that is looked at: sixty whole minutes, the newest of them over.
struct MetricHour: Sendable, Hashable {
    static let period = 60
    static let count = 60
    var start: Date

    init(endingBefore now: Date) {
        let end = (now.timeIntervalSince1970 / Double(Self.period)).rounded(.down) * Double(Self.period)
        start = Date(timeIntervalSince1970: end - Double(Self.period * Self.count))
    }

    var end: Date { start.addingTimeInterval(Double(Self.period * Self.count)) }
}

/// What GetMetricData said.
struct MetricReading: Sendable, Hashable, Codable {
    var series: [MetricSeries]
    /// What could not be answered in full, in AWS's words.
    var complaints: [String] = []
}

/// The page's metrics as one GetMetricData.
///
/// Where the sources disagree on how a metric is called, every spelling is asked for in the same call, and the one that
/// has data is taken: DSQL's dimension (`ClusterId` in AWS's scripts, `ResourceId` in its table of metrics), and the
/// letter case of EventBridge's latencies.
struct MetricQueries: Sendable {
    private struct Query: Sendable {
        var name: MetricSeries.Name
        var unit: MetricSeries.Unit
        var stat: String
        var namespace: String
        var metricName: String
        var dimensions: [CloudWatch.Dimension]
    }

    /// Each with the spellings it may have, the likeliest first.
    private let queries: [[Query]]

    /// - Parameter cluster: nil where it could not be found; then there is nothing to ask of DSQL.
    init(_ stack: RegionalStack, cluster: ClusterID?) {
        let rule = (stack.bus == "default" ? [] : [("EventBusName", stack.bus)]) + [("RuleName", stack.rule)]
        let function = [("FunctionName", stack.function)]
        func all(
            _ name: MetricSeries.Name, _ unit: MetricSeries.Unit, _ stat: String, _ namespace: String, _ metrics: [String],
            _ dimensions: [[(String, String)]]
        ) -> [Query] {
            metrics.flatMap { metric in
                dimensions.map { pairs in
                    Query(
                        name: name, unit: unit, stat: stat, namespace: namespace, metricName: metric,
                        dimensions: pairs.map { CloudWatch.Dimension(name: $0.0, value: $0.1) })
                }
            }
        }
        func events(
            _ name: MetricSeries.Name, _ metrics: [String], _ unit: MetricSeries.Unit = .count, _ stat: String = "Sum"
        ) -> [Query] { all(name, unit, stat, "AWS/Events", metrics, [rule]) }
        func lambda(
            _ name: MetricSeries.Name, _ metric: String, _ unit: MetricSeries.Unit = .count, _ stat: String = "Sum"
        ) -> [Query] { all(name, unit, stat, "AWS/Lambda", [metric], [function]) }
        func dsql(
            _ name: MetricSeries.Name, _ metric: String, _ unit: MetricSeries.Unit = .count, _ stat: String = "Sum"
        ) -> [Query] {
            guard let id = cluster?.rawValue else { return [] }
            return all(name, unit, stat, "AWS/AuroraDSQL", [metric], [[("ClusterId", id)], [("ResourceId", id)]])
        }
        func sqs(
            _ name: MetricSeries.Name, _ queue: String?, _ metric: String, _ unit: MetricSeries.Unit, _ stat: String
        ) -> [Query] {
            guard let queue else { return [] }
            return all(name, unit, stat, "AWS/SQS", [metric], [[("QueueName", queue)]])
        }
        queries = MetricSeries.Name.allCases.map { name in
            switch name {
            case .matchedEvents: events(name, ["MatchedEvents"])
            case .failedInvocations: events(name, ["FailedInvocations"])
            case .deadLettered: events(name, ["InvocationsSentToDlq"])
            case .deadLetteringFailed: events(name, ["InvocationsFailedToBeSentToDlq"])
            case .deliveryLatency:
                events(
                    name,
                    [
                        "IngestionToInvocationSuccessLatency", "IngestiontoInvocationCompleteLatency",
                        "IngestionToInvocationCompleteLatency",
                    ], .milliseconds, "p95")
            case .invocations: lambda(name, "Invocations")
            case .errors: lambda(name, "Errors")
            case .throttles: lambda(name, "Throttles")
            case .durationP50: lambda(name, "Duration", .milliseconds, "p50")
            case .durationP95: lambda(name, "Duration", .milliseconds, "p95")
            case .asyncEventAge: lambda(name, "AsyncEventAge", .milliseconds, "Maximum")
            case .asyncEventsDropped: lambda(name, "AsyncEventsDropped")
            case .destinationDeliveryFailures: lambda(name, "DestinationDeliveryFailures")
            case .deadLetterQueueSent: sqs(name, stack.deadLetterQueue, "NumberOfMessagesSent", .count, "Sum")
            case .deadLetterQueueAge:
                sqs(name, stack.deadLetterQueue, "ApproximateAgeOfOldestMessage", .seconds, "Maximum")
            case .failureQueueSent: sqs(name, stack.failureQueue, "NumberOfMessagesSent", .count, "Sum")
            case .failureQueueAge: sqs(name, stack.failureQueue, "ApproximateAgeOfOldestMessage", .seconds, "Maximum")
            case .transactions: dsql(name, "TotalTransactions")
            case .occConflicts: dsql(name, "OccConflicts")
            case .queryTimeouts: dsql(name, "QueryTimeouts")
            case .commitLatency: dsql(name, "CommitLatency", .milliseconds, "p50")
            case .storage: dsql(name, "ClusterStorageSize", .bytes, "Average")
            }
        }
    }

    func input(over hour: MetricHour) -> CloudWatch.GetMetricDataInput {
        let all = queries.flatMap { spellings in
            spellings.enumerated().map { place, query in
                CloudWatch.MetricDataQuery(
                    id: Self.id(query.name, place),
                    metricStat: CloudWatch.MetricStat(
                        metric: CloudWatch.Metric(
                            namespace: query.namespace, metricName: query.metricName, dimensions: query.dimensions),
                        period: MetricHour.period, stat: query.stat))
            }
        }
        return CloudWatch.GetMetricDataInput(
            metricDataQueries: all, startTime: hour.start, endTime: hour.end, scanBy: .timestampAscending)
    }

    func reading(_ answer: CloudWatch.GetMetricDataOutput, over hour: MetricHour, now: Date) -> MetricReading {
        var results: [String: CloudWatch.MetricDataResult] = [:]
        for result in answer.metricDataResults ?? [] where result.id != nil { results[result.id!] = result }
        let series = queries.compactMap { spellings -> MetricSeries? in
            let drawn = spellings.enumerated().map { place, query in
                Self.series(query, results[Self.id(query.name, place)], over: hour, now: now)
            }
            return drawn.first { $0.latest != nil } ?? drawn.first
        }
        var complaints = (answer.messages ?? []).map(Self.words)
        for result in results.values.sorted(by: { ($0.id ?? "") < ($1.id ?? "") }) {
            guard let code = result.statusCode, code != .complete else { continue }
            let words = ([code.rawValue] + (result.messages ?? []).map(Self.words)).joined(separator: " ")
            complaints.append("\(result.id ?? ""): \(words)")
        }
        return MetricReading(series: series, complaints: complaints)
    }

    // MARK: -

    /// The first spelling has the metric's own name.
    private static func id(_ name: MetricSeries.Name, _ place: Int) -> String {
        place == 0 ? name.rawValue : "\(name.rawValue)_\(place + 1)"
    }

    private static func words(_ message: CloudWatch.MessageData) -> String {
        [message.code, message.value].compactMap(\.self).joined(separator: ": ")
    }

    private static func series(
        _ query: Query, _ result: CloudWatch.MetricDataResult?, over hour: MetricHour, now: Date
    ) -> MetricSeries {
        var values = [Double?](repeating: nil, count: MetricHour.count)
        for (time, value) in zip(result?.timestamps ?? [], result?.values ?? []) {
            let place = Int((time.timeIntervalSince(hour.start) / Double(MetricHour.period)).rounded(.down))
            if values.indices.contains(place) { values[place] = value }
        }
        let staleness = values.lastIndex { $0 != nil }.map { newest in
            Int(now.timeIntervalSince(hour.start)) - (newest + 1) * MetricHour.period
        }
        return MetricSeries(
            name: query.name, namespace: query.namespace, metricName: query.metricName, statistic: query.stat,
            unit: query.unit, period: MetricHour.period, start: hour.start.iso8601, values: values, staleness: staleness)
    }
}
