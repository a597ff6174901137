import Basics
import Findings
import TaskSystem

/// The rule, its pattern, and where it leads.
enum RuleRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let (rule, bus) = (context.regional.rule, context.regional.bus)
        let missing = Finding(
            "rule-missing", .unhealthy, "the bus \(bus) has no rule \(rule): no event reaches the function",
            evidence: context.facts.rule?.problem?.cause, next: context.aws("events list-rules", ["event-bus-name": bus]))
        var row = StatusRow.of(.rule, rule, "the rule \(rule)", context.facts.rule, in: context, missing: missing) { facts in
            let findings = state(facts, context) + pattern(facts, context) + targets(context)
            return (summary(facts, context), findings)
        }
        // Where the rule leads is asked for by itself: who may not describe the rule may still be told of its targets.
        if let problem = context.facts.rule?.problem, problem.kind != .notFound, context.facts.targets?.value != nil {
            row.findings += targets(context)
        }
        return row
    }

    private static func summary(_ facts: RuleFacts, _ context: RegionContext) -> String {
        guard let target = context.target else { return facts.state ?? "state unknown" }
        let queue = target.deadLetterConfig?.arn.map { ", dead letters to \(QueueRule.name(ofARN: $0))" } ?? ""
        return "\(facts.state ?? "state unknown"), leads to \(context.regional.function)\(queue)"
    }

    // MARK: State

    private static func state(_ facts: RuleFacts, _ context: RegionContext) -> [Finding] {
        switch facts.state {
        // The second also takes management events of CloudTrail, which no pattern of task events matches.
        case "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS": return []
        case "DISABLED":
            return [
                Finding(
                    "rule-disabled", .unhealthy, "the rule is DISABLED: events that match it are not delivered",
                    next: context.aws(
                        "events enable-rule", ["name": context.regional.rule, "event-bus-name": context.regional.bus]))
            ]
        default:
            return [
                Finding(
                    "rule-state-unknown", .unknown, "the rule is in a state that is not known here",
                    evidence: facts.state, next: describe(context))
            ]
        }
    }

    // MARK: Pattern

    private static func pattern(_ facts: RuleFacts, _ context: RegionContext) -> [Finding] {
        guard let text = facts.eventPattern else {
            return [
                Finding(
                    "rule-no-pattern", .unhealthy, "the rule has no event pattern: it is not triggered by events",
                    evidence: facts.scheduleExpression, next: describe(context))
            ]
        }
        switch EventPattern.judge(text, account: account(context), region: context.region) {
        case .all: return []
        case .none:
            return [
                Finding(
                    "pattern-matches-nothing", .unhealthy, "the rule's pattern matches none of the task events",
                    evidence: text, next: describe(context))
            ]
        case .some(let missing):
            return [
                Finding(
                    "pattern-misses-events", .unhealthy,
                    "the rule's pattern does not match \(missing.joined(separator: ", "))", evidence: text,
                    next: describe(context))
            ]
        case .narrowed(let keys):
            return [
                Finding(
                    "pattern-narrowed", .degraded,
                    "the rule takes only some of the task events: its pattern also asks for \(keys.joined(separator: ", "))",
                    evidence: text, next: describe(context))
            ]
        case .unknown(let why):
            return [
                Finding(
                    "pattern-unknown", .unknown, "whether the rule's pattern matches the task events cannot be told: \(why)",
                    evidence: text, next: "taskops canary --region \(context.region)")
            ]
        }
    }

    private static func account(_ context: RegionContext) -> String? {
        context.ruleARN.flatMap { $0.split(separator: ":", omittingEmptySubsequences: false).dropFirst(4).first.map(String.init) }
    }

    // MARK: Targets

    private static func targets(_ context: RegionContext) -> [Finding] {
        let targets: [TargetFacts]
        switch context.facts.targets {
        case .read(let read): targets = read
        case .failed(let problem): return [.unread("the rule's targets", problem, in: context.region)]
        case nil: return []
        }
        guard let target = context.target else {
            let others = targets.map(\.arn).joined(separator: ", ")
            return [
                targets.isEmpty
                    ? Finding(
                        "rule-no-target", .unhealthy, "the rule has no target: events that match it go nowhere",
                        next: list(context))
                    : Finding(
                        "rule-other-target", .unhealthy, "the rule does not lead to the function \(context.regional.function)",
                        evidence: others, next: list(context))
            ]
        }
        var findings = deadLetters(target, context) + retries(target, context)
        let ours = targets.filter { FunctionARN($0.arn)?.name == context.regional.function }
        if ours.count > 1 {
            findings.append(
                Finding(
                    "rule-repeated-target", .degraded,
                    "the rule leads to the function \(ours.count) times: each event is delivered as often",
                    evidence: ours.map { "\($0.id): \($0.arn)" }.joined(separator: ", "), next: list(context)))
        }
        if let change = changedInput(target) {
            findings.append(
                Finding(
                    "target-input-changed", .unhealthy,
                    "the function is not given the event as it was sent, which is all it understands", evidence: change,
                    next: list(context)))
        }
        return findings
    }

    private static func deadLetters(_ target: TargetFacts, _ context: RegionContext) -> [Finding] {
        guard let arn = target.deadLetterConfig?.arn else {
            return [
                Finding(
                    "target-no-dead-letter-queue", .degraded,
                    "the target has no dead-letter queue: an event that cannot be delivered is lost", next: list(context))
            ]
        }
        guard let queue = context.regional.deadLetterQueue, QueueRule.name(ofARN: arn) != queue else { return [] }
        return [
            Finding(
                "target-other-dead-letter-queue", .degraded,
                "the target's dead-letter queue is not \(queue), which is the one that is watched", evidence: arn,
                next: list(context))
        ]
    }

    private static func retries(_ target: TargetFacts, _ context: RegionContext) -> [Finding] {
        guard target.retryPolicy?.maximumRetryAttempts == 0 else { return [] }
        return [
            Finding(
                "target-no-retries", .degraded,
                "EventBridge delivers each event once and does not try again: a short disturbance fills the dead-letter queue",
                evidence: "MaximumRetryAttempts 0", next: list(context))
        ]
    }

    private static func changedInput(_ target: TargetFacts) -> String? {
        if let input = target.input { return "Input \(input)" }
        if let path = target.inputPath, path != "$" { return "InputPath \(path)" }
        return target.inputTransformer.map { "InputTransformer \($0.inputTemplate)" }
    }

    // MARK: -

    private static func describe(_ context: RegionContext) -> String {
        context.aws("events describe-rule", ["name": context.regional.rule, "event-bus-name": context.regional.bus])
    }

    private static func list(_ context: RegionContext) -> String {
        context.aws("events list-targets-by-rule", ["rule": context.regional.rule, "event-bus-name": context.regional.bus])
    }
}
