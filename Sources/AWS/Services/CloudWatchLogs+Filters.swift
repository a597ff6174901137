package import Basics

/// Metric filters, subscription filters and tags of log groups.
extension CloudWatchLogs {
    package struct MetricTransformation: Sendable, Hashable, Codable {
        package var metricName: String
        package var metricNamespace: String
        package var metricValue: String
        package var defaultValue: Double?
        package var dimensions: [String: String]?
        package var unit: String?

        package init(metricName: String, metricNamespace: String, metricValue: String) {
            self.metricName = metricName
            self.metricNamespace = metricNamespace
            self.metricValue = metricValue
        }
    }

    package struct MetricFilter: Sendable, Hashable, Codable {
        package var filterName: String?
        package var filterPattern: String?
        package var metricTransformations: [MetricTransformation]?
        package var creationTime: Int64?
        package var logGroupName: String?
        package var applyOnTransformedLogs: Bool?
        package var fieldSelectionCriteria: String?
        package var emitSystemFieldDimensions: [String]?
    }

    package struct DescribeMetricFiltersInput: Sendable, Hashable, Codable {
        /// Nil asks for those of every group in the Region.
        package var logGroupName: String?
        package var nextToken: String?
        /// At most 50.
        package var limit: Int?

        package init(logGroupName: String? = nil, nextToken: String? = nil, limit: Int? = nil) {
            self.logGroupName = logGroupName
            self.nextToken = nextToken
            self.limit = limit
        }
    }

    package struct DescribeMetricFiltersOutput: Sendable, Hashable, Codable {
        package var metricFilters: [MetricFilter]?
        package var nextToken: String?
    }

    /// One page.
    package func describeMetricFilters(
        _ input: DescribeMetricFiltersInput, deadline: Deadline
    ) async throws(AWSError) -> DescribeMetricFiltersOutput {
        try await client.call(.json(.logs, "DescribeMetricFilters", input), in: region, deadline: deadline)
    }

    package struct SubscriptionFilter: Sendable, Hashable, Codable {
        package var filterName: String?
        package var logGroupName: String?
        package var filterPattern: String?
        package var destinationARN: String?
        package var roleARN: String?
        package var distribution: String?
        package var applyOnTransformedLogs: Bool?
        package var creationTime: Int64?
        package var fieldSelectionCriteria: String?
        package var emitSystemFields: [String]?

        enum CodingKeys: String, CodingKey {
            case filterName
            case logGroupName
            case filterPattern
            case destinationARN = "destinationArn"
            case roleARN = "roleArn"
            case distribution
            case applyOnTransformedLogs
            case creationTime
            case fieldSelectionCriteria
            case emitSystemFields
        }
    }

    package struct DescribeSubscriptionFiltersInput: Sendable, Hashable, Codable {
        package var logGroupName: String
        package var nextToken: String?
        /// At most 50.
        package var limit: Int?

        package init(logGroupName: String, nextToken: String? = nil, limit: Int? = nil) {
            self.logGroupName = logGroupName
            self.nextToken = nextToken
            self.limit = limit
        }
    }

    package struct DescribeSubscriptionFiltersOutput: Sendable, Hashable, Codable {
        package var subscriptionFilters: [SubscriptionFilter]?
        package var nextToken: String?
    }

    /// One page; a group has two at most (CloudWatch Logs quotas).
    package func describeSubscriptionFilters(
        _ input: DescribeSubscriptionFiltersInput, deadline: Deadline
    ) async throws(AWSError) -> DescribeSubscriptionFiltersOutput {
        try await client.call(.json(.logs, "DescribeSubscriptionFilters", input), in: region, deadline: deadline)
    }

    package struct ListTagsForResourceInput: Sendable, Hashable, Codable {
        /// Without `:*` at its end.
        package var resourceARN: String

        package init(resourceARN: String) {
            self.resourceARN = resourceARN
        }

        enum CodingKeys: String, CodingKey {
            case resourceARN = "resourceArn"
        }
    }

    package struct ListTagsForResourceOutput: Sendable, Hashable, Codable {
        package var tags: [String: String]?
    }

    package func listTagsForResource(
        _ input: ListTagsForResourceInput, deadline: Deadline
    ) async throws(AWSError) -> ListTagsForResourceOutput {
        try await client.call(.json(.logs, "ListTagsForResource", input), in: region, deadline: deadline)
    }
}
