import Basics
import Findings
import TaskSystem

/// Whether the function's own policy lets the rule invoke it. Without that nothing is retried: the event goes to the
/// target's dead-letter queue, or is lost.
enum PermissionRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let function = context.regional.function
        return .of(
            .permission, function, "the policy of \(function)", context.facts.policy, in: context, gone: "has no policy",
            missing: missing(context)
        ) { facts in
            guard let arn = context.ruleARN else {
                let finding = Finding(
                    "permission-unknown", .unknown,
                    "whether the rule may invoke the function cannot be told: neither the rule nor the function could be read",
                    next: get(context))
                return (StatusRow.unreadSummary, [finding])
            }
            guard let text = facts.policy, let policy = try? ResourcePolicy(text: text) else {
                let finding = Finding(
                    "permission-not-readable", .unknown, "the function's policy cannot be read", evidence: facts.policy,
                    next: get(context))
                return (StatusRow.unreadSummary, [finding])
            }
            switch policy.invocation(byRule: arn) {
            case .allowed: return ("lets the rule \(context.regional.rule) invoke it", [])
            case .refused: return ("does not let the rule in", [refused(context, arn, evidence: text)])
            case .undecided(let key):
                let finding = Finding(
                    "permission-unknown", .unknown,
                    "whether the rule may invoke the function depends on \(key), which cannot be known here", evidence: text,
                    next: "taskops canary --region \(context.region)")
                return ("may let the rule in", [finding])
            }
        }
    }

    /// GetPolicy answers alike for a function without a policy and for one that does not exist.
    private static func missing(_ context: RegionContext) -> Finding {
        if context.facts.function?.problem?.kind == .notFound {
            return Finding(
                "permission-no-function", .unhealthy, "there is no function for the rule to invoke",
                next: context.aws("lambda list-functions"))
        }
        return refused(context, context.ruleARN, evidence: context.facts.policy?.problem?.cause)
    }

    private static func refused(_ context: RegionContext, _ arn: String?, evidence: String?) -> Finding {
        if let role = context.target?.roleArn {
            return Finding(
                "permission-by-role", .unknown,
                "the function's policy does not let the rule in, and the target names a role whose policies are not looked at",
                evidence: role, next: "taskops canary --region \(context.region)")
        }
        let function = context.target.flatMap { FunctionARN($0.arn)?.qualifier }.map { "\(context.regional.function):\($0)" }
        let next = arn.map { arn in
            context.aws(
                "lambda add-permission",
                [
                    "function-name": function ?? context.regional.function, "statement-id": context.regional.rule,
                    "action": "lambda:InvokeFunction", "principal": "events.amazonaws.com", "source-arn": arn,
                ])
        }
        return Finding(
            "permission-missing", .unhealthy,
            "the function's policy does not let the rule \(context.regional.rule) invoke it: events are not delivered, and not retried",
            evidence: evidence, next: next ?? get(context))
    }

    private static func get(_ context: RegionContext) -> String {
        context.aws("lambda get-policy", ["function-name": context.regional.function])
    }
}
