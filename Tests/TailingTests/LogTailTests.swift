import Basics
import FoundationEssentials
import Testing

@testable import Tailing

/// A whole tail over a socket: what was there before, what is waited for, and what ends it.
@Suite(.timeLimit(.minutes(5))) struct LogTailTests {
    static let begin: Int64 = 1_750_000_000_000
    static let window = TailWindow(start: begin, end: begin + 1_000_000)

    /// Three groups whose lines come in turn, some of them at the same moment.
    static let groups: [String: [LogLine]] = [
        "a": (0..<40).map { line("a\($0)", at: begin + Int64($0) * 30, group: "a", message: "\($0 * 30) a") },
        "b": (0..<25).map { line("b\($0)", at: begin + Int64($0) * 50, group: "b", message: "\($0 * 50) b") },
        "c": [line("c0", at: begin + 600, group: "c", message: "600 c")], "empty": [],
    ]

    static let all = groups.values.joined().sorted { ($0.timestamp, $0.group) < ($1.timestamp, $1.group) }

    static func moments(_ told: TinyLogs.Told) -> [Int64] { told.lines.map(\.timestamp) }

    @Test("histories of several groups come in one order, each line once, page after page")
    func history() async throws {
        let told = try await TinyLogs(Self.groups).tail(["a", "b", "c", "empty"], Self.window)
        #expect(told.problem == nil)
        #expect(told.messages == Self.all.map(\.message))
        #expect(told.lines.allSatisfy { !$0.isLate })
        #expect(told.state?.shown == 66 && told.state?.fetched == 66 && told.state?.completeThrough == Self.window.end)
    }

    @Test("a pattern takes in what fits; what throttling and lost answers delay is not lost, and told once")
    func refusedNowAndThen() async throws {
        let logs = TinyLogs(Self.groups) { state in
            state.pageSize = 30
            state.misbehave = { call, _ in
                switch call {
                case 2, 4: ("ThrottlingException", 400)
                case 3: ("InternalFailure", 500)
                default: nil
                }
            }
        }
        let told = try await logs.tail(["?"], Self.window)
        #expect(told.messages == Self.all.map(\.message))
        #expect(told.kinds.count == 1 && [.slowedDown, .interrupted].contains(told.kinds[0]), "\(told.kinds)")
    }

    @Test("a token that is refused begins the read again where it stood")
    func tokenRefused() async throws {
        let logs = TinyLogs(Self.groups) { state in
            state.misbehave = { call, asked in call == 3 && asked.nextToken != nil ? ("InvalidParameterException", 400) : nil }
        }
        let told = try await logs.tail(["a"], Self.window)
        #expect(told.messages == Self.groups["a"]!.map(\.message))
    }

    @Test("the newest lines of all groups together, wherever they are read from", arguments: [true, false], [0, 1, 10, 500])
    func newest(readsBackwards: Bool, count: Int) async throws {
        let logs = TinyLogs(Self.groups) { $0.readsBackwards = readsBackwards }
        let told = try await logs.tail(["a", "b", "c", "empty"], Self.window, with: { $0.lines = count })
        #expect(told.lines.map(\.timestamp) == Self.all.suffix(count).map(\.timestamp))
        #expect(Set(told.messages).count == told.lines.count)
    }

    @Test(
        "what waiting does not help against ends it, with a problem that says so",
        arguments: [
            ("InvalidOperationException", 400, .usage), ("InvalidParameterException", 400, .failed),
            ("AccessDeniedException", 400, .denied), ("ResourceNotFoundException", 400, .notFound),
        ] as [(String, Int, Problem.Kind)], [true, false])
    func ends(failure: (code: String, status: Int, kind: Problem.Kind), isFollowing: Bool) async throws {
        // One that follows waits for a group that is not there.
        if failure.kind == .notFound, isFollowing { return }
        let logs = TinyLogs(Self.groups) { state in state.misbehave = { _, _ in (failure.code, failure.status) } }
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let told = try await logs.tail(["a"], isFollowing ? TailWindow(start: now) : Self.window)
        #expect(told.problem?.kind == failure.kind, "\(String(describing: told.problem))")
    }

    @Test("who wrote a pattern that is refused is shown how patterns are written, and nobody else is")
    func patternRefused() async throws {
        let logs = TinyLogs(Self.groups) { $0.misbehave = { _, _ in ("InvalidParameterException", 400) } }
        for (pattern, isShown) in [("{ $.a =", true), (nil, false)] as [(String?, Bool)] {
            let told = try await logs.tail(["a"], Self.window, with: { $0.filterPattern = pattern })
            #expect((told.problem?.hint?.contains("$.level") ?? false) == isShown, "\(String(describing: told.problem))")
        }
    }

    @Test("a group that is not there is waited for and joins in; nothing of it is lost")
    func waiting() async throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let logs = TinyLogs { state in
            state.misbehave = { call, _ in call < 3 ? ("ResourceNotFoundException", 400) : nil }
            state.groups = ["new": (0..<5).map { line("\($0)", at: now - 500 + Int64($0), group: "new", message: "\($0)") }]
        }
        let told = try await logs.tail(["new"], TailWindow(start: now - 10_000)) { $0.lines.count == 5 }
        #expect(told.kinds == [.waiting, .joined])
        #expect(told.messages == ["0", "1", "2", "3", "4"])
        #expect(told.cursor?.groups.count == 1)
    }

    @Test("a cursor goes on where it ended; one older than what is kept is a known gap")
    func cursor() async throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        // From a day and a half ago to a moment ago: history, and what the follower reads.
        let lines = (0..<40).map { line("\($0)", at: now - 500 - Int64(39 - $0) * 3_000_000, group: "g", message: "\($0)") }
        let first = TinyLogs(["g": Array(lines.prefix(20))])
        let begun = try await first.tail(
            ["g"], TailWindow(start: lines[0].timestamp), isEnough: { $0.lines.count == 20 })
        #expect(begun.lines.count == 20)
        let kept = try TailCursor(try #require(begun.cursor).data, scope: "t", file: "c")
        for (retention, gaps) in [(nil, 0), (1, 1)] as [(Int?, Int)] {
            let second = TinyLogs(["g": lines]) { $0.retention["g"] = retention }
            // As if it had ended right behind the last line shown, or two days before.
            let old = Self.moved(kept, to: lines[19].timestamp + 1 - (retention == nil ? 0 : 2 * 86_400_000))
            let told = try await second.tail(
                ["g"], TailWindow(start: now), isEnough: { $0.lines.last?.message == "39" }, with: { $0.cursor = old })
            #expect(told.messages.suffix(20) == lines[20...].map(\.message))
            if retention == nil { #expect(told.lines.count == 20) }
            #expect(told.state?.gaps == gaps && told.kinds == Array(repeating: .gap, count: gaps))
        }
    }

    static func moved(_ cursor: TailCursor, to moment: Int64) -> TailCursor {
        var cursor = cursor
        for index in cursor.groups.indices { cursor.groups[index].through = moment }
        return cursor
    }
}
