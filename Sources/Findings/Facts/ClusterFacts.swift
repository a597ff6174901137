package import Basics

/// An Aurora DSQL cluster, as GetCluster describes it.
package struct ClusterFacts: Sendable, Hashable, Codable {
    package var identifier: String
    package var arn: String
    package var status: String
    package var creationTime: String?
    package var deletionProtectionEnabled: Bool
    package var multiRegionProperties: MultiRegionProperties?
    package var tags: [String: String]?
    package var encryptionDetails: EncryptionDetails?
    package var endpoint: String?

    package struct MultiRegionProperties: Sendable, Hashable, Codable {
        package var witnessRegion: String?
        /// ARNs; AWS's own examples name the cluster itself among them.
        package var clusters: [String]?

        package init(witnessRegion: String?, clusters: [String]?) {
            self.witnessRegion = witnessRegion
            self.clusters = clusters
        }
    }

    package struct EncryptionDetails: Sendable, Hashable, Codable {
        package var encryptionType: String
        package var kmsKeyArn: String?
        package var encryptionStatus: String

        package init(encryptionType: String, kmsKeyArn: String? = nil, encryptionStatus: String) {
            self.encryptionType = encryptionType
            self.kmsKeyArn = kmsKeyArn
            self.encryptionStatus = encryptionStatus
        }
    }

    package init(identifier: String, arn: String, status: String, deletionProtectionEnabled: Bool) {
        self.identifier = identifier
        self.arn = arn
        self.status = status
        self.deletionProtectionEnabled = deletionProtectionEnabled
    }

    /// The ARNs of the other clusters that share its data.
    package var peers: [String] { (multiRegionProperties?.clusters ?? []).filter { $0 != arn } }
}

/// What the database behind a Region's endpoint said. That there is such a value at all means that it *answers*.
package struct DatabaseFacts: Sendable, Hashable, Codable {
    package var host: String
    /// The role that was logged in as.
    package var user: String
    /// The numbers in the table `schema_version`, rising; nil where it could not be read, and then `schemaProblem` says why.
    package var schemaVersions: [Int]?
    package var schemaProblem: Problem?
    /// Tasks of this stack's canaries that are older than any run can be; counted up to ``canaryRowLimit``.
    package var canaryRowsLeftBehind: Int?
    package var canaryProblem: Problem?
    /// Milliseconds from asking to the last answer, connecting included where no connection was open.
    package var ms: Double

    package init(host: String, user: String, ms: Double) {
        self.host = host
        self.user = user
        self.ms = ms
    }

    /// Counting goes no further: the count is a hint, and reading a whole table is not worth it.
    package static let canaryRowLimit = 1000

    package var newestSchemaVersion: Int? { schemaVersions?.last }
}
