import AWS
import Basics
import FoundationEssentials
import TestSupport
import Testing

@testable import struct AWS.CRC32

/// Writes frames by the format's description, without sharing code with the reader.
enum Frame {
    static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// Bit by bit, so that the reader's table has something to be compared with.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var rest: UInt32 = .max
        for byte in bytes {
            for bit in 0..<8 {
                let odd = (rest ^ UInt32(byte >> bit)) & 1 == 1
                rest = rest >> 1 ^ (odd ? 0xEDB8_8320 : 0)
            }
        }
        return ~rest
    }

    static func text(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + name.utf8 + [7] + number(UInt16(value.utf8.count)) + value.utf8
    }

    static func make(headers: [UInt8], payload: [UInt8] = [], headersLength: Int? = nil) -> [UInt8] {
        var frame = number(UInt32(16 + headers.count + payload.count)) + number(UInt32(headersLength ?? headers.count))
        frame += number(checksum(frame))
        frame += headers + payload
        return frame + number(checksum(frame))
    }

    static func event(_ type: String, _ payload: String) -> [UInt8] {
        make(
            headers: text(":message-type", "event") + text(":event-type", type)
                + text(":content-type", "application/json"), payload: Array(payload.utf8))
    }

    static func exception(_ type: String, _ message: String) -> [UInt8] {
        make(
            headers: text(":message-type", "exception") + text(":exception-type", type),
            payload: Array(#"{"message":"\#(message)"}"#.utf8))
    }
}

@Suite struct EventStreamTests {
    typealias Value = EventStreamMessage.Value

    static func decode(_ bytes: [UInt8]) throws(EventStreamError) -> [EventStreamMessage] {
        var decoder = EventStreamDecoder()
        decoder.append(Data(bytes))
        var messages: [EventStreamMessage] = []
        while let message = try decoder.next() { messages.append(message) }
        try decoder.finish()
        return messages
    }

    /// The frames of botocore's `tests/unit/test_eventstream.py`, told by their checksums: ours come out bit for bit.
    struct Sample: Sendable {
        var headers: [UInt8] = []
        var payload = ""
        var prelude: UInt32
        var message: UInt32
        var expected: [EventStreamMessage.Header] = []
    }

    static func header(_ name: String, _ value: Value) -> EventStreamMessage.Header { .init(name: name, value: value) }

    static let samples: [Sample] = [
        Sample(prelude: 0x05C2_48EB, message: 0x7D98_C8FF),
        Sample(
            headers: [4] + "byte".utf8 + [2, 255], prelude: 0x2986_0158, message: 0xC2F8_69DC,
            expected: [header("byte", .byte(-1))]),
        Sample(
            headers: [5] + "short".utf8 + [3, 255, 255], prelude: 0x710E_923E, message: 0xB27C_B6CC,
            expected: [header("short", .int16(-1))]),
        Sample(
            headers: [7] + "integer".utf8 + [4] + Frame.number(Int32(-1)), prelude: 0x83E3_F0E7, message: 0x8B8E_12EB,
            expected: [header("integer", .int32(-1))]),
        Sample(
            headers: [4] + "long".utf8 + [5] + Frame.number(Int64(-1)), prelude: 0x5D4A_DB8D, message: 0x4BC2_32DA,
            expected: [header("long", .int64(-1))]),
        Sample(payload: "{'foo':'bar'}", prelude: 0xFD52_8C5A, message: 0xC365_3936),
        Sample(
            headers: Frame.text("content-type", "application/json"), payload: "{'foo':'bar'}", prelude: 0x07FD_8396,
            message: 0x8D9C_08B1, expected: [header("content-type", .string("application/json"))]),
        Sample(
            headers: everyType, prelude: 0x03B5_CB9C, message: 0x6335_3671,
            expected: [
                header("0", .bool(true)), header("1", .bool(false)), header("2", .byte(2)), header("3", .int16(3)),
                header("4", .int32(4)), header("5", .int64(5)), header("6", .bytes(Data("bytes".utf8))),
                header("7", .string("utf8")), header("8", .timestamp(Date(timeIntervalSince1970: 0.008))),
                header("9", .uuid(UUID(uuidString: "30313233-3435-3637-3839-616263646566")!)),
            ]),
        Sample(
            headers: Frame.text(":message-type", "error") + Frame.text(":error-code", "code")
                + Frame.text(":error-message", "message"), prelude: 0xBF23_637E, message: 0x6B6C_EA3D,
            expected: [
                header(":message-type", .string("error")), header(":error-code", .string("code")),
                header(":error-message", .string("message")),
            ]),
    ]

    static let everyType: [UInt8] = {
        var bytes: [UInt8] = []
        func add(_ name: String, _ type: UInt8, _ value: [UInt8]) { bytes += [1] + name.utf8 + [type] + value }
        add("0", 0, [])
        add("1", 1, [])
        add("2", 2, [2])
        add("3", 3, [0, 3])
        add("4", 4, Frame.number(Int32(4)))
        add("5", 5, Frame.number(Int64(5)))
        add("6", 6, [0, 5] + "bytes".utf8)
        add("7", 7, [0, 4] + "utf8".utf8)
        add("8", 8, Frame.number(Int64(8)))
        add("9", 9, Array("0123456789abcdef".utf8))
        return bytes
    }()

    @Test(arguments: samples) func framesAreRead(sample: Sample) throws {
        let frame = Frame.make(headers: sample.headers, payload: Array(sample.payload.utf8))
        #expect(Array(frame[8..<12]) == Frame.number(sample.prelude))
        #expect(Array(frame.suffix(4)) == Frame.number(sample.message))
        let messages = try Self.decode(frame)
        #expect(messages == [.init(headers: sample.expected, payload: Data(sample.payload.utf8))])
    }

    @Test func framesComeInPiecesOfAnySize() throws {
        let all = Self.samples.flatMap { Frame.make(headers: $0.headers, payload: Array($0.payload.utf8)) }
        let whole = try Self.decode(all)
        #expect(whole.count == Self.samples.count)
        for size in [1, 2, 7, 15, 64] {
            var decoder = EventStreamDecoder()
            var messages: [EventStreamMessage] = []
            for start in stride(from: 0, to: all.count, by: size) {
                decoder.append(Data(all[start..<min(start + size, all.count)]))
                while let message = try decoder.next() { messages.append(message) }
            }
            try decoder.finish()
            #expect(messages == whole)
        }
    }

    static func changed(_ frame: [UInt8], _ index: Int, _ byte: UInt8) -> [UInt8] {
        var frame = frame
        frame[index] = byte
        return frame
    }

    static let plain = Frame.make(headers: [], payload: Array("{'foo':'bar'}".utf8))
    static let typed = Frame.make(
        headers: Frame.text("content-type", "application/json"), payload: Array("{'foo':'bar'}".utf8))
    /// A beginning alone: a length that is refused must not be waited for.
    static func beginning(total: UInt32, headers: UInt32) -> [UInt8] {
        let lengths = Frame.number(total) + Frame.number(headers)
        return lengths + Frame.number(Frame.checksum(lengths))
    }

    @Test(
        arguments: [
            (changed(plain, 0, 1), .corrupted(.preludeChecksum)), (changed(plain, 24, 0x8D), .corrupted(.messageChecksum)),
            (changed(typed, 20, UInt8(ascii: "+")), .corrupted(.messageChecksum)),
            (changed(typed, 4, 255), .corrupted(.preludeChecksum)),
            (beginning(total: 0x3D, headers: 0xFF00_0102), .corrupted(.headersTooLong)),
            (beginning(total: 0x0180_0021, headers: 0), .corrupted(.payloadTooLong)),
            (beginning(total: 15, headers: 0), .corrupted(.lengths)),
            (beginning(total: 20, headers: 5), .corrupted(.lengths)),
            (Frame.make(headers: ([4] + "test".utf8 + [0]) + ([4] + "test".utf8 + [0])), .corrupted(.duplicateHeader)),
            (Frame.make(headers: [4] + "test".utf8 + [10]), .corrupted(.header)),
            (Frame.make(headers: [4] + "te".utf8), .corrupted(.header)),
            (Frame.make(headers: [0, 0]), .corrupted(.header)),
            (Frame.make(headers: [1, 65, 7, 255, 255, 1]), .corrupted(.header)),
            (Frame.make(headers: [1, 65, 7, 0, 1, 255]), .corrupted(.header)),
            (Array(plain.dropLast()), .truncated(missing: 1)), (Array(plain.prefix(5)), .truncated(missing: 11)),
            (plain + plain.prefix(20), .truncated(missing: 9)),
        ] as [([UInt8], EventStreamError)])
    func whatIsDamagedIsRefused(bytes: [UInt8], error: EventStreamError) {
        #expect(throws: error) { try Self.decode(bytes) }
    }

    @Test func everySingleDamagedBitIsNoticed() {
        for index in Self.typed.indices {
            for bit in 0..<8 {
                let damaged = Self.changed(Self.typed, index, Self.typed[index] ^ 1 << bit)
                #expect(throws: EventStreamError.self) { try Self.decode(damaged) }
            }
        }
    }

    @Test func theChecksumIsTheUsualOne() {
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
        #expect(CRC32.checksum(0...255) == Frame.checksum(Array(0...255)))
    }

    // MARK: As a sequence

    func collect(
        _ bytes: [UInt8], cut: Bool = false
    ) async throws -> (events: [EventStreamEvent], error: EventStreamError?) {
        var reply = LoopbackServer.Reply.answer(status: 200, body: bytes)
        if cut {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count + 50)\r\n\r\n"
            reply = .raw(Array(head.utf8) + bytes)
        }
        return try await LoopbackServer.run { [reply] _ in
            reply
        } _: { server in
            try await HTTPTransport().withStream(HTTPRequest(url: server.url), deadline: .after(.seconds(120))) {
                stream in
                var events: [EventStreamEvent] = []
                var iterator = EventStream(stream.body).makeAsyncIterator()
                do throws(EventStreamError) {
                    while let event = try await iterator.next() { events.append(event) }
                    return (events, nil)
                } catch {
                    // It throws once and is over.
                    let after = try await iterator.next()
                    #expect(after == nil)
                    return (events, error)
                }
            }
        }
    }

    static let start = Frame.event("sessionStart", #"{"requestId":"r"}"#)
    static let update = Frame.event("sessionUpdate", #"{"sessionResults":[]}"#)

    @Test func eventsAreTyped() async throws {
        let (events, error) = try await collect(Frame.event("initial-response", "{}") + Self.start + Self.update)
        #expect(events.map(\.type) == ["initial-response", "sessionStart", "sessionUpdate"])
        #expect(events.map(\.contentType) == Array(repeating: "application/json", count: 3))
        #expect(try events[1].decode([String: String].self) == ["requestId": "r"])
        #expect(error == nil)
    }

    @Test func exceptionsEndTheStreamByName() async throws {
        let late = Frame.exception("SessionTimeoutException", "three hours are over")
        let (events, error) = try await collect(Self.start + late + Self.update)
        #expect(events.count == 1)
        #expect(error == .exception(type: "SessionTimeoutException", message: "three hours are over"))
        #expect(error?.problem.summary.contains("SessionTimeoutException") == true)
    }

    @Test func errorsDamageAndCutsEndTheStream() async throws {
        let failure = Frame.make(
            headers: Frame.text(":message-type", "error") + Frame.text(":error-code", "ThrottlingException")
                + Frame.text(":error-message", "slower"))
        #expect(try await collect(failure).error == .error(code: "ThrottlingException", message: "slower"))
        #expect(try await collect(failure).error?.problem.kind == .throttled)
        #expect(try await collect(Frame.make(headers: [])).error == .corrupted(.unknownType))

        let damaged = try await collect(Self.start + Self.changed(Self.update, 60, 0))
        #expect(damaged.events.count == 1)
        #expect(damaged.error == .corrupted(.messageChecksum))

        let short = try await collect(Self.start + Self.update.dropLast(7))
        #expect(short.events.count == 1)
        #expect(short.error == .truncated(missing: 7))

        let cut = try await collect(Self.start, cut: true)
        #expect(cut.events.count == 1)
        guard case .transport(let why)? = cut.error else {
            Issue.record("\(String(describing: cut.error))")
            return
        }
        #expect(why.kind == .interrupted)
    }

    @Test func aSlowReaderHoldsTheSenderBack() async throws {
        let payload = String(repeating: "x", count: 40_000)
        let bytes = (0..<200).flatMap { _ in Frame.event("sessionUpdate", payload) }
        try await LoopbackServer.run { _ in
            .answer(status: 200, body: bytes)
        } _: { server in
            try await HTTPTransport().withStream(HTTPRequest(url: server.url), deadline: .after(.seconds(120))) {
                stream in
                var count = 0
                var iterator = EventStream(stream.body).makeAsyncIterator()
                while try await iterator.next() != nil {
                    count += 1
                    // Now and then: each time, all other tests come first.
                    if count.isMultiple(of: 10) { await Task.yield() }
                    // At most a frame, and what `HTTPBody` lets wait: not the eight megabytes.
                    #expect(iterator.waiting < 400 << 10)
                }
                #expect(count == 200)
            }
        }
    }
}
