import Testing

@testable import Tailing

/// Nothing lost and nothing twice, whatever the lag, the pages and the failures.
@Suite struct GroupFollowerTests {
    @Test(
        "every lag of the field's measurements: each line once, half of them soon, and little read twice",
        arguments: [
            (1000...1000, 3.6), (1000...1500, 3.9), (2000...4000, 4.2), (300...8000, 4.0), (300...30_000, 10),
        ] as [(ClosedRange<Int64>, Double)])
    func lags(range: ClosedRange<Int64>, mostTransfer: Double) {
        var random = SeededGenerator(seed: 7)
        let group = ModelGroup(
            events: (0..<9000).map {
                ModelGroup.line($0, at: 1_000_000 + Int64($0) * 20, lag: .random(in: range, using: &random))
            })
        let run = ModelRun(group, since: 1_000_000, from: 1_000_000, until: 1_000_000 + 180_000 + 90_000, pageSize: 10_000)
        #expect(run.shown.count == 9000)
        #expect(run.shown.values.allSatisfy { $0 == 1 })
        #expect(Double(run.follower.fetched) / 9000 <= mostTransfer, "\(Double(run.follower.fetched) / 9000)")
        let median = run.delays.sorted()[run.delays.count / 2]
        #expect(median <= 780, "\(median)")
    }

    @Test("lines dated ahead are shown when they are there, and hold up nothing")
    func datedAhead() {
        var lines = (0..<300).map { ModelGroup.line($0, at: 1_000_000 + Int64($0) * 100, lag: 500) }
        let future = LogLine(
            region: "us-east-1", group: "g", stream: "s", id: "future", timestamp: 1_000_000 + 7_200_000,
            ingestionTime: 1_005_000, message: "")
        lines.append(future)
        let run = ModelRun(ModelGroup(events: lines), since: 1_000_000, from: 1_000_000, until: 1_120_000)
        #expect(run.shown.count == 301)
        #expect(run.shown.values.allSatisfy { $0 == 1 })
    }

    @Test("what is complete is complete: no line that comes later is as old as that, while the lag keeps within what it was")
    func completeThrough() {
        var random = SeededGenerator(seed: 3)
        let group = ModelGroup(
            events: (0..<2000).map {
                ModelGroup.line($0, at: 1_000_000 + Int64($0) * 50, lag: .random(in: 100...5000, using: &random))
            })
        var follower = GroupFollower(since: 1_000_000)
        var now: Int64 = 1_000_000
        while now < 1_200_000 {
            guard let read = follower.next(now: now) else {
                now = max(now + 1, follower.due)
                continue
            }
            now += 30
            let complete = follower.completeThrough ?? .min
            for page in group.pages(read, now: now, size: 100) {
                // The first minute teaches it the lag.
                for line in follower.received(page, by: read) where now > 1_060_000 { #expect(line.timestamp > complete) }
            }
            follower.finished(read)
        }
        #expect(follower.completeThrough ?? 0 > 1_180_000)
    }

    @Test("a lag that grows tenfold loses nothing, and the sweep reaches further from then on")
    func growingLag() {
        let group = ModelGroup(
            events: (0..<3000).map {
                ModelGroup.line($0, at: 1_000_000 + Int64($0) * 100, lag: $0 < 1500 ? 800 : 8000 + Int64($0 % 40) * 1000)
            })
        let run = ModelRun(group, since: 1_000_000, from: 1_000_000, until: 1_500_000)
        #expect(run.shown.count == 3000)
        #expect(run.shown.values.allSatisfy { $0 == 1 })
        #expect(run.follower.recovered > 0)
    }

    @Test("ids are forgotten when no read comes back to them")
    func memory() {
        let group = ModelGroup(events: (0..<10_000).map { ModelGroup.line($0, at: 1_000_000 + Int64($0) * 50, lag: 700) })
        let run = ModelRun(group, since: 1_000_000, from: 1_000_000, until: 1_600_000, pageSize: 10_000)
        #expect(run.shown.count == 10_000)
        // Three minutes and a half of twenty a second.
        #expect(run.mostRemembered < 5000, "\(run.mostRemembered)")
    }
}
