import Testing

@testable import Tailing

/// How long lines are held: for order as far as half of them do not notice, or as long as order asks.
@Suite struct HoldEstimateTests {
    @Test(
        "a hold that half of the lines do not notice",
        arguments: [
            // Lags, how soon lines are found, the hold.
            ("all alike: until the last one is found, as far as that is bearable", [1000], [100, 300, 500, 850], 1700),
            ("found at once: no longer than it takes", [1000], [20], 1070),
            ("two sorts: as long as the slower half bears", [100, 100, 5000], [10], 800),
            ("mostly slow: the quick ones wait five seconds and no longer", [50, 20_000, 20_000], [10], 5050),
            ("slowly found: holding adds nothing to it", [500], [100, 4000, 8000], 4500),
        ] as [(String, [Int64], [Int64], Int64)])
    func table(what: String, lags: [Int64], found: [Int64], expected: Int64) {
        var estimate = HoldEstimate()
        for number in 0..<6000 {
            estimate.note(lag: lags[number % lags.count], found: found[number / lags.count % found.count], now: Int64(number) * 5)
        }
        #expect(estimate.automatic(now: 38_000) == expected, "\(what)")
    }

    @Test("little is known at first, and what is long past is forgotten")
    func memory() {
        var estimate = HoldEstimate()
        for _ in 0..<49 { estimate.note(lag: 9000, found: 10, now: 1000) }
        #expect(estimate.automatic(now: 20_000) == HoldEstimate.first)
        var lag = LagEstimate()
        for _ in 0..<60 { lag.note(1500) }
        var knowing = HoldEstimate()
        knowing.expect(lag)
        #expect((2000...2200).contains(knowing.automatic(now: 0)))
        estimate.note(lag: 9000, found: 10, now: 1000)
        #expect(estimate.automatic(now: 20_000) == 9060)
        // What was ingested a moment ago is known too well: what takes longer to find is not among it.
        #expect(estimate.automatic(now: 1500) == HoldEstimate.first)
        for number in 0..<100 { estimate.note(lag: 100, found: 10, now: 60_000 + Int64(number)) }
        #expect(estimate.automatic(now: 80_000) == 160)
        #expect(estimate.ordered(reach: 0) == 360)
        #expect(estimate.ordered(reach: 9000) == 9250)
        #expect(estimate.ordered(reach: 900_000) == HoldEstimate.mostOrdered)
    }

    /// A follower of one group, its lines held as told, and what whoever watches sees of it from half a minute on.
    private func watch(_ range: ClosedRange<Int64>, isOrdered: Bool) -> (median: Int64, late: Double, unmarked: Int) {
        var random = SeededGenerator(seed: 11)
        let group = ModelGroup(
            events: (0..<7500).map {
                ModelGroup.line($0, at: 1_000_000 + Int64($0) * 20, lag: .random(in: range, using: &random))
            })
        let run = ModelRun(group, since: 1_000_000, from: 1_000_000, until: 1_220_000, pageSize: 10_000)
        var (estimate, release) = (HoldEstimate(), OrderedRelease())
        var found = run.found[...]
        var shown: [(line: LogLine, now: Int64)] = []
        var hold = HoldEstimate.first
        for now in stride(from: 1_000_000 as Int64, to: 1_300_000, by: 25) {
            while let (line, moment) = found.first, moment <= now {
                found.removeFirst()
                estimate.note(lag: line.lag, found: moment - line.ingestionTime, now: moment)
                if let late = release.add(line) { shown.append((late, now)) }
            }
            if now % 2000 == 0 { hold = isOrdered ? estimate.ordered(reach: run.follower.reach) : estimate.automatic(now: now) }
            shown += release.release(through: now - hold).map { ($0, now) }
        }
        #expect(shown.count == 7500)
        var (reached, unmarked) = (Int64.min, 0)
        for (line, _) in shown {
            if line.place < reached, !line.isLate { unmarked += 1 }
            reached = max(reached, line.place)
        }
        let settled = shown.filter { (1_030_000...1_140_000).contains($0.line.timestamp) }
        let delays = settled.map { $0.now - $0.line.ingestionTime }.sorted()
        let late = Double(settled.count { $0.line.isLate }) / Double(settled.count)
        return (delays[delays.count / 2], late, unmarked)
    }

    @Test(
        "half of the lines within 0.8 s of their ingestion, whatever the lag; asked for order, nearly all in order",
        arguments: [
            (1000...1000, 0), (1000...1500, 0.2), (2000...4000, 0.7), (300...8000, 0.9), (300...30_000, 0.97),
        ] as [(ClosedRange<Int64>, Double)])
    func lags(range: ClosedRange<Int64>, mostLate: Double) {
        let usual = watch(range, isOrdered: false)
        #expect(usual.median <= 800 && usual.unmarked == 0 && usual.late <= mostLate, "\(usual)")
        let ordered = watch(range, isOrdered: true)
        #expect(ordered.late < 0.01 && ordered.unmarked == 0, "\(ordered)")
        if TailStackTests.matrix != nil { print(range, usual, ordered) }
    }
}
