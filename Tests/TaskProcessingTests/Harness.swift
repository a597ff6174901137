import Basics
import Database
import FoundationEssentials
import Synchronization
import TaskProcessing
import TaskSystem

/// The function without Lambda around it: invocations go in, and what it would print and publish is kept.
struct Harness: Sendable {
    let database: TaskDatabase
    let lines = Lines()
    let bus = Bus()
    let processor: TaskProcessor

    /// Notifications that were published.
    final class Bus: Sendable {
        let sent = Mutex<[TaskNotification]>([])
        var all: [TaskNotification] { sent.withLock { $0 } }
    }

    init(_ database: TaskDatabase, retry: ConflictRetry = .standard, publish: Notifier.Publish? = nil) {
        self.database = database
        let store = database.store(retry: retry)
        let bus = bus
        let notifier = Notifier(
            now: { Date() }, publish: publish ?? { notification, _, _ in bus.sent.withLock { $0.append(notification) } })
        processor = TaskProcessor(
            events: EventHandler(store: store, notifier: notifier, region: "us-east-1", now: { Date() }),
            requests: RequestHandler(store: store, notifier: notifier, region: "us-east-1", now: { Date() }),
            log: .capturing(lines))
    }

    @discardableResult
    func invoke(
        _ payload: String, requestID: UUID = UUID(), traceID: String? = nil, deadline: Deadline = ample
    ) async throws(InvocationFailure) -> Data {
        let invocation = RuntimeInvocation(
            requestID: requestID.lowercased, traceID: traceID, payload: Data(payload.utf8))
        return try await processor.handle(invocation, deadline: deadline)
    }

    /// Sends an event as EventBridge wraps it.
    @discardableResult
    func send(_ event: TaskEvent, id: UUID = UUID(), deadline: Deadline = ample) async throws -> UUID {
        let detail = String(decoding: try JSONEncoder().encode(event), as: UTF8.self)
        try await invoke(Self.envelope(detail, id: id, detailType: event.detailType.rawValue), deadline: deadline)
        return id
    }

    static func envelope(_ detail: String, id: UUID = UUID(), detailType: String = "Task Created") -> String {
        """
        {"version":"0","id":"\(id.lowercased)","detail-type":"\(detailType)","source":"task.management",\
        "account":"123456789012","time":"2026-11-21T02:35:45Z","region":"us-east-1","resources":[],"detail":\(detail)}
        """
    }

    struct Answer: Decodable {
        var statusCode: Int
        var headers: [String: String]
        var body: String
        var isBase64Encoded: Bool

        func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(type, from: Data(body.utf8))
        }
        var error: String? { try? decode([String: String].self)["error"] }
    }

    /// Asks as API Gateway would.
    func ask(
        _ method: String, _ path: String, query: [String: String]? = nil, body: String? = nil, base64: Bool? = nil,
        requestID: UUID = UUID(), deadline: Deadline = ample
    ) async throws -> Answer {
        struct Request: Encodable {
            var httpMethod: String
            var path: String
            var queryStringParameters: [String: String]?
            var body: String?
            var isBase64Encoded: Bool?
        }
        let request = Request(httpMethod: method, path: path, queryStringParameters: query, body: body, isBase64Encoded: base64)
        let payload = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        return try JSONDecoder().decode(Answer.self, from: try await invoke(payload, requestID: requestID, deadline: deadline))
    }
}
