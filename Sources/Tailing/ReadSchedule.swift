import Basics

/// Whose turn it is to be read in one Region: its groups share what AWS grants the account there. The client's own
/// pacing keeps to that in any case; here it is decided what the calls are spent on. Milliseconds throughout.
///
/// Groups in which lines come are read as often as they ask for. Quiet ones, of which two reads in a row or more found
/// nothing, are read less and less, and at once as often again when a line comes. When the calls do not suffice, whoever
/// is overdue the longest is next, time counting four times for those with lines: so nobody waits for ever.
struct ReadSchedule: Sendable {
    /// A key's state.
    private struct Entry: Sendable {
        var isReading = false
        /// When the last read began.
        var last: Int64?
        /// Reads in a row that found nothing.
        var quiet = 0
        /// When lines came the last time.
        var found: Int64?
        /// A group that does not exist is not asked for at every turn.
        var notBefore = Int64.min
        var failures = 0
    }

    static let quietStep: Int64 = 850
    static let mostQuiet: Int64 = 10_000
    static let mostAtOnce = 4
    /// A group has lines when some came within this time.
    static let liveliness: Int64 = 30_000
    /// From one read of a group to its next, in seconds, what is worth telling.
    static let longTurn = 2.0
    /// Short: how fast calls go after throttling is the client's pacing.
    private static let pause = Backoff(base: .seconds(1), cap: .seconds(5))

    /// Calls a second that may be made.
    let perSecond: Double
    /// How many of them may go at once when none went for a while.
    private let atOnce: Double
    /// When a call that keeps to that would have been the next one. A read that is taken before its call may go reaches
    /// further back than it has to by the time that it goes.
    private var nextCall = Int64.min
    private var entries: [Int: Entry] = [:]
    private var pausedUntil = Int64.min
    private var refusals = 0
    /// Answers since the last refusal.
    private var answers = 0
    private var isSlow = false

    init(perSecond: Double, atOnce: Double = Double(mostAtOnce)) {
        self.perSecond = perSecond
        self.atOnce = atOnce
    }

    mutating func add(_ key: Int) { entries[key] = entries[key] ?? Entry() }
    mutating func remove(_ key: Int) { entries[key] = nil }

    var readsRunning: Int { entries.values.reduce(0) { $0 + ($1.isReading ? 1 : 0) } }

    /// The longest time between reads of a quiet group: a second or two when there are calls to spare.
    var quietLimit: Int64 {
        min(Self.mostQuiet, max(2 * Self.quietStep, Int64(2000 * Double(entries.count) / perSecond)))
    }

    /// When a group is to be read again.
    /// - Parameter due: when its follower asks for it.
    func turn(_ key: Int, due: Int64) -> Int64 {
        guard let entry = entries[key] else { return .max }
        let quiet = min(quietLimit, Self.quietStep << min(Int64(max(0, entry.quiet - 1)), 8))
        let rested = entry.quiet == 0 ? .min : (entry.last.map { $0 + quiet } ?? .min)
        return max(due, rested, entry.notBefore)
    }

    /// Whose turn it is, taken; nil when it is nobody's.
    mutating func next(now: Int64, due: (Int) -> Int64) -> Int? {
        guard now >= pausedUntil, now >= nextCall, readsRunning < Self.mostAtOnce else { return nil }
        var best: (key: Int, weight: Double)?
        for (key, entry) in entries where !entry.isReading {
            let turn = turn(key, due: due(key))
            guard turn <= now else { continue }
            // A first read is overdue since ever.
            let overdue = turn == .min ? 1e15 : Double(now - turn)
            let weight = (overdue + 1) * (entry.quiet == 0 ? 4 : 1)
            if let best, (best.weight, -best.key) >= (weight, -key) { continue }
            best = (key, weight)
        }
        guard let best else { return nil }
        entries[best.key]?.isReading = true
        entries[best.key]?.last = now
        nextCall = max(nextCall, now - Int64(1000 * (atOnce - 1) / perSecond)) + Int64(1000 / perSecond)
        return best.key
    }

    /// When there may be something to do.
    func wake(now: Int64, due: (Int) -> Int64) -> Int64 {
        let turns = entries.filter { !$0.value.isReading }.map { turn($0.key, due: due($0.key)) }
        return max(turns.min() ?? .max, pausedUntil, nextCall)
    }

    /// A read came to its end.
    mutating func ended(_ key: Int, foundNew: Bool) {
        guard var entry = entries[key] else { return }
        entry.isReading = false
        if foundNew { entry.found = entry.last }
        entry.failures = 0
        entry.quiet = foundNew ? 0 : min(entry.quiet + 1, 16)
        entries[key] = entry
    }

    /// Groups in which lines come, where they are so many that each is read seldom; nil where calls suffice.
    func crowd(now: Int64) -> TailNotice.Crowd? {
        let busy = entries.values.count { $0.found.map { now - $0 < Self.liveliness } ?? false }
        let seconds = Double(busy) / perSecond
        return seconds > Self.longTurn ? .init(groups: busy, seconds: Int(seconds.rounded())) : nil
    }

    /// Lines came some other way.
    mutating func sawLines(_ key: Int) { entries[key]?.quiet = 0 }

    /// The group is not there: it is asked for again after a while.
    mutating func missing(_ key: Int, now: Int64) {
        guard var entry = entries[key] else { return }
        entry.isReading = false
        entry.notBefore = now + min(1000 << Int64(min(entry.failures, 4)), Self.mostQuiet)
        entry.failures += 1
        entries[key] = entry
    }

    /// A read ended without having come to its end, for a reason that is over.
    mutating func abandoned(_ key: Int) { entries[key]?.isReading = false }

    // MARK: - Being refused

    /// AWS throttled, or did not answer: the whole Region waits.
    /// - Returns: for how long, and whether that is news.
    mutating func refused(now: Int64, fraction: Double) -> (wait: Int64, isNews: Bool) {
        answers = 0
        // Reads that run beside each other are refused together, and count once.
        if now >= pausedUntil {
            refusals += 1
            pausedUntil = now + Int64(Self.pause.delay(afterFailure: min(refusals, 16), fraction: fraction).milliseconds)
        }
        defer { isSlow = true }
        return (max(0, pausedUntil - now), !isSlow)
    }

    /// An answer came. When there were many in a row without a refusal, the next one is news again.
    mutating func answered() {
        refusals = max(0, refusals - 1)
        answers += 1
        if answers >= 20 { isSlow = false }
    }
}
