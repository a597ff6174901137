import AWS
import Basics

/// What a tail does from its beginning until it ends or is cancelled.
struct TailWork: Sendable {
    let clients: [String: AWSClient]
    let options: TailOptions
    let desk: TailDesk

    func run() async throws(Problem) {
        let regions = Set(options.groups.map(\.region)).sorted().map { region in
            RegionWork(region: region, client: clients[region]!, options: options, desk: desk)
        }
        for work in regions {
            for group in options.groups where group.region == work.region {
                await work.add(group, GroupFollower(since: options.window.start))
            }
        }
        try await follow(regions)
    }

    private func follow(_ regions: [RegionWork]) async throws(Problem) {
        var failure: Problem?
        await withTaskGroup(of: Problem?.self) { tasks in
            for work in regions {
                tasks.addTask { () async -> Problem? in
                    do throws(Problem) {
                        try await work.run()
                        return nil
                    } catch { return error }
                }
            }
            tasks.addTask {
                await pump(regions)
                return nil
            }
            // They end only by failing or by being cancelled.
            failure = await tasks.next() ?? nil
            tasks.cancelAll()
        }
        if let failure { throw failure }
    }

    /// Shows what is due, also when nothing more comes.
    private func pump(_ regions: [RegionWork]) async {
        let begun = ContinuousClock.now
        var nextMeasure = begun
        while !Task.isCancelled {
            if nextMeasure <= .now {
                nextMeasure = .now + .milliseconds(200)
                // A Region that cannot be read must not keep the others' lines for ever.
                await measure(regions, isPatient: ContinuousClock.now - begun < .seconds(15))
            }
            let now = regions.map(\.pace.now).min() ?? 0
            if await !desk.pump(now: now) {
                do { try await Task.sleep(for: .milliseconds(25)) } catch { return }
            }
        }
    }

    private func measure(_ regions: [RegionWork], isPatient: Bool) async {
        var complete: Int64? = .max
        var isGathered = true
        var (fetched, recovered) = (0, 0)
        var lag: (median: Int64, most: Int64)?
        for work in regions {
            let measures = await work.measures()
            complete = complete.flatMap { so in measures.completeThrough.map { min(so, $0) } }
            isGathered = isGathered && measures.isGathered
            fetched += measures.fetched
            recovered += measures.recovered
            if let most = measures.mostLag, let median = measures.medianLag, most >= lag?.most ?? 0 { lag = (median, most) }
        }
        if isGathered || !isPatient { await desk.gathered() }
        let through = complete
        await desk.measured(lag: lag) { state in
            state.completeThrough = through
            state.fetched += fetched
            state.recovered += recovered
        }
    }
}
