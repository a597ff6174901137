import Basics
import Testing

@testable import Tailing

/// Which invocation a line belongs to, which ended how, and what is shown of them.
@Suite struct InvocationBookTests {
    @Test("lines without an id belong to what their stream is at; statistics count each invocation once")
    func attribution() {
        var book = InvocationBook()
        let ids = [
            Self.line("INIT_START Runtime Version: x", at: 0), Self.start("a", at: 1), Self.line("hello", at: 2),
            Self.line("elsewhere", at: 2, stream: "t"), Self.report("a", at: 3, "Init Duration: 100 ms"),
            Self.line("idle", at: 4),
            Self.start("b", at: 5), Self.line("hello", at: 6), Self.report("b", at: 7, "Status: timeout"),
        ].map { book.take($0, LambdaLine($0.message)).requestID }
        #expect(ids == [nil, Self.id("a"), Self.id("a"), nil, Self.id("a"), nil, Self.id("b"), Self.id("b"), Self.id("b")])
        let figures = book.statistics.values.first!
        #expect(book.statistics.count == 1)
        #expect((figures.invocations, figures.errors, figures.timeouts, figures.coldStarts) == (2, 1, 1, 1))
        #expect(figures.crashes == 0 && figures.durations.count == 2)
        #expect((figures.maxMemoryUsed, figures.memorySize) == (39, 128))
        #expect(book.finish(now: .max).isEmpty)
    }

    @Test("an end that comes late is an end; one that does not come is a crash, told once")
    func crashes() {
        var book = InvocationBook()
        var crashes: [String] = []
        for line in [
            Self.start("a", at: 0), Self.start("b", at: 10), Self.start("c", at: 20), Self.report("b", at: 19),
            Self.report("c", at: 30), Self.line("later", at: 60_010),
        ] { crashes += book.take(line, LambdaLine(line.message)).crashes.map(\.requestID) }
        #expect(crashes.isEmpty)
        let much = Self.line("much later", at: 60_011)
        #expect(book.take(much, LambdaLine(much.message)).crashes.map(\.requestID) == [Self.id("a")])
        #expect(book.finish(now: .max).isEmpty)
        let figures = book.statistics.values.first!
        #expect((figures.invocations, figures.errors, figures.crashes) == (3, 1, 1))
    }

    @Test("what still runs at the end has not crashed; what was overtaken has")
    func atTheEnd() {
        var book = InvocationBook()
        for line in [Self.start("a", at: 0), Self.timeOut("a", at: 5), Self.start("b", at: 10)] {
            _ = book.take(line, LambdaLine(line.message))
        }
        #expect(book.finish(now: 10 + InvocationBook.patience).isEmpty)
        #expect(book.finish(now: 11 + InvocationBook.patience).map(\.requestID) == [Self.id("a")])
        let figures = book.statistics.values.first!
        #expect((figures.invocations, figures.errors, figures.crashes, figures.timeouts) == (2, 1, 1, 1))
    }

    @Test("an older runtime's REPORT has no status: the time-out line before it says it")
    func timeOutWithoutStatus() {
        var book = InvocationBook()
        for line in [Self.start("a", at: 0), Self.timeOut("a", at: 5), Self.report("a", at: 6)] {
            _ = book.take(line, LambdaLine(line.message))
        }
        let figures = book.statistics.values.first!
        #expect((figures.errors, figures.timeouts, figures.crashes) == (1, 1, 0))
    }

    @Test("a REPORT whose START was before the window counts as an invocation; a START that comes late is no new one")
    func edges() {
        var book = InvocationBook()
        for line in [Self.report("a", at: 0), Self.start("c", at: 20), Self.start("b", at: 10)] {
            _ = book.take(line, LambdaLine(line.message))
        }
        let plain = Self.line("hello", at: 21)
        #expect(book.take(plain, LambdaLine(plain.message)).requestID == Self.id("c"))
        #expect(book.finish(now: .max).isEmpty)
    }

    // MARK: - Sieve

    @Test(
        "what passes, line by line",
        arguments: [
            ("errors", ["2", "a-report"]), ("slow", ["b-report"]), ("cold", ["init", "a-report"]),
            ("errors+slow", ["2", "a-report", "b-report"]),
            ("request", ["a-start", "1", "2", "a-report"]), ("include", ["1", "2", "3"]),
            ("exclude", ["init", "a-start", "a-report", "b-start", "b-report"]),
            ("include+exclude", ["1", "3"]), ("", ["init", "a-start", "1", "2", "a-report", "b-start", "3", "b-report"]),
        ])
    func filters(which: String, expected: [String]) throws {
        var options = SieveOptions()
        options.errors = which.contains("errors")
        options.slow = which.contains("slow") ? 500 : nil
        options.cold = which == "cold"
        options.request = which == "request" ? "AAAAAAAA" : nil
        if which.contains("include") { options.include = ["nothing", "hel+o"] }
        if which == "exclude" { options.exclude = ["hello"] }
        if which == "include+exclude" { options.exclude = ["ERROR"] }
        #expect(try Self.pass(options) == expected)
        #expect(options.letsAllPass == which.isEmpty)
    }

    @Test(
        "whole invocations, when they have ended",
        arguments: [
            ("", ["init", "b-start", "3", "b-report", "a-start", "1", "2", "a-report"]),
            ("errors", ["a-start", "1", "2", "a-report"]),
            ("slow", ["b-start", "3", "b-report"]), ("trace", ["b-start", "3", "b-report"]),
            ("request", ["b-start", "3", "b-report"]),
            ("include", ["b-start", "3", "b-report"]), ("exclude", ["init", "b-start", "b-report", "a-start", "a-report"]),
        ])
    func groups(which: String, expected: [String]) throws {
        var options = SieveOptions()
        options.groupsRequests = which != "trace"
        options.errors = which == "errors"
        options.slow = which == "slow" ? 500 : nil
        options.trace = which == "trace" ? "event-7" : nil
        options.request = which == "request" ? "bbb" : nil
        if which == "include" { options.include = ["event-7"] }
        if which == "exclude" { options.exclude = ["hello"] }
        #expect(try Self.pass(options, mixed: true) == expected)
    }

    @Test("the hops of an event: each invocation that names it, in order, with what came after its end")
    func hops() throws {
        var options = SieveOptions()
        options.trace = "event-7"
        var sieve = try LineSieve(options)
        var shown: [SievedLine] = []
        func take(_ message: String, at: Int64, region: String, stream: String) {
            var line = Self.line(message, at: at, stream: stream)
            line.region = region
            shown += sieve.take(line, now: at)
        }
        // The second Region's lines come first, and one of them after its REPORT.
        take("START RequestId: \(Self.id("b"))", at: 900, region: "eu-west-1", stream: "t")
        take("got event-7", at: 910, region: "eu-west-1", stream: "t")
        take(
            "REPORT RequestId: \(Self.id("b"))\tDuration: 40.00 ms\tBilled Duration: 40 ms\tStatus: error", at: 950,
            region: "eu-west-1", stream: "t")
        take("END RequestId: \(Self.id("b"))", at: 949, region: "eu-west-1", stream: "t")
        take("START RequestId: \(Self.id("a"))", at: 100, region: "us-east-1", stream: "s")
        take("sent event-7", at: 150, region: "us-east-1", stream: "s")
        take("START RequestId: \(Self.id("c"))", at: 200, region: "us-east-1", stream: "u")
        take("REPORT RequestId: \(Self.id("c"))\tDuration: 1.00 ms", at: 210, region: "us-east-1", stream: "u")
        shown += sieve.finish(now: 2000)
        #expect(sieve.hops.map(\.requestID) == [Self.id("a"), Self.id("b")])
        #expect(sieve.hops.map(\.began) == [100, 900] && sieve.hops.map(\.ended) == [150, 950])
        #expect(sieve.hops.map(\.duration) == [nil, 40] && sieve.hops.map(\.isError) == [false, true])
        #expect(shown.count == 6)
    }

    @Test("what waits too long, or is too much, is let go")
    func bounds() throws {
        var options = SieveOptions()
        options.groupsRequests = true
        var sieve = try LineSieve(options)
        #expect(sieve.take(Self.start("a", at: 0), now: 1000).isEmpty)
        #expect(sieve.expire(now: 1000 + HeldRequests.patience - 1).isEmpty)
        #expect(sieve.expire(now: 1000 + HeldRequests.patience).count == 1)
        let large = String(repeating: "x", count: 1 << 20)
        _ = sieve.take(Self.start("b", at: 5, stream: "t"), now: 0)
        let shown = (0..<20).flatMap { sieve.take(Self.line(large, at: 10 + Int64($0), stream: "t"), now: 0) }
        #expect(shown.count == 17)
        #expect(shown.first?.beginsRequest == true && shown.first?.requestID == Self.id("b"))
    }

    @Test("a crashed invocation's lines are shown when it is known")
    func crashedGroup() throws {
        var options = SieveOptions()
        options.groupsRequests = true
        var sieve = try LineSieve(options)
        _ = sieve.take(Self.start("a", at: 0), now: 0)
        _ = sieve.take(Self.start("b", at: 1), now: 0)
        let shown = sieve.take(Self.report("b", at: 70_000), now: 0)
        #expect(shown.map(\.requestID) == [Self.id("b"), Self.id("b"), Self.id("a")])
        #expect(sieve.crashes.map(\.requestID) == [Self.id("a")])
    }

    @Test("a pattern that is none is refused")
    func badPattern() {
        var options = SieveOptions()
        options.exclude = ["(a"]
        let problem = #expect(throws: Problem.self) { try LineSieve(options) }
        #expect(problem?.kind == .usage && problem?.summary == "--exclude (a is no regular expression")
    }

    @Test("quantiles are right to a part in 64, and to the microsecond for what is short")
    func histogram() {
        var histogram = DurationHistogram()
        #expect(histogram.quantile(0.5) == nil)
        for value in 1...10_000 { histogram.note(milliseconds: Double(value) * 0.37) }
        for part in [0.5, 0.95, 0.99, 1] {
            let exact = (part * 10_000).rounded(.up) * 0.37
            let found = histogram.quantile(part)!
            #expect(found >= exact * 0.999 && found <= exact * (1 + 1.0 / 64), "\(part): \(found) for \(exact)")
        }
        #expect(histogram.longest == 3700 && histogram.count == 10_000)
        var short = DurationHistogram()
        for value in [0.01, 0.02, 0.03] { short.note(milliseconds: value) }
        #expect(short.quantile(0.5) == 0.02)
        short.note(milliseconds: .infinity)
        short.note(milliseconds: -1)
        #expect(short.count == 3)
    }

    // MARK: -

    private static func pass(_ options: SieveOptions, mixed: Bool = false) throws -> [String] {
        let a = [
            start("a", at: 1), line("[INFO]\tx\ty\thello", at: 2), line("[ERROR]\thello", at: 3),
            report("a", at: 4, "Status: error\tInit Duration: 9 ms"),
        ]
        let b = [
            start("b", at: 1, stream: "t"), line("hello event-7", at: 3, stream: "t"),
            report("b", at: 9, "", duration: 500, stream: "t"),
        ]
        var sieve = try LineSieve(options)
        let all = [line("INIT_START x", at: 0)] + (mixed ? zip(a, b + [b[2]]).flatMap { [$0, $1] }.dropLast() : a + b)
        let names = ["INIT": "init", "[INFO]": "1", "[ERROR]": "2", "hello": "3"]
        return (all.flatMap { sieve.take($0, now: 0) } + sieve.finish(now: 0)).map { shown in
            if let name = names.first(where: { shown.line.message.hasPrefix($0.key) })?.value { return name }
            let kind = shown.lambda.kind == .start ? "start" : "report"
            return "\(shown.requestID?.first.map(String.init) ?? "?")-\(kind)"
        }
    }

    private static func id(_ letter: Character) -> String {
        [8, 4, 4, 4, 12].map { String(repeating: letter, count: $0) }.joined(separator: "-")
    }

    private static func line(_ message: String, at timestamp: Int64, stream: String = "s") -> LogLine {
        LogLine(
            region: "us-east-1", group: "g", stream: stream, id: nil, timestamp: timestamp, ingestionTime: timestamp,
            message: message)
    }

    private static func start(_ letter: Character, at timestamp: Int64, stream: String = "s") -> LogLine {
        line("START RequestId: \(id(letter)) Version: 1\n", at: timestamp, stream: stream)
    }

    private static func timeOut(_ letter: Character, at timestamp: Int64) -> LogLine {
        line("2026-11-21T10:00:00.000Z \(id(letter)) Task timed out after 3.00 seconds", at: timestamp)
    }

    private static func report(
        _ letter: Character, at timestamp: Int64, _ more: String = "", duration: Int = 12, stream: String = "s"
    ) -> LogLine {
        line(
            "REPORT RequestId: \(id(letter))\tDuration: \(duration) ms\tMemory Size: 128 MB\tMax Memory Used: 39 MB\t\(more)\n",
            at: timestamp, stream: stream)
    }
}
