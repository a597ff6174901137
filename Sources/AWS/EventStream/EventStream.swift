package import Basics
package import FoundationEssentials

/// One event: what the service calls it, and its content.
package struct EventStreamEvent: Sendable, Hashable {
    /// As the model names it, such as `sessionUpdate`; `initial-response` comes before the first.
    package var type: String
    package var contentType: String?
    package var payload: Data

    package init(type: String, contentType: String?, payload: Data) {
        self.type = type
        self.contentType = contentType
        self.payload = payload
    }

    /// The payload read as JSON.
    package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try AWSJSON.decode(type, payload)
    }
}

extension EventStreamMessage {
    /// What the frame says, by its `:message-type`: an event, or the failure that ends the stream.
    package func event() throws(EventStreamError) -> EventStreamEvent {
        switch text(":message-type") {
        case "event":
            guard let type = text(":event-type") else { throw .corrupted(.unknownType) }
            return EventStreamEvent(type: type, contentType: text(":content-type"), payload: payload)
        case "exception":
            guard let type = text(":exception-type") else { throw .corrupted(.unknownType) }
            // The payload has the shape the model gives that exception; all of them have a message.
            let body = HTTPResponse(status: 400, headers: [:], body: payload)
            throw .exception(type: type, message: ErrorAnswer(body).message)
        case "error":
            throw .error(code: text(":error-code") ?? "unknown", message: text(":error-message") ?? "")
        default:
            throw .corrupted(.unknownType)
        }
    }
}

/// The events of an answer as they arrive. While the reader is busy nothing more is read from the connection than
/// `HTTPBody` lets wait. Read by one task; ends by throwing once, then with nil.
package struct EventStream: AsyncSequence, Sendable {
    package typealias Element = EventStreamEvent

    private let body: HTTPBody

    package init(_ body: HTTPBody) {
        self.body = body
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        var pieces: HTTPBody.AsyncIterator
        var decoder = EventStreamDecoder()
        var hasEnded = false

        /// Bytes that have come and were not read as events yet.
        package var waiting: Int { decoder.waiting }

        package mutating func next() async throws(EventStreamError) -> EventStreamEvent? {
            guard !hasEnded else { return nil }
            do throws(EventStreamError) {
                while true {
                    if let message = try decoder.next() { return try message.event() }
                    guard let piece = try await nextPiece() else {
                        hasEnded = true
                        try decoder.finish()
                        return nil
                    }
                    decoder.append(piece)
                }
            } catch {
                hasEnded = true
                throw error
            }
        }

        private mutating func nextPiece() async throws(EventStreamError) -> Data? {
            do throws(TransportError) { return try await pieces.next() } catch { throw .transport(error) }
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator())
    }
}

extension EventStreamError {
    package var problem: Problem {
        switch self {
        case .corrupted(let what):
            Problem(
                .failed, "the event stream is damaged", cause: what.rawValue,
                hint: "try again; a proxy on the way may be changing what passes")
        case .truncated:
            Problem(.unreachable, "the event stream broke off inside an event", hint: "try again")
        case .exception(let type, let message):
            Problem(
                AWSError.kind(code: type, status: 400), "the event stream ended: \(type)",
                cause: message.isEmpty ? nil : message)
        case .error(let code, let message):
            Problem(
                AWSError.kind(code: code, status: 400), "the event stream ended: \(code)",
                cause: message.isEmpty ? nil : message)
        case .transport(let error): error.problem
        }
    }
}
