@testable import Tailing

/// SplitMix64: small, good enough for schedules, and the same on every machine for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A log group as simple as can be: events that become visible when they are ingested, and reads that may fail.
struct ModelGroup {
    /// By timestamp.
    private let events: [LogLine]

    init(events: [LogLine]) {
        self.events = events.sorted {
            ($0.timestamp, $0.ingestionTime, $0.id ?? "") < ($1.timestamp, $1.ingestionTime, $1.id ?? "")
        }
    }

    /// What a read that is answered at `now` returns, in pages.
    func pages(_ read: GroupFollower.Read, now: Int64, size: Int) -> [[LogLine]] {
        let visible = events[first(from: read.start)...].prefix { $0.timestamp <= read.end ?? .max }
            .filter { $0.ingestionTime <= now }
        guard !visible.isEmpty else { return [[]] }
        return stride(from: 0, to: visible.count, by: size).map { Array(visible[$0..<min($0 + size, visible.count)]) }
    }

    /// The first event that is not older than this.
    private func first(from timestamp: Int64) -> Int {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].timestamp < timestamp { low = middle + 1 } else { high = middle }
        }
        return low
    }

    static func line(_ number: Int, at timestamp: Int64, lag: Int64) -> LogLine {
        LogLine(
            region: "us-east-1", group: "g", stream: "s\(number % 5)", id: "\(1_000_000 + number)", timestamp: timestamp,
            ingestionTime: timestamp + lag, message: "line \(number)")
    }
}

/// Follows a model group until every event has been visible for long enough, and keeps what was shown.
struct ModelRun {
    var shown: [String: Int] = [:]
    /// How long after their ingestion lines were shown, in milliseconds.
    var delays: [Int64] = []
    /// New lines, and when they were found.
    var found: [(line: LogLine, now: Int64)] = []
    var follower: GroupFollower
    /// The most ids kept at any time.
    var mostRemembered = 0

    /// - Parameter failing: whether a read fails: after how many of its pages, or nil when it does not.
    init(
        _ group: ModelGroup, since: Int64, from begin: Int64, until end: Int64, pageSize: Int = 40,
        policy: FollowPolicy = FollowPolicy(), answerTime: () -> Int64 = { 30 }, failing: () -> Int? = { nil }
    ) {
        follower = GroupFollower(since: since, policy: policy)
        var now = begin
        while now < end {
            guard let read = follower.next(now: now) else {
                now = max(now + 1, follower.due)
                continue
            }
            now += answerTime()
            let pages = group.pages(read, now: now, size: pageSize)
            let failsAfter = failing()
            for page in pages.prefix(failsAfter ?? .max) {
                for line in follower.received(page, by: read) {
                    shown[line.id!, default: 0] += 1
                    delays.append(now - line.ingestionTime)
                    found.append((line, now))
                }
            }
            if failsAfter == nil { follower.finished(read) } else { now += 200 }
            mostRemembered = max(mostRemembered, follower.remembered)
        }
    }
}
