import Basics
import Findings
import FoundationEssentials
import TaskSystem

/// The task processor itself: its state, its last update, how it is retried and how it is held back.
enum FunctionRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let name = context.regional.function
        let missing = Finding(
            "function-missing", .unhealthy, "there is no function \(name) in \(context.region)",
            evidence: context.facts.function?.problem?.cause, next: context.aws("lambda list-functions"))
        return .of(.function, name, "the function \(name)", context.facts.function, in: context, missing: missing) { facts in
            let findings =
                state(facts.configuration, context) + update(facts.configuration, context) + concurrency(facts, context)
                + runtime(facts.configuration, context) + environment(context) + retries(facts, context)
            return (summary(facts), findings)
        }
    }

    private static func summary(_ facts: FunctionFacts) -> String {
        let configuration = facts.configuration
        var parts = [configuration.state ?? "state unknown"]
        if let runtime = configuration.runtime { parts.append(runtime) }
        if let memory = configuration.memorySize { parts.append("\(memory) MB") }
        if let sha = configuration.codeSha256 { parts.append("code \(sha.prefix(8))") }
        if let reserved = facts.concurrency?.reservedConcurrentExecutions { parts.append("concurrency \(reserved)") }
        return parts.joined(separator: ", ")
    }

    /// Source: Lambda developer guide, "Lambda function states", and the API model's `State`.
    private static func state(_ facts: FunctionFacts.Configuration, _ context: RegionContext) -> [Finding] {
        let evidence = words(facts.stateReasonCode, facts.stateReason)
        func found(_ code: String, _ health: Health, _ sentence: String) -> [Finding] {
            [Finding(code, health, sentence, evidence: evidence, next: get(context))]
        }
        switch facts.state {
        case "Active": return []
        case "Pending":
            return found(
                "function-pending", .degraded,
                "the function is Pending: Lambda is preparing what it runs on, and events are only tried again until it is Active"
            )
        case "Inactive":
            return facts.stateReasonCode == nil || facts.stateReasonCode == "Idle"
                ? found(
                    "function-inactive", .degraded,
                    "the function is Inactive: it was idle so long that Lambda took back what it runs on; the next event wakes it, late"
                )
                : found("function-not-waking", .unhealthy, "the function is Inactive, and Lambda could not wake it")
        case "Failed": return found("function-failed", .unhealthy, "the function is Failed: it cannot be invoked")
        case "Deactivating":
            return found("function-deactivating", .unhealthy, "the function is Deactivating: it is about to stop taking events")
        case "Deactivated":
            return found("function-deactivated", .unhealthy, "the function is Deactivated: it cannot be invoked")
        case "ActiveNonInvocable":
            return found("function-not-invocable", .unhealthy, "the function is ActiveNonInvocable: it cannot be invoked")
        case "Deleting": return found("function-deleting", .unhealthy, "the function is being deleted")
        default:
            return [
                Finding(
                    "function-state-unknown", .unknown, "the function is in a state that is not known here",
                    evidence: words(facts.state, evidence), next: get(context))
            ]
        }
    }

    private static func update(_ facts: FunctionFacts.Configuration, _ context: RegionContext) -> [Finding] {
        let evidence = words(facts.lastUpdateStatusReasonCode, facts.lastUpdateStatusReason)
        switch facts.lastUpdateStatus {
        case "Successful", nil: return []
        case "InProgress":
            return [
                Finding(
                    "update-in-progress", .degraded,
                    "the function is being updated: events are still handled by the code and configuration before it",
                    evidence: evidence, next: "taskops status --region \(context.region) --wait-for healthy")
            ]
        case "Failed":
            return [
                Finding(
                    "update-failed", .degraded,
                    "the function's last update failed: events are handled by the code and configuration before it",
                    evidence: evidence, next: get(context))
            ]
        default:
            return [
                Finding(
                    "update-unknown", .unknown, "the function's last update is in a state that is not known here",
                    evidence: facts.lastUpdateStatus, next: get(context))
            ]
        }
    }

    private static func concurrency(_ facts: FunctionFacts, _ context: RegionContext) -> [Finding] {
        guard facts.concurrency?.reservedConcurrentExecutions == 0 else { return [] }
        return [
            Finding(
                "function-throttled", .unhealthy, "the function is switched off: its reserved concurrency is 0",
                evidence: "ReservedConcurrentExecutions 0",
                next: context.aws("lambda delete-function-concurrency", ["function-name": context.regional.function]))
        ]
    }

    /// The days on which Lambda's runtimes stop being looked after, of those this stack has had or may have.
    /// Source: Lambda developer guide, "Lambda runtimes", as collected in November 2026.
    private static let runtimeEnds = [
        "provided.al2": "2026-07-31", "provided.al2023": "2029-06-30", "python3.12": "2028-10-31",
    ]

    private static func runtime(_ facts: FunctionFacts.Configuration, _ context: RegionContext) -> [Finding] {
        guard let runtime = facts.runtime, let end = runtimeEnds[runtime] else { return [] }
        guard end < context.now.iso8601.prefix(10) else { return [] }
        return [
            Finding(
                "runtime-deprecated", .degraded, "the function's runtime \(runtime) has been deprecated since \(end)",
                next: get(context))
        ]
    }

    /// What the function is told wrongly, as far as it can be known here. Lambda hands out no variables to who may not
    /// decrypt them (API reference, GetFunctionConfiguration, `Environment.Error`), and then nothing is said.
    private static func environment(_ context: RegionContext) -> [Finding] {
        let variables = context.environment.exposed
        guard !variables.isEmpty else { return [] }
        let next = context.aws(
            "lambda get-function-configuration", ["function-name": context.regional.function, "query": "Environment"])
        var findings: [Finding] = []
        let missing = ProcessorVariable.allCases.map(\.rawValue).filter { variables[$0]?.isEmpty ?? true }
        if !missing.isEmpty {
            findings.append(
                Finding(
                    "function-variable-missing", .unhealthy,
                    "the function's environment lacks \(missing.joined(separator: ", ")): it cannot start", next: next))
        }
        if let endpoint = variables[ProcessorVariable.clusterEndpoint.rawValue], !endpoint.isEmpty,
            let id = context.facts.cluster?.value?.identifier, let cluster = ClusterID(rawValue: id),
            endpoint != cluster.endpoint(in: context.region), endpoint != context.facts.cluster?.value?.endpoint
        {
            findings.append(
                Finding(
                    "function-other-cluster", .unhealthy, "the function is told the endpoint of another cluster",
                    evidence: "CLUSTER_ENDPOINT is not \(cluster.endpoint(in: context.region))", next: next))
        }
        return findings
    }

    /// The second way an event is lost: the function takes it, fails, and Lambda gives up.
    private static func retries(_ facts: FunctionFacts, _ context: RegionContext) -> [Finding] {
        let config: EventInvokeConfigFacts?
        switch context.facts.eventInvokeConfig {
        case .read(let read): config = read
        case .failed(let problem) where problem.kind == .notFound: config = nil
        case .failed(let problem):
            return [.unread("the function's asynchronous invocation", problem, in: context.region)]
        case nil: return []
        }
        let next = context.aws("lambda get-function-event-invoke-config", ["function-name": context.regional.function])
        var findings: [Finding] = []
        if config?.destinationConfig?.onFailure?.destination == nil, facts.configuration.deadLetterConfig?.targetArn == nil {
            findings.append(
                Finding(
                    "function-no-failure-destination", .degraded,
                    "the function has no on-failure destination: an event it keeps failing at is lost", next: next))
        }
        if config?.maximumRetryAttempts == 0 {
            findings.append(
                Finding(
                    "function-no-retries", .degraded, "Lambda does not try a failed event again",
                    evidence: "MaximumRetryAttempts 0", next: next))
        }
        return findings
    }

    private static func words(_ parts: String?...) -> String? {
        let words = parts.compactMap(\.self).joined(separator: ": ")
        return words.isEmpty ? nil : words
    }

    private static func get(_ context: RegionContext) -> String {
        context.aws("lambda get-function", ["function-name": context.regional.function, "query": "Configuration"])
    }
}
