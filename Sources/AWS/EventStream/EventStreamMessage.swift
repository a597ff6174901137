package import FoundationEssentials

/// One frame of an event stream, its checksums proved.
package struct EventStreamMessage: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case bool(Bool)
        case byte(Int8)
        case int16(Int16)
        case int32(Int32)
        case int64(Int64)
        case bytes(Data)
        case string(String)
        case timestamp(Date)
        case uuid(UUID)
    }

    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: Value

        package init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// In the order sent; no name comes twice.
    package var headers: [Header]
    package var payload: Data

    package init(headers: [Header], payload: Data) {
        self.headers = headers
        self.payload = payload
    }

    package subscript(name: String) -> Value? { headers.first { $0.name == name }?.value }

    /// A header's text; nil where there is none or it is no text.
    package func text(_ name: String) -> String? {
        if case .string(let text)? = self[name] { text } else { nil }
    }
}

/// Why an event stream ended badly.
package enum EventStreamError: Error, Sendable, Hashable {
    /// What came is no event stream, or was damaged on its way. Nothing after it can be trusted.
    case corrupted(Corruption)
    /// The stream ended inside a frame.
    case truncated(missing: Int)
    /// A failure that the service's model names, such as `SessionTimeoutException`.
    case exception(type: String, message: String)
    /// Any other failure of the service.
    case error(code: String, message: String)
    /// The connection failed.
    case transport(TransportError)

    package enum Corruption: String, Sendable, Hashable {
        case preludeChecksum = "the checksum of a frame's beginning is wrong"
        case messageChecksum = "the checksum of a frame is wrong"
        case headersTooLong = "a frame's headers are longer than any may be"
        case payloadTooLong = "a frame's payload is longer than any may be"
        case lengths = "a frame's lengths contradict each other"
        case header = "a frame's header cannot be read"
        case duplicateHeader = "a frame has the same header twice"
        case unknownType = "a frame is neither an event nor an exception"
    }
}
