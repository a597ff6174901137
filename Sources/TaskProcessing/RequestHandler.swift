package import Basics
package import FoundationEssentials
import TaskSystem

/// Answers direct requests. Whatever happens has an answer with a status: the caller is waiting for it, and Lambda would not
/// try a request again that somebody has already seen fail.
package struct RequestHandler: Sendable {
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

    /// What `updated_by` is when a request does not say who asks.
    static let anonymous = "direct-request"

    /// One request with its surroundings.
    private struct Asked {
        var request: DirectRequest
        var invocation: RuntimeInvocation
        /// Lambda's request id: a retried asynchronous invocation has the same one, so it writes once.
        var id: UUID
        var deadline: Deadline
        var log: FunctionLog
    }

    package func handle(
        _ request: DirectRequest, invocation: RuntimeInvocation, id: UUID, deadline: Deadline, log: FunctionLog
    ) async -> Data {
        let begin = ContinuousClock.now
        let log = log.with([
            "region": .text(region), "method": .text(request.httpMethod), "path": .text(String(request.path.prefix(200))),
        ])
        let response = await answer(
            Asked(request: request, invocation: invocation, id: id, deadline: deadline, log: log))
        log(
            .info, "request done",
            ["status": .integer(response.statusCode), "durationMs": .milliseconds(begin.duration(to: .now))])
        return response.json
    }

    private func answer(_ asked: Asked) async -> ProxyResponse {
        do {
            return try await route(asked)
        } catch let problem as FieldProblem {
            return .refusal(400, problem.sentence)
        } catch is TaskWriter.NoSuchTask {
            return .refusal(404, "no task has this id")
        } catch {
            // The log has the whole of it; the caller may be anybody.
            let failure = InvocationFailure.database(error)
            asked.log(.error, "request failed", ["errorType": .text(failure.errorType), "error": .text(failure.message)])
            switch failure.errorType {
            case "DatabaseOutcomeUnknown":
                return .refusal(500, "the change may or may not be kept; read the task before you repeat the request")
            case "DatabaseConflict", "DatabaseTimedOut", "DatabaseUnreachable", "DatabaseThrottled":
                return .refusal(503, "the database did not answer in time; nothing was changed", headers: ["Retry-After": "1"])
            default:
                return .refusal(500, "the request could not be carried out; nothing was changed")
            }
        }
    }

    private func route(_ asked: Asked) async throws -> ProxyResponse {
        let path = asked.request.path.split(separator: "/", omittingEmptySubsequences: true)
        guard path.first == "tasks", path.count <= 2 else {
            return .refusal(404, "there is nothing at this path; there is /tasks")
        }
        let method = asked.request.httpMethod.uppercased()
        guard path.count == 2 else {
            switch method {
            case "GET": return try await list(asked)
            case "POST": return try await create(asked)
            default: return .refusal(405, "\(method) is not for /tasks; GET and POST are", headers: ["Allow": "GET, POST"])
            }
        }
        guard ["GET", "PUT"].contains(method) else {
            return .refusal(405, "\(method) is not for a task; GET and PUT are", headers: ["Allow": "GET, PUT"])
        }
        guard let taskID = UUID(uuidString: String(path[1])) else { return .refusal(404, "no task has this id") }
        return method == "GET" ? try await show(taskID, asked) : try await update(taskID, asked)
    }

    private func list(_ asked: Asked) async throws -> ProxyResponse {
        let query = asked.request.queryStringParameters ?? [:]
        let limit = query["limit"].map { Int($0) ?? 0 } ?? 50
        guard (1...100).contains(limit) else {
            return .refusal(400, "limit is not a number from 1 to 100")
        }
        var cursor: PageCursor?
        if let text = query["cursor"], !text.isEmpty {
            guard let given = PageCursor(encoded: text) else {
                return .refusal(400, "cursor is not one that an earlier answer gave as nextCursor")
            }
            cursor = given
        }
        var page = try await store.page(limit: limit, after: cursor, deadline: asked.deadline)
        var response = ProxyResponse(200, page)
        // A hundred long descriptions are more than Lambda carries (6 MB, and quoting the body may double it); a shorter
        // page says itself where it goes on.
        while response.body.utf8.count > 2_500_000, page.tasks.count > 1 {
            page.tasks.removeLast(page.tasks.count / 2)
            page.next = page.tasks.last.map { PageCursor(createdAt: $0.createdAt, id: $0.id) }
            response = ProxyResponse(200, page)
        }
        return response
    }

    private func show(_ taskID: UUID, _ asked: Asked) async throws -> ProxyResponse {
        guard let task = try await store.task(taskID, deadline: asked.deadline) else {
            return .refusal(404, "no task has this id")
        }
        return ProxyResponse(200, task)
    }

    private func create(_ asked: Asked) async throws -> ProxyResponse {
        let draft = try body(of: asked).draft()
        let author = try CheckedFields.checkedAuthor(draft.createdBy, called: "created_by")
        _ = try await write(.create(try CheckedFields(draft), by: author), .created, asked)
        let id = asked.id.lowercased
        return ProxyResponse(201, ["id": id], headers: ["Location": "/tasks/\(id)"])
    }

    private func update(_ taskID: UUID, _ asked: Asked) async throws -> ProxyResponse {
        let (changes, person) = try body(of: asked).changes()
        let author = try CheckedFields.checkedAuthor(person ?? Self.anonymous, called: "updated_by")
        let changed = try await write(.update(taskID: taskID, try CheckedFields(changes), by: author), .updated, asked)
        struct Answer: Encodable {
            var id: String
            var changed: [String]
        }
        return ProxyResponse(200, Answer(id: taskID.lowercased, changed: changed.map(\.rawValue)))
    }

    private func body(of asked: Asked) throws(FieldProblem) -> RequestBody {
        guard let content = asked.request.content else {
            throw FieldProblem(field: "the body", reason: "is not the base64 it is said to be")
        }
        return try RequestBody(content)
    }

    /// - Returns: the fields that changed; none where an earlier attempt of the same invocation did it already.
    private func write(
        _ change: TaskWriter.Change, _ detailType: TaskEvent.DetailType, _ asked: Asked
    ) async throws -> [TaskField] {
        let origin = TaskWriter.Origin(
            id: asked.id, detailType: detailType, region: region, requestID: asked.invocation.requestID,
            startedAt: Timestamp(now()))
        let (result, cost) = try await store.apply(change, origin, deadline: asked.deadline)
        asked.log(
            .debug, "request written",
            [
                "connectMs": .milliseconds(cost.connect), "commitMs": .milliseconds(cost.commit),
                "attempts": .integer(cost.attempts),
            ])
        guard case .applied(let taskID, let changed) = result else { return [] }
        await notifier.announce(
            detailType, taskID: taskID, changed: changed, traceID: asked.invocation.traceID, deadline: asked.deadline,
            log: asked.log.with(["taskId": .text(taskID.lowercased)]))
        return changed
    }
}
