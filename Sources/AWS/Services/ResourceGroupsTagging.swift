package import Basics

/// AWS Resource Groups Tagging API (botocore model `resourcegroupstaggingapi` 2017-01-26, JSON 1.1): the tags of many
/// things in one call. It answers from an index that follows the services, so that a tag set a moment ago may be missing.
package struct ResourceGroupsTagging: Sendable {
    let client: AWSClient
    let region: String

    package struct TagFilter: Sendable, Hashable, Codable {
        package var key: String
        /// At most 20, any of which will do; none asks for any value.
        package var values: [String]?

        package init(key: String, values: [String]? = nil) {
            self.key = key
            self.values = values
        }

        enum CodingKeys: String, CodingKey {
            case key = "Key"
            case values = "Values"
        }
    }

    package struct GetResourcesInput: Sendable, Hashable, Codable {
        package var paginationToken: String?
        package var tagFilters: [TagFilter]?
        /// 1 to 100.
        package var resourcesPerPage: Int?
        /// Such as `cloudwatch` or `logs:log-group`.
        package var resourceTypeFilters: [String]?
        /// At most 100; then no filter and no pages.
        package var resourceARNList: [String]?

        package init(
            paginationToken: String? = nil, tagFilters: [TagFilter]? = nil, resourcesPerPage: Int? = nil,
            resourceTypeFilters: [String]? = nil, resourceARNList: [String]? = nil
        ) {
            self.paginationToken = paginationToken
            self.tagFilters = tagFilters
            self.resourcesPerPage = resourcesPerPage
            self.resourceTypeFilters = resourceTypeFilters
            self.resourceARNList = resourceARNList
        }

        enum CodingKeys: String, CodingKey {
            case paginationToken = "PaginationToken"
            case tagFilters = "TagFilters"
            case resourcesPerPage = "ResourcesPerPage"
            case resourceTypeFilters = "ResourceTypeFilters"
            case resourceARNList = "ResourceARNList"
        }
    }

    package struct ResourceTagMapping: Sendable, Hashable, Codable {
        package var resourceARN: String?
        /// All of the resource's tags, whatever was filtered by.
        package var tags: [CloudWatch.Tag]?

        enum CodingKeys: String, CodingKey {
            case resourceARN = "ResourceARN"
            case tags = "Tags"
        }
    }

    package struct GetResourcesOutput: Sendable, Hashable, Codable {
        /// Empty or missing on the last page.
        package var paginationToken: String?
        package var resourceTagMappingList: [ResourceTagMapping]?

        enum CodingKeys: String, CodingKey {
            case paginationToken = "PaginationToken"
            case resourceTagMappingList = "ResourceTagMappingList"
        }
    }

    /// One page. It may hold fewer than asked for, and still have a token.
    package func getResources(
        _ input: GetResourcesInput, deadline: Deadline
    ) async throws(AWSError) -> GetResourcesOutput {
        try await client.call(.json(.resourceGroupsTagging, "GetResources", input), in: region, deadline: deadline)
    }
}

extension AWSClient {
    package func resourceGroupsTagging(_ region: String) -> ResourceGroupsTagging {
        ResourceGroupsTagging(client: self, region: region)
    }
}
