import AWS
import Basics
import FoundationEssentials
import TaskSystem

/// Finds out how far an event came that was accepted and never seen again: did the function take it up or not?
struct LostEvent: Sendable {
    struct Event: Sendable {
        var id: UUID
        var step: CanaryHop.Step
        /// The prober's wall clock.
        var sentAt: Date
    }

    let target: CanaryTarget
    let deadline: Deadline

    /// Rewrites the ledger's ending with what the function's own log says. What cannot be looked up leaves it as it was.
    func explain(_ event: Event, in ledger: inout CanaryLedger) async {
        // A prober that could not look has lost nothing: the path may be fine.
        guard let known = ledger.ending, known.speaksOfThePath else { return }
        let lines: [FunctionLine]
        do {
            lines = try await functionLines(about: event)
        } catch {
            let problem = Problem.of(error)
            if problem.kind == .notFound {
                ledger.broke(event.step, .start, await neverStarted(event))
            }
            return
        }
        guard !lines.isEmpty else {
            ledger.broke(event.step, .start, await neverStarted(event))
            return
        }
        ledger.started(event.step, after: nil)
        var cause = lines.last { $0.error != nil }?.error
        if cause == nil { cause = await lastCrash(since: event)?.summary }
        ledger.broke(
            event.step, .commit,
            Problem(
                known.kind, "\(target.function) took the event up, and its change was never readable in \(target.region)",
                cause: cause ?? known.summary,
                hint: "read its log: aws logs filter-log-events --log-group-name \(await logGroup())"
                    + " --filter-pattern '\"\(event.id.lowercased)\"' --region \(target.region)"))
    }

    // MARK: -

    /// A line of the function's structured log, as far as it matters here.
    private struct FunctionLine: Decodable {
        var error: String?
    }

    private func functionLines(about event: Event) async throws -> [FunctionLine] {
        let logs = target.client.logs(target.region)
        let input = CloudWatchLogs.FilterLogEventsInput(
            logGroupName: await logGroup(), startTime: Int64((event.sentAt.timeIntervalSince1970 - 60) * 1000),
            filterPattern: "\"\(event.id.lowercased)\"")
        var lines: [FunctionLine] = []
        for try await events in logs.filterLogEventsPages(input, deadline: deadline) {
            lines += events.map { event in
                (try? JSONDecoder().decode(FunctionLine.self, from: Data((event.message ?? "").utf8))) ?? FunctionLine()
            }
        }
        return lines
    }

    /// Where the function logs is part of its configuration; the usual name stands in when that cannot be read.
    private func logGroup() async -> String {
        let configuration = try? await target.client.lambda(target.region).getFunctionConfiguration(
            name: target.function, deadline: deadline)
        return configuration?.loggingConfig?.logGroup ?? "/aws/lambda/\(target.function)"
    }

    /// What Lambda itself wrote last about an invocation that ended before the function could say which event it held:
    /// `RequestId: UUID Error: Runtime exited with error: …`. Such lines name no event, so this is a hint and no proof.
    private func lastCrash(since event: Event) async -> Problem? {
        let group = await logGroup()
        let input = CloudWatchLogs.FilterLogEventsInput(
            logGroupName: group, startTime: Int64(event.sentAt.timeIntervalSince1970 * 1000), filterPattern: "\"Error:\"")
        var last: Substring?
        do {
            for try await events in target.client.logs(target.region).filterLogEventsPages(input, deadline: deadline) {
                let lines = events.compactMap { $0.message?.prefix { !$0.isNewline } }
                last = lines.last { $0.hasPrefix("RequestId: ") } ?? last
            }
        } catch {
            return nil
        }
        guard let last else { return nil }
        return Problem(
            .failed, "since then Lambda wrote: \(last)",
            hint: "read its log: aws logs filter-log-events --log-group-name \(group) --filter-pattern Error"
                + " --region \(target.region)")
    }

    private func neverStarted(_ event: Event) async -> Problem {
        let rule = RulePath(target: target, deadline: deadline)
        var finding = await rule.firstBrokenLink()
        if finding == nil { finding = await lastCrash(since: event) }
        return Problem(
            .timedOut,
            "EventBridge accepted event \(event.id.lowercased) in \(target.region), and \(target.function) never took it up",
            cause: finding?.summary, hint: finding?.hint ?? "look at the rule: \(rule.command)")
    }
}
