import AWS
import Basics
import FoundationEssentials
import TaskSystem

/// The walk along the path: send, wait until it can be read at home, wait until it can be read at the peer, twice.
struct CanaryWalk: Sendable {
    let probe: RegionProbe
    let home: CanaryRows
    let away: CanaryRows?

    struct Walked: Sendable {
        var ledger: CanaryLedger
        /// The task's id once it is known.
        var task: UUID?
        /// The event that was accepted and never seen again.
        var lost: SentEvent?
        /// The last one that was accepted.
        var last: SentEvent?
        /// When the walk began, by the prober's wall clock.
        var beganAt = Date()
        /// The last event's change was read at home, and what was waited for then is the peer.
        var isMissedByPeer: Bool { last != nil && lost == nil && ledger.firstMissing?.hop == .peer }
    }

    /// An event that EventBridge accepted.
    struct SentEvent: Sendable {
        var id: UUID
        var step: CanaryHop.Step
        /// The prober's wall clock.
        var sentAt: Date
    }

    /// What ended the walk early.
    private struct Ended: Error {
        var hop: CanaryHop.Name
        var problem: Problem
        /// False when only the prober could not look.
        var speaksOfThePath: Bool

        init(hop: CanaryHop.Name, problem: Problem, speaksOfThePath: Bool? = nil) {
            self.hop = hop
            self.problem = problem
            self.speaksOfThePath = speaksOfThePath ?? problem.speaksOfThePath
        }
    }

    func run() async -> Walked {
        var walked = Walked(ledger: CanaryLedger(hasPeer: away != nil))
        let began = ContinuousClock.now
        for step in CanaryHop.Step.allCases {
            do throws(Ended) {
                if step == .create { try await prepare() }
                try await take(step, &walked, began: began)
            } catch {
                if error.problem.kind == .cancelled {
                    // What was going on at that moment, connecting or reading, is of no interest to who pressed Ctrl-C.
                    let problem = Problem(.cancelled, "interrupted while waiting for \(error.hop.rawValue)")
                    walked.ledger.blinded(step, error.hop, problem)
                } else if error.speaksOfThePath {
                    walked.ledger.broke(step, error.hop, error.problem)
                } else {
                    walked.ledger.blinded(step, error.hop, error.problem)
                }
                break
            }
        }
        return walked
    }

    // MARK: -

    private var target: CanaryTarget { probe.target }

    /// When to stop looking: what comes after still has to fit into the run's time.
    private var deadline: Deadline {
        Deadline(probe.deadline.instant - probe.options.reserve)
    }

    /// Looks whether the bus is there and opens both connections, at the same time and before any clock runs: the
    /// hops are the path's times, not those of a first hello.
    ///
    /// A database that does not answer now may answer when it is asked for the row, and if not, that is `commit`'s to
    /// say. One that refuses the prober ends the walk before an event is sent that nobody could follow.
    private func prepare() async throws(Ended) {
        // Not knowing where the database is says nothing about whether tasks get there.
        if let problem = home.missing { throw Ended(hop: .commit, problem: problem, speaksOfThePath: false) }
        if let problem = away?.missing { throw Ended(hop: .peer, problem: problem, speaksOfThePath: false) }
        async let greetings = [home, away].compactMap(\.self).boundedMap { rows -> Problem? in
            do {
                // A database that only listens must not use up the time in which the event could travel.
                try await rows.greet(deadline: deadline.clamped(to: .after(min(.seconds(3), deadline.remaining / 4))))
                return nil
            } catch {
                return Problem.of(error)
            }
        }
        try await checkBus()
        for (problem, hop) in zip(await greetings, [CanaryHop.Name.commit, .peer]) {
            if let problem, !problem.speaksOfThePath { throw Ended(hop: hop, problem: problem) }
        }
    }

    /// PutEvents answers 200 and drops the event when the bus does not exist (EventBridge user guide, "PutEvents"),
    /// so that it exists has to be asked.
    private func checkBus() async throws(Ended) {
        do {
            _ = try await target.client.eventBridge(target.region).describeEventBus(
                .init(name: target.bus), deadline: deadline)
        } catch {
            switch error.problem.kind {
            case .notFound:
                throw Ended(
                    hop: .accept,
                    problem: Problem(
                        .notFound, "the bus \(target.bus) does not exist in \(target.region)",
                        cause: "PutEvents would answer 200 and drop the event",
                        hint: "list those that do: aws events list-event-buses --region \(target.region)"))
            case .denied:
                // Not being allowed to look is no reason not to try.
                return
            default:
                throw Ended(hop: .accept, problem: error.problem)
            }
        }
    }

    private func take(
        _ step: CanaryHop.Step, _ walked: inout Walked, began: ContinuousClock.Instant
    ) async throws(Ended) {
        func now() -> Duration { began.duration(to: .now) }
        func turn(to hop: CanaryHop.Name) { probe.report(CanaryProgress(region: target.region, step: step, hop: hop)) }

        turn(to: .accept)
        walked.ledger.sent(step, at: now())
        let event = try await put(event(for: step, task: walked.task))
        walked.ledger.accepted(step, at: now())
        let acceptedAt = Date()
        let task = walked.task ?? event
        walked.task = task
        walked.lost = SentEvent(id: event, step: step, sentAt: acceptedAt)
        walked.last = walked.lost

        turn(to: .commit)
        let sighting = try await poll(home, hop: .commit, step: step, event: event, task: task)
        walked.ledger.committed(step, at: now())
        walked.ledger.started(step, after: .seconds(sighting.startedAt.timeIntervalSince(acceptedAt)))
        walked.lost = nil

        guard let away else { return }
        turn(to: .peer)
        let there = try await poll(away, hop: .peer, step: step, event: event, task: task)
        walked.ledger.seenAtPeer(step, at: now(), staleReads: there.misses)
    }

    private func event(for step: CanaryHop.Step, task: UUID?) -> TaskEvent {
        if step == .complete, let task { return .completed(taskID: task, by: probe.mark.author) }
        return .created(
            TaskDraft(
                title: "canary in \(target.region)", createdBy: probe.mark.author,
                description: "Sent by taskops canary to see whether a task gets through; it removes it again."))
    }

    /// - Returns: the event's id, which EventBridge gives it and the processor keeps.
    private func put(_ event: TaskEvent) async throws(Ended) -> UUID {
        let entry: EventBridge.EntryResult
        do {
            let detail = String(decoding: try JSONEncoder().encode(event), as: UTF8.self)
            let answer = try await target.client.eventBridge(target.region).putEvents(
                .init(entries: [
                    EventBridge.Entry(
                        source: TaskEvent.source, detailType: event.detailType.rawValue, detail: detail,
                        eventBusName: target.bus)
                ]), deadline: deadline)
            guard let first = answer.entries.first else {
                throw Problem(.failed, "PutEvents in \(target.region) answered without an entry")
            }
            entry = first
        } catch {
            throw Ended(hop: .accept, problem: .of(error))
        }
        guard let id = entry.eventID.flatMap(UUID.init(uuidString:)) else {
            throw Ended(
                hop: .accept,
                problem: Problem(
                    .failed, "EventBridge in \(target.region) refused the event: \(entry.errorCode ?? "no event id")",
                    cause: entry.errorMessage, hint: "try again: taskops canary --region \(target.region)"))
        }
        return id
    }

    /// Reads until the event's change is there. A database that does not answer is asked again: only time decides
    /// that it is broken.
    private func poll(
        _ rows: CanaryRows, hop: CanaryHop.Name, step: CanaryHop.Step, event: UUID, task: UUID
    ) async throws(Ended) -> (startedAt: Date, misses: Int) {
        var misses = 0
        var pause = Duration.milliseconds(5)
        var last: Problem?
        while true {
            do {
                if let startedAt = try await rows.startOfCommitted(step, event: event, task: task, deadline: deadline) {
                    return (startedAt, misses)
                }
                misses += 1
                last = nil
            } catch {
                let problem = Problem.of(error)
                guard problem.speaksOfThePath else { throw Ended(hop: hop, problem: problem) }
                last = problem
            }
            guard deadline.remaining > pause, (try? await Task.sleep(for: pause)) != nil else { break }
            pause = min(pause * 1.3, .milliseconds(200))
        }
        if Task.isCancelled {
            throw Ended(hop: hop, problem: Problem(.cancelled, "interrupted while waiting for \(hop.rawValue)"))
        }
        throw Ended(hop: hop, problem: last ?? notSeen(hop, step))
    }

    private func notSeen(_ hop: CanaryHop.Name, _ step: CanaryHop.Step) -> Problem {
        let place = hop == .peer ? "in \(probe.peer?.region ?? "the peer Region")" : "in \(target.region)"
        return Problem(
            .timedOut,
            "the \(step.rawValue)d task could not be read \(place)"
                + " within \(Int((probe.options.timeout - probe.options.reserve).seconds.rounded())) s")
    }
}
