import AWS
import Basics
import Database
import TaskSystem

/// What one Region keeps from look to look: the cluster's id where a tag names it, and an open database connection.
actor RegionMemory {
    private let target: StatusTarget
    private var found: ClusterID?
    private var database: (cluster: ClusterID, connections: ReconnectingDatabase)?

    init(_ target: StatusTarget) {
        self.target = target
    }

    /// The cluster's id: as taskops.yaml has it, as it was found before, or as its tag tells.
    ///
    /// - Throws: ``AWSError``, or ``Problem`` when the tag does not tell exactly one.
    func cluster(deadline: Deadline) async throws -> ClusterID {
        switch target.stack.cluster {
        case .id(let id):
            return id
        case .tag(let key, let value):
            if let found { return found }
            let id = try await cluster(tagged: key, value, deadline: deadline)
            found = id
            return id
        }
    }

    /// Looks for it anew the next time: what had this id is gone.
    func forgetCluster() {
        found = nil
    }

    func database(of cluster: ClusterID) async -> ReconnectingDatabase {
        if let database, database.cluster == cluster { return database.connections }
        let outdated = database?.connections
        let connections = ReconnectingDatabase(target.database(cluster))
        database = (cluster, connections)
        await outdated?.close()
        return connections
    }

    func close() async {
        let connections = database?.connections
        database = nil
        await connections?.close()
    }

    /// DSQL lists ids only, so every cluster's tags are asked for, all at once.
    private func cluster(tagged key: String, _ value: String, deadline: Deadline) async throws -> ClusterID {
        let dsql = target.client.dsql(target.region)
        let answers = try await dsql.allClusters(deadline: deadline).boundedMap { summary in
            await Result.of {
                try await dsql.listTagsForResource(arn: summary.arn, deadline: deadline).tags?[key] == value
                    ? ClusterID(rawValue: summary.identifier) : nil
            }
        }
        let ids = try answers.compactMap { try $0.get() }
        guard let id = ids.first, ids.count == 1 else {
            throw Problem(
                .notFound, "\(ids.isEmpty ? "no" : "more than one") cluster in \(target.region) has the tag \(key)=\(value)",
                hint: "put the cluster's id into taskops.yaml: aws dsql list-clusters --region \(target.region)")
        }
        return id
    }
}
