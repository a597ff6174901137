/// How far back to read and how often, from the lag that was seen. Milliseconds throughout.
///
/// Looking often at every age at which lines still appear would read everything many times over. So the ages at which
/// most lines appear are read often, the rest a sixth as often, and what is long past once more. For lags evenly spread
/// between 0.3 and 8 seconds that reads each line about four times, and shows half of them within 0.8 seconds of their
/// ingestion; `GroupFollowerTests` holds it to that.
struct FollowPolicy: Sendable, Hashable {
    /// From one read to the next, where the budget allows.
    var interval: Int64 = 850
    /// How many reads reach back no further than near, for each that sweeps.
    var readsPerSweep: Int64 = 6
    /// The part of all lines that the near reads are to find: more of them where the others may have to wait long.
    var nearPart = 0.45
    var nearPartOfLongLags = 0.55
    /// A few lines say little of how late others may be: until there were so many, a sweep reaches back this far at
    /// the least, and as far as lines of the Region's other groups were late.
    var assumedLag: Int64 = 10_000
    var linesToTrust = 300
    /// How old lines are when they are read for the last time, at the least.
    var leastDepth: Int64 = 60_000
    /// And at the most: what comes later than this is found by nobody's tail.
    var mostDepth: Int64 = 15 * 60_000

    /// Up to which lag a read of this kind finds every line.
    ///
    /// - Parameter elsewhere: the longest lag of other groups.
    func lag(_ kind: GroupFollower.Read.Kind, _ seen: LagEstimate, elsewhere: Int64 = 0) -> Int64 {
        let part = seen.longest > assumedLag ? nearPartOfLongLags : nearPart
        guard let near = seen.quantile(part) else {
            return kind == .deep ? leastDepth : min(max(assumedLag, elsewhere), mostDepth)
        }
        // A little beyond the longest so far; what is beyond that is for the deep reads to find.
        let sweep = max(seen.longest * 51 / 50 + 200, seen.noted < linesToTrust ? max(assumedLag, elsewhere * 51 / 50) : 0)
        return switch kind {
        case .near: min(near, mostDepth)
        case .sweep: min(sweep, mostDepth)
        case .deep: min(max(leastDepth, sweep * 2), mostDepth)
        }
    }

    func interval(_ kind: GroupFollower.Read.Kind, _ seen: LagEstimate, elsewhere: Int64 = 0) -> Int64 {
        switch kind {
        case .near: interval
        case .sweep: interval * readsPerSweep
        case .deep: lag(.deep, seen, elsewhere: elsewhere)
        }
    }
}
