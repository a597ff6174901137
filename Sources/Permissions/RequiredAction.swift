/// An IAM action, and the thing of the stack it is needed for.
///
/// Source of action names and resource types: AWS Service Authorization Reference, one page per service.
package struct RequiredAction: Sendable, Hashable {
    /// What the policy's `Resource` names.
    package enum Target: Sendable, Hashable, CaseIterable {
        case bus, rule, function, logGroup, cluster
        /// The action takes no resource, or has to be allowed on all of them.
        case everything
    }

    package var action: String
    package var target: Target

    package init(_ action: String, on target: Target) {
        self.action = action
        self.target = target
    }
}

/// What each command calls. `make conformance` runs them all, and holds this table against what was called.
package enum CommandActions {
    /// Commands that call AWS, by the word typed.
    package static let all: [String: [RequiredAction]] = [
        "canary": canary + clusterByTag,
        "schema": schema + clusterByTag,
        "tail": tail,
    ]

    private static let canary = [
        RequiredAction("events:DescribeEventBus", on: .bus),
        RequiredAction("events:PutEvents", on: .bus),
        RequiredAction("dsql:DbConnect", on: .cluster),
        // Asked only when an event was lost, to name the link that broke.
        RequiredAction("events:DescribeRule", on: .rule),
        RequiredAction("events:ListTargetsByRule", on: .rule),
        RequiredAction("lambda:GetFunction", on: .function),
        RequiredAction("lambda:GetFunctionConfiguration", on: .function),
        RequiredAction("lambda:GetPolicy", on: .function),
        RequiredAction("logs:FilterLogEvents", on: .logGroup),
    ]

    private static let schema = [
        RequiredAction("dsql:DbConnectAdmin", on: .cluster),
        RequiredAction("lambda:GetFunctionConfiguration", on: .function),
    ]

    /// Without names: the groups of the stack's functions.
    private static let tail = [
        RequiredAction("lambda:GetFunctionConfiguration", on: .function),
        RequiredAction("logs:FilterLogEvents", on: .logGroup),
        // With --live alone.
        RequiredAction("logs:StartLiveTail", on: .logGroup),
        // For patterns, and for the ARNs that Live Tail takes: of groups that may have any name.
        RequiredAction("logs:DescribeLogGroups", on: .everything),
    ]

    /// Where taskops.yaml names a cluster by its tag instead of its id.
    private static let clusterByTag = [
        RequiredAction("dsql:ListClusters", on: .everything),
        RequiredAction("dsql:ListTagsForResource", on: .cluster),
    ]
}
