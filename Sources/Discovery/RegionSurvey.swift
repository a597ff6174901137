package import AWS
package import Basics
import TaskSystem

/// Asks one Region which CloudFormation stacks and DSQL clusters stand in it.
package struct RegionSurvey: Sendable {
    let region: String
    let client: AWSClient

    package init(region: String, client: AWSClient) {
        self.region = region
        self.client = client
    }

    package func run(deadline: Deadline) async -> RegionInventory {
        async let stacks = stacks(deadline: deadline)
        async let clusters = clusters(deadline: deadline)
        return await RegionInventory(region: region, stacks: stacks, clusters: clusters)
    }

    private func stacks(deadline: Deadline) async -> Result<[StackFact], Unread> {
        await asking("cloudformation:DescribeStacks", in: region) { () async throws(AWSError) in
            try await client.cloudFormation(region).allStacks(deadline: deadline)
                .filter { $0.stackStatus != .deleteInProgress && $0.stackStatus != .deleteComplete }
                .map(Self.fact)
        }
    }

    private static func fact(_ stack: CloudFormation.Stack) -> StackFact {
        func values<Item>(_ items: [Item]?, _ key: (Item) -> String?, _ value: (Item) -> String?) -> [String: String] {
            (items ?? []).reduce(into: [:]) { values, item in if let key = key(item) { values[key] = value(item) } }
        }
        return StackFact(
            name: stack.stackName, outputs: values(stack.outputs, \.outputKey, \.outputValue),
            parameters: values(stack.parameters, \.parameterKey, \.parameterValue),
            tags: values(stack.tags, \.key, \.value))
    }

    private func clusters(deadline: Deadline) async -> Result<[ClusterFact], Unread> {
        let dsql = client.dsql(region)
        let listed = await asking("dsql:ListClusters", in: region) { () async throws(AWSError) in
            try await dsql.allClusters(deadline: deadline)
        }
        switch listed {
        case .failure(let unread): return .failure(unread)
        case .success(let summaries):
            return .success(
                await summaries.compactMap { ClusterID(rawValue: $0.identifier) }.boundedMap(limit: 4) { id in
                    let answer = await asking("dsql:GetCluster", in: region) { () async throws(AWSError) in
                        try await dsql.getCluster(identifier: id.rawValue, deadline: deadline)
                    }
                    switch answer {
                    case .failure(let unread): return ClusterFact(id: id, tags: nil, unread: unread)
                    case .success(let cluster): return Self.fact(id, cluster)
                    }
                })
        }
    }

    private static func fact(_ id: ClusterID, _ cluster: DSQL.Cluster) -> ClusterFact {
        let arns = cluster.multiRegionProperties?.clusters ?? []
        return ClusterFact(
            id: id, tags: cluster.tags ?? [:],
            // AWS's own examples list the cluster itself among its peers.
            peers: arns.compactMap(ClusterFact.Peer.init(arn:)).filter { $0.id != id },
            witness: cluster.multiRegionProperties?.witnessRegion)
    }
}

/// An answer, or which action gave none and why: discovery goes on with what the others say.
func asking<Value: Sendable>(
    _ action: String, in region: String, _ call: () async throws(AWSError) -> Value
) async -> Result<Value, Unread> {
    do {
        return .success(try await call())
    } catch {
        return .failure(Unread(action, in: region, error.problem))
    }
}
