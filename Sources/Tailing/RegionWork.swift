import AWS
import Basics

/// Follows the groups of one Region: takes the reads in turn, makes them, and hands on what is new.
actor RegionWork {
    private struct Followed {
        var reader: GroupReader
        var follower: GroupFollower
        /// It was there the last time that it was asked for.
        var exists: Bool?
        /// Live Tail shows its lines at the moment.
        var isLive = false
        /// Of how many recovered and read events the desk knows.
        var counted = (fetched: 0, recovered: 0)
    }

    /// A read to make.
    struct Job: Sendable {
        var key: Int
        var reader: GroupReader
        var read: GroupFollower.Read
    }

    let region: String
    let pace: RegionPace
    private let client: AWSClient
    private let options: TailOptions
    private let desk: TailDesk
    private var groups: [Followed] = []
    private var keys: [LogGroupReference: Int] = [:]

    init(region: String, client: AWSClient, options: TailOptions, desk: TailDesk) {
        self.region = region
        self.client = client
        self.options = options
        self.desk = desk
        pace = RegionPace(region: region, client: client) { desk.tell($0) }
    }

    nonisolated func reader(_ group: LogGroupReference) -> GroupReader {
        GroupReader(group: group, logs: client.logs(region), filterPattern: options.filterPattern, pace: pace)
    }

    /// Those that are there, as far as was seen.
    var present: [LogGroupReference] { groups.filter { $0.exists != false }.map(\.reader.group) }

    func follows(_ group: LogGroupReference) -> Bool { keys[group] != nil }

    /// Begins to follow a group; one that is followed already is left as it is.
    func add(_ group: LogGroupReference, _ follower: GroupFollower) async {
        guard keys[group] == nil else { return }
        let key = groups.count
        keys[group] = key
        groups.append(Followed(reader: reader(group), follower: follower))
        pace.schedule { $0.add(key) }
        await desk.begin(group, through: follower.since)
    }

    // MARK: - Reading

    func run() async throws(Problem) {
        do {
            try await withThrowingDiscardingTaskGroup { tasks in
                while !tasks.isCancelled {
                    while let job = take() { tasks.addTask { try await self.read(job) } }
                    // A read that ends may make another one due before what is due now.
                    try await Task.sleep(for: .milliseconds(max(10, min(50, wake - pace.now))))
                }
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            // Cancelled: the end that was asked for.
        }
    }

    private var wake: Int64 {
        let (groups, now) = (groups, pace.now)
        let wake = pace.schedule { schedule in schedule.wake(now: now) { self.due(groups[$0]) } }
        return min(max(wake, now), now + 1000)
    }

    /// Reads that are for showing lines soon are left out where something else does that, or nobody asked for it.
    private nonisolated func due(_ followed: Followed) -> Int64 {
        followed.isLive || options.hold == .ordered ? followed.follower.dueSweep : followed.follower.due
    }

    private func take() -> Job? {
        let now = pace.now
        let groups = groups
        let key = pace.schedule { schedule in schedule.next(now: now) { self.due(groups[$0]) } }
        guard let key else { return nil }
        guard let read = self.groups[key].follower.next(now: now) else {
            pace.schedule { $0.abandoned(key) }
            return nil
        }
        return Job(key: key, reader: groups[key].reader, read: read)
    }

    private func read(_ job: Job) async throws(Problem) {
        var token: String?
        var foundNew = false
        let query = GroupReader.Query(start: job.read.start, end: job.read.end)
        do throws(ReadFailure) {
            repeat {
                let page = try await job.reader.page(query, token: token)
                await isThere(job.key)
                if await received(page.lines, job) { foundNew = true }
                token = page.token
            } while token != nil
            await finished(job, foundNew: foundNew)
        } catch {
            pace.schedule { $0.abandoned(job.key) }
            switch error {
            case .cancelled, .tokenRefused: break
            case .final(let problem): throw problem
            case .missing(let problem): missing(job.key, problem)
            }
        }
    }

    private func received(_ lines: [LogLine], _ job: Job) async -> Bool {
        let new = groups[job.key].follower.received(lines, by: job.read)
        guard !new.isEmpty else { return false }
        await add(new, job.key)
        while await desk.isFull, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
        return true
    }

    private func finished(_ job: Job, foundNew: Bool) async {
        groups[job.key].follower.finished(job.read)
        pace.schedule { $0.ended(job.key, foundNew: foundNew) }
        if job.read.kind == .deep {
            await desk.forget(groups[job.key].reader.group, before: groups[job.key].follower.horizon)
        }
    }

    // MARK: - Live Tail

    /// - Parameter isLive: while it is, the reads that are for showing lines soon are left out.
    func live(_ these: [LogGroupReference], is isLive: Bool) {
        for group in these {
            guard let key = keys[group] else { continue }
            groups[key].isLive = isLive
        }
    }

    func receivedLive(_ lines: [LogLine], of group: LogGroupReference) async {
        guard let key = keys[group] else { return }
        let new = groups[key].follower.receivedLive(lines)
        guard !new.isEmpty else { return }
        pace.schedule { $0.sawLines(key) }
        await add(new, key)
    }

    private func add(_ lines: [LogLine], _ key: Int) async {
        let now = pace.now
        await desk.add(lines.map { ($0, groups[key].follower.isUsual($0)) }, now: now)
    }

    // MARK: - Being there

    private func isThere(_ key: Int) async {
        if groups[key].exists == false {
            let group = groups[key].reader.group
            desk.tell(TailNotice(.joined, region: region, group: group.name))
        }
        groups[key].exists = true
    }

    private func missing(_ key: Int, _ problem: Problem) {
        let now = pace.now
        pace.schedule { $0.missing(key, now: now) }
        let followed = groups[key]
        guard followed.exists != false else { return }
        groups[key].exists = false
        let name = followed.reader.group.name
        if followed.exists == true, followed.follower.mayBeOutstanding(now: now) {
            desk.tell(
                TailNotice(
                    .gap, region: region, group: name,
                    problem: Problem(
                        .notFound, "\(name) in \(region) was deleted while lines of it may have been on their way",
                        cause: problem.cause)))
        }
        desk.tell(TailNotice(.waiting, region: region, group: name, problem: problem))
    }

    // MARK: - Measures

    struct Measures: Sendable {
        var completeThrough: Int64?
        /// Every group was read once, or is not there.
        var isGathered = true
        /// How old lines may be when they are read, where that is the most.
        var reach: Int64 = 0
        /// Since the last time.
        var fetched = 0
        var recovered = 0
        /// Where calls do not suffice for so many groups.
        var crowd: TailNotice.Crowd?
    }

    func measures() -> Measures {
        let now = pace.now
        var measures = Measures(crowd: pace.schedule { $0.crowd(now: now) })
        var complete = Int64.max
        let longest = groups.map(\.follower.longestLag).max() ?? 0
        for key in groups.indices { groups[key].follower.elsewhere = longest }
        for key in groups.indices where groups[key].exists != false {
            let follower = groups[key].follower
            if let through = follower.completeThrough { complete = min(complete, through) } else { measures.isGathered = false }
            measures.fetched += follower.fetched - groups[key].counted.fetched
            measures.recovered += follower.recovered - groups[key].counted.recovered
            groups[key].counted = (follower.fetched, follower.recovered)
            measures.reach = max(measures.reach, follower.reach)
        }
        if measures.isGathered, complete < .max { measures.completeThrough = complete }
        return measures
    }
}
