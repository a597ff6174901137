import AWS
import Basics
import Findings
import FoundationEssentials
import TaskSystem

/// From the bus to the function and its queues.
extension RegionReader {
    func bus() async throws(AWSError) -> BusFacts {
        BusFacts(try await target.client.eventBridge(region).describeEventBus(.init(name: stack.bus), deadline: deadline))
    }

    func rule() async throws(AWSError) -> RuleFacts {
        RuleFacts(
            try await target.client.eventBridge(region).describeRule(
                .init(name: stack.rule, eventBusName: stack.bus), deadline: deadline))
    }

    /// Targets, policy and retries. Where the target is a version or an alias of the function, policy and retries are
    /// that one's, and are asked for again: a second call deep.
    func delivery(
        _ watch: SourceWatch
    ) async -> (Reading<[TargetFacts]>, Reading<PolicyFacts>, Reading<EventInvokeConfigFacts>) {
        async let targets = read(.targets, watch) { try await self.targets() }
        async let policy = Result.of { try await self.policy(nil) }
        async let config = Result.of { try await self.eventInvokeConfig(nil) }
        let leadsTo = await targets.value?.compactMap { FunctionARN($0.arn) }.first { $0.name == stack.function }
        let qualifier = leadsTo?.qualifier
        let (plainPolicy, plainConfig) = await (policy, config)
        async let qualifiedPolicy = read(.policy, watch) {
            try await qualifier == nil ? plainPolicy.get() : self.policy(qualifier)
        }
        async let qualifiedConfig = read(.eventInvokeConfig, watch) {
            try await qualifier == nil ? plainConfig.get() : self.eventInvokeConfig(qualifier)
        }
        return await (targets, qualifiedPolicy, qualifiedConfig)
    }

    /// The function, and then the log group it names.
    func functionAndLogGroup(
        _ watch: SourceWatch
    ) async -> (Reading<FunctionFacts>, Secret<[String: String]>, Reading<LogGroupFacts>?) {
        var environment = Secret<[String: String]>([:])
        let function = await read(.function, watch) { () async throws(AWSError) in
            let answer = try await target.client.lambda(region).getFunction(name: stack.function, deadline: deadline)
            environment = Secret(answer.configuration?.environment?.variables ?? [:])
            return FunctionFacts(answer)
        }
        guard target.sources.contains(.logGroup) else { return (function, environment, nil) }
        // A function that cannot be looked at still logs where functions usually do.
        let name = function.value?.configuration.loggingConfig?.logGroup ?? "/aws/lambda/\(stack.function)"
        let group = await read(.logGroup, watch) {
            do {
                return try await logGroup(name)
            } catch let problem as Problem where problem.kind == .notFound {
                // That a guessed name is nobody's says nothing.
                guard let unread = function.problem, unread.kind != .notFound else { throw problem }
                throw Problem(
                    unread.kind, "which group the function logs to is not known: it could not be read", cause: unread.summary,
                    hint: unread.hint)
            }
        }
        return (function, environment, group)
    }

    func queue(_ name: String?, _ source: StatusSource, _ watch: SourceWatch) async -> Reading<QueueFacts>? {
        guard let name else { return nil }
        return await read(source, watch) { () async throws(AWSError) in
            let sqs = target.client.sqs(region)
            let url = try await sqs.getQueueURL(.init(queueName: name), deadline: deadline).queueURL
            return QueueFacts(
                url: url,
                try await sqs.getQueueAttributes(.init(queueURL: url, attributeNames: ["All"]), deadline: deadline))
        }
    }

    func allAlarms() async throws(AWSError) -> [AlarmSource] {
        try await AlarmSource.all(target.client, in: region, deadline: deadline)
    }

    private func targets() async throws(AWSError) -> [TargetFacts] {
        var targets: [TargetFacts] = []
        var input = EventBridge.ListTargetsByRuleInput(rule: stack.rule, eventBusName: stack.bus)
        repeat {
            let page = try await target.client.eventBridge(region).listTargetsByRule(input, deadline: deadline)
            targets += (page.targets ?? []).map(TargetFacts.init)
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return targets
    }

    private func policy(_ qualifier: String?) async throws(AWSError) -> PolicyFacts {
        let answer = try await target.client.lambda(region).getPolicy(
            name: stack.function, qualifier: qualifier, deadline: deadline)
        return PolicyFacts(policy: answer.policy, revisionId: answer.revisionID)
    }

    private func eventInvokeConfig(_ qualifier: String?) async throws(AWSError) -> EventInvokeConfigFacts {
        EventInvokeConfigFacts(
            try await target.client.lambda(region).getFunctionEventInvokeConfig(
                name: stack.function, qualifier: qualifier, deadline: deadline))
    }

    /// DescribeLogGroups takes a prefix; other groups may begin alike.
    private func logGroup(_ name: String) async throws -> LogGroupFacts {
        var input = CloudWatchLogs.DescribeLogGroupsInput(logGroupNamePrefix: name, limit: 50)
        repeat {
            let page = try await target.client.logs(region).describeLogGroups(input, deadline: deadline)
            if let group = page.logGroups?.first(where: { $0.logGroupName == name }) { return LogGroupFacts(group) }
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        throw Problem(
            .notFound, "there is no log group \(name) in \(region)",
            hint: "aws logs describe-log-groups --log-group-name-prefix \(name) --region \(region)")
    }
}
