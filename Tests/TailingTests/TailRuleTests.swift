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

    @Test(
        "how long a line is held",
        arguments: [(1000, 1000, 1500), (50, 60, 550), (4000, 7600, 2000), (10, 8000, 510), (0, 0, 500)]
            as [(Int64, Int64, Int64)])
    func hold(median: Int64, most: Int64, expected: Int64) {
        #expect(TailDesk.hold(median: median, most: most) == expected)
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
        let reading = try #require(follower.next(now: 10_000))
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
        #expect(live.received(again, by: live.next(now: 10_000)!).count == 1)
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
