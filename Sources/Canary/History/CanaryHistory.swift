package import AWS
package import Basics
package import FoundationEssentials

/// The last days of canaries, as CloudWatch keeps them: what `--metrics` and EMF have put there.
package struct CanaryHistory: Sendable {
    package struct Target: Sendable {
        package var region: String
        package var client: AWSClient

        package init(region: String, client: AWSClient) {
            (self.region, self.client) = (region, client)
        }
    }

    /// The time looked at, in steps that CloudWatch still has.
    package struct Window: Sendable, Hashable {
        package var start: Date
        package var end: Date
        /// Seconds of one value.
        package var period: Int

        /// - Parameter steps: about how many values there are to be.
        ///
        /// CloudWatch keeps values of a minute for 15 days, of five minutes for 63, of an hour for 455 (its user guide,
        /// "Metrics retention").
        package init(last span: Duration, until now: Date, steps: Int = 72) {
            let seconds = max(60, span.seconds)
            let finest = seconds > 63 * 86_400 ? 3600 : seconds > 15 * 86_400 ? 300 : 60
            let wanted = seconds / Double(steps)
            period = Int((wanted / Double(finest)).rounded(.up)) * finest
            let last = (now.timeIntervalSince1970 / Double(period)).rounded(.up) * Double(period)
            end = Date(timeIntervalSince1970: last)
            start = Date(timeIntervalSince1970: last - (seconds / Double(period)).rounded(.up) * Double(period))
        }

        package var count: Int { Int(end.timeIntervalSince(start)) / period }
    }

    private let stack: String
    private let targets: [Target]

    package init(stack: String, _ targets: [Target]) {
        (self.stack, self.targets) = (stack, targets)
    }

    /// Never throws: a Region that does not answer is a row of the report.
    package func read(_ window: Window, deadline: Deadline) async -> CanaryHistoryReport {
        let regions = await targets.boundedMap { target -> CanaryHistoryReport.Region in
            do throws(AWSError) {
                return try await region(target, window, deadline: deadline)
            } catch {
                return CanaryHistoryReport.Region(region: target.region, series: [], problem: error.problem)
            }
        }
        return CanaryHistoryReport(
            stack: stack, from: Self.text(window.start), to: Self.text(window.end), periodSeconds: window.period,
            regions: regions)
    }

    // MARK: -

    private struct Query {
        var name: CanaryMetrics.Name
        var stat: String
        var hop: String?
    }

    private static let queries =
        [
            Query(name: .success, stat: "Sum"), Query(name: .success, stat: "SampleCount"), Query(name: .unknown, stat: "Sum"),
            Query(name: .duration, stat: "p50"), Query(name: .duration, stat: "p99"), Query(name: .staleReads, stat: "Sum"),
            Query(name: .late, stat: "Sum"), Query(name: .lost, stat: "Sum"), Query(name: .duplicate, stat: "Sum"),
        ]
        + CanaryHop.Step.allCases.flatMap { step in
            CanaryHop.Name.allCases.map { Query(name: .hopDuration, stat: "p90", hop: "\(step.rawValue)/\($0.rawValue)") }
        }

    private func region(
        _ target: Target, _ window: Window, deadline: Deadline
    ) async throws(AWSError) -> CanaryHistoryReport.Region {
        let asked = Self.queries.enumerated().map { index, query in
            let dimensions = CanaryMetrics.dimensions(stack: stack, region: target.region, hop: query.hop)
            return CloudWatch.MetricDataQuery(
                id: "q\(index)",
                metricStat: .init(
                    metric: .init(
                        namespace: CanaryMetrics.namespace, metricName: query.name.rawValue,
                        dimensions: dimensions.map { .init(name: $0, value: $1) }), period: window.period, stat: query.stat))
        }
        let answer = try await target.client.cloudWatch(target.region).allMetricData(
            .init(
                metricDataQueries: asked, startTime: window.start, endTime: window.end, scanBy: .timestampAscending),
            deadline: deadline)
        let results = Dictionary((answer.metricDataResults ?? []).map { ($0.id ?? "", $0) }) { first, _ in first }
        let series = Self.queries.enumerated().map { index, query in
            CanaryHistoryReport.Series(
                metric: query.name.rawValue, stat: query.stat, hop: query.hop, unit: query.name.unit,
                values: Self.values(results["q\(index)"], in: window))
        }
        let incomplete = results.values.first { ($0.statusCode ?? .complete) != .complete }?.statusCode
        return CanaryHistoryReport.Region(
            region: target.region, series: series,
            problem: incomplete.map {
                Problem(.failed, "CloudWatch answered in part: \($0)", hint: "ask again, or for less: taskops history --last 2h")
            })
    }

    private static func values(_ result: CloudWatch.MetricDataResult?, in window: Window) -> [Double?] {
        var values = [Double?](repeating: nil, count: window.count)
        for (time, value) in zip(result?.timestamps ?? [], result?.values ?? []) {
            let index = Int((time.timeIntervalSince(window.start) / Double(window.period)).rounded(.down))
            if values.indices.contains(index) { values[index] = value }
        }
        return values
    }

    private static func text(_ date: Date) -> String {
        UTCTime(secondsSince1970: Int(date.timeIntervalSince1970)).iso8601
    }
}

package struct CanaryHistoryReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    /// ISO 8601, UTC; `to` is where the last period ends.
    package var from: String
    package var to: String
    package var periodSeconds: Int
    package var regions: [Region]

    package init(stack: String, from: String, to: String, periodSeconds: Int, regions: [Region]) {
        (self.stack, self.from, self.to) = (stack, from, to)
        (self.periodSeconds, self.regions) = (periodSeconds, regions)
    }

    package struct Region: Sendable, Hashable, Codable {
        package var region: String
        package var series: [Series]
        /// Why there is less than there should be.
        package var problem: Problem?

        package init(region: String, series: [Series], problem: Problem? = nil) {
            (self.region, self.series, self.problem) = (region, series, problem)
        }

        package func values(_ metric: CanaryMetrics.Name, _ stat: String, hop: String? = nil) -> [Double?] {
            series.first { $0.metric == metric.rawValue && $0.stat == stat && $0.hop == hop }?.values ?? []
        }

        /// Over the whole time.
        package func sum(_ metric: CanaryMetrics.Name, _ stat: String = "Sum") -> Int {
            Int(values(metric, stat).compactMap(\.self).reduce(0, +).rounded())
        }

        /// Runs that could tell.
        package var runs: Int { sum(.success, "SampleCount") }
        package var successes: Int { sum(.success) }
    }

    package struct Series: Sendable, Hashable, Codable {
        package var metric: String
        package var stat: String
        package var hop: String?
        package var unit: String
        /// One for each period, oldest first; null where there was none.
        package var values: [Double?]

        package init(metric: String, stat: String, hop: String?, unit: String, values: [Double?]) {
            (self.metric, self.stat, self.hop, self.unit, self.values) = (metric, stat, hop, unit, values)
        }
    }
}
