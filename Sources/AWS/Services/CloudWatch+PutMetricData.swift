package import Basics
package import FoundationEssentials

extension CloudWatch {
    package struct MetricDatum: Sendable, Hashable, Codable {
        package var metricName: String
        /// At most 30.
        package var dimensions: [Dimension]?
        package var timestamp: Date?
        package var value: Double?
        /// `Milliseconds`, `Count` …
        package var unit: String?

        package init(
            metricName: String, dimensions: [Dimension]? = nil, timestamp: Date? = nil, value: Double? = nil,
            unit: String? = nil
        ) {
            self.metricName = metricName
            self.dimensions = dimensions
            self.timestamp = timestamp
            self.value = value
            self.unit = unit
        }

        enum CodingKeys: String, CodingKey {
            case metricName = "MetricName"
            case dimensions = "Dimensions"
            case timestamp = "Timestamp"
            case value = "Value"
            case unit = "Unit"
        }
    }

    package struct PutMetricDataInput: Sendable, Hashable, Codable {
        package var namespace: String
        /// At most 1,000, and 1 MB.
        package var metricData: [MetricDatum]

        package init(namespace: String, metricData: [MetricDatum]) {
            self.namespace = namespace
            self.metricData = metricData
        }

        enum CodingKeys: String, CodingKey {
            case namespace = "Namespace"
            case metricData = "MetricData"
        }
    }

    /// Its answer holds nothing. A new metric is to be seen after up to fifteen minutes, its values after two (CloudWatch
    /// API reference, PutMetricData).
    package func putMetricData(_ input: PutMetricDataInput, deadline: Deadline) async throws(AWSError) {
        try await client.call(
            AWSOperation<Void>.json(.cloudWatch, "PutMetricData", input) { _ in }, in: region, deadline: deadline)
    }
}
