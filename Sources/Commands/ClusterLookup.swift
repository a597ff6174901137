import AWS
import Basics
import TaskSystem

/// Finds the id of a cluster that the file names by a tag. DSQL lists ids only, so the tags are asked for one by one.
enum ClusterLookup {
    static func id(of regional: RegionalStack, client: AWSClient, deadline: Deadline) async throws -> ClusterID {
        switch regional.cluster {
        case .id(let id):
            return id
        case .tag(let key, let value):
            let dsql = client.dsql(regional.region)
            var found: [ClusterID] = []
            for summary in try await dsql.allClusters(deadline: deadline) {
                let answer = try await dsql.listTagsForResource(arn: summary.arn, deadline: deadline)
                if answer.tags?[key] == value, let id = ClusterID(rawValue: summary.identifier) { found.append(id) }
            }
            guard let id = found.first, found.count == 1 else {
                throw Problem(
                    .notFound,
                    "\(found.isEmpty ? "no" : "more than one") cluster in \(regional.region) has the tag \(key)=\(value)",
                    hint: "put the cluster's id into taskops.yaml: aws dsql list-clusters --region \(regional.region)")
            }
            return id
        }
    }
}
