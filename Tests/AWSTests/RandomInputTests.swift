import FoundationEssentials
import Testing

@testable import AWS

/// Whatever stands in a file, a header or an answer, reading it ends: with a value, nil or an error, never a crash.
@Suite struct RandomInputTests {
    /// A small generator with a seed, so that a crash can be seen again.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// How many inputs each reader gets; every one is the same again in the next run.
    static let count = ProcessInfo.processInfo.environment["TASKOPS_FUZZ"].flatMap { Int($0) } ?? 3000

    static func texts(_ alphabet: [String], seed: UInt64) -> some Sequence<String> {
        var random = Random(state: seed)
        return (0..<count).lazy.map { _ in
            (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }
                .joined()
        }
    }

    @Test func theConfigFileReader() {
        let pieces = [
            "[", "]", "profile", " ", "\t", "\n", "\r\n", "=", ":", "#", ";", "a", "\"", "é", "\u{0}", "  k = v\n",
        ]
        for text in Self.texts(pieces, seed: 1) { _ = try? ConfigFile(text, path: "c") }
    }

    @Test func theXMLScan() {
        let pieces = [
            "<", ">", "</", "Code", "<Code>", "</Code>", "&", ";", "&amp;", "&#x", "&#xFFFFFFFF;", "é", " ", "\u{0}",
        ]
        for text in Self.texts(pieces, seed: 2) { _ = XMLScan(Data(text.utf8)).first("Code") }
    }

    @Test func theURLReader() {
        let pieces = [
            "http", "https", ":", "/", "//", "@", "[", "]", "::1", "80", "99999", "?", "#", " ", "é", "%", ".",
        ]
        for text in Self.texts(pieces, seed: 3) {
            guard let address = URLAddress("http:" + text) else { continue }
            #expect(!address.host.isEmpty && !address.host.contains("@") && (0...65_535).contains(address.port))
        }
    }

    @Test func theErrorReader() {
        let pieces = [
            "{", "}", "\"__type\"", ":", "\"a#b\"", ",", "\"message\"", "null", "1", "[", "]", "<", "<Code>", "\u{FF}",
        ]
        for text in Self.texts(pieces, seed: 4) {
            let answer = ErrorAnswer(
                HTTPResponse(status: 400, headers: ["x-amzn-ErrorType": text], body: Data(text.utf8)))
            _ = answer.code
            _ = ErrorAnswer(HTTPResponse(status: 400, headers: [:], body: Data(text.utf8)))
        }
    }

    @Test func theJSONReader() {
        struct Anything: Decodable {
            var entries: [EventBridge.EntryResult]?
            var time: Date?
            var state: Lambda.State?
            var nested: [String: [String: [Double]]]?
        }
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"", "\"entries\"", "\"time\"", "\"state\"", "\"nested\"", "null", "1e999",
            "-", "0", "1.5", "\\u", "d83d", "\\", "é", "\u{0}", "true", " ", "\"2026-01-02T03:04:05Z\"",
        ]
        for text in Self.texts(pieces, seed: 5) { _ = try? AWSJSON.decode(Anything.self, Data(text.utf8)) }
        let deep = String(repeating: "[", count: 200_000)
        #expect(throws: (any Error).self) { try AWSJSON.decode(Anything.self, Data(deep.utf8)) }
    }

    @Test func theXMLScanEndsSoonOnWhatNeverEnds() {
        let open = String(repeating: "<Code ", count: 20_000)
        #expect(XMLScan(Data(open.utf8)).first("Code") == nil)
    }

    @Test func datesAndDurationsOfHeaders() {
        let pieces = ["Sun,", " ", "06", "Nov", "1994", "08:49:37", ":", "GMT", "-", "99", "é", "Feb", "30", "0"]
        for text in Self.texts(pieces, seed: 6) { _ = HTTPDate.date(text) }
    }

    /// Frames that are whole, damaged, cut, strung together and mixed with noise, in pieces of all sizes.
    @Test func theEventStreamDecoder() {
        var random = Random(state: 7)
        func bytes(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        var frames = 0
        var errors = 0
        var most = 0
        for _ in 0..<Self.count {
            var input: [UInt8] = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                switch Int.random(in: 0...5, using: &random) {
                case 0: input += bytes(40)
                // Right checksums around nonsense reach further in.
                case 1: input += Frame.make(headers: bytes(12), payload: bytes(10))
                case 2: input += Frame.make(headers: bytes(6), headersLength: Int.random(in: 0...40, using: &random))
                case 3: input += Frame.make(headers: EventStreamTests.everyType)
                default:
                    input += Frame.event("sessionUpdate", "{}")
                    if Bool.random(using: &random), let index = input.indices.randomElement(using: &random) {
                        input[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
                    }
                }
            }
            if Int.random(in: 0...3, using: &random) == 0 { input.removeLast(min(input.count, 5)) }
            var decoder = EventStreamDecoder()
            do throws(EventStreamError) {
                var rest = input[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(Int.random(in: 1...64, using: &random))
                    rest = rest.dropFirst(piece.count)
                    decoder.append(Data(piece))
                    while let message = try decoder.next() {
                        frames += 1
                        do throws(EventStreamError) { _ = try message.event() } catch {}
                    }
                    most = max(most, decoder.waiting - input.count)
                }
                try decoder.finish()
            } catch { errors += 1 }
        }
        #expect(most <= 0, "no more is kept than came")
        // Both ends were reached, so that neither is merely assumed to hold.
        #expect(frames > Self.count / 4)
        #expect(errors > Self.count / 4)
    }
}
