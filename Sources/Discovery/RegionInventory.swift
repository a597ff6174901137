package import Basics
package import TaskSystem

/// What one Region said when it was asked which stacks and clusters stand in it.
package struct RegionInventory: Sendable, Hashable {
    package var region: String
    package var stacks: Result<[StackFact], Unread>
    package var clusters: Result<[ClusterFact], Unread>

    package init(
        region: String, stacks: Result<[StackFact], Unread> = .success([]),
        clusters: Result<[ClusterFact], Unread> = .success([])
    ) {
        self.region = region
        self.stacks = stacks
        self.clusters = clusters
    }

    /// What gave no answer.
    package var unread: [Unread] {
        var all: [Unread] = []
        if case .failure(let unread) = stacks { all.append(unread) }
        switch clusters {
        case .failure(let unread): all.append(unread)
        case .success(let found): all += found.compactMap(\.unread)
        }
        return all
    }
}

/// A CloudFormation stack, as far as it tells of a task system.
package struct StackFact: Sendable, Hashable {
    package var name: String
    package var outputs: [String: String]
    package var parameters: [String: String]
    package var tags: [String: String]

    package init(
        name: String, outputs: [String: String] = [:], parameters: [String: String] = [:], tags: [String: String] = [:]
    ) {
        self.name = name
        self.outputs = outputs
        self.parameters = parameters
        self.tags = tags
    }

    /// Outputs of `infrastructure/stack.yaml` that stand in taskops.yaml.
    enum Output: String, CaseIterable {
        case cluster = "ClusterIdentifier"
        case bus = "EventBusName"
        case rule = "RuleName"
        case function = "FunctionName"
        case deadLetterQueue = "DeadLetterQueueUrl"
        case failureQueue = "FailureQueueUrl"
    }

    /// The output with the topic for the people on call. A stack of an older template has none, and is one all the same.
    static let onCallTopic = "OnCallTopicArn"

    /// What an output says as taskops.yaml has it: of a queue the name, which ends its URL.
    func value(_ output: Output) -> String? {
        guard let text = outputs[output.rawValue], !text.isEmpty else { return nil }
        switch output {
        case .deadLetterQueue, .failureQueue: return text.split(separator: "/").last.map(String.init)
        default: return text
        }
    }

    /// The tag says whose it is; all of the template's outputs together say it as well. Any one of them may be anybody's.
    var isTaskSystem: Bool {
        let known = Output.allCases.count { value($0) != nil }
        return known > 0 && (tags[Ownership.tag] != nil || known == Output.allCases.count)
    }
}

/// A DSQL cluster, as far as it tells of a task system.
package struct ClusterFact: Sendable, Hashable {
    package var id: ClusterID
    /// Nil where the cluster could not be looked at.
    package var tags: [String: String]?
    /// Its peers without itself.
    package var peers: [Peer]
    package var witness: String?
    /// Why only its id is known.
    package var unread: Unread?

    /// Where a cluster's ARN leads: `arn:aws:dsql:REGION:ACCOUNT:cluster/ID`.
    package struct Peer: Sendable, Hashable {
        package var region: String
        package var id: ClusterID

        package init(region: String, id: ClusterID) {
            self.region = region
            self.id = id
        }

        package init?(arn: String) {
            let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 6, parts[2] == "dsql", parts[5].hasPrefix("cluster/"),
                let id = ClusterID(rawValue: String(parts[5].dropFirst("cluster/".count)))
            else { return nil }
            self.init(region: String(parts[3]), id: id)
        }
    }

    package init(
        id: ClusterID, tags: [String: String]? = [:], peers: [Peer] = [], witness: String? = nil, unread: Unread? = nil
    ) {
        self.id = id
        self.tags = tags
        self.peers = peers
        self.witness = witness
        self.unread = unread
    }
}

/// How things say whose they are.
enum Ownership {
    /// The tag everything of a stack carries; its value is the stack's name in taskops.yaml.
    static let tag = "taskops:stack"
}

/// A question to AWS that got no answer, and the right it takes to ask it.
package struct Unread: Error, Sendable, Hashable {
    /// IAM's word, such as `dsql:ListClusters`.
    package var action: String
    package var region: String
    package var problem: Problem

    package init(_ action: String, in region: String, _ problem: Problem) {
        self.action = action
        self.region = region
        self.problem = problem
    }

    /// For a comment or half a sentence.
    package var reason: String {
        problem.kind == .denied ? "access to \(action) was refused" : "\(action) gave no answer (\(problem.summary))"
    }
}
