import AWS
import Basics
import Database
import Findings
import FoundationEssentials
import TaskSystem

/// Sends one task through one Region and keeps the ledger of what it sees.
struct RegionProbe: Sendable {
    let target: CanaryTarget
    let peer: CanaryTarget?
    let mark: CanaryMark
    /// What to ask about earlier runs.
    let past: CanaryPast.Question
    let options: CanaryOptions
    let deadline: Deadline
    let stop: StopSignal
    let report: @Sendable (CanaryProgress) -> Void
    /// Names the broken link when the walk failed; nil where nobody is there to ask.
    let diagnose: CanaryDiagnose?

    struct Result: Sendable {
        var report: CanaryRegionReport
        var consistency: CanaryConsistency?
        var trace: CanaryTrace
    }

    func run() async -> Result {
        let home = CanaryRows(target.database, mark: mark)
        let away = peer.map { CanaryRows($0.database, mark: mark) }
        let walk = CanaryWalk(probe: self, home: home, away: away)
        var walked = await stop.run { await walk.run() }
        // What is removed is in the database alone; what is looked at for the cause lies elsewhere.
        let ended = walked
        async let asked = diagnosis(of: ended)
        // Before the sweep, which would take a row away that came an hour ago and was never told of.
        let found = await lookBack(home)
        let (cleanup, cleanupProblem) = await cleanUp(ended, home: home, away: away)
        await home.close()
        await away?.close()
        let diagnosis = await asked
        if let diagnosis { walked.explain(diagnosis, function: target.function, region: target.region) }
        let report = regionReport(walked, cleanup: cleanup, cleanupProblem: cleanupProblem, diagnosis: diagnosis)
        var trace = CanaryTrace(
            region: target.region, outcome: report.outcome, task: report.taskId, unseen: unseen(walked),
            isRemoved: cleanup.outcome == .done, past: found?.rows, isPastWhole: found?.isWhole ?? false)
        trace.counts = !stop.isRequested
        return Result(report: report, consistency: consistency(walked.ledger), trace: trace)
    }

    // MARK: -

    /// Asks which link broke, when the walk did not come to its end: in what is left of the run's time, and where that
    /// is little, in a few seconds more. An answer without a cause is half a one.
    private func diagnosis(of walked: CanaryWalk.Walked) async -> RegionDiagnosis? {
        guard let diagnose, walked.ledger.ending != nil, !stop.isRequested else { return nil }
        let suspicion = CanarySuspicion(
            region: target.region, event: walked.last?.id, since: walked.last?.sentAt ?? walked.beganAt,
            isMissedByPeer: walked.isMissedByPeer)
        return await diagnose(suspicion, .after(max(options.leastForDiagnosis, min(deadline.remaining, .seconds(5)))))
    }

    /// Removes this run's row wherever the database answers, then what earlier runs left.
    private func cleanUp(
        _ walked: CanaryWalk.Walked, home: CanaryRows, away: CanaryRows?
    ) async -> (CanaryCleanup, Problem?) {
        // An interrupted run may have no time left by its own deadline, and still has to tidy up.
        let deadline = stop.isRequested ? Deadline.after(options.reserve) : self.deadline
        guard let task = walked.task else {
            return (CanaryCleanup(outcome: .nothing, swept: await sweep(home, deadline: deadline)), nil)
        }
        if options.keepsRows { return (CanaryCleanup(outcome: .kept), nil) }
        if options.awaitsUnseen, walked.lost?.step == .complete {
            return (CanaryCleanup(outcome: .awaiting, swept: await sweep(home, deadline: deadline)), nil)
        }
        var problem: Problem?
        for rows in [home, away].compactMap(\.self) {
            do {
                let removed = try await rows.remove(task, deadline: deadline)
                let swept = await sweep(rows, deadline: deadline)
                return (CanaryCleanup(outcome: removed > 0 ? .done : .nothing, removed: removed, swept: swept), nil)
            } catch {
                problem = problem ?? .of(error)
            }
        }
        return (CanaryCleanup(outcome: .failed), problem)
    }

    /// A sweep that fails is tried again by every later run, so it does not spoil this one.
    private func sweep(_ rows: CanaryRows, deadline: Deadline) async -> Int {
        guard !options.keepsRows else { return 0 }
        // A task that waits for its last event is not left over.
        let awaited = past.pending.filter { $0.value == .complete && !past.expired.contains($0.key) }
        return (try? await rows.sweep(leaving: awaited.keys.compactMap(UUID.init), deadline: deadline)) ?? 0
    }

    /// Rows of earlier runs that have come since; nil when nobody could look.
    private func lookBack(_ home: CanaryRows) async -> (rows: [CanaryPast.Row], isWhole: Bool)? {
        if past.isEmpty { return ([], true) }
        guard home.missing == nil else { return nil }
        let left = stop.isRequested ? options.reserve : self.deadline.remaining
        return try? await home.past(past, deadline: .after(left / 2))
    }

    private func unseen(_ walked: CanaryWalk.Walked) -> CanaryMemory.Pending? {
        guard let lost = walked.lost, let task = walked.task else { return nil }
        return CanaryMemory.Pending(
            event: lost.id.lowercased, task: task.lowercased, step: lost.step,
            sentAt: Int64(lost.sentAt.timeIntervalSince1970 * 1000))
    }

    private func regionReport(
        _ walked: CanaryWalk.Walked, cleanup: CanaryCleanup, cleanupProblem: Problem?, diagnosis: RegionDiagnosis?
    ) -> CanaryRegionReport {
        var outcome = walked.ledger.outcome(slowAfter: options.slowAfter)
        var problem = walked.ledger.problem(slowAfter: options.slowAfter)
        if let cleanupProblem, outcome < .unknown {
            // The path is fine and the prober is not: it would leave a row behind with every run.
            outcome = .unknown
            let summary = [cleanupProblem.summary, cleanupProblem.cause].compactMap(\.self).joined(separator: ": ")
            problem = CanaryProblem(hop: "cleanup", summary: summary, hint: cleanupProblem.hint)
        }
        return CanaryRegionReport(
            region: target.region, outcome: outcome, taskId: walked.task?.lowercased,
            totalMs: walked.ledger.total.map { ($0.milliseconds * 10).rounded() / 10 },
            hops: walked.ledger.hops(slowAfter: options.slowAfter), problem: problem, diagnosis: diagnosis, cleanup: cleanup)
    }

    private func consistency(_ ledger: CanaryLedger) -> CanaryConsistency? {
        guard let peer, let lag = ledger.peerLag else { return nil }
        return CanaryConsistency(
            from: target.region, to: peer.region, lagMs: (lag.milliseconds * 10).rounded() / 10,
            staleReads: ledger.staleReads)
    }
}

extension Problem {
    /// The sentence of whatever was thrown.
    static func of(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as AWSError: error.problem
        case let error as DatabaseError: error.problem
        case let error as ColumnError: error.problem
        case is CancellationError: Problem(.cancelled, "interrupted")
        default: Problem(.defect, "\(error)", hint: "please report this")
        }
    }

    /// Whether it says something about the path, or only that the prober cannot look.
    var speaksOfThePath: Bool {
        switch kind {
        case .usage, .configuration, .credentials, .denied, .cancelled, .defect: false
        case .notFound, .unreachable, .timedOut, .throttled, .conflict, .unknownOutcome, .failed: true
        }
    }
}
