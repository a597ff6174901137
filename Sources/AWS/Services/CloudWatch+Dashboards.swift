package import Basics
package import FoundationEssentials

/// Dashboards: they belong to the account, and any enabled Region answers for them (CloudWatch API reference,
/// ListDashboards).
extension CloudWatch {
    package struct ListDashboardsInput: Sendable, Hashable, Codable {
        package var dashboardNamePrefix: String?
        package var nextToken: String?

        package init(dashboardNamePrefix: String? = nil, nextToken: String? = nil) {
            self.dashboardNamePrefix = dashboardNamePrefix
            self.nextToken = nextToken
        }

        enum CodingKeys: String, CodingKey {
            case dashboardNamePrefix = "DashboardNamePrefix"
            case nextToken = "NextToken"
        }
    }

    package struct DashboardEntry: Sendable, Hashable, Codable {
        package var dashboardName: String?
        package var dashboardARN: String?
        package var lastModified: Date?
        /// Bytes of the body.
        package var size: Int64?

        enum CodingKeys: String, CodingKey {
            case dashboardName = "DashboardName"
            case dashboardARN = "DashboardArn"
            case lastModified = "LastModified"
            case size = "Size"
        }
    }

    package struct ListDashboardsOutput: Sendable, Hashable, Codable {
        package var dashboardEntries: [DashboardEntry]?
        package var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case dashboardEntries = "DashboardEntries"
            case nextToken = "NextToken"
        }
    }

    /// One page, of a thousand at most.
    package func listDashboards(
        _ input: ListDashboardsInput = .init(), deadline: Deadline
    ) async throws(AWSError) -> ListDashboardsOutput {
        try await client.call(.json(.cloudWatch, "ListDashboards", input), in: region, deadline: deadline)
    }

    package struct GetDashboardInput: Sendable, Hashable, Codable {
        package var dashboardName: String

        package init(dashboardName: String) {
            self.dashboardName = dashboardName
        }

        enum CodingKeys: String, CodingKey {
            case dashboardName = "DashboardName"
        }
    }

    package struct GetDashboardOutput: Sendable, Hashable, Codable {
        package var dashboardARN: String?
        /// JSON, as it was put.
        package var dashboardBody: String?
        package var dashboardName: String?

        enum CodingKeys: String, CodingKey {
            case dashboardARN = "DashboardArn"
            case dashboardBody = "DashboardBody"
            case dashboardName = "DashboardName"
        }
    }

    package func getDashboard(
        _ input: GetDashboardInput, deadline: Deadline
    ) async throws(AWSError) -> GetDashboardOutput {
        try await client.call(.json(.cloudWatch, "GetDashboard", input), in: region, deadline: deadline)
    }
}
