import AWS
import Basics
import Database
import Findings
import FoundationEssentials
import TaskSystem

/// Looks for what an event left behind: in the function's log, in both queues, in the database, and at the peer.
struct TraceReader: Sendable {
    let target: DiagnosisTarget
    let peer: DiagnosisTarget?
    let event: AskedEvent?
    /// By AWS's clock.
    let now: Date
    let deadline: Deadline

    private var region: String { target.stack.region }

    func read() async -> EventTraces {
        var traces = EventTraces(event: event?.id)
        async let invocation = invocation()
        async let deadLetter = deadLetter()
        async let failure = failure()
        async let pattern = patternResults()
        async let database = database()
        traces.invocation = await invocation
        traces.deadLetter = await deadLetter
        traces.failure = await failure
        traces.patternResults = await pattern
        (traces.isProcessed, traces.peerView) = await database
        // A peer that does not answer is not behind.
        if event?.isMissedByPeer == true, let peer = self.peer, peer.facts.database?.value != nil {
            traces.peerView = .read(.behind("the event's change was read in \(region), and not in \(peer.stack.region)"))
        }
        return traces
    }

    private func reading<Value>(_ body: () async throws -> Value) async -> Reading<Value> {
        do { return .read(try await body()) } catch { return .failed(.ofLook(error)) }
    }

    // MARK: The function's log

    /// How far back the newest invocation may lie to say something of now.
    private static let recent: TimeInterval = 900

    private func invocation() async -> Reading<InvocationTrace?>? {
        // A function that is not there has said nothing.
        guard target.facts.function?.problem?.kind != .notFound else { return nil }
        let group =
            target.facts.function?.value?.configuration.loggingConfig?.logGroup ?? "/aws/lambda/\(target.stack.function)"
        let log = FunctionLogReader(logs: target.client.logs(region), group: group, deadline: deadline)
        let trace: Reading<InvocationTrace?> = await reading {
            guard let event else { return try await log.newest(since: now.addingTimeInterval(-Self.recent)) }
            if let trace = try await log.trace(of: event.id, since: event.since.addingTimeInterval(-60)) { return trace }
            // Where it is not known when the event was sent, only a crash of just now is worth a thought.
            return try await log.lastCrash(since: max(event.since, now.addingTimeInterval(-Self.recent)))
        }
        // Lambda makes the group with the first line it writes there.
        return trace.problem?.kind == .notFound ? .read(nil) : trace
    }

    // MARK: The queues

    private func deadLetter() async -> Reading<DeadLetter?>? {
        await newest(in: target.facts.deadLetterQueue) { message, event in
            guard let body = JSONTree.parsed(message.body) else { return nil }
            let isOurs = event.map { body["id"]?.string?.lowercased() == $0.lowercased } ?? false
            let attributes = message.messageAttributes ?? [:]
            return DeadLetter(
                isOfTheEvent: isOurs, errorCode: attributes["ERROR_CODE"]?.stringValue,
                errorMessage: attributes["ERROR_MESSAGE"]?.stringValue,
                exhaustedRetryCondition: attributes["EXHAUSTED_RETRY_CONDITION"]?.stringValue)
        } isOurs: {
            $0.isOfTheEvent
        }
    }

    private func failure() async -> Reading<FailureRecord?>? {
        await newest(in: target.facts.failureQueue) { message, event in
            guard let body = JSONTree.parsed(message.body) else { return nil }
            let isOurs = event.map { body["requestPayload"]?["id"]?.string?.lowercased() == $0.lowercased } ?? false
            return FailureRecord(
                isOfTheEvent: isOurs, condition: body["requestContext"]?["condition"]?.string,
                errorType: body["responsePayload"]?["errorType"]?.string,
                errorMessage: body["responsePayload"]?["errorMessage"]?.string)
        } isOurs: {
            $0.isOfTheEvent
        }
    }

    /// The message about the event, or the newest of those that were seen. Looking at a message is a receipt of it; it
    /// is left visible where all fit into one answer, and hidden for seconds where they do not.
    private func newest<Letter: Sendable & Hashable>(
        in queue: Reading<QueueFacts>?, _ letter: (SQS.Message, UUID?) -> Letter?, isOurs: (Letter) -> Bool
    ) async -> Reading<Letter?>? {
        guard let facts = queue?.value, let url = facts.queueUrl else { return nil }
        // The count lags behind; what somebody asks about may have come this second.
        guard facts.depth > 0 || event != nil else { return .read(nil) }
        return await reading {
            var newest: (sent: Int, letter: Letter)?
            var input = SQS.ReceiveMessageInput(
                queueURL: url, maxNumberOfMessages: 10, visibilityTimeout: facts.depth > 10 ? 5 : 0,
                waitTimeSeconds: facts.depth > 0 ? 1 : 0, messageAttributeNames: ["All"],
                messageSystemAttributeNames: ["SentTimestamp"])
            for round in 0..<min(10, max(1, (facts.depth + 9) / 10)) {
                if round > 0 { input.waitTimeSeconds = 0 }
                let messages = try await target.client.sqs(region).receiveMessage(input, deadline: deadline).messages ?? []
                for message in messages {
                    guard let read = letter(message, event?.id) else { continue }
                    if isOurs(read) { return read }
                    let sent = message.attributes?["SentTimestamp"].flatMap { Int($0) } ?? 0
                    if sent >= newest?.sent ?? 0 { newest = (sent, read) }
                }
                if messages.isEmpty { break }
            }
            return newest?.letter
        }
    }

    // MARK: The pattern

    /// Both events of a canary, as EventBridge itself matches them.
    private func patternResults() async -> Reading<[String: Bool]>? {
        guard let rule = target.facts.rule?.value, let pattern = rule.eventPattern else { return nil }
        let account = rule.arn?.split(separator: ":", omittingEmptySubsequences: false).dropFirst(4).first.map(String.init)
        let id = event?.id ?? UUID()
        let author = "taskops-canary/diagnose"
        let events: [TaskEvent] = [
            .created(TaskDraft(title: "canary in \(region)", createdBy: author, description: "")),
            .completed(taskID: id, by: author),
        ]
        return await reading {
            var results: [String: Bool] = [:]
            for one in events {
                let whole = WholeEvent(
                    id: id.lowercased, account: account ?? "000000000000", time: now.formatted(.iso8601), region: region,
                    detailType: one.detailType.rawValue, detail: one)
                let text = String(decoding: try JSONEncoder().encode(whole), as: UTF8.self)
                results[one.detailType.rawValue] = try await target.client.eventBridge(region).testEventPattern(
                    .init(eventPattern: pattern, event: text), deadline: deadline
                ).result
            }
            return results
        }
    }

    private struct WholeEvent: Encodable {
        var version = "0"
        var id: String
        var account: String
        var time: String
        var region: String
        var source = TaskEvent.source
        var resources: [String] = []
        var detailType: String
        var detail: TaskEvent

        enum CodingKeys: String, CodingKey {
            case version, id, account, time, region, source, resources, detail
            case detailType = "detail-type"
        }
    }

    // MARK: The database

    private func database() async -> (Reading<Bool>?, Reading<PeerView>?) {
        // What the status page's look could not reach is not asked twice.
        guard target.facts.database?.value != nil, case .success(let home) = target.database else { return (nil, nil) }
        let away = peer.flatMap { $0.facts.database?.value == nil ? nil : try? $0.database.get() }
        return await DatabaseTraces(home: home, away: away, deadline: deadline).read(event?.id)
    }
}

extension JSONTree {
    static func parsed(_ text: String?) -> JSONTree? {
        text.flatMap { try? JSONDecoder().decode(JSONTree.self, from: Data($0.utf8)) }
    }
}

extension Problem {
    /// Why somewhere could not be looked; a refusal names the IAM action.
    static func ofLook(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as AWSError:
            guard error.problem.kind == .denied, let action = error.iamAction else { return error.problem }
            return Problem(
                .denied, "the action \(action) is refused in \(error.region)", cause: error.message ?? error.code,
                hint: "taskops permissions diagnose")
        case let error as DatabaseError: return error.problem
        case let error as ColumnError: return error.problem
        case is CancellationError: return Problem(.cancelled, "interrupted")
        default: return Problem(.defect, "\(error)", hint: "please report this")
        }
    }
}
