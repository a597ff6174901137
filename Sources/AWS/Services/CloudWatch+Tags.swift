package import Basics

/// Tags of alarms and dashboards, one resource a call; `ResourceGroupsTagging` reads them by the hundred.
extension CloudWatch {
    package struct Tag: Sendable, Hashable, Codable {
        package var key: String
        package var value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }

        enum CodingKeys: String, CodingKey {
            case key = "Key"
            case value = "Value"
        }
    }

    package struct ListTagsForResourceInput: Sendable, Hashable, Codable {
        /// Of an alarm, or of a dashboard: `arn:aws:cloudwatch::ACCOUNT:dashboard/NAME`, without a Region.
        package var resourceARN: String

        package init(resourceARN: String) {
            self.resourceARN = resourceARN
        }

        enum CodingKeys: String, CodingKey {
            case resourceARN = "ResourceARN"
        }
    }

    package struct ListTagsForResourceOutput: Sendable, Hashable, Codable {
        package var tags: [Tag]?

        enum CodingKeys: String, CodingKey {
            case tags = "Tags"
        }
    }

    package func listTagsForResource(
        _ input: ListTagsForResourceInput, deadline: Deadline
    ) async throws(AWSError) -> ListTagsForResourceOutput {
        try await client.call(.json(.cloudWatch, "ListTagsForResource", input), in: region, deadline: deadline)
    }
}
