import AWS
import Basics
import TaskSystem

/// The links between bus and function, read from configuration: rule, target, permission, function.
struct RulePath: Sendable {
    let target: CanaryTarget
    let deadline: Deadline

    /// What shows the rule as AWS has it.
    var command: String {
        "aws events describe-rule --name \(target.rule) --event-bus-name \(target.bus) --region \(target.region)"
    }

    /// The first link that is not as it must be; nil when all are, or could not be looked at.
    func firstBrokenLink() async -> Problem? {
        for look in [brokenRule, brokenTarget, brokenFunction, brokenPermission] {
            // A link that may not be looked at is passed over; the next one may show the cause.
            if let finding = try? await look() { return finding }
        }
        return nil
    }

    private func brokenRule() async throws(AWSError) -> Problem? {
        let eventBridge = target.client.eventBridge(target.region)
        do {
            let rule = try await eventBridge.describeRule(
                .init(name: target.rule, eventBusName: target.bus), deadline: deadline)
            guard rule.state == .disabled else { return nil }
            return Problem(
                .failed, "the rule \(target.rule) is DISABLED",
                hint: "aws events enable-rule --name \(target.rule) --event-bus-name \(target.bus) --region \(target.region)")
        } catch  where error.problem.kind == .notFound {
            return Problem(
                .notFound, "the bus \(target.bus) has no rule \(target.rule)",
                hint: "aws events list-rules --event-bus-name \(target.bus) --region \(target.region)")
        }
    }

    private func brokenTarget() async throws(AWSError) -> Problem? {
        let answer = try await target.client.eventBridge(target.region).listTargetsByRule(
            .init(rule: target.rule, eventBusName: target.bus), deadline: deadline)
        let isThere = (answer.targets ?? []).contains { isThisFunction($0.arn) }
        return isThere
            ? nil
            : Problem(
                .failed, "the rule \(target.rule) does not lead to the function \(target.function)",
                hint:
                    "aws events list-targets-by-rule --rule \(target.rule) --event-bus-name \(target.bus) --region \(target.region)"
            )
    }

    private func brokenFunction() async throws(AWSError) -> Problem? {
        do {
            let function = try await target.client.lambda(target.region).getFunction(
                name: target.function, deadline: deadline)
            guard function.concurrency?.reservedConcurrentExecutions == 0 else { return nil }
            return Problem(
                .failed, "the function \(target.function) is throttled: its reserved concurrency is 0",
                hint: "aws lambda delete-function-concurrency --function-name \(target.function) --region \(target.region)")
        } catch  where error.problem.kind == .notFound {
            return Problem(
                .notFound, "the function \(target.function) does not exist in \(target.region)",
                hint: "aws lambda list-functions --region \(target.region)")
        }
    }

    /// EventBridge needs `lambda:InvokeFunction` in the function's own policy; without it nothing is retried and the
    /// event goes to the target's dead-letter queue.
    private func brokenPermission() async throws(AWSError) -> Problem? {
        let hint = "aws lambda get-policy --function-name \(target.function) --region \(target.region)"
        let missing = Problem(
            .failed, "the policy of \(target.function) does not let the rule \(target.rule) invoke it", hint: hint)
        do {
            let rule = try await target.client.eventBridge(target.region).describeRule(
                .init(name: target.rule, eventBusName: target.bus), deadline: deadline)
            let answer = try await target.client.lambda(target.region).getPolicy(name: target.function, deadline: deadline)
            guard let arn = rule.arn, let text = answer.policy,
                let policy = try? ResourcePolicy(text: text)
            else { return nil }
            return policy.invocation(byRule: arn) == .refused ? missing : nil
        } catch  where error.problem.kind == .notFound {
            return missing
        }
    }

    /// The function itself, or one of its versions and aliases: `…:function:NAME`, `…:function:NAME:QUALIFIER`.
    private func isThisFunction(_ arn: String) -> Bool {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count >= 7 && parts[6] == target.function
    }
}
