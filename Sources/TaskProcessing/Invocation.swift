import Basics
package import FoundationEssentials
package import TaskSystem

/// What Lambda handed over, told apart by its shape alone. Whatever is neither an event of the task system nor a request
/// fails the invocation: answering it would lose it.
package enum Invocation: Sendable {
    case event(ReceivedEvent)
    case request(DirectRequest)

    /// - Parameter requestID: Lambda's id of the invocation, the same in every retry of an asynchronous one.
    package init(payload: Data, requestID: UUID) throws(InvocationFailure) {
        let shape: Shape
        do {
            shape = try JSONDecoder().decode(Shape.self, from: payload)
        } catch {
            throw .invalidEvent("the payload is not an event or a request: \(sentence(for: error))")
        }
        switch (shape.source, shape.httpMethod) {
        case (TaskEvent.source?, _):
            guard let word = shape.detailType else {
                throw .invalidEvent("the event has no detail-type")
            }
            // Somebody who invokes the function by hand with an event from a file has no id to give it.
            guard let id = shape.id.map({ UUID(uuidString: $0) }) ?? requestID else {
                throw .invalidEvent("the event's id is not a UUID")
            }
            self = .event(ReceivedEvent(id: id, detailType: word, sentAt: shape.time, payload: payload))
        case (let source?, _):
            throw .invalidEvent("the event's source is \(source), not \(TaskEvent.source)")
        case (nil, let method?):
            do {
                self = .request(try JSONDecoder().decode(DirectRequest.self, from: payload))
            } catch {
                throw .invalidEvent("the \(method) request cannot be read: \(sentence(for: error))")
            }
        case (nil, nil):
            throw .invalidEvent("the payload has neither a source nor an httpMethod")
        }
    }

    private struct Shape: Decodable {
        var source: String?
        var id: String?
        var detailType: String?
        var time: String?
        var httpMethod: String?

        enum CodingKeys: String, CodingKey {
            case source, id, time, httpMethod
            case detailType = "detail-type"
        }
    }
}

/// An EventBridge event whose detail has not been looked at yet, so that its arrival can be logged whatever it holds.
///
/// Source: EventBridge user guide, "AWS service event metadata": `id` is generated for every event and is what PutEvents
/// answered its sender; it stays the same however often the event is delivered.
package struct ReceivedEvent: Sendable {
    package let id: UUID
    package let detailType: String
    /// The `time` of the event, as it stands there.
    package let sentAt: String?
    private let payload: Data

    init(id: UUID, detailType: String, sentAt: String?, payload: Data) {
        self.id = id
        self.detailType = detailType
        self.sentAt = sentAt
        self.payload = payload
    }

    /// The event in the task system's words.
    package func taskEvent() throws(InvocationFailure) -> TaskEvent {
        struct Body: Decodable { var detail: TaskEvent }
        let event: TaskEvent
        do {
            event = try JSONDecoder().decode(Body.self, from: payload).detail
        } catch {
            throw .invalidEvent("the event's detail cannot be used: \(sentence(for: error))")
        }
        // The rule chooses by detail-type and the function by eventType: where they differ, one of them was misled.
        guard event.detailType.rawValue == detailType else {
            throw .invalidEvent("the detail-type is \(detailType), but the eventType is \(event.detailType.eventType)")
        }
        return event
    }
}

/// A request as API Gateway's proxy integration writes it, and as people write it for `aws lambda invoke`.
///
/// Source: API Gateway developer guide, "Lambda proxy integrations", input format of payload version 1.0.
package struct DirectRequest: Sendable, Decodable {
    package var httpMethod: String
    package var path: String
    package var queryStringParameters: [String: String]?
    package var body: String?
    package var isBase64Encoded: Bool?

    /// The bytes of the body; nil where base64 was promised and something else was sent.
    package var content: Data? {
        let text = body ?? ""
        return isBase64Encoded == true ? Data(base64Encoded: text) : Data(text.utf8)
    }
}

/// What decoding stumbled over, without the value: it may be a person's text.
func sentence(for error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it cannot be read" }
    func place(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
        let keys = context.codingPath.map(\.stringValue) + [last?.stringValue].compactMap(\.self)
        return keys.isEmpty ? "it" : keys.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
        return "\(place(context, key)) is missing"
    case .valueNotFound(_, let context):
        return "\(place(context)) is null"
    case .typeMismatch(_, let context):
        return "\(place(context)) is of another type than it must be"
    case .dataCorrupted(let context):
        return context.underlyingError == nil ? "\(place(context)): \(context.debugDescription)" : "it is not JSON"
    @unknown default:
        return "it cannot be read"
    }
}
