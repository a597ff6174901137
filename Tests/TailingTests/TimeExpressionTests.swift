import Basics
import Testing

@testable import Tailing

/// What people type for a moment, and what becomes of it.
@Suite struct TimeExpressionTests {
    /// Saturday 21 November 2026, 12:00:30.250 in UTC.
    private static let now: Int64 = 1_795_262_430_250
    private static let utc = TailClock(now: now) { _ in 0 }
    /// Clocks two hours ahead until 25 October 2026 01:00 UTC, then one.
    private static let berlin = TailClock(now: now) { $0 < 1_792_890_000 && $0 >= 1_774_746_000 ? 7200 : 3600 }

    @Test(
        "what is understood",
        arguments: [
            ("now", "2026-11-21T12:00:30.250Z"), ("10m", "2026-11-21T11:50:30.250Z"), ("2h30m", "2026-11-21T09:30:30.250Z"),
            ("5h30m", "2026-11-21T06:30:30.250Z"), ("7d", "2026-11-14T12:00:30.250Z"), ("250ms", "2026-11-21T12:00:30.000Z"),
            ("10:30", "2026-11-21T10:30:00.000Z"), ("9:05", "2026-11-21T09:05:00.000Z"), ("10:30:15", "2026-11-21T10:30:15.000Z"),
            ("today 10:30", "2026-11-21T10:30:00.000Z"), ("yesterday 10:30", "2026-11-20T10:30:00.000Z"),
            ("2026-11-21T10:00Z", "2026-11-21T10:00:00.000Z"), ("2026-11-21 10:00", "2026-11-21T10:00:00.000Z"),
            ("2026-11-21T10:00:05.5Z", "2026-11-21T10:00:05.500Z"), ("2026-11-21T10:00:05.123456Z", "2026-11-21T10:00:05.123Z"),
            ("2026-11-21T10:00+02:00", "2026-11-21T08:00:00.000Z"), ("2026-11-21T10:00-0530", "2026-11-21T15:30:00.000Z"),
            ("2024-02-29 00:00", "2024-02-29T00:00:00.000Z"), ("1970-01-01T00:00Z", "1970-01-01T00:00:00.000Z"),
            ("10:30Z", "2026-11-21T10:30:00.000Z"), ("yesterday 23:59:59.999", "2026-11-20T23:59:59.999Z"),
        ])
    func understood(text: String, moment: String) throws {
        #expect(Self.text(try TimeExpression.moment(text, flag: "--since", clock: Self.utc)) == moment)
    }

    @Test(
        "without a zone local clocks are meant, as they went on that day",
        arguments: [
            ("10:30", "2026-11-21T09:30:00.000Z"), ("yesterday 10:30", "2026-11-20T09:30:00.000Z"),
            ("2026-08-01 10:30", "2026-08-01T08:30:00.000Z"), ("2026-08-01T10:30Z", "2026-08-01T10:30:00.000Z"),
            // Shown twice that night: the first is meant.
            ("2026-10-25 02:30", "2026-10-25T00:30:00.000Z"), ("2026-10-25 03:30", "2026-10-25T02:30:00.000Z"),
            ("2026-03-29 01:30", "2026-03-29T00:30:00.000Z"), ("2026-03-29 03:30", "2026-03-29T01:30:00.000Z"),
        ])
    func local(text: String, moment: String) throws {
        #expect(Self.text(try TimeExpression.moment(text, flag: "--since", clock: Self.berlin)) == moment)
    }

    @Test("today is the day of the clock it is said by")
    func today() throws {
        let early = TailClock(now: 1_795_219_200_000 + 1_800_000) { _ in -8 * 3600 }  // 00:30 UTC, 16:30 the day before
        #expect(Self.text(try TimeExpression.moment("10:30", flag: "--since", clock: early)) == "2026-11-20T18:30:00.000Z")
        #expect(Self.text(try TimeExpression.moment("00:10Z", flag: "--since", clock: early)) == "2026-11-21T00:10:00.000Z")
    }

    @Test(
        "everything else is refused with examples",
        arguments: [
            "", "soon", "10", "-5m", "1.5h", "10 minutes", "30m2h", "10m ago", "24:00", "10:60", "10:30:60", "10.30", "10h30",
            "2026-13-01 10:00", "2026-02-29 10:00", "2026-11-21", "21.11.2026", "tomorrow 10:30", "yesterday", "yesterday  10:30",
            "2026-11-21T10:00 Z", "2026-11-21T10:00+25:00", "1969-12-31T10:00Z", "١٠:٣٠", "10:30\n", "999999999999d",
            "99999999999999999999m",
        ])
    func refused(text: String) {
        let problem = #expect(throws: Problem.self) { try TimeExpression.moment(text, flag: "--since", clock: Self.utc) }
        #expect(problem?.kind == .usage)
        #expect(problem?.summary.hasPrefix("--since ") == true)
        #expect(problem?.hint == TimeExpression.examples)
    }

    @Test("a time that clocks skipped is refused")
    func skipped() {
        #expect(throws: Problem.self) {
            try TimeExpression.moment("2026-03-29 02:30", flag: "--since", clock: Self.berlin)
        }
    }

    @Test("whatever is typed, it is a moment or a refusal")
    func random() {
        var random = SeededGenerator(seed: 11)
        let pieces = [
            "10", "0", "99999999999", ":", "-", " ", "T", "Z", "+", ".", "m", "h", "d", "ms", "yesterday", "now", "é", "\u{0}",
        ]
        var understood = 0
        for _ in 0..<4000 {
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            if (try? TimeExpression.moment(text, flag: "--since", clock: Self.berlin)) != nil { understood += 1 }
        }
        #expect(understood > 20)
    }

    // MARK: - Windows

    @Test(
        "what is said becomes a stretch of time",
        arguments: [
            (nil, nil, nil, nil, true, "2026-11-21T11:50:30.250Z/"),
            (nil, nil, nil, nil, false, "2026-11-21T11:50:30.250Z/2026-11-21T12:00:30.250Z"),
            ("1h", nil, nil, false, true, "2026-11-21T11:00:30.250Z/2026-11-21T12:00:30.250Z"),
            ("1h", nil, nil, true, false, "2026-11-21T11:00:30.250Z/"),
            ("10:00", "11:00", nil, nil, true, "2026-11-21T10:00:00.000Z/2026-11-21T11:00:00.000Z"),
            (nil, "11:00", nil, nil, true, "2026-11-21T10:50:00.000Z/2026-11-21T11:00:00.000Z"),
            (nil, nil, "10:30", nil, true, "2026-11-21T10:25:00.000Z/2026-11-21T10:35:00.000Z"),
            ("now", nil, nil, nil, true, "2026-11-21T12:00:30.250Z/"),
        ] as [(String?, String?, String?, Bool?, Bool, String)])
    func windows(since: String?, until: String?, around: String?, follows: Bool?, isWatched: Bool, expected: String) throws {
        let window = try Self.expression(since, until, around, follows).window(clock: Self.utc, isWatched: isWatched)
        #expect(Self.text(window.start) + "/" + (window.end.map(Self.text) ?? "") == expected)
    }

    @Test("the newest lines may be older than what is shown otherwise")
    func counted() throws {
        var expression = WindowExpression()
        expression.isCounted = true
        let window = try expression.window(clock: Self.utc, isWatched: true)
        #expect(window == TailWindow(start: Self.now - WindowExpression.farthest))
    }

    @Test(
        "what contradicts itself is refused, and says so",
        arguments: [
            ("10:00", "09:00", nil, nil, "--since is after --until: 2026-11-21T10:00:00Z is after 2026-11-21T09:00:00Z"),
            ("13:00", nil, nil, nil, "--since 13:00 is still to come: 2026-11-21T13:00:00Z, and it is 2026-11-21T12:00:30Z"),
            (nil, "11:00", nil, true, "--follow has no end, and --until is one"),
            ("1h", nil, "10:30", nil, "--around stands alone: it means five minutes before and after"),
            (nil, nil, "10:30", true, "--follow has no end, and --around has one"),
            (nil, nil, "13:30", nil, "--around 13:30 is still to come: 2026-11-21T13:30:00Z, and it is 2026-11-21T12:00:30Z"),
            (nil, "soon", nil, nil, "--until soon is not understood"),
        ] as [(String?, String?, String?, Bool?, String)])
    func contradictions(since: String?, until: String?, around: String?, follows: Bool?, summary: String) {
        let problem = #expect(throws: Problem.self) {
            try Self.expression(since, until, around, follows).window(clock: Self.utc, isWatched: true)
        }
        #expect(problem?.kind == .usage)
        #expect(problem?.summary == summary)
    }

    // MARK: -

    private static func expression(_ since: String?, _ until: String?, _ around: String?, _ follows: Bool?) -> WindowExpression {
        var expression = WindowExpression()
        (expression.since, expression.until, expression.around, expression.follows) = (since, until, around, follows)
        return expression
    }

    private static func text(_ moment: Int64) -> String {
        let time = UTCTime(microsecondsSince1970: moment * 1000)
        return "\(time.dayText)T\(time.clockText).\((time.microsecond / 1000).padded(3))Z"
    }
}
