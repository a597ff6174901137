package import Basics
package import FoundationEssentials
import TaskSystem

/// Takes an event up, makes the change it describes, and tells the bus.
package struct EventHandler: Sendable {
    private let store: TaskStore
    private let notifier: Notifier
    private let region: String
    private let now: @Sendable () -> Date

    package init(store: TaskStore, notifier: Notifier, region: String, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.notifier = notifier
        self.region = region
        self.now = now
    }

    /// - Returns: what the event came to, for somebody who invokes the function by hand; EventBridge looks at no answer.
    /// - Throws: for every event that was not applied, so that Lambda tries again and its failure queue keeps what never succeeds.
    package func handle(
        _ event: ReceivedEvent, invocation: RuntimeInvocation, deadline: Deadline, log: FunctionLog
    ) async throws(InvocationFailure) -> Data {
        let begin = ContinuousClock.now
        let startedAt = Timestamp(now())
        var log = log.with([
            "eventId": .text(event.id.lowercased), "detailType": .text(event.detailType), "region": .text(region),
        ])
        log(.info, "task event received", ["sentAt": event.sentAt.map { .text($0) }])
        do throws(InvocationFailure) {
            let (change, detailType) = try Self.change(for: event)
            if case .update(let taskID, _, _) = change { log = log.with(["taskId": .text(taskID.lowercased)]) }
            let origin = TaskWriter.Origin(
                id: event.id, detailType: detailType, region: region, requestID: invocation.requestID, startedAt: startedAt)
            let (result, cost): (TaskWriter.Result, TaskStore.Cost)
            do throws(InvocationFailure) {
                (result, cost) = try await Self.written { try await store.apply(change, origin, deadline: deadline) }
            } catch  where error.errorType == "TaskNotFound" && Self.isCanary(change) {
                // A canary that gave up has removed its task, and its last event comes after that. There is nothing to
                // do, and failing would raise the alarm that the canary's own verdict has raised already.
                log(.info, "task event done", ["outcome": "gone"])
                return Data("{}".utf8)
            }
            if case .create = change { log = log.with(["taskId": .text(event.id.lowercased)]) }
            let answer = Answer(event.id, result)
            log(
                .info, "task event done",
                [
                    "outcome": .text(answer.outcome), "changed": .list(answer.changed),
                    "durationMs": .milliseconds(begin.duration(to: .now)),
                    "connectMs": .milliseconds(cost.connect), "commitMs": .milliseconds(cost.commit),
                    "attempts": .integer(cost.attempts),
                ])
            if case .applied(let taskID, let changed) = result {
                await notifier.announce(
                    detailType, taskID: taskID, changed: changed, traceID: invocation.traceID, deadline: deadline, log: log)
            }
            return answer.json
        } catch {
            log(
                .error, "task event done",
                [
                    "outcome": "failed", "errorType": .text(error.errorType), "error": .text(error.message),
                    "durationMs": .milliseconds(begin.duration(to: .now)),
                ])
            throw error
        }
    }

    private static func change(for event: ReceivedEvent) throws(InvocationFailure) -> (TaskWriter.Change, TaskEvent.DetailType) {
        let taskEvent = try event.taskEvent()
        do throws(FieldProblem) {
            switch taskEvent {
            case .created(let draft):
                let author = try CheckedFields.checkedAuthor(draft.createdBy, called: "created_by")
                return (.create(try CheckedFields(draft), by: author), .created)
            case .updated(let taskID, let changes, let person):
                let author = try CheckedFields.checkedAuthor(person, called: "updatedBy")
                return (.update(taskID: taskID, try CheckedFields(changes), by: author), .updated)
            case .completed(let taskID, let person):
                let author = try CheckedFields.checkedAuthor(person, called: "completedBy")
                let changes = TaskChanges([.status: TaskWriter.completed])
                return (.update(taskID: taskID, try CheckedFields(changes), by: author), .completed)
            }
        } catch {
            throw .invalidEvent(error.sentence)
        }
    }

    private static func isCanary(_ change: TaskWriter.Change) -> Bool {
        if case .update(_, _, let author) = change { CanaryMark.isBorne(by: author) } else { false }
    }

    private static func written<Value>(_ body: () async throws -> Value) async throws(InvocationFailure) -> Value {
        do {
            return try await body()
        } catch let missing as TaskWriter.NoSuchTask {
            throw .taskNotFound(missing.id.lowercased)
        } catch {
            throw .database(error)
        }
    }

    private struct Answer: Encodable {
        var eventId: String
        var outcome: String
        var changed: [String]

        init(_ id: UUID, _ result: TaskWriter.Result) {
            eventId = id.lowercased
            switch result {
            case .applied(_, let fields):
                outcome = "applied"
                changed = fields.map(\.rawValue)
            case .duplicate:
                outcome = "duplicate"
                changed = []
            }
        }

        var json: Data { answerJSON(self) }
    }
}
