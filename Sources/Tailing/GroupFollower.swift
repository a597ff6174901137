/// Follows one log group without losing a line: says which stretch of time to read next, and which of the events read
/// are new. It does no I/O, and the clock is an argument: milliseconds since 1970, by AWS's clock.
///
/// CloudWatch Logs cannot be asked for what was ingested since; it can only be asked for a stretch of event time again.
/// So reads overlap by the lag that lines are known to have, and the event id tells what was shown already. A read
/// counts only when all its pages came: one that failed is made again, from where the last whole one began.
package struct GroupFollower: Sendable {
    /// A stretch of event time to be read, all pages of it.
    package struct Read: Sendable, Hashable {
        package enum Kind: Sendable, Hashable, CaseIterable {
            /// The narrow and frequent one, for showing most lines soon.
            case near
            /// As far back as any line was late: everything behind it is complete.
            case sweep
            /// A single look at each moment when it is much older than any lag seen. It finds lines later than all
            /// before, and with them the sweep reaches further from then on.
            case deep
        }

        package var kind: Kind
        /// The first millisecond of it.
        package var start: Int64
        /// The last one; nil to read on, so that events dated ahead are found too.
        package var end: Int64?
        /// When it began.
        package var began: Int64
    }

    /// Where the tail begins: nothing older is shown.
    package let since: Int64
    private let policy: FollowPolicy
    private var lag = LagEstimate()
    private var seen = SeenEvents()
    /// Only while a live tail shows lines as well.
    private var live: LiveMatches?
    /// When the last whole near read and the last whole sweep began; a sweep is a near read too.
    private var whole: [Read.Kind: Int64] = [:]
    /// When the last deep read began, and up to where it looked.
    private var deep: (began: Int64, end: Int64)?
    private var hasReadDeep = false
    /// Ids of older lines are forgotten: one of those cannot be told from a line that was shown.
    private(set) var horizon: Int64

    /// The longest lag that was seen in other groups.
    var elsewhere: Int64 = 0
    /// The longest lag seen here, of late.
    var longestLag: Int64 { lag.longest }
    /// How old lines may be when a sweep finds them, as far as the lag seen so far can tell.
    var reach: Int64 {
        policy.lag(.sweep, lag, elsewhere: elsewhere) + policy.interval(.sweep, lag, elsewhere: elsewhere)
    }
    /// From one read to the next, of late.
    private var pace: Int64 = 0
    private var lastBegan: Int64?
    private var firstBegan: Int64?
    /// From a history.
    private let knewLags: Bool
    /// The place of the youngest line read.
    private var newest: Int64?

    /// Events read, new or not.
    package private(set) var fetched = 0
    /// Events read at least once.
    private var known = 0
    /// New lines that had been there when an earlier read began, which did not reach back to them.
    package private(set) var recovered = 0
    /// Every line that happened at or before this moment has been shown, as far as the lag seen so far can tell; nil
    /// before the first whole read.
    package private(set) var completeThrough: Int64?

    package init(since: Int64) {
        self.init(since: since, policy: FollowPolicy())
    }

    init(since: Int64, policy: FollowPolicy) {
        self.init(since: since, policy: policy, shown: SeenEvents(), live: nil)
    }

    /// Goes on where another one ended, or from behind a history that was read before.
    ///
    /// - Parameters:
    ///   - shown: events at or after `since` that were shown already.
    ///   - live: lines that a live tail showed already; nil where there is and was none.
    ///   - lag: what was seen of the lag so far.
    init(
        since: Int64, policy: FollowPolicy = FollowPolicy(), shown: SeenEvents, live: LiveMatches?,
        lag: LagEstimate = LagEstimate()
    ) {
        self.since = since
        self.policy = policy
        horizon = since
        seen = shown
        self.live = live
        self.lag = lag
        knewLags = lag.noted >= policy.linesToTrust
    }

    /// A lag that the given part of all lines kept within; nil while none was seen.
    package func lag(part: Double) -> Int64? { lag.quantile(part) }

    /// Lines were read less often so far than they may be.
    private var isCheap: Bool { transfer < 0.7 * policy.mostTransfer }
    /// How often each line was read so far.
    private var transfer: Double { Double(fetched) / Double(max(known, 20)) }

    /// How far back the near reads look at the least while what was seen says too little.
    ///
    /// Who has just begun has seen what came soon and not what comes late: the longest lag seen grows with the time
    /// that has passed. While it does, half of the lines that come are as late as a part of that time.
    private func freshNear(now: Int64) -> Int64 {
        guard !knewLags, let firstBegan else { return 0 }
        let passed = now - firstBegan
        if lag.longest > policy.assumedLag, passed < lag.longest * 2 {
            let reach = min(
                min(passed, lag.longest + policy.interval(.sweep, lag)) * 55 / 100, (lag.quantile(0.85) ?? 0) * 3 / 2)
            return Int64(Double(reach) * policy.rarity(pace: pace))
        }
        return isNew(now: now) && isCheap ? policy.assumedLag / 2 : 0
    }

    /// How far back the sweeps look at the least while it has just begun: what is longer than the longest lag seen may
    /// only not have come yet, and would else wait for a deep read.
    private func freshSweep(now: Int64) -> Int64 {
        guard !knewLags, let firstBegan else { return 0 }
        let passed = now - firstBegan
        if lag.longest > policy.assumedLag, passed < lag.longest * 2 { return lag.longest + policy.interval(.sweep, lag) }
        return passed < policy.assumedLag * 5 / 2 ? policy.assumedLag : 0
    }

    /// The deep reads take their part of how often a line is read, or will: not only when they have begun, for they read
    /// what comes now as well.
    private func owesDeep(now: Int64) -> Bool {
        hasReadDeep || now - (firstBegan ?? now) > policy.leastDepth * 2 / 3
    }

    /// It has just begun: what came soon was seen, and what comes late was not.
    func isNew(now: Int64) -> Bool {
        !knewLags && now - (firstBegan ?? now) < policy.assumedLag * 3 / 2
    }

    /// Whether a line says how soon lines are found. Of those ingested while it was new only the slow ones would be
    /// counted: they are found when it no longer is.
    func isUsual(_ line: LogLine) -> Bool { !isNew(now: line.ingestionTime) }

    /// Ids kept for telling new from old.
    package var remembered: Int { seen.count }

    /// When the next read is due.
    package var due: Int64 { min(dueSweep, due(.near)) }

    /// When the next read is due that reaches further than the last seconds.
    var dueSweep: Int64 { min(due(.deep), due(.sweep)) }

    /// Lines may still come that are no later than others were.
    func mayBeOutstanding(now: Int64) -> Bool {
        guard let newest else { return false }
        return now - newest <= policy.lag(.sweep, lag, elsewhere: elsewhere)
    }

    /// The read to make now: of those that are due, the one that answers for most others.
    package mutating func next(now: Int64) -> Read? {
        guard let read = read(now: now) else { return nil }
        if read.kind != .deep {
            if let lastBegan { pace = (pace * 3 + max(0, now - lastBegan)) / 4 }
            lastBegan = now
            firstBegan = firstBegan ?? now
        }
        return read
    }

    private func read(now: Int64) -> Read? {
        guard whole[.sweep] != nil else { return Read(kind: .sweep, start: since, end: nil, began: now) }
        guard let kind = [Read.Kind.deep, .sweep, .near].first(where: { due($0) <= now }) else { return nil }
        switch kind {
        case .deep:
            // From where the last one ended, or further back when lines have come later since; and not to now, which
            // is for the others.
            let depth = policy.lag(.deep, lag, elsewhere: elsewhere)
            let start = deep.map { min($0.end, $0.began - depth) } ?? now - depth
            return Read(kind: .deep, start: max(horizon, start), end: now - depth, began: now)
        case .near, .sweep:
            let lag = policy.lag(
                kind, lag, elsewhere: elsewhere, pace: pace,
                fresh: kind == .near ? freshNear(now: now) : freshSweep(now: now), isDeep: owesDeep(now: now),
                transfer: transfer)
            let start = (whole[kind] ?? now) - lag
            return Read(kind: kind, start: max(horizon, start), end: nil, began: now)
        }
    }

    /// Takes in one page of a read, and returns what is new in it, in the page's order.
    package mutating func received(_ page: [LogLine], by read: Read) -> [LogLine] {
        var new: [LogLine] = []
        fetched += page.count
        newest = page.last.map { max(newest ?? .min, $0.place) } ?? newest
        for line in page where line.timestamp >= horizon {
            guard let id = line.id, seen.insert(id, timestamp: line.timestamp) else { continue }
            known += 1
            lag.note(line.lag)
            if live?.read(line) == false { continue }
            if let earlier = whole[.near], line.ingestionTime < earlier { recovered += 1 }
            new.append(line)
        }
        return new
    }

    /// Takes in what a live tail showed, and returns what no read had shown before.
    package mutating func receivedLive(_ lines: [LogLine]) -> [LogLine] {
        var matches = live ?? LiveMatches()
        let new = lines.filter { $0.timestamp >= since && matches.sawLive($0) }
        live = matches
        return new
    }

    /// All pages of a read came.
    package mutating func finished(_ read: Read) {
        guard read.kind != .deep else {
            deep = (read.began, read.end ?? read.began)
            hasReadDeep = true
            forget()
            return
        }
        whole[.near] = max(whole[.near] ?? .min, read.began)
        guard read.kind == .sweep else { return }
        whole[.sweep] = max(whole[.sweep] ?? .min, read.began)
        completeThrough = max(completeThrough ?? .min, read.began - policy.lag(.sweep, lag, elsewhere: elsewhere))
        if deep == nil { deep = (read.began, read.began - policy.lag(.deep, lag, elsewhere: elsewhere)) }
    }

    // MARK: -

    private func due(_ kind: Read.Kind) -> Int64 {
        let interval = policy.interval(kind, lag, elsewhere: elsewhere)
        if kind == .deep { return deep.map { $0.began + interval } ?? .max }
        return whole[kind].map { $0 + interval } ?? .min
    }

    /// What no read will come back to need not be known any longer. Twice the depth is kept, so that the deep reads can
    /// reach further back at once when a line comes later than all before.
    private mutating func forget() {
        guard let deep, let swept = whole[.sweep] else { return }
        let reach =
            min(deep.end, swept - policy.lag(.sweep, lag, elsewhere: elsewhere)) - policy.lag(.deep, lag, elsewhere: elsewhere)
        guard reach > horizon else { return }
        horizon = reach
        seen.forget(before: reach)
        live?.forget(before: reach)
    }
}
