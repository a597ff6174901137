import Basics
import TaskSystem

@testable import Discovery

/// Short words for what an account may hold.
enum Facts {
    static let east = ClusterID(rawValue: "abc0def1baz2quux3quuux4abc")!
    static let west = ClusterID(rawValue: "wst0def1baz2quux3quuux4wst")!
    static let other = ClusterID(rawValue: "zzz0def1baz2quux3quuux4zzz")!

    /// As `infrastructure/stack.yaml` leaves it behind.
    static func stack(
        _ name: String = "tasks-dev", cluster: ClusterID?, tag: String? = "tasks", environment: String = "dev",
        in region: String = "us-east-1", without missing: Set<StackFact.Output> = [], peer: (String, ClusterID)? = nil
    ) -> StackFact {
        var outputs = [
            "ClusterIdentifier": cluster?.rawValue ?? "", "EventBusName": "task-events-\(environment)",
            "RuleName": "task-processing-rule", "FunctionName": "task-processor-\(environment)",
            "DeadLetterQueueUrl": "https://sqs.\(region).amazonaws.com/111122223333/task-events-\(environment)-undelivered",
            "FailureQueueUrl": "https://sqs.\(region).amazonaws.com/111122223333/task-processor-\(environment)-failed",
            "LogGroupName": "/aws/lambda/task-processor-\(environment)",
            "OnCallTopicArn": "arn:aws:sns:\(region):111122223333:task-on-call-\(environment)",
        ]
        for output in missing { outputs[output.rawValue] = nil }
        var parameters = ["Environment": environment, "StackTag": tag ?? "tasks"]
        if let peer { parameters["PeerClusterArn"] = arn(peer.0, peer.1) }
        return StackFact(
            name: name, outputs: outputs, parameters: parameters, tags: tag.map { ["taskops:stack": $0] } ?? [:])
    }

    static func cluster(
        _ id: ClusterID, tag: String? = "tasks", name: String? = "task-mgmt-dev", peers: [(String, ClusterID)] = [],
        witness: String? = "us-east-2"
    ) -> ClusterFact {
        var tags: [String: String] = [:]
        tags["taskops:stack"] = tag
        tags["Name"] = name
        return ClusterFact(
            id: id, tags: tags, peers: peers.map { ClusterFact.Peer(region: $0.0, id: $0.1) }, witness: witness)
    }

    static func arn(_ region: String, _ id: ClusterID) -> String { "arn:aws:dsql:\(region):111122223333:cluster/\(id)" }

    static func refused(_ action: String, in region: String = "us-east-1") -> Unread {
        Unread(action, in: region, Problem(.denied, "\(action) failed"))
    }

    /// Two Regions as deploy.py leaves them.
    static let whole = [
        RegionInventory(
            region: "us-east-1", stacks: .success([stack(cluster: east)]),
            clusters: .success([cluster(east, peers: [("us-west-2", west)])])),
        RegionInventory(
            region: "us-west-2", stacks: .success([stack(cluster: west, in: "us-west-2")]),
            clusters: .success([cluster(west, peers: [("us-east-1", east)])])),
    ]

    static func path(_ bus: String, _ rule: String, to function: String) -> EventPath {
        EventPath(
            bus: bus, rule: rule, function: .found(function, from: "target 1 of rule \(rule)"),
            deadLetterQueue: .found("\(bus)-undelivered", from: "the dead-letter queue of target 1"),
            failureQueue: .absent("\(function) has no on-failure destination"))
    }
}
