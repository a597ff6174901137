package import FoundationEssentials

/// Cuts bytes into event-stream frames: total length, headers' length and their CRC-32, headers, payload, and a CRC-32 of
/// everything before it, numbers in network order (aws-c-event-stream's format, as botocore's `eventstream.py` reads it).
///
/// A state machine without I/O. It keeps at most one frame and what came with its end; after an error it is of no more use.
package struct EventStreamDecoder: Sendable {
    /// The largest that botocore takes.
    package static let largestHeaders = 128 << 10
    package static let largestPayload = 24 << 20
    private static let preludeLength = 12
    private static let overhead = 16

    private var buffer = Data()
    /// Where in the buffer the next frame begins: what lies before is dropped in one go, not frame by frame.
    private var start = 0
    /// The lengths of the frame at hand, once its prelude has been proved.
    private var prelude: (total: Int, headers: Int)?

    package init() {}

    /// Bytes that wait for the rest of their frame.
    package var waiting: Int { buffer.count - start }

    package mutating func append(_ bytes: Data) {
        if start > 0 {
            buffer = Data(buffer.dropFirst(start))
            start = 0
        }
        buffer.append(bytes)
    }

    /// The next whole frame; nil until more has come.
    package mutating func next() throws(EventStreamError) -> EventStreamMessage? {
        guard waiting >= Self.preludeLength else { return nil }
        let (total, headersLength) = try lengths()
        guard waiting >= total else { return nil }
        let frame = buffer[(buffer.startIndex + start)..<(buffer.startIndex + start + total)]
        guard Self.number(frame.suffix(4)) == CRC32.checksum(frame.dropLast(4)) else {
            throw .corrupted(.messageChecksum)
        }
        let content = frame.dropFirst(Self.preludeLength).dropLast(4)
        let message = EventStreamMessage(
            headers: try EventStreamHeaders.read(content.prefix(headersLength)),
            payload: Data(content.dropFirst(headersLength)))
        start += total
        prelude = nil
        return message
    }

    /// Told that no more will come.
    package func finish() throws(EventStreamError) {
        guard waiting > 0 else { return }
        throw .truncated(missing: max(1, (prelude?.total ?? Self.overhead) - waiting))
    }

    /// Proved before anything is believed: a damaged length would have us wait for megabytes that never come.
    private mutating func lengths() throws(EventStreamError) -> (total: Int, headers: Int) {
        if let prelude { return prelude }
        let first = buffer.dropFirst(start).prefix(Self.preludeLength)
        guard Self.number(first.suffix(4)) == CRC32.checksum(first.prefix(8)) else {
            throw .corrupted(.preludeChecksum)
        }
        let total = Int(Self.number(first.prefix(4)))
        let headers = Int(Self.number(first.dropFirst(4).prefix(4)))
        guard headers <= Self.largestHeaders else { throw .corrupted(.headersTooLong) }
        guard total >= Self.overhead + headers else { throw .corrupted(.lengths) }
        guard total - headers - Self.overhead <= Self.largestPayload else { throw .corrupted(.payloadTooLong) }
        prelude = (total, headers)
        return (total, headers)
    }

    private static func number(_ bytes: Data) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// A frame's headers: each a name with its length, a type and a value.
enum EventStreamHeaders {
    static func read(_ bytes: Data) throws(EventStreamError) -> [EventStreamMessage.Header] {
        var reader = Reader(rest: bytes)
        var headers: [EventStreamMessage.Header] = []
        var names: Set<String> = []
        while !reader.rest.isEmpty {
            let length: UInt8 = try reader.number()
            guard length > 0 else { throw .corrupted(.header) }
            let name = try reader.text(Int(length))
            let value = try reader.value()
            guard names.insert(name).inserted else { throw .corrupted(.duplicateHeader) }
            headers.append(EventStreamMessage.Header(name: name, value: value))
        }
        return headers
    }

    private struct Reader {
        var rest: Data

        mutating func take(_ count: Int) throws(EventStreamError) -> Data {
            guard count <= rest.count else { throw .corrupted(.header) }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        mutating func number<Number: FixedWidthInteger>() throws(EventStreamError) -> Number {
            let bytes = try take(MemoryLayout<Number>.size)
            return Number(truncatingIfNeeded: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }

        mutating func text(_ count: Int) throws(EventStreamError) -> String {
            guard let text = String(validating: try take(count), as: UTF8.self) else { throw .corrupted(.header) }
            return text
        }

        mutating func value() throws(EventStreamError) -> EventStreamMessage.Value {
            let type: UInt8 = try number()
            switch type {
            case 0: return .bool(true)
            case 1: return .bool(false)
            case 2: return .byte(try number())
            case 3: return .int16(try number())
            case 4: return .int32(try number())
            case 5: return .int64(try number())
            case 6:
                let length: UInt16 = try number()
                return .bytes(Data(try take(Int(length))))
            case 7:
                let length: UInt16 = try number()
                return .string(try text(Int(length)))
            case 8:
                let milliseconds: Int64 = try number()
                return .timestamp(Date(timeIntervalSince1970: Double(milliseconds) / 1000))
            case 9:
                let bytes = [UInt8](try take(16))
                return bytes.withUnsafeBytes { .uuid(UUID(uuid: $0.loadUnaligned(as: uuid_t.self))) }
            default: throw .corrupted(.header)
            }
        }
    }
}
