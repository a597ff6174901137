/// How far back to read and how often, from the lag that was seen. Milliseconds throughout.
///
/// Looking often at every age at which lines still appear would read everything many times over. So the ages at which
/// most lines appear are read often, as many of them as can be had for reading each line about four times; the rest a
/// twelfth as often; and what is long past once more. For lags evenly spread between 0.3 and 8 seconds that shows half of
/// the lines within 0.7 seconds of their ingestion; `GroupFollowerTests` holds it to that.
struct FollowPolicy: Sendable, Hashable {
    /// From one read to the next, where the budget allows.
    var interval: Int64 = 700
    /// How many reads reach back no further than near, for each that sweeps.
    var readsPerSweep: Int64 = 12
    /// How often a line may be read, all reads together, on the whole way.
    var mostTransfer = 3.85
    /// By how much less than that it is for a while when it was more before, and by how much more when it was less.
    var mostSaved = 0.6
    var mostSpent = 0.1
    /// The part of all lines that the near reads are to find at the least: more of them where the others may have to
    /// wait long.
    var nearPart = 0.4
    var nearPartOfLongLags = 0.55
    /// What the near reads need not find, however rarely they come: the slowest few would double what is read.
    var mostNearPart = 0.95
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
    /// - Parameters:
    ///   - elsewhere: the longest lag of other groups.
    ///   - fresh: how far back to look at the least, near or in a sweep, because what comes late is not known yet.
    ///   - isDeep: whether the deep reads have begun, which have their part in how often a line is read.
    ///   - pace: from one read to the next as it is, which is longer than `interval` when many groups share the calls.
    func lag(
        _ kind: GroupFollower.Read.Kind, _ seen: LagEstimate, elsewhere: Int64 = 0, pace: Int64 = 0,
        fresh: Int64 = 0, isDeep: Bool = true, transfer: Double? = nil
    ) -> Int64 {
        guard seen.noted > 0 else { return kind == .deep ? leastDepth : min(max(assumedLag, elsewhere), mostDepth) }
        // A little beyond the longest so far; what is beyond that is for the deep reads to find.
        let sweep = max(seen.longest * 51 / 50 + 200, seen.noted < linesToTrust ? max(assumedLag, elsewhere * 51 / 50) : 0)
        return switch kind {
        case .near:
            min(
                max(near(seen, sweep: sweep, pace: max(pace, interval), isDeep: isDeep, budget(seen, transfer)), fresh),
                mostDepth)
        case .sweep: min(max(sweep, fresh), mostDepth)
        case .deep: min(max(leastDepth, sweep * 2), mostDepth)
        }
    }

    /// How many times rarer a group is read than it wants to be where many share the calls, 1 where they do not. Who comes
    /// to their turn less often needs more lines within reach for half of them to come soon.
    func rarity(pace: Int64) -> Double { max(1, Double(pace) / Double(interval)) }

    /// As far back as lines were late, or as far as being read `mostTransfer` times allows: each read reaches back to
    /// where the one before began, and so far beyond.
    private func near(_ seen: LagEstimate, sweep: Int64, pace: Int64, isDeep: Bool, _ budget: Double) -> Int64 {
        let part =
            seen.longest > assumedLag ? min(mostNearPart, nearPartOfLongLags * rarity(pace: pace)) : nearPart
        var least = seen.quantile(part) ?? 0
        var most = max(least, seen.longest)
        let sweeps = max(interval * readsPerSweep, pace)
        let others = (isDeep ? 1 : 0) + seen.meanBelow(sweep + sweeps) / Double(sweeps)
        let perMillisecond = 1 / Double(pace) - 1 / Double(sweeps)
        while most - least > 20 {
            let middle = (least + most + 1) / 2
            if others + seen.meanBelow(middle + pace) * perMillisecond <= budget { least = middle } else { most = middle }
        }
        return least
    }

    /// - Parameter transfer: how often lines were read so far.
    private func budget(_ seen: LagEstimate, _ transfer: Double?) -> Double {
        // Lags so long that they cost more than that in any case are not to be made up for.
        let least = seen.longest > assumedLag ? 0 : -mostSaved
        return mostTransfer + max(least, min(mostSpent, mostTransfer - (transfer ?? mostTransfer)))
    }

    func interval(_ kind: GroupFollower.Read.Kind, _ seen: LagEstimate, elsewhere: Int64 = 0) -> Int64 {
        switch kind {
        case .near: interval
        case .sweep: interval * readsPerSweep
        case .deep: lag(.deep, seen, elsewhere: elsewhere)
        }
    }
}
