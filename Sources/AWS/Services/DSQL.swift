import AWSSigning
package import Basics
package import FoundationEssentials

/// Amazon Aurora DSQL's control plane (botocore model `dsql` 2018-05-10, REST-JSON). Queries go over PostgreSQL's protocol.
package struct DSQL: Sendable {
    let client: AWSClient
    let region: String

    package struct ClusterStatus: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let creating: ClusterStatus = "CREATING"
        package static let active: ClusterStatus = "ACTIVE"
        package static let idle: ClusterStatus = "IDLE"
        package static let inactive: ClusterStatus = "INACTIVE"
        package static let updating: ClusterStatus = "UPDATING"
        package static let deleting: ClusterStatus = "DELETING"
        package static let deleted: ClusterStatus = "DELETED"
        package static let failed: ClusterStatus = "FAILED"
        package static let pendingSetup: ClusterStatus = "PENDING_SETUP"
        package static let pendingDelete: ClusterStatus = "PENDING_DELETE"

        /// Whether it takes connections: an idle or inactive cluster wakes on the first one.
        package var isServing: Bool { [.active, .idle, .inactive, .updating].contains(self) }
    }

    package struct Cluster: Sendable, Hashable, Codable {
        package var identifier: String
        package var arn: String
        package var status: ClusterStatus
        package var creationTime: Date
        package var deletionProtectionEnabled: Bool
        package var multiRegionProperties: MultiRegionProperties?
        package var tags: [String: String]?
        package var encryptionDetails: EncryptionDetails?
        package var endpoint: String?
    }

    package struct MultiRegionProperties: Sendable, Hashable, Codable {
        package var witnessRegion: String?
        /// ARNs of the peers; AWS's own examples include the cluster itself.
        package var clusters: [String]?
    }

    package struct EncryptionDetails: Sendable, Hashable, Codable {
        package var encryptionType: String
        package var kmsKeyARN: String?
        package var encryptionStatus: String

        enum CodingKeys: String, CodingKey {
            case encryptionType
            case kmsKeyARN = "kmsKeyArn"
            case encryptionStatus
        }
    }

    package func getCluster(identifier: String, deadline: Deadline) async throws(AWSError) -> Cluster {
        let operation = AWSOperation<Cluster>.get(
            .dsql, "GetCluster", path: "/cluster/\(PercentEncoding.encode(identifier))")
        return try await client.call(operation, in: region, deadline: deadline)
    }

    package struct ClusterSummary: Sendable, Hashable, Codable {
        package var identifier: String
        package var arn: String
    }

    package struct ListClustersOutput: Sendable, Hashable, Codable {
        package var nextToken: String?
        package var clusters: [ClusterSummary]
    }

    /// One page, of at most 100.
    package func listClusters(
        maxResults: Int? = nil, nextToken: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> ListClustersOutput {
        let operation = AWSOperation<ListClustersOutput>.get(
            .dsql, "ListClusters", path: "/cluster",
            query: [("max-results", maxResults.map(String.init)), ("next-token", nextToken)])
        return try await client.call(operation, in: region, deadline: deadline)
    }

    /// All pages.
    package func allClusters(deadline: Deadline) async throws(AWSError) -> [ClusterSummary] {
        var found: [ClusterSummary] = []
        var token: String?
        repeat {
            let page = try await listClusters(maxResults: 100, nextToken: token, deadline: deadline)
            found += page.clusters
            token = page.nextToken
        } while token != nil
        return found
    }

    package struct ListTagsForResourceOutput: Sendable, Hashable, Codable {
        package var tags: [String: String]?
    }

    package func listTagsForResource(
        arn: String, deadline: Deadline
    ) async throws(AWSError) -> ListTagsForResourceOutput {
        let operation = AWSOperation<ListTagsForResourceOutput>.get(
            .dsql, "ListTagsForResource", path: "/tags/\(PercentEncoding.encode(arn))")
        return try await client.call(operation, in: region, deadline: deadline)
    }
}

extension AWSClient {
    package func dsql(_ region: String) -> DSQL { DSQL(client: self, region: region) }
}
