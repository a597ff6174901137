import AWS
import Findings
import FoundationEssentials
import TaskSystem
import Testing

@testable import Status

@Suite struct MetricQueriesTests {
    private static let cluster = ClusterID(rawValue: HealthyStack.clusters["us-east-1"]!)
    private static let hour = MetricHour(endingBefore: HealthyStack.now.addingTimeInterval(17))
    private static let queries = MetricQueries(HealthyStack.regional("us-east-1"), cluster: cluster)

    private func answer(_ results: String) throws -> CloudWatch.GetMetricDataOutput {
        try AWSJSON.decode(CloudWatch.GetMetricDataOutput.self, Data(results.utf8))
    }

    private func reading(_ results: String) throws -> MetricReading {
        Self.queries.reading(try answer(results), over: Self.hour, now: HealthyStack.now.addingTimeInterval(17))
    }

    @Test func oneCallAsksForEverythingInEverySpelling() throws {
        let input = Self.queries.input(over: Self.hour)
        let ids = input.metricDataQueries.map(\.id)
        #expect(Set(ids).count == ids.count && ids.count < 500)
        for name in MetricSeries.Name.allCases { #expect(ids.contains(name.rawValue)) }
        // CloudWatch takes ids that begin with a small letter.
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[a-z][A-Za-z0-9_]*/) != nil })
        #expect(input.endTime == HealthyStack.now && input.endTime.timeIntervalSince(input.startTime) == 3600)

        func asked(_ id: String) -> [String] {
            let metric = input.metricDataQueries.first { $0.id == id }?.metricStat?.metric
            let dimensions = (metric?.dimensions ?? []).map { "\($0.name)=\($0.value)" }
            return [metric?.namespace ?? "", metric?.metricName ?? ""] + dimensions
        }
        let id = HealthyStack.clusters["us-east-1"]!
        #expect(asked("occConflicts") == ["AWS/AuroraDSQL", "OccConflicts", "ClusterId=\(id)"])
        #expect(asked("occConflicts_2") == ["AWS/AuroraDSQL", "OccConflicts", "ResourceId=\(id)"])
        #expect(
            asked("matchedEvents") == [
                "AWS/Events", "MatchedEvents", "EventBusName=task-events-dev", "RuleName=task-processing-rule",
            ])
        #expect(asked("deliveryLatency_2")[1] == "IngestiontoInvocationCompleteLatency")
        #expect(
            asked("failureQueueAge") == ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName=task-processor-dev-failed"])
    }

    @Test func whatThereIsNotIsNotAskedFor() {
        var stack = HealthyStack.regional("us-east-1")
        stack.failureQueue = nil
        stack.bus = "default"
        let input = MetricQueries(stack, cluster: nil).input(over: Self.hour)
        let ids = input.metricDataQueries.map(\.id)
        #expect(!ids.contains { $0.hasPrefix("failureQueue") || $0.hasPrefix("transactions") })
        let rule = input.metricDataQueries.first { $0.id == "matchedEvents" }?.metricStat?.metric.dimensions
        #expect(rule?.map(\.name) == ["RuleName"])
    }

    @Test func theSpellingThatHasDataIsTaken() throws {
        let second = Int(HealthyStack.now.timeIntervalSince1970) - 120
        let reading = try reading(
            """
            {"MetricDataResults": [
                {"Id": "transactions", "Timestamps": [], "Values": [], "StatusCode": "Complete"},
                {"Id": "transactions_2", "Timestamps": [\(second), \(second - 60)], "Values": [7, 5], "StatusCode": "Complete"}]}
            """)
        let series = try #require(reading.series.first { $0.name == .transactions })
        #expect(series.values.suffix(4) == [nil, 5, 7, nil])
        #expect(series.total == 12)
        // It ended a minute before the hour's end, and seventeen seconds went by since.
        #expect(series.staleness == 77)
        #expect(series.start == "2026-11-25T02:00:00Z")
        #expect(reading.complaints.isEmpty)
        let silent = try #require(reading.series.first { $0.name == .errors })
        #expect(silent.staleness == nil && silent.values.allSatisfy { $0 == nil } && silent.values.count == 60)
        #expect(reading.series.map(\.name) == MetricSeries.Name.allCases)
    }

    @Test func whatIsOutsideTheHourIsLeftOut() throws {
        let begin = Int(Self.hour.start.timeIntervalSince1970)
        let reading = try reading(
            """
            {"MetricDataResults": [{"Id": "errors", "Timestamps": [\(begin - 60), \(begin), \(begin + 3600)], "Values": [1, 2, 4]}]}
            """)
        #expect(reading.series.first { $0.name == .errors }?.total == 2)
    }

    @Test func incompleteAnswersAreSaid() throws {
        let reading = try reading(
            """
            {"MetricDataResults": [{"Id": "errors", "StatusCode": "Forbidden", "Messages": [{"Code": "Auth", "Value": "no"}]}],
             "Messages": [{"Code": "MaxMetricsExceeded", "Value": "too many"}]}
            """)
        #expect(reading.complaints == ["MaxMetricsExceeded: too many", "errors: Forbidden Auth: no"])
    }
}
