import Basics
import Findings
import FoundationEssentials
import TaskSystem

/// What an event's traces say is broken, before they are held against what stands wrong.
struct TraceFindings {
    let judge: DiagnosisJudge

    private var stack: RegionalStack { judge.stack }
    private var event: UUID? { judge.traces.event }

    var all: [LinkFinding] {
        if judge.fate == .processed { return [] }
        let invocation = judge.traces.invocation?.value ?? nil
        if let invocation, invocation.namesTheEvent, let finding = finding(invocation) { return [finding] }
        if let record = judge.traces.failure?.value ?? nil, record.isOfTheEvent { return [finding(record)] }
        if let letter = judge.traces.deadLetter?.value ?? nil, letter.isOfTheEvent { return [finding(letter)] }
        // What names no event may be about another one.
        if let invocation, let finding = finding(invocation) { return [finding] }
        return unseen
    }

    // MARK: The function's log

    private func finding(_ trace: InvocationTrace) -> LinkFinding? {
        let certainty: Certainty = trace.namesTheEvent ? .certain : .likely
        let what = trace.namesTheEvent ? "the event" : "the last event it took\(age(trace.at))"
        switch trace.ending {
        case .done: return nil
        case .failed(let type, let message):
            return failed(type, message, certainty, what, evidence: "\(stack.function) says: \(type): \(message)")
        case .timedOut(let line):
            return LinkFinding(
                .invocation, "function-timeout", certainty, .unhealthy,
                "the function did not come to an end with \(what) in the time it has", evidence: [line], next: readLog)
        case .crashed(let line):
            return LinkFinding(
                .invocation, "function-crashing", certainty, .unhealthy, "the function's process ended over \(what)",
                evidence: [line], next: readLog)
        case .open:
            return LinkFinding(
                .invocation, "function-silent", .likely, .unhealthy,
                "the function took \(what) up, and has not said how it ended", next: readLog)
        }
    }

    private func finding(_ record: FailureRecord) -> LinkFinding {
        let evidence = DiagnosisJudge.words(record)
        if let type = record.errorType {
            return failed(type, record.errorMessage ?? "", .certain, "the event", evidence: evidence)
        }
        return LinkFinding(
            .function, "event-given-up", .certain, .unhealthy, "Lambda gave the event up without the function having had it",
            evidence: [evidence], next: readLog)
    }

    /// By the function's own words for what went wrong (`InvocationFailure.database`), and Lambda's for what it saw.
    private func failed(
        _ type: String, _ message: String, _ certainty: Certainty, _ what: String, evidence: String
    ) -> LinkFinding {
        func made(_ link: Link, _ code: String, _ sentence: String, next: String) -> LinkFinding {
            LinkFinding(link, code, certainty, .unhealthy, sentence, evidence: [evidence], next: next)
        }
        switch type {
        case "DatabaseAccessDenied" where message.contains("08006"):
            var refused = made(
                .token, "function-token-refused",
                "the database refuses the function's token: IAM does not let its role dsql:DbConnect",
                next: "aws iam list-role-policies --role-name \(roleName)")
            // A cluster that is another's refuses it as well, and which one is right cannot be told here.
            if judge.facts.cluster?.problem?.kind == .notFound { refused.certainty = .likely }
            return refused
        case "DatabaseAccessDenied" where message.contains("SQLSTATE 28"):
            return made(
                .role, "function-role-not-granted",
                "the function's database role is not there, or not granted to the role it runs as", next: "taskops schema apply")
        case "DatabaseAccessDenied":
            return made(
                .role, "function-role-refused", "the database does not let the function do its work", next: "taskops schema apply"
            )
        case "DatabaseConflict":
            return made(
                .conflicts, "conflicts-exhausted",
                "the function met conflicting writers at every attempt with \(what), and gave up",
                next: "taskops status --region \(stack.region)")
        case "DatabaseUnreachable", "DatabaseTimedOut", "DatabaseThrottled":
            return made(
                .endpoint, "function-without-database", "the function cannot reach the database", next: readLog)
        case "DatabaseFailed" where message.contains("42P01"):
            return made(.table, "tasks-missing", "the function misses a table in the database", next: "taskops schema plan")
        case "Sandbox.Timedout", "Function.TimedOut":
            return made(
                .invocation, "function-timeout", "the function did not come to an end with \(what) in the time it has",
                next: readLog)
        case "Runtime.ExitError":
            return made(.invocation, "function-crashing", "the function's process ended over \(what)", next: readLog)
        default:
            return made(.invocation, "function-failing", "the function failed at \(what)", next: readLog)
        }
    }

    // MARK: EventBridge

    private func finding(_ letter: DeadLetter) -> LinkFinding {
        LinkFinding(
            letter.errorCode == "NO_PERMISSIONS" ? .permission : .target, "event-undelivered", .certain, .unhealthy,
            "EventBridge could not deliver the event to the function", evidence: [DiagnosisJudge.words(letter)],
            next: "aws events list-targets-by-rule --rule \(stack.rule) --event-bus-name \(stack.bus) --region \(stack.region)")
    }

    /// Accepted, and not seen anywhere: only worth a word where everywhere was looked, and at the way there too. Where the
    /// rule could not be read, that is where to look first.
    private var unseen: [LinkFinding] {
        guard judge.fate == .unseen, let event, judge.traces.invocation?.value != nil else { return [] }
        let way = [judge.facts.bus?.problem, judge.facts.rule?.problem, judge.facts.targets?.problem]
        guard way.allSatisfy({ $0 == nil || $0?.kind == .notFound }) else { return [] }
        return [
            LinkFinding(
                .target, "event-unseen", .likely, .unknown,
                "no trace of the event was found: EventBridge may still be trying to deliver it, or never had it",
                evidence: ["neither the function's log, nor the queues, nor the database know \(event.lowercased)"],
                next: "taskops diagnose --region \(stack.region) --event \(event.lowercased)")
        ]
    }

    // MARK: What explains what

    /// Whether what an event met is what stands wrong anyway.
    static func explains(_ standing: LinkFinding, _ told: LinkFinding) -> Bool {
        guard standing.health >= .unknown else { return standing.code == told.code }
        switch told.code {
        case "event-unseen":
            // What stands before the function, or holds it back, is why nothing was seen.
            // One that has another cluster would have said that it took the event up.
            return standing.link <= .function && standing.health == .unhealthy && standing.code != "function-other-cluster"
        case "event-undelivered": return standing.link <= .function && standing.link >= .rule
        case "event-given-up": return standing.link == .function
        case "function-without-database":
            return standing.code == "function-other-cluster" || standing.code == "function-variable-missing"
                || [.cluster, .endpoint, .tls].contains(standing.link)
        case "function-token-refused", "function-role-not-granted", "function-role-refused":
            // The function's login is another than this machine's, and it has its cluster from elsewhere.
            return standing.code == "function-other-cluster" || standing.link == .cluster && standing.code != "cluster-missing"
        case "function-failing":
            return standing.code == "function-variable-missing" || standing.code == "target-input-changed"
                || standing.link == .table && told.evidence.contains { $0.contains("DatabaseFailed") }
        case "function-crashing": return standing.code == "function-variable-missing"
        case "function-timeout", "function-silent":
            return standing.code == "function-variable-missing" || [.cluster, .endpoint].contains(standing.link)
        default: return standing.link == told.link && standing.code == told.code
        }
    }

    // MARK: Words

    private var roleName: String {
        let arn = judge.facts.function?.value?.configuration.role
        return arn.flatMap { $0.split(separator: "/").last.map(String.init) } ?? "ROLE"
    }

    /// The event's own lines; where none name it, those that tell of failures.
    private var readLog: String {
        let group = judge.facts.function?.value?.configuration.loggingConfig?.logGroup ?? "/aws/lambda/\(stack.function)"
        let isNamed = (judge.traces.invocation?.value ?? nil)?.namesTheEvent ?? true
        let pattern = event.flatMap { isNamed ? "'\"\($0.lowercased)\"'" : nil } ?? "'?Error ?ERROR ?\"Task timed out\"'"
        return "aws logs filter-log-events --log-group-name \(group) --filter-pattern \(pattern) --region \(stack.region)"
    }

    private func age(_ at: Date?) -> String {
        guard let at else { return "" }
        let seconds = max(0, Int(judge.now.timeIntervalSince(at)))
        return seconds < 120 ? " \(seconds) s ago" : " \(seconds / 60) min ago"
    }
}
