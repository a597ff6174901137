package import TaskSystem

/// An IAM policy document that allows what chosen commands need on one stack, and nothing else.
package struct PermissionPolicy: Sendable, Hashable, Codable {
    package struct Statement: Sendable, Hashable, Codable {
        package var sid: String
        package var effect = "Allow"
        package var action: [String]
        package var resource: [String]
        /// Operator → key → value.
        package var condition: [String: [String: String]]?

        enum CodingKeys: String, CodingKey {
            case sid = "Sid"
            case effect = "Effect"
            case action = "Action"
            case resource = "Resource"
            case condition = "Condition"
        }
    }

    package var version = "2012-10-17"
    package var statement: [Statement]

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case statement = "Statement"
    }

    /// - Parameters:
    ///   - commands: words of ``CommandActions/all``.
    ///   - regions: the Regions of the stack the policy is for.
    ///   - account: twelve digits.
    package init(commands: [String], stack: TaskStack, regions: [RegionalStack], account: String) {
        let names = stack.regions.contains { if case .tag = $0.cluster { true } else { false } }
        let required = Set(
            commands.flatMap { command in
                (CommandActions.all[command] ?? []).filter { required in
                    // Nobody needs to list clusters whose ids stand in the file; a search has no file yet.
                    names || CommandActions.beforeStack.contains(command)
                        || !["dsql:ListClusters", "dsql:ListTagsForResource"].contains(required.action)
                }
            })
        self.init(required, partition: Self.partition(of: stack.regions.first?.region ?? "")) { target in
            target.regions(of: stack, chosen: regions, commands: commands).flatMap { target.arns(in: $0, account: account) }
        } anywhere: { target, partition in
            target.arn(anywhereIn: partition, account: account)
        }
    }

    /// What commands need that look through an account before there is a stack.
    ///
    /// - Parameters:
    ///   - commands: words of ``CommandActions/beforeStack``.
    ///   - region: any one of those to look in; its partition is that of all.
    package init(searching commands: [String], region: String, account: String) {
        let required = Set(commands.flatMap { CommandActions.all[$0] ?? [] })
        self.init(required, partition: Self.partition(of: region)) { _ in
            []
        } anywhere: { target, partition in
            target.arn(anywhereIn: partition, account: account)
        }
    }

    private init(
        _ required: Set<RequiredAction>, partition: String, arns: (RequiredAction.Target) -> [String],
        anywhere: (RequiredAction.Target, String) -> String?
    ) {
        statement = RequiredAction.Target.allCases.compactMap { target in
            let actions = required.filter { $0.target == target }.map(\.action).sorted()
            // A stack without queues needs no rights on them.
            let resources = anywhere(target, partition).map { [$0] } ?? arns(target)
            guard !actions.isEmpty, !resources.isEmpty else { return nil }
            return Statement(sid: target.sid, action: actions, resource: resources, condition: target.condition)
        }
    }

    fileprivate static func partition(of region: String) -> String {
        region.hasPrefix("cn-") ? "aws-cn" : region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
    }
}

extension RequiredAction.Target {
    /// A canary reads its task back from the peer's cluster, and the schema grants its role to every Region's function,
    /// whichever Regions were chosen.
    fileprivate func regions(of stack: TaskStack, chosen: [RegionalStack], commands: [String]) -> [RegionalStack] {
        switch self {
        case .cluster: stack.regions
        case .function: commands.contains("schema") ? stack.regions : chosen
        case .bus, .rule, .logGroup, .queue: chosen
        case .anyRule, .anyFunction, .anyCluster, .canaryMetrics, .everything: []
        }
    }

    fileprivate var sid: String {
        switch self {
        case .bus: "Bus"
        case .rule: "Rule"
        case .function: "Function"
        case .logGroup: "LogGroup"
        case .queue: "Queues"
        case .cluster: "Cluster"
        case .anyRule: "AnyRule"
        case .anyFunction: "AnyFunction"
        case .anyCluster: "AnyCluster"
        case .canaryMetrics: "CanaryMetrics"
        case .everything: "WithoutResource"
        }
    }

    /// Nil for what belongs to the stack.
    fileprivate func arn(anywhereIn partition: String, account: String) -> String? {
        switch self {
        case .bus, .rule, .function, .logGroup, .queue, .cluster: nil
        case .anyRule: "arn:\(partition):events:*:\(account):rule/*"
        case .anyFunction: "arn:\(partition):lambda:*:\(account):function:*"
        case .anyCluster: "arn:\(partition):dsql:*:\(account):cluster/*"
        case .canaryMetrics, .everything: "*"
        }
    }

    fileprivate var condition: [String: [String: String]]? {
        self == .canaryMetrics ? ["StringEquals": ["cloudwatch:namespace": "TaskOps/Canary"]] : nil
    }

    fileprivate func arns(in regional: RegionalStack, account: String) -> [String] {
        let region = regional.region
        let partition = PermissionPolicy.partition(of: region)
        func arn(_ service: String, _ resource: String) -> String {
            "arn:\(partition):\(service):\(region):\(account):\(resource)"
        }
        switch self {
        case .bus: return [arn("events", "event-bus/\(regional.bus)")]
        case .rule:
            return [arn("events", regional.bus == "default" ? "rule/\(regional.rule)" : "rule/\(regional.bus)/\(regional.rule)")]
        case .function: return [arn("lambda", "function:\(regional.function)")]
        case .logGroup: return [arn("logs", "log-group:/aws/lambda/\(regional.function):*")]
        case .queue: return [regional.deadLetterQueue, regional.failureQueue].compactMap(\.self).map { arn("sqs", $0) }
        case .cluster:
            if case .id(let id) = regional.cluster { return [arn("dsql", "cluster/\(id)")] }
            // A tag says nothing of the id before AWS is asked.
            return [arn("dsql", "cluster/*")]
        // The same in every Region: `arn(anywhereIn:account:)` has it.
        case .anyRule, .anyFunction, .anyCluster, .canaryMetrics, .everything: return ["*"]
        }
    }
}
