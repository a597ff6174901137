import AWS
import Basics

/// What a tail does from its beginning until it ends or is cancelled.
struct TailWork: Sendable {
    /// How often new groups are looked for.
    static let lookInterval = Duration.seconds(30)

    let clients: [String: AWSClient]
    let options: TailOptions
    let desk: TailDesk

    func run() async throws(Problem) {
        let regions = Set(options.groups.map(\.region)).sorted().map { region in
            RegionWork(region: region, client: clients[region]!, options: options, desk: desk)
        }
        let start = TailStart(
            options: options, desk: desk, work: Dictionary(uniqueKeysWithValues: regions.map { ($0.region, $0) }))
        var beginnings = start.beginnings(try await resolved(regions))
        await tellGaps(beginnings, regions)
        var resumed = beginnings.filter(\.isResumed)
        var fresh = beginnings.filter { !$0.isResumed }
        if let lines = options.lines {
            if !fresh.isEmpty { try await start.newest(lines, &fresh) }
            if !resumed.isEmpty { try await start.history(&resumed) }
            beginnings = resumed + fresh
        } else {
            try await start.history(&beginnings)
        }
        guard !Task.isCancelled else { return }
        guard options.window.isFollowing else {
            // What was ingested after the read is not known of; as late as this nearly nothing is.
            let settled = (regions.map(\.pace.now).min() ?? 0) - FollowPolicy().assumedLag
            let end = min(options.window.end ?? settled, settled)
            await desk.update { $0.completeThrough = end }
            return
        }
        for beginning in beginnings {
            let work = regions.first { $0.region == beginning.group.region }!
            await work.add(beginning.group, follower(beginning))
        }
        try await follow(regions)
    }

    private func follower(_ beginning: TailStart.Beginning) -> GroupFollower {
        let live = options.isLive || beginning.live.count > 0 ? beginning.live : nil
        return GroupFollower(since: beginning.since, shown: beginning.shown, live: live, lag: beginning.lag)
    }

    // MARK: - Which groups

    private func finder(_ work: RegionWork) -> GroupFinder {
        GroupFinder(region: work.region, logs: clients[work.region]!.logs(work.region), pace: work.pace)
    }

    /// Those named, and those that fit a pattern now; each once.
    private func resolved(_ regions: [RegionWork]) async throws(Problem) -> [LogGroupReference] {
        var groups: [LogGroupReference] = []
        var known: Set<LogGroupReference> = []
        for asked in options.groups {
            guard asked.isPattern else {
                if known.insert(asked).inserted { groups.append(asked) }
                continue
            }
            let work = regions.first { $0.region == asked.region }!
            let found = try await finder(work).groups(matching: asked)
            for one in found where known.insert(one.group).inserted {
                if one.isStandard { groups.append(one.group) } else { leaveOut(one.group) }
            }
            if found.isEmpty {
                let problem = Problem(.notFound, "no log group in \(asked.region) fits \(asked.name)")
                guard options.window.isFollowing else { throw problem }
                desk.tell(TailNotice(.waiting, region: asked.region, group: asked.name, problem: problem))
            }
        }
        return groups
    }

    private func leaveOut(_ group: LogGroupReference) {
        desk.tell(
            TailNotice(
                .leftOut, region: group.region, group: group.name,
                problem: Problem(
                    .usage, "\(group.name) in \(group.region) is not of the class STANDARD and cannot be followed",
                    hint: "its events answer only queries of Logs Insights: aws logs start-query")))
    }

    /// Lets groups join in that fit a pattern and are new.
    private func look(_ work: RegionWork) async throws(Problem) {
        var leftOut: Set<LogGroupReference> = []
        for pattern in options.groups where pattern.isPattern && pattern.region == work.region {
            for one in try await finder(work).groups(matching: pattern) where !one.isStandard { leftOut.insert(one.group) }
        }
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.lookInterval) } catch { return }
            for pattern in options.groups where pattern.isPattern && pattern.region == work.region {
                for one in try await finder(work).groups(matching: pattern) where await !work.follows(one.group) {
                    guard one.isStandard else {
                        if leftOut.insert(one.group).inserted { leaveOut(one.group) }
                        continue
                    }
                    desk.tell(TailNotice(.joined, region: work.region, group: one.group.name))
                    await work.add(one.group, follower(.init(group: one.group, since: options.window.start)))
                }
            }
        }
    }

    /// What a cursor has not seen, and CloudWatch no longer keeps.
    private func tellGaps(_ beginnings: [TailStart.Beginning], _ regions: [RegionWork]) async {
        for beginning in beginnings where beginning.isResumed && beginning.group.arn == nil {
            let group = beginning.group
            let work = regions.first { $0.region == group.region }!
            // Nothing is kept for less than a day. Where retention cannot be looked up, nothing is known to be missing.
            guard work.pace.now - beginning.since > Self.day,
                let found = try? await finder(work).groups(matching: group),
                let days = found.first(where: { $0.group.name == group.name })?.retentionInDays,
                work.pace.now - beginning.since > Int64(days) * Self.day
            else { continue }
            desk.tell(
                TailNotice(
                    .gap, region: group.region, group: group.name,
                    problem: Problem(
                        .failed, "the cursor is older than what \(group.name) in \(group.region) keeps",
                        cause: "events are kept for \(days) days")))
        }
    }

    private static let day: Int64 = 86_400_000

    // MARK: - Following

    private func follow(_ regions: [RegionWork]) async throws(Problem) {
        do {
            try await withThrowingDiscardingTaskGroup { tasks in
                for work in regions {
                    tasks.addTask { try await work.run() }
                    if options.groups.contains(where: { $0.isPattern && $0.region == work.region }) {
                        tasks.addTask { try await look(work) }
                    }
                    if options.isLive { tasks.addTask { await feed(work) } }
                }
                tasks.addTask { try await pump(regions) }
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            // Cancelled: the end that was asked for.
        }
    }

    /// Live Tail for the groups that are there, and for those that come to be there.
    private func feed(_ work: RegionWork) async {
        var fed: Set<LogGroupReference> = []
        await withDiscardingTaskGroup { tasks in
            var sessions = 0
            while !Task.isCancelled, sessions < LiveFeed.mostSessions {
                var groups: [String: LogGroupReference] = [:]
                for group in await work.present where !fed.contains(group) {
                    if let arn = await arn(of: group, work) { groups[arn] = group }
                    fed.insert(group)
                }
                while !groups.isEmpty, sessions < LiveFeed.mostSessions {
                    let some = groups.prefix(LiveFeed.mostGroups)
                    for (arn, _) in some { groups[arn] = nil }
                    sessions += 1
                    let feed = LiveFeed(
                        work: work, logs: clients[work.region]!.logs(work.region),
                        groups: Dictionary(uniqueKeysWithValues: some.map { ($0.key, $0.value) }),
                        filterPattern: options.filterPattern, tell: { desk.tell($0) },
                        sampled: { await desk.sampled(work.region) })
                    tasks.addTask { await feed.run() }
                }
                do { try await Task.sleep(for: Self.lookInterval) } catch { return }
            }
        }
    }

    /// Nil where it cannot be found out: then the group is read, and not told live.
    private func arn(of group: LogGroupReference, _ work: RegionWork) async -> String? {
        if let arn = group.arn { return arn }
        do throws(Problem) {
            return try await finder(work).groups(matching: group).first { $0.group.name == group.name }?.arn
        } catch {
            desk.tell(TailNotice(.liveEnded, region: work.region, group: group.name, problem: error))
            return nil
        }
    }

    /// Shows what is due, also when nothing more comes.
    private func pump(_ regions: [RegionWork]) async throws {
        let begun = ContinuousClock.now
        var nextMeasure = begun
        while true {
            if nextMeasure <= .now {
                nextMeasure = .now + .milliseconds(200)
                // A Region that cannot be read must not keep the others' lines for ever.
                await measure(regions, isPatient: ContinuousClock.now - begun < .seconds(15))
            }
            let now = regions.map(\.pace.now).min() ?? 0
            let didShow = await desk.pump(now: now)
            try await Task.sleep(for: .milliseconds(didShow ? 5 : 25))
        }
    }

    private func measure(_ regions: [RegionWork], isPatient: Bool) async {
        var complete: Int64? = .max
        var isGathered = true
        var (fetched, recovered) = (0, 0)
        var reach: Int64 = 0
        for work in regions {
            let measures = await work.measures()
            complete = complete.flatMap { so in measures.completeThrough.map { min(so, $0) } }
            isGathered = isGathered && measures.isGathered
            fetched += measures.fetched
            recovered += measures.recovered
            reach = max(reach, measures.reach)
            if let crowd = measures.crowd { await desk.crowded(work.region, crowd) }
        }
        if isGathered || !isPatient { await desk.gathered() }
        let through = complete
        await desk.measured(now: regions.map(\.pace.now).min() ?? 0, reach: reach) { state in
            state.completeThrough = through
            state.fetched += fetched
            state.recovered += recovered
        }
    }
}
