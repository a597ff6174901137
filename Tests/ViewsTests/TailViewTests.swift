import Basics
import FoundationEssentials
import Tailing
import Terminal
import TestSupport
import Testing
import Views

/// Lines of log groups as people and machines see them.
@Suite struct TailViewTests {
    private static let id = "c2dd8972-dd81-4f1f-ac70-f91aefd38a85"
    private static let other = "0c9c2d3e-1111-4222-8333-444455556666"

    /// 21 November 2026, 23:59:58 in UTC.
    private static let midnight: Int64 = 1_795_305_598_000

    private static let lines: [LogLine] = [
        line("INIT_START Runtime Version: provided.al2023\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:1\n", 0),
        line("START RequestId: \(id) Version: $LATEST\n", 20),
        line(
            #"{"timestamp":"2026-11-21T23:59:58.123Z","level":"INFO","message":"task event received","requestId":"\#(id)","#
                + #""eventId":"e-1","detailType":"Task Created","note":"","steps":["a","b"]}"#, 123),
        line("START RequestId: \(other) Version: $LATEST\n", 130, region: "us-west-2", stream: "w"),
        line(
            "[ERROR]\t2026-11-21T23:59:58.200Z\t\(other)\tit broke\nTraceback:\n\tat line 1\n\n", 200, region: "us-west-2",
            stream: "w"),
        late(line("plain words with \u{1B}[31mcolour\u{1B}[0m and a bell\u{7}", 150)),
        line(
            "REPORT RequestId: \(id)\tDuration: 95.78 ms\tBilled Duration: 96 ms\tMemory Size: 512 MB\t"
                + "Max Memory Used: 39 MB\tInit Duration: 130.49 ms\t\n", 300),
        line(
            "REPORT RequestId: \(other)\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"
                + "Max Memory Used: 39 MB\tStatus: timeout\t\n", 3100, region: "us-west-2", stream: "w"),
        line(String(repeating: "long words ", count: 30), 3200, group: "/aws/vendedlogs/events/event-bus/tasks"),
    ]

    @Test(arguments: [80, 120, 200])
    func onATerminal(width: Int) throws {
        try expectGolden(Self.text(width: width), "tail-\(width).txt")
    }

    @Test func inAPipe() throws {
        let text = try Self.text(width: nil)
        try expectGolden(text, "tail-pipe.txt")
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
    }

    @Test func inColours() throws {
        try expectGolden(Self.text(width: 120, color: true, highlight: ["plain", "task \\w+"]), "tail-color.txt")
    }

    @Test("of one group in one Region, without ids and levels, there is the time and the message")
    func labelsOnlyWhereTheyTell() throws {
        var view = TailView(labels: .init([LogGroupReference(region: "us-east-1", name: "g")]), on: Self.profile(100))
        let lines = try Self.sieved([Self.line("hello", 0)]).flatMap { view.lines($0) }
        #expect(lines.map(\.plain) == ["2026-11-21, times in UTC", "23:59:58.000 hello"])
    }

    @Test("nothing of a message of 256 KB is cut")
    func largeMessage() throws {
        let message = String(repeating: "é x", count: 65_536)
        var view = TailView(labels: .init(), on: Self.profile(nil))
        let shown = try Self.sieved([Self.line(message, 0)]).flatMap { view.lines($0) }
        #expect(shown.count == 1 && shown[0].plain.hasSuffix(" " + message))
    }

    // MARK: - Machines

    private struct Record: Encodable {
        var timestamp: Int64
        var ingestionTime: Int64
        var region: String
        var group: String
        var stream: String
        var id: String?
        var level: String?
        var requestId: String?
        var late: Bool
        var message: String

        enum CodingKeys: CodingKey {
            case timestamp, ingestionTime, region, group, stream, id, level, requestId, late, message
        }

        func encode(to encoder: any Encoder) throws {
            var keyed = encoder.container(keyedBy: CodingKeys.self)
            try keyed.encode(timestamp, forKey: .timestamp)
            try keyed.encode(ingestionTime, forKey: .ingestionTime)
            try keyed.encode(region, forKey: .region)
            try keyed.encode(group, forKey: .group)
            try keyed.encode(stream, forKey: .stream)
            try keyed.encode(id, forKey: .id)
            try keyed.encode(level, forKey: .level)
            try keyed.encode(requestId, forKey: .requestId)
            try keyed.encode(late, forKey: .late)
            try keyed.encode(message, forKey: .message)
        }
    }

    @Test("the JSON written by hand is what an encoder writes, whatever the message")
    func json() throws {
        let everything = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init)))
        let messages =
            ["", "plain", everything, "\u{2028}\u{2029}\u{FEFF}\u{FFFD}😀", "a\r\nb", "\"\\/", "e\u{301}\"\u{301}\\\u{301}"]
            + Self.lines.map(\.message)
        for (index, message) in messages.enumerated() {
            var line = Self.line(message, Int64(index))
            line.id = index % 2 == 0 ? nil : "id\"\(index)"
            line.isLate = index % 3 == 0
            for sieved in try Self.sieved([line]) {
                var bytes: [UInt8] = []
                TailRecords.json(sieved, into: &bytes)
                let text = String(decoding: bytes, as: UTF8.self)
                let record = Record(
                    timestamp: line.timestamp, ingestionTime: line.ingestionTime, region: line.region, group: line.group,
                    stream: line.stream, id: line.id, level: sieved.lambda.level?.word, requestId: sieved.requestID,
                    late: line.isLate, message: line.message)
                #expect(text == (try JSONView.line(record)) + "\n")
            }
        }
    }

    @Test(
        "raw is the message, and one line break",
        arguments: [
            ("a", "a\n"), ("a\n", "a\n"), ("", "\n"), ("a\r\n", "a\r\n"), ("a\u{1B}\n\n", "a\u{1B}\n\n"),
        ])
    func raw(message: String, expected: String) {
        var bytes: [UInt8] = []
        TailRecords.raw(Self.line(message, 0), into: &bytes)
        #expect(bytes == Array(expected.utf8))
    }

    // MARK: - Beside the log

    @Test func noticesAndTheFooter() throws {
        let kinds: [TailNotice.Kind] = [
            .waiting, .joined, .slowedDown, .interrupted, .leftOut, .liveEnded, .sampled, .gap, .crowded,
        ]
        let problem = Problem(.throttled, "FilterLogEvents was refused", cause: "Rate exceeded")
        var book = InvocationBook()
        for line in Self.lines { _ = book.take(line, LambdaLine(line.message)) }
        var state = TailState()
        (state.shown, state.late, state.recovered, state.sampled, state.gaps) = (9, 1, 2, 1, 1)
        state.completeThrough = Self.midnight
        let crash = InvocationBook.Crash(
            source: .init(region: "us-east-1", group: "/aws/lambda/task-processor"), stream: "s", requestID: Self.id,
            timestamp: Self.midnight)
        for unicode in [true, false] {
            var profile = Self.profile(120)
            profile.hasUnicode = unicode
            var lines = kinds.map { kind in
                let hasProblem = ![.waiting, .joined, .sampled, .crowded].contains(kind)
                return TailNotices.line(
                    TailNotice(
                        kind, region: "us-east-1", group: "/aws/lambda/x", problem: hasProblem ? problem : nil,
                        crowd: kind == .crowded ? .init(groups: 100, seconds: 4) : nil),
                    on: profile)
            }
            lines.append(TailNotices.line(crash, on: profile))
            lines.append(TailNotices.line(TailWindow(start: Self.midnight)))
            lines.append(TailNotices.line(TailWindow(start: Self.midnight, end: Self.midnight + 60_000)))
            lines += TailFooter.lines(book.statistics, state, on: profile)
            var hop = TraceHop(
                source: .init(region: "us-east-1", group: "/aws/lambda/task-processor"), requestID: Self.id,
                began: Self.midnight, ended: Self.midnight + 40)
            hop.duration = 38.5
            var second = hop
            (second.source.region, second.requestID) = ("eu-west-1", "7d1f")
            (second.began, second.ended, second.duration, second.isError) = (Self.midnight + 750, Self.midnight + 800, nil, true)
            lines += TailFooter.hops([hop, second], of: "0c9c2d3e", on: profile)
            lines += TailFooter.hops([], of: "0c9c2d3e", on: profile)
            lines.append(TailNotices.comeAgain(2, on: profile))
            let text = lines.map { Theme.render($0, on: profile) + "\n" }.joined()
            if unicode { try expectGolden(text, "tail-notices.txt") } else { #expect(text.allSatisfy { $0.isASCII }) }
        }
    }

    // MARK: -

    private static func text(width: Int?, color: Bool = false, highlight: [String] = []) throws -> String {
        let profile = TerminalProfile(isTerminal: width != nil, hasColor: color, hasUnicode: true, width: width)
        let groups = [
            LogGroupReference(region: "us-east-1", name: "/aws/lambda/task-processor"),
            LogGroupReference(region: "us-west-2", name: "/aws/lambda/task-processor"),
            LogGroupReference(region: "us-east-1", name: "/aws/vendedlogs/events/event-bus/tasks"),
        ]
        var view = TailView(
            labels: .init(groups), highlight: try LineSieve.expressions(highlight, flag: "--highlight"), on: profile)
        return try sieved(lines).flatMap { view.lines($0) }.map { Theme.render($0, on: profile) + "\n" }.joined()
    }

    private static func sieved(_ lines: [LogLine]) throws -> [SievedLine] {
        var sieve = try LineSieve(SieveOptions())
        return lines.flatMap { sieve.take($0, now: 0) }
    }

    private static func profile(_ width: Int?) -> TerminalProfile {
        TerminalProfile(isTerminal: width != nil, hasColor: false, hasUnicode: true, width: width)
    }

    private static func line(
        _ message: String, _ offset: Int64, region: String = "us-east-1", group: String = "/aws/lambda/task-processor",
        stream: String = "s"
    ) -> LogLine {
        LogLine(
            region: region, group: group, stream: stream, id: "\(offset)", timestamp: midnight + offset,
            ingestionTime: midnight + offset + 400, message: message)
    }

    private static func late(_ line: LogLine) -> LogLine {
        var line = line
        line.isLate = true
        return line
    }
}
