package import Basics
package import FoundationEssentials

/// Metrics: what they are called, and what their values were.
extension CloudWatch {
    package struct Dimension: Sendable, Hashable, Codable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case value = "Value"
        }
    }

    package struct Metric: Sendable, Hashable, Codable {
        package var namespace: String?
        package var metricName: String?
        package var dimensions: [Dimension]?

        package init(namespace: String?, metricName: String?, dimensions: [Dimension]? = nil) {
            self.namespace = namespace
            self.metricName = metricName
            self.dimensions = dimensions
        }

        enum CodingKeys: String, CodingKey {
            case namespace = "Namespace"
            case metricName = "MetricName"
            case dimensions = "Dimensions"
        }
    }

    package struct MetricStat: Sendable, Hashable, Codable {
        package var metric: Metric
        /// Seconds.
        package var period: Int
        /// `Sum`, `Maximum`, `p95` …
        package var stat: String
        package var unit: String?

        package init(metric: Metric, period: Int, stat: String, unit: String? = nil) {
            self.metric = metric
            self.period = period
            self.stat = stat
            self.unit = unit
        }

        enum CodingKeys: String, CodingKey {
            case metric = "Metric"
            case period = "Period"
            case stat = "Stat"
            case unit = "Unit"
        }
    }

    package struct MetricDataQuery: Sendable, Hashable, Codable {
        /// `[a-z][A-Za-z0-9_]*`, once in a request.
        package var id: String
        package var metricStat: MetricStat?
        package var expression: String?
        package var label: String?
        package var returnData: Bool?
        package var period: Int?
        package var accountID: String?

        package init(
            id: String, metricStat: MetricStat? = nil, expression: String? = nil, label: String? = nil,
            returnData: Bool? = nil, period: Int? = nil, accountID: String? = nil
        ) {
            self.id = id
            self.metricStat = metricStat
            self.expression = expression
            self.label = label
            self.returnData = returnData
            self.period = period
            self.accountID = accountID
        }

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case metricStat = "MetricStat"
            case expression = "Expression"
            case label = "Label"
            case returnData = "ReturnData"
            case period = "Period"
            case accountID = "AccountId"
        }
    }

    // MARK: GetMetricData

    package struct ScanBy: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let timestampDescending: ScanBy = "TimestampDescending"
        package static let timestampAscending: ScanBy = "TimestampAscending"
    }

    package struct GetMetricDataInput: Sendable, Hashable, Codable {
        /// At most 500.
        package var metricDataQueries: [MetricDataQuery]
        /// Inclusive; `endTime` is exclusive.
        package var startTime: Date
        package var endTime: Date
        package var nextToken: String?
        /// Newest first unless said otherwise.
        package var scanBy: ScanBy?
        package var maxDatapoints: Int?

        package init(
            metricDataQueries: [MetricDataQuery], startTime: Date, endTime: Date, nextToken: String? = nil,
            scanBy: ScanBy? = nil, maxDatapoints: Int? = nil
        ) {
            self.metricDataQueries = metricDataQueries
            self.startTime = startTime
            self.endTime = endTime
            self.nextToken = nextToken
            self.scanBy = scanBy
            self.maxDatapoints = maxDatapoints
        }

        enum CodingKeys: String, CodingKey {
            case metricDataQueries = "MetricDataQueries"
            case startTime = "StartTime"
            case endTime = "EndTime"
            case nextToken = "NextToken"
            case scanBy = "ScanBy"
            case maxDatapoints = "MaxDatapoints"
        }
    }

    package struct StatusCode: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let complete: StatusCode = "Complete"
        package static let partialData: StatusCode = "PartialData"
        package static let internalError: StatusCode = "InternalError"
        package static let forbidden: StatusCode = "Forbidden"
    }

    package struct MessageData: Sendable, Hashable, Codable {
        package var code: String?
        package var value: String?

        enum CodingKeys: String, CodingKey {
            case code = "Code"
            case value = "Value"
        }
    }

    package struct MetricDataResult: Sendable, Hashable, Codable {
        package var id: String?
        package var label: String?
        /// When each value's period begins; as many as there are values.
        package var timestamps: [Date]?
        package var values: [Double]?
        package var statusCode: StatusCode?
        package var messages: [MessageData]?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case label = "Label"
            case timestamps = "Timestamps"
            case values = "Values"
            case statusCode = "StatusCode"
            case messages = "Messages"
        }
    }

    package struct GetMetricDataOutput: Sendable, Hashable, Codable {
        package var metricDataResults: [MetricDataResult]?
        package var nextToken: String?
        /// About the whole request, such as a dimension that does not exist.
        package var messages: [MessageData]?

        enum CodingKeys: String, CodingKey {
            case metricDataResults = "MetricDataResults"
            case nextToken = "NextToken"
            case messages = "Messages"
        }
    }

    /// One page.
    package func getMetricData(
        _ input: GetMetricDataInput, deadline: Deadline
    ) async throws(AWSError) -> GetMetricDataOutput {
        try await client.call(.json(.cloudWatch, "GetMetricData", input), in: region, deadline: deadline)
    }

    /// All pages as one: a metric that goes on over several pages is one result. `nextToken` of the result is nil.
    package func allMetricData(
        _ input: GetMetricDataInput, deadline: Deadline
    ) async throws(AWSError) -> GetMetricDataOutput {
        var all = GetMetricDataOutput(metricDataResults: [], nextToken: nil, messages: nil)
        var places: [String: Int] = [:]
        var asked = input
        repeat {
            let page = try await getMetricData(asked, deadline: deadline)
            for result in page.metricDataResults ?? [] {
                guard let id = result.id, let place = places[id] else {
                    places[result.id ?? ""] = all.metricDataResults?.count
                    all.metricDataResults?.append(result)
                    continue
                }
                all.metricDataResults?[place].take(result)
            }
            if let messages = page.messages { all.messages = (all.messages ?? []) + messages }
            asked.nextToken = page.nextToken
        } while asked.nextToken != nil
        return all
    }
}

extension CloudWatch.MetricDataResult {
    /// Joins what a later page says of the same metric. The last page's word on completeness holds.
    fileprivate mutating func take(_ more: Self) {
        timestamps = (timestamps ?? []) + (more.timestamps ?? [])
        values = (values ?? []) + (more.values ?? [])
        statusCode = more.statusCode ?? statusCode
        if let messages = more.messages { self.messages = (self.messages ?? []) + messages }
    }
}
