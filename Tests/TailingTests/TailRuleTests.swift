import Basics
import FoundationEssentials
import Testing

@testable import Tailing

func line(
    _ id: String?, at timestamp: Int64, ingested: Int64? = nil, group: String = "g", region: String = "us-east-1",
    message: String = "m"
) -> LogLine {
    LogLine(
        region: region, group: group, stream: "s", id: id, timestamp: timestamp, ingestionTime: ingested ?? timestamp,
        message: message)
}

/// One order for all, and what comes too late is marked.
@Suite struct OrderedReleaseTests {
    @Test(
        "lines as they come, and what is let go until a moment",
        arguments: [
            ([3, 1, 2], 2, "1 2"), ([3, 1, 2], 9, "1 2 3"), ([5, 5, 4], 5, "4 5 5"), ([], 9, ""),
        ] as [([Int64], Int64, String)])
    func order(places: [Int64], through: Int64, expected: String) {
        var release = OrderedRelease()
        for place in places { #expect(release.add(line("\(place)", at: place)) == nil) }
        let released = release.release(through: through)
        #expect(released.map { "\($0.place)" }.joined(separator: " ") == expected)
        #expect(release.heldCount == places.count - released.count)
        #expect(release.heldBytes == release.heldCount)
    }

    @Test("what comes when its place has passed goes at once, marked; equal places are no inversion")
    func late() {
        var release = OrderedRelease()
        _ = release.add(line("a", at: 10))
        _ = release.releaseAll()
        #expect(release.add(line("b", at: 9))?.isLate == true)
        #expect(release.add(line("c", at: 10)) == nil)
        #expect(release.releaseAll().map(\.isLate) == [false])
        #expect(release.lateCount == 1)
    }

    @Test("a line dated ahead stands where it was ingested, and makes nobody late")
    func ahead() {
        var release = OrderedRelease()
        _ = release.add(line("future", at: 1_000_000, ingested: 10))
        #expect(release.release(through: 10).map(\.id) == ["future"])
        #expect(release.add(line("next", at: 11)) == nil)
    }

    @Test("a history passes unheld, its inversions marked")
    func passing() {
        var release = OrderedRelease()
        var lines = [line("a", at: 1), line("b", at: 3), line("c", at: 2), line("d", at: 3)]
        for index in lines.indices { release.pass(&lines[index]) }
        #expect(lines.map(\.isLate) == [false, false, true, false])
    }

    @Test("when there is no more room, the oldest go first, and what comes behind them is late")
    func oldest() {
        var release = OrderedRelease()
        for moment in [5, 3, 1, 4, 2] as [Int64] { #expect(release.add(line("\(moment)", at: moment)) == nil) }
        #expect(release.releaseOldest(2).map(\.timestamp) == [1, 2])
        #expect(release.heldCount == 3 && release.oldestHeld == 3 && release.heldBytes > 0)
        #expect(release.add(line("late", at: 1))?.isLate == true)
        #expect(release.releaseOldest(9).map(\.timestamp) == [3, 4, 5])
        #expect(release.heldBytes == 0)
    }
}

@Suite struct TailCursorTests {
    static func sample() -> TailCursor {
        var ledger = TailLedger(scope: "demo", from: nil)
        let groups = [
            LogGroupReference(region: "us-east-1", name: "a"),
            LogGroupReference(region: "eu-west-1", name: "b", arn: "arn:aws:logs:eu-west-1:1:log-group:b"),
        ]
        for group in groups { ledger.begin(group, through: 1_000) }
        for number in 0..<5 { ledger.shown(line("\(number)", at: 2_000 + Int64(number) * 700, group: "a")) }
        ledger.shown(line(nil, at: 3_000, group: "b", region: "eu-west-1"))
        ledger.shown(line(nil, at: 3_000, group: "b", region: "eu-west-1"))
        ledger.forget(groups[0], before: 3_500)
        return ledger.cursor
    }

    @Test("comes back as it was, and knows what was shown")
    func roundTrip() throws {
        let cursor = Self.sample()
        let read = try TailCursor(try cursor.data, scope: "demo", file: "c")
        #expect(read == cursor)
        let group = try #require(read.group(LogGroupReference(region: "us-east-1", name: "a")))
        #expect(group.through == 3_500)
        var follower = GroupFollower(since: group.through, shown: group.shown, live: nil)
        let next = follower.next(now: 10_000)
        let reading = try #require(next)
        #expect(reading.start == 3_500)
        let page = [
            line("2", at: 3_400, group: "a"), line("3", at: 4_100, group: "a"), line("4", at: 4_800, group: "a"),
            line("5", at: 4_900, group: "a"),
        ]
        #expect(follower.received(page, by: reading).map(\.id) == ["5"])
        // Two equal lines were shown live: the third is new.
        let other = try #require(read.groups.first { $0.group.name == "b" })
        var live = GroupFollower(since: other.through, shown: other.shown, live: other.live)
        let again = (0..<3).map { line("\($0)", at: 3_000, group: "b", region: "eu-west-1") }
        let second = live.next(now: 10_000)!
        #expect(live.received(again, by: second).count == 1)
    }

    @Test(
        "killed between saving and writing: what is in the output is not shown again, and everything else is",
        arguments: [
            // The output's length when it was saved and now, which of the lines count as shown, how many come again
            // although they may have been seen.
            (nil, nil, 0, 4), (100, nil, 0, 4), (100, 100, 0, 0), (100, 109, 0, 0), (100, 110, 2, 0), (100, 119, 2, 0),
            (100, 120, 3, 0), (100, 130, 4, 0), (100, 131, 0, 4), (100, 0, 0, 4),
        ] as [(Int64?, Int64?, Int, Int)])
    func pending(before: Int64?, now: Int64?, shown: Int, again: Int) throws {
        var ledger = TailLedger(scope: "demo", from: Self.sample())
        let reached = ledger.cursor.reached
        // The second one is sieved out, and draws nothing.
        let lines = [
            line("7", at: 9_000, group: "a"), line("8", at: 9_100, group: "a"), line("9", at: 9_200, group: "a"),
            line(nil, at: 9_300, group: "b", region: "eu-west-1"),
        ]
        var cursor = ledger.showing(lines)
        #expect(cursor.reached == 9_300 && ledger.cursor.pending == nil)
        cursor.pending?.setEnds([10, 10, 20, 30])
        cursor.pending?.output = before.map { .init(device: 1, inode: 2, length: $0) }
        var read = try TailCursor(try cursor.data, scope: "demo", file: "c")
        #expect(read == cursor)
        #expect(read.settle(output: now.map { .init(device: 1, inode: 2, length: $0) }) == again)
        #expect(read.pending == nil)
        #expect(read.reached == (shown == 0 ? reached : lines[shown - 1].timestamp))
        var expected = TailLedger(scope: "demo", from: Self.sample())
        for line in lines.prefix(shown) { expected.shown(line) }
        #expect(read.groups == expected.cursor.groups)
        // Another file.
        var other = cursor
        #expect(other.settle(output: .init(device: 1, inode: 3, length: 130)) == 4)
    }

    @Test("half of one is refused, wherever it ends")
    func truncated() throws {
        let data = try Self.sample().data
        for length in 0..<data.count {
            #expect(throws: Problem.self) { try TailCursor(data.prefix(length), scope: "demo", file: "c") }
        }
    }

    @Test(
        "what is not to be gone on with is refused, in words that say why",
        arguments: [
            (#"{"version":2,"next":1}"#, "version 2"), (#"{"version":1}"#, "damaged"), ("[]", "no cursor"),
            (#"{"version":1,"scope":"other","reached":1,"groups":[]}"#, "belongs to other, not to demo"),
            (
                #"{"version":1,"scope":"demo","reached":1,"groups":[{"group":{"region":"r","name":"n"},"through":1,"shown":{"1":"xyz"},"live":{}}]}"#,
                "damaged"
            ),
            (
                #"{"version":1,"scope":"demo","reached":1,"groups":[{"group":{"region":"r","name":"n"},"through":1,"shown":{},"live":{"1":1}}]}"#,
                "damaged"
            ),
        ])
    func refused(text: String, says: String) {
        let problem = #expect(throws: Problem.self) { try TailCursor(Data(text.utf8), scope: "demo", file: "c") }
        #expect(problem?.description.contains(says) == true, "\(String(describing: problem))")
    }
}

@Suite struct GroupPatternTests {
    @Test(
        "patterns as the shell has them",
        arguments: [
            ("/aws/lambda/task-*", "/aws/lambda/task-processor", true), ("/aws/lambda/task-*", "/aws/lambda/other", false),
            ("*", "anything", true), ("*", "", true), ("a?c", "abc", true), ("a?c", "ac", false), ("*b*d", "abcbd", true),
            ("*b*d", "abcdb", false), ("a**c", "ac", true), ("abc", "abc", true), ("abc", "abcd", false), ("a*", "a", true),
        ])
    func matching(pattern: String, name: String, fits: Bool) {
        #expect(LogGroupReference(region: "r", name: pattern).matches(name) == fits)
    }

    @Test(
        "what is typed for a group",
        arguments: [
            ("/aws/lambda/x", "us-east-1", "/aws/lambda/x", nil), ("task-*", "us-east-1", "task-*", nil),
            (
                "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x:*", "eu-west-1", "/aws/lambda/x",
                "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x"
            ),
            ("arn:aws:logs:eu-west-1:123456789012:log-group:", nil, nil, nil), ("a b", nil, nil, nil), ("", nil, nil, nil),
            ("arn:aws:s3:::bucket", nil, nil, nil), ("arn:aws:logs:r:123456789012:log-group:a:log-stream:b", nil, nil, nil),
        ] as [(String, String?, String?, String?)])
    func typed(text: String, region: String?, name: String?, arn: String?) throws {
        let group = try? LogGroupReference(text, region: "us-east-1")
        #expect(group?.region == region && group?.name == name && group?.arn == arn)
    }
}
