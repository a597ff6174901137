import FoundationEssentials
import Testing

@testable import AWS

/// The reader of log pages says what `JSONDecoder` says, and refuses what it refuses, but for text that a log may hold.
@Suite struct FilterLogEventsPageTests {
    typealias Page = CloudWatchLogs.FilterLogEventsOutput

    static func read(_ text: String) throws -> Page { try CloudWatchLogs.readPage(Data(text.utf8)) }

    @Test(
        "pages as AWS and its stand-ins write them",
        arguments: [
            ("", nil, nil), ("{}", nil, nil), (#" { "events" : [ ] , "nextToken" : null } "#, 0, nil),
            (#"{"events":null,"nextToken":"t"}"#, nil, "t"), (#"{"nextToken":"a\/b\u003d","events":[{}]}"#, 1, "a/b="),
            (#"{"searchedLogStreams":[{"a":[1,-0.5e+3,true,false,null,"\n"]}],"events":[{"x":{"y":[]}}]}"#, 1, nil),
            (#"{"ev\u0065nts":[{"message":null}]}"#, 1, nil),
        ] as [(String, Int?, String?)])
    func pages(text: String, events: Int?, token: String?) throws {
        let page = try Self.read(text)
        #expect(page.events?.count == events)
        #expect(page.nextToken == token)
    }

    @Test("an event with everything in it")
    func event() throws {
        let page = try Self.read(
            #"{"events":[{"logStreamName":"s","timestamp":-5,"message":"a\tb\u00e9\ud83d\ude00\"\\é","ingestionTime":9223372036854775807,"eventId":"38"},{"logStreamName":"s","timestamp":0}]}"#
        )
        let event = try #require(page.events?.first)
        #expect(event.message == "a\tbé😀\"\\é")
        #expect(event.timestamp == -5 && event.ingestionTime == .max && event.eventID == "38" && event.logStreamName == "s")
        #expect(page.events?.last?.logStreamName == "s" && page.events?.last?.message == nil)
    }

    @Test("what a program wrote that is no text ends nothing: it comes out marked")
    func noText() throws {
        #expect(try Self.read(#"{"events":[{"message":"\ud800x\udc00\ud800\u0041"}]}"#).events?.first?.message == "�x��A")
        let bytes = Data(#"{"events":[{"message":""#.utf8) + [0xFF, 0xC3, 0x28] + Data(#""}]}"#.utf8)
        #expect(try CloudWatchLogs.readPage(bytes).events?.first?.message == "��(")
        let long = String(repeating: "x\u{1F600}\\n", count: 60_000)
        #expect(try Self.read(#"{"events":[{"message":"\#(long)"}]}"#).events?.first?.message?.utf8.count == 60_000 * 6)
    }

    @Test(
        "what is no JSON, or not of the kind, is refused",
        arguments: [
            "{", "[]", "null", "{\"events\":{}}", "{\"events\":[1]}", "{\"events\":[{}", "{} x", "{,}", "{\"a\":1,}",
            "{\"a\" 1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":tru}", "{\"a\":nulls}",
            "{\"nextToken\":1}", "{\"nextToken\":\"a}", "{\"nextToken\":\"\\x\"}", "{\"nextToken\":\"\\u12g4\"}",
            "{\"nextToken\":\"\\u12\"}", "{\"nextToken\":\"a\u{1}b\"}", "{\"nextToken\":\"12345678\n\"}",
            "{\"events\":[{\"timestamp\":1.5}]}", "{\"events\":[{\"timestamp\":\"1\"}]}",
            "{\"events\":[{\"timestamp\":9223372036854775808}]}", "{\"events\":[{\"timestamp\":01}]}",
            "{\"events\":[{\"timestamp\":}]}", "{\"events\":[{}{}]}", "{\"a\":" + String(repeating: "[", count: 5000),
        ])
    func refused(text: String) {
        #expect(throws: JSONScan.Failure.self) { try Self.read(text) }
    }

    @Test("random pages read as JSONDecoder reads them; random damage never brings another answer")
    func random() throws {
        var random = RandomInputTests.Random(state: 11)
        let pieces = [
            "a", "\"", "\\", "\n", "\u{1F}", "é", "😀", "\u{2028}", "/", "{", "}", ",", ":", "END RequestId", "\t", "\u{7F}",
        ]
        func text() -> String {
            (0..<Int.random(in: 0...20, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
        }
        for _ in 0..<RandomInputTests.count {
            var page = Page()
            page.nextToken = Bool.random(using: &random) ? text() : nil
            page.events = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                var event = CloudWatchLogs.LogEvent()
                event.message = text()
                event.logStreamName = Bool.random(using: &random) ? "s" : text()
                event.timestamp = .random(in: .min ... .max, using: &random)
                event.ingestionTime = Bool.random(using: &random) ? nil : .random(in: 0...9_999, using: &random)
                event.eventID = Bool.random(using: &random) ? nil : text()
                return event
            }
            let encoder = JSONEncoder()
            if Bool.random(using: &random) { encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes] }
            var bytes = try encoder.encode(page)
            let read = try CloudWatchLogs.readPage(bytes)
            try #require(read == page)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8(ascii: ["\"", "\\", ",", "{", "}", ":", "0", "e"].randomElement(using: &random)!)
                case 1: bytes.remove(at: at)
                default: bytes = bytes.prefix(at + 1)
                }
                if bytes.isEmpty { bytes = Data("{}".utf8) }
            }
            bytes = Data(bytes)
            let ours = try? CloudWatchLogs.readPage(bytes)
            let theirs = try? JSONDecoder().decode(Page.self, from: bytes)
            let isText = String(validating: bytes, as: UTF8.self) != nil
            if let ours, let theirs { #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))") }
            // Text that is none is the one thing taken here and not there.
            if theirs == nil, isText, !bytes.contains(UInt8(ascii: "\\")) {
                #expect(ours == nil, "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }
}
