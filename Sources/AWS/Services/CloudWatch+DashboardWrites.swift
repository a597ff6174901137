package import Basics

/// Writing dashboards, which belong to the account: any Region takes them.
extension CloudWatch {
    package struct PutDashboardInput: Sendable, Hashable, Codable {
        package var dashboardName: String
        /// JSON, whole: what the body leaves out is gone.
        package var dashboardBody: String
        /// Taken for a new dashboard alone.
        package var tags: [Tag]?

        package init(dashboardName: String, dashboardBody: String, tags: [String: String] = [:]) {
            self.dashboardName = dashboardName
            self.dashboardBody = dashboardBody
            self.tags = tags.isEmpty ? nil : CloudWatch.list(tags)
        }

        enum CodingKeys: String, CodingKey {
            case dashboardName = "DashboardName"
            case dashboardBody = "DashboardBody"
            case tags = "Tags"
        }
    }

    /// What CloudWatch finds in a body, and where: `/widgets/0/properties/metrics`.
    package struct DashboardValidationMessage: Sendable, Hashable, Codable {
        package var dataPath: String?
        package var message: String?

        enum CodingKeys: String, CodingKey {
            case dataPath = "DataPath"
            case message = "Message"
        }
    }

    package struct PutDashboardOutput: Sendable, Hashable, Codable {
        /// Warnings: the dashboard is saved. Errors come as `DashboardInvalidInputError`, in ``AWSError/validation``.
        package var dashboardValidationMessages: [DashboardValidationMessage]?

        enum CodingKeys: String, CodingKey { case dashboardValidationMessages = "DashboardValidationMessages" }
    }

    package func putDashboard(
        _ input: PutDashboardInput, deadline: Deadline
    ) async throws(AWSError) -> PutDashboardOutput {
        try await client.call(.json(.cloudWatch, "PutDashboard", input), in: region, deadline: deadline)
    }

    private struct DashboardNames: Encodable, Sendable {
        var dashboardNames: [String]
        enum CodingKeys: String, CodingKey { case dashboardNames = "DashboardNames" }
    }

    /// Where one of the names is no dashboard's, AWS deletes none of them (API reference, DeleteDashboards).
    package func deleteDashboards(_ names: [String], deadline: Deadline) async throws(AWSError) {
        try await call(.json(.cloudWatch, "DeleteDashboards", DashboardNames(dashboardNames: names)), deadline: deadline)
    }
}
