import Basics
import Findings
import FoundationEssentials
import TaskSystem

/// The two queues in which events end that did not become tasks.
///
/// How bad a message in one is: it is a task that somebody made and that is not there, but it is not lost while it
/// lies in the queue. So a queue that holds some and gets no more is *degraded*: redrive it by daylight. One that has
/// been given some within the hour is *unhealthy*: tasks are failing now. So is one whose oldest message is about to
/// reach the end of its retention: it will be lost. That it grew is told by what was sent to it in the hour, and by an
/// oldest message that is younger. Without data nothing is claimed: SQS publishes none for a queue in which nothing has
/// happened for hours, and a message of this minute is not in the metrics yet.
enum QueueRule {
    static func deadLetterRow(_ context: RegionContext) -> StatusRow? {
        guard let name = context.regional.deadLetterQueue else { return nil }
        return row(.deadLetterQueue, name, context.facts.deadLetterQueue, context) { facts in
            depth(facts, name, "could not be delivered", .deadLetterQueueSent, .deadLetterQueueAge, context)
                + access(facts, name, context)
        }
    }

    static func failureRow(_ context: RegionContext) -> StatusRow? {
        guard let name = context.regional.failureQueue else { return nil }
        return row(.failureQueue, name, context.facts.failureQueue, context) { facts in
            depth(facts, name, "failed in the function", .failureQueueSent, .failureQueueAge, context)
                + destination(facts, name, context) + refusal(facts, context)
        }
    }

    /// The last part of `arn:aws:sqs:REGION:ACCOUNT:NAME`.
    static func name(ofARN arn: String) -> String {
        arn.split(separator: ":").last.map(String.init) ?? arn
    }

    private static func row(
        _ part: StatusRow.Part, _ name: String, _ reading: Reading<QueueFacts>?, _ context: RegionContext,
        judge: (QueueFacts) -> [Finding]
    ) -> StatusRow {
        let missing = Finding(
            "queue-missing", .unhealthy, "there is no queue \(name) in \(context.region): what should be kept in it is lost",
            evidence: reading?.problem?.cause, next: context.aws("sqs list-queues"))
        return .of(part, name, "the queue \(name)", reading, in: context, missing: missing) { facts in
            (summary(facts, part, context), judge(facts))
        }
    }

    private static func summary(_ facts: QueueFacts, _ part: StatusRow.Part, _ context: RegionContext) -> String {
        let age = context.series(part == .deadLetterQueue ? .deadLetterQueueAge : .failureQueueAge)?.latest
        let content = facts.depth > 0 ? messages(facts.depth) + (age.map { ", the oldest \(spoken($0)) old" } ?? "") : "empty"
        guard part == .deadLetterQueue, let key = facts.kmsMasterKeyId, !isManagedByAWS(key) else { return content }
        return "\(content), encrypted with \(key), whose policy is not looked at"
    }

    /// An alias can be told; a key's ARN does not say whose it is.
    private static func isManagedByAWS(_ key: String) -> Bool {
        key == "alias/aws/sqs" || key.hasSuffix(":alias/aws/sqs")
    }

    // MARK: What is in it

    private static func depth(
        _ facts: QueueFacts, _ name: String, _ what: String, _ sent: MetricSeries.Name, _ age: MetricSeries.Name,
        _ context: RegionContext
    ) -> [Finding] {
        guard facts.depth > 0 else { return [] }
        let look = facts.queueUrl.map { url in
            context.aws(
                "sqs receive-message",
                [
                    "queue-url": url, "visibility-timeout": "0", "message-attribute-names": "All",
                    "max-number-of-messages": "10",
                ])
        }
        let oldest = context.series(age)?.latest
        let evidence = oldest.map { "ApproximateAgeOfOldestMessage \(Int($0)) s" }
        var findings: [Finding] = []
        let arrived = context.total(sent)
        if arrived > 0 || oldest.map({ $0 < 3600 }) ?? false {
            findings.append(
                Finding(
                    "queue-growing", .unhealthy,
                    "\(events(facts.depth)) \(what), some of them within the last hour: tasks are failing now",
                    evidence: arrived > 0 ? "NumberOfMessagesSent \(Int(arrived)) in the last hour" : evidence, next: look))
        } else {
            let whether =
                context.metrics.value == nil
                ? "whether more arrive cannot be told"
                : oldest == nil ? "CloudWatch has not said yet since when" : "no more have arrived within the hour"
            findings.append(
                Finding(
                    "queue-not-empty", .degraded,
                    "\(events(facts.depth)) \(what) and \(facts.depth == 1 ? "waits" : "wait") to be redriven; \(whether)",
                    evidence: evidence, next: look))
        }
        if let oldest, let retention = facts.messageRetentionPeriod, oldest > Double(retention) - 86_400 {
            findings.append(
                Finding(
                    "queue-expiring", .unhealthy,
                    "the oldest message will be deleted within a day: the queue keeps messages for \(spoken(Double(retention)))",
                    evidence: evidence, next: look))
        }
        return findings
    }

    // MARK: Whether it can be written to

    /// EventBridge sends to a dead-letter queue in its own name, so the queue's policy must let it, and its key too.
    private static func access(_ facts: QueueFacts, _ name: String, _ context: RegionContext) -> [Finding] {
        var findings: [Finding] = []
        if facts.kmsMasterKeyId.map(isManagedByAWS) ?? false {
            findings.append(
                Finding(
                    "queue-key-refuses", .unhealthy,
                    "EventBridge cannot write to the queue: it is encrypted with the key AWS manages for SQS, which EventBridge may not use",
                    evidence: facts.kmsMasterKeyId.map { "KmsMasterKeyId \($0)" },
                    next: set(facts, #"{"KmsMasterKeyId":"","SqsManagedSseEnabled":"true"}"#, context)))
        }
        guard let rule = context.ruleARN else { return findings }
        let verdict = facts.policy.map { (try? ResourcePolicy(text: $0))?.sending(to: facts.queueArn, byRule: rule) }
        switch verdict {
        case .some(.some(.allowed)): break
        case .some(.some(.undecided(let key))):
            findings.append(
                Finding(
                    "queue-policy-unknown", .unknown,
                    "whether EventBridge may write to the queue depends on \(key), which cannot be known here",
                    evidence: facts.policy, next: get(facts, context)))
        case .some(nil):
            findings.append(
                Finding(
                    "queue-policy-not-readable", .unknown, "the queue's policy cannot be read", evidence: facts.policy,
                    next: get(facts, context)))
        case nil, .some(.some(.refused)):
            findings.append(
                Finding(
                    "queue-policy-refuses", .unhealthy,
                    "the queue's policy does not let EventBridge write to it for the rule \(context.regional.rule): "
                        + "what cannot be delivered is lost",
                    evidence: facts.policy ?? "the queue has no policy", next: get(facts, context)))
        }
        return findings
    }

    /// Lambda sends with the function's role, which is allowed by its own policies; but what the queue denies it, it may not.
    private static func refusal(_ facts: QueueFacts, _ context: RegionContext) -> [Finding] {
        guard let role = context.facts.function?.value?.configuration.role, let text = facts.policy,
            let policy = try? ResourcePolicy(text: text), policy.sending(to: facts.queueArn, byRole: role) == .refused
        else { return [] }
        return [
            Finding(
                "queue-policy-denies-function", .unhealthy,
                "the queue's policy denies the function's role: what the function fails at is lost", evidence: text,
                next: get(facts, context))
        ]
    }

    /// Lambda sends with the function's role; but it must be told to.
    private static func destination(_ facts: QueueFacts, _ name: String, _ context: RegionContext) -> [Finding] {
        guard let arn = facts.queueArn, let function = context.facts.function?.value else { return [] }
        let config = context.facts.eventInvokeConfig
        guard config?.value != nil || config?.problem?.kind == .notFound else { return [] }
        let destinations = [
            config?.value?.destinationConfig?.onFailure?.destination, function.configuration.deadLetterConfig?.targetArn,
        ].compactMap(\.self)
        // That there is none at all is said of the function.
        guard !destinations.isEmpty, !destinations.contains(arn) else { return [] }
        return [
            Finding(
                "queue-not-the-destination", .degraded,
                "what the function fails at does not go to this queue, which is the one that is watched",
                evidence: destinations.joined(separator: ", "),
                next: context.aws("lambda get-function-event-invoke-config", ["function-name": context.regional.function]))
        ]
    }

    // MARK: -

    private static func get(_ facts: QueueFacts, _ context: RegionContext) -> String {
        context.aws("sqs get-queue-attributes", ["queue-url": facts.queueUrl ?? "URL", "attribute-names": "All"])
    }

    private static func set(_ facts: QueueFacts, _ attributes: String, _ context: RegionContext) -> String {
        context.aws("sqs set-queue-attributes", ["queue-url": facts.queueUrl ?? "URL", "attributes": attributes])
    }

    private static func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }

    private static func events(_ count: Int) -> String { count == 1 ? "1 event" : "\(count) events" }

    /// `40 s`, `12 min`, `3 h`, `2 days`.
    private static func spoken(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(seconds)) s"
        case ..<7200: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) days"
        }
    }
}
