package import AWS
package import Basics

/// Asks several Regions at once what stands in them, and goes where the clusters' peers are.
package enum AccountSurvey {
    /// Regions with multi-Region clusters of Aurora DSQL (user guide, "Multi-Region clusters", and its release notes to
    /// September 2026). A stack elsewhere is found by naming its Region.
    package static let dsqlRegions = [
        "us-east-1", "us-east-2", "us-west-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "eu-central-1",
        "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-2", "ap-south-1", "ap-southeast-1",
    ]

    /// - Parameters:
    ///   - regions: where to begin.
    ///   - client: makes a client for a Region.
    /// - Returns: the Regions asked for in their order, then those of peers.
    package static func run(
        _ regions: [String], deadline: Deadline, client: @Sendable @escaping (String) throws -> AWSClient
    ) async -> [RegionInventory] {
        var found: [RegionInventory] = []
        var next = regions
        while !next.isEmpty {
            found += await next.boundedMap(limit: 8) { region in
                do {
                    return try await RegionSurvey(region: region, client: client(region)).run(deadline: deadline)
                } catch {
                    let problem = error as? Problem ?? Problem(.defect, "\(error)")
                    let unread = Unread("a client", in: region, problem)
                    return RegionInventory(region: region, stacks: .failure(unread), clusters: .failure(unread))
                }
            }
            next = StackCandidates.peerRegions(of: found).filter { region in !found.contains { $0.region == region } }
        }
        return found
    }
}
