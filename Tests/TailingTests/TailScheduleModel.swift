import FoundationEssentials

@testable import Tailing

/// A whole tail against groups as simple as can be, in a time of its own: reads page by page, some of which fail, a live
/// tail that leaves lines out and drops, and an end at any moment with a cursor to go on from. One seed is one schedule.
struct TailScheduleModel {
    /// What CloudWatch would have of one group, and what is going on with it.
    private struct Group {
        let reference: LogGroupReference
        var events: [LogLine]
        var follower: GroupFollower
        /// The read under way, and behind which event it stands.
        var read: (read: GroupFollower.Read, position: Position?, found: Bool)?
        var isLive = false
        var toldLive = Int64.min
    }

    private struct Position: Comparable {
        var timestamp: Int64
        var ingestionTime: Int64
        var id: String

        init(_ line: LogLine) { (timestamp, ingestionTime, id) = (line.timestamp, line.ingestionTime, line.id!) }

        static func < (left: Position, right: Position) -> Bool {
            (left.timestamp, left.ingestionTime, left.id) < (right.timestamp, right.ingestionTime, right.id)
        }
    }

    static let begin: Int64 = 1_700_000_000_000
    private static let tick: Int64 = 500

    /// By region, group, stream, times and message: equal lines are equal here too.
    private(set) var wanted: [LogLine: Int] = [:]
    private(set) var shown: [LogLine: Int] = [:]
    private(set) var unmarked = 0
    private(set) var restarts = 0
    private var random: SeededGenerator
    private var groups: [Group] = []
    private var release = OrderedRelease()
    private var ledger = TailLedger(scope: "model", from: nil)
    private var reached = Int64.min
    /// What is in the cursor's file, and how many bytes in that of the lines: one for each.
    private var saved = TailCursor(scope: "model")
    private var output = PendingLines.Output(device: 1, inode: 2, length: 0)
    /// Killed while it wrote: whatever it would do now does not happen.
    private var isDead = false
    private(set) var killedWriting = 0
    private let policy: FollowPolicy
    private let hold: Int64?
    private let isLive: Bool
    private let sampling: Int

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var policy = FollowPolicy()
        (policy.interval, policy.readsPerSweep, policy.leastDepth, policy.mostDepth) = (1700, 3, 30_000, 120_000)
        self.policy = policy
        hold = [nil, 500, 2000].randomElement(using: &random)!
        isLive = Int.random(in: 0..<3, using: &random) == 0
        sampling = [0, 0, 30, 90].randomElement(using: &random)!
        for number in 0..<Int.random(in: 1...3, using: &random) {
            let reference = LogGroupReference(region: number == 2 ? "eu-west-1" : "us-east-1", name: "g\(number)")
            let group = Group(
                reference: reference, events: events(reference),
                follower: GroupFollower(
                    since: Self.begin, policy: policy, shown: SeenEvents(), live: isLive ? LiveMatches() : nil))
            groups.append(group)
            ledger.begin(reference, through: Self.begin)
            for event in group.events { wanted[Self.plain(event), default: 0] += 1 }
        }
        saved = ledger.cursor
        run()
    }

    var lost: Int { wanted.reduce(0) { $0 + max(0, $1.value - (shown[$1.key] ?? 0)) } }
    var twice: Int { shown.reduce(0) { $0 + max(0, $1.value - (wanted[$1.key] ?? 0)) } }

    private static func plain(_ line: LogLine) -> LogLine {
        var line = line
        (line.id, line.isLate) = (nil, false)
        return line
    }

    /// Up to forty in a minute, some of them equal but for their ids, some dated ahead, late as the schedule has it.
    private mutating func events(_ group: LogGroupReference) -> [LogLine] {
        let lags: ClosedRange<Int64> = [100...100, 1000...1000, 1000...1500, 2000...4000, 300...8000].randomElement(
            using: &random)!
        let jump: Int64 = Int.random(in: 0..<4, using: &random) == 0 ? .random(in: 3000...15_000, using: &random) : 0
        let jumpAt = Int64.random(in: 0...60_000, using: &random)
        var events: [LogLine] = []
        for number in 0..<Int.random(in: 1...40, using: &random) {
            let at = Int64.random(in: 0...60_000, using: &random)
            let lag = Int64.random(in: lags, using: &random) + (abs(at - jumpAt) < 8000 ? jump : 0)
            let isAhead = Int.random(in: 0..<50, using: &random) == 0
            let line = LogLine(
                region: group.region, group: group.name, stream: "s\(number % 3)", id: "\(group.name)-\(1000 + number)",
                timestamp: Self.begin + at + (isAhead ? 3_600_000 : 0), ingestionTime: Self.begin + at + lag,
                message: ["END", "x\(number)", ""].randomElement(using: &random)!)
            events.append(line)
            if Int.random(in: 0..<10, using: &random) == 0 {
                var twin = line
                twin.id = "\(line.id!)-twin"
                events.append(twin)
            }
        }
        return events.sorted { Position($0) < Position($1) }
    }

    // MARK: -

    private mutating func run() {
        var now = Self.begin
        let end = Self.begin + 60_000 + 25_000 + 3 * policy.mostDepth
        var troubleUntil = Int64.min
        while now < end {
            now += Self.tick
            let isTroubled = now < troubleUntil
            for index in groups.indices {
                if isLive { tellLive(index, now: now) }
                if !isTroubled { read(index, now: now) }
            }
            let through = hold.map { now - $0 } ?? .max
            show(release.release(through: through))
            if isDead { restart(&now) }
            // In its first two minutes anything may happen; then it has to settle.
            guard now < Self.begin + 120_000 else { continue }
            switch Int.random(in: 0..<400, using: &random) {
            case 0: troubleUntil = now + .random(in: 1000...25_000, using: &random)
            case 1: restart(&now)
            // The machine slept.
            case 2: now += .random(in: 1000...40_000, using: &random)
            default: break
            }
        }
    }

    private mutating func read(_ index: Int, now: Int64) {
        if groups[index].read == nil, let read = groups[index].follower.next(now: now) {
            groups[index].read = (read, nil, false)
        }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let (read, position, _) = groups[index].read else { return }
            // A page that could not be had is asked for again; now and then its read is given up.
            switch Int.random(in: 0..<30, using: &random) {
            case 0: return
            case 1:
                groups[index].read = nil
                return
            default: break
            }
            // A page is of the moment at which it is answered, and begins where the one before ended.
            let size = [1, 5, 50].randomElement(using: &random)!
            var page: [LogLine] = []
            for line in groups[index].events where line.ingestionTime <= now && line.timestamp >= read.start {
                if let end = read.end, line.timestamp > end { break }
                if let position, Position(line) <= position { continue }
                page.append(line)
                if page.count == size { break }
            }
            add(groups[index].follower.received(page, by: read))
            if page.count == size, let last = page.last {
                groups[index].read?.position = Position(last)
                continue
            }
            groups[index].follower.finished(read)
            groups[index].read = nil
            if read.kind == .deep {
                let horizon = groups[index].follower.horizon
                ledger.forget(groups[index].reference, before: min(horizon, release.oldestHeld ?? .max))
            }
            return
        }
    }

    private mutating func tellLive(_ index: Int, now: Int64) {
        if Int.random(in: 0..<60, using: &random) == 0 {
            groups[index].isLive.toggle()
            groups[index].toldLive = now
        }
        guard groups[index].isLive else { return }
        let since = groups[index].toldLive
        groups[index].toldLive = now
        let told = groups[index].events.filter { line in
            line.ingestionTime > since && line.ingestionTime <= now
                && Int.random(in: 0..<100, using: &random) >= sampling
        }
        add(
            groups[index].follower.receivedLive(
                told.map { line in
                    var line = line
                    line.id = nil
                    return line
                }))
    }

    private mutating func add(_ lines: [LogLine]) {
        show(lines.compactMap { release.add($0) })
        if hold == nil { show(release.releaseAll()) }
    }

    /// Saves, then writes: now and then it is killed in between, or with half of it written.
    private mutating func show(_ lines: [LogLine]) {
        guard !isDead, !lines.isEmpty else { return }
        saved = ledger.showing(lines)
        saved.pending?.setEnds(lines.indices.map { Int64($0) + 1 })
        saved.pending?.output = output
        isDead = Int.random(in: 0..<60, using: &random) == 0
        let written = isDead ? Int.random(in: 0...lines.count, using: &random) : lines.count
        if isDead { killedWriting += 1 }
        output.length += Int64(written)
        for line in lines.prefix(written) {
            if line.place < reached, !line.isLate { unmarked += 1 }
            reached = max(reached, line.place)
            shown[Self.plain(line), default: 0] += 1
        }
        // Nothing is on its way any more.
        if !isDead, Bool.random(using: &random) { saved = ledger.cursor }
    }

    /// Killed, and started again after a while from what the cursor's file says.
    private mutating func restart(_ now: inout Int64) {
        restarts += 1
        isDead = false
        now += .random(in: 0...30_000, using: &random)
        var cursor = try! TailCursor(try! saved.data, scope: "model", file: "")
        precondition(cursor.settle(output: output) == 0)
        ledger = TailLedger(scope: "model", from: cursor)
        release = OrderedRelease(reached: cursor.reached)
        for index in groups.indices {
            let known = cursor.group(groups[index].reference)!
            groups[index].follower = GroupFollower(
                since: known.through, policy: policy, shown: known.shown,
                live: isLive || known.live.count > 0 ? known.live : nil)
            groups[index].read = nil
            groups[index].toldLive = now
        }
    }
}
