@testable import AWS
@testable import Tailing

/// A whole tail as simple as can be, by a clock of its own: groups of several Regions whose calls are granted as AWS
/// grants them, read in turn, held and shown. What decides is the real thing; only time and the wire are not.
struct FollowingModel {
    struct Cell: Sendable {
        /// In milliseconds.
        var lag: ClosedRange<Int64>
        /// Half of the lines come soon then, and the others with the lag.
        var isLambda = false
        var groups = 1
        var regions = ["us-east-1"]
        var seconds: Int64 = 30
    }

    private struct Job {
        var key: Int
        var read: GroupFollower.Read
        var answered: Int64
    }

    private struct Region {
        var schedule: ReadSchedule
        var lane: Lane
        var followers: [GroupFollower]
        var groups: [ModelGroup] = []
        var jobs: [Job] = []
        var wake: Int64
        var calls: [Int64] = []
    }

    private var regions: [Region] = []
    private var release = OrderedRelease()
    private var estimate = HoldEstimate()
    private var hold = HoldEstimate.first
    private var random: SeededGenerator
    /// From ingestion to being shown.
    private var delays: [Int64] = []
    private var lines = 0

    /// Events read for each shown.
    var transfer: Double {
        Double(regions.flatMap(\.followers).reduce(0) { $0 + $1.fetched }) / Double(delays.count)
    }
    var median: Int64 { delays.sorted()[delays.count / 2] }
    var isWhole: Bool { delays.count == lines }
    /// The most calls within a second, by Region.
    var mostCalls: [Int] {
        regions.map { region in
            region.calls.indices.map { first in region.calls[first...].prefix { $0 < region.calls[first] + 1000 }.count }.max()
                ?? 0
        }
    }

    /// Runs it, until it has followed for eight seconds behind the last line, or until the deep reads have been everywhere.
    init(_ cell: Cell, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let begin: Int64 = 10_000_000
        write(cell, at: begin)
        let last = begin + cell.seconds * 1000 + cell.lag.upperBound
        var now = begin - 1000
        while now < last + 150_000 {
            for index in regions.indices {
                answer(index, now: now)
                take(index, now: now)
            }
            if now % 1000 == 0 {
                hold = estimate.automatic(now: now)
                for index in regions.indices {
                    let longest = regions[index].followers.map(\.longestLag).max() ?? 0
                    for key in regions[index].followers.indices { regions[index].followers[key].elsewhere = longest }
                }
            }
            if now % 25 == 0 { for line in release.release(through: now - hold) { show(line, now: now) } }
            if isWhole, now > last + 8000 { break }
            now += 5
        }
    }

    private mutating func write(_ cell: Cell, at begin: Int64) {
        var events = cell.regions.map { _ in [[LogLine]](repeating: [], count: cell.groups) }
        while lines < Int(cell.seconds) * 50 {
            let at = begin + Int64(lines) * 20
            let (region, key) = (
                Int.random(in: 0..<events.count, using: &random), Int.random(in: 0..<cell.groups, using: &random)
            )
            for number in 0..<(cell.isLambda ? 4 : 1) {
                let range = cell.isLambda && number < 2 ? 20...1000 : cell.lag
                events[region][key].append(ModelGroup.line(lines, at: at, lag: .random(in: range, using: &random)))
                lines += 1
            }
        }
        regions = zip(cell.regions, events).map { name, events in
            let quota = Quota.of(.logs, "FilterLogEvents", region: name)!.perSecond
            var schedule = RegionPace.schedule(quota: quota, share: LogTail.quotaShare)
            for key in events.indices { schedule.add(key) }
            return Region(
                schedule: schedule, lane: Lane(quota: quota, share: LogTail.quotaShare, at: 0),
                followers: events.map { _ in GroupFollower(since: begin - 6000) }, groups: events.map { ModelGroup(events: $0) },
                wake: begin - .random(in: 0..<1000, using: &random))
        }
    }

    private mutating func answer(_ index: Int, now: Int64) {
        for job in regions[index].jobs where job.answered <= now {
            var isNew = false
            for page in regions[index].groups[job.key].pages(job.read, now: now, size: 10_000) {
                let new = regions[index].followers[job.key].received(page, by: job.read)
                let follower = regions[index].followers[job.key]
                for line in new {
                    isNew = true
                    if follower.isUsual(line) { estimate.note(lag: line.lag, found: now - line.ingestionTime, now: now) }
                    if let late = release.add(line) { show(late, now: now) }
                }
            }
            regions[index].followers[job.key].finished(job.read)
            regions[index].schedule.ended(job.key, foundNew: isNew)
        }
        regions[index].jobs.removeAll { $0.answered <= now }
    }

    private mutating func take(_ index: Int, now: Int64) {
        guard now >= regions[index].wake else { return }
        let due = regions[index].followers.map(\.due)
        while let key = regions[index].schedule.next(now: now, due: { due[$0] }) {
            guard let read = regions[index].followers[key].next(now: now) else {
                regions[index].schedule.abandoned(key)
                continue
            }
            let wait = regions[index].lane.wait(at: Double(now) / 1000)
            regions[index].lane.take()
            let sent = now + Int64((wait * 1000).rounded(.up))
            regions[index].calls.append(sent)
            regions[index].jobs.append(Job(key: key, read: read, answered: sent + .random(in: 8...30, using: &random)))
        }
        let wake = regions[index].schedule.wake(now: now) { due[$0] }
        regions[index].wake = now + max(10, min(50, wake - now))
    }

    private mutating func show(_ line: LogLine, now: Int64) { delays.append(now - line.ingestionTime) }
}
