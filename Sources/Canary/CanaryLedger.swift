package import Basics

/// The account of one canary in one Region: what was seen, and when on the prober's clock.
///
/// It does no I/O and owns no clock; the probe tells it what happened and it says what that means.
package struct CanaryLedger: Sendable {
    private struct Sighting: Sendable {
        var sent: Duration?
        var accepted: Duration?
        var started = false
        /// From acceptance, by the function's clock.
        var startedAfter: Duration?
        var committed: Duration?
        var atPeer: Duration?
    }

    /// Where the run ended early, and whether that speaks of the path or of the prober.
    private struct Ending: Sendable {
        var step: CanaryHop.Step
        var hop: CanaryHop.Name
        var outcome: CanaryOutcome
        var problem: Problem
    }

    private let hasPeer: Bool
    private var sightings: [CanaryHop.Step: Sighting] = [:]
    private var end: Ending?

    package private(set) var staleReads = 0

    /// - Parameter hasPeer: whether the stack has another Region to read from.
    package init(hasPeer: Bool) {
        self.hasPeer = hasPeer
    }

    // MARK: What was seen. Times are since the run began.

    package mutating func sent(_ step: CanaryHop.Step, at time: Duration) {
        sightings[step, default: Sighting()].sent = time
    }

    package mutating func accepted(_ step: CanaryHop.Step, at time: Duration) {
        sightings[step, default: Sighting()].accepted = time
    }

    /// - Parameter after: from acceptance to the function's own time stamp, over two clocks; nil when only the fact is known.
    package mutating func started(_ step: CanaryHop.Step, after: Duration?) {
        sightings[step, default: Sighting()].started = true
        sightings[step, default: Sighting()].startedAfter = after
    }

    package mutating func committed(_ step: CanaryHop.Step, at time: Duration) {
        sightings[step, default: Sighting()].started = true
        sightings[step, default: Sighting()].committed = time
    }

    package mutating func seenAtPeer(_ step: CanaryHop.Step, at time: Duration, staleReads: Int) {
        sightings[step, default: Sighting()].atPeer = time
        self.staleReads += staleReads
    }

    /// The path is broken at this hop.
    package mutating func broke(_ step: CanaryHop.Step, _ hop: CanaryHop.Name, _ problem: Problem) {
        end = Ending(step: step, hop: hop, outcome: .broken, problem: problem)
    }

    /// The prober could not look any further; that says nothing about the path.
    package mutating func blinded(_ step: CanaryHop.Step, _ hop: CanaryHop.Name, _ problem: Problem) {
        end = Ending(step: step, hop: hop, outcome: .unknown, problem: problem)
    }

    // MARK: What it means

    /// What ended the run early.
    package var ending: Problem? { end?.problem }

    /// The first hop that nothing was seen of, in the order of the path; nil when all was seen.
    package var firstMissing: (step: CanaryHop.Step, hop: CanaryHop.Name)? {
        for step in CanaryHop.Step.allCases {
            for hop in hopNames where !isSeen(step, hop) {
                return (step, hop)
            }
        }
        return nil
    }

    /// From sending the first event to seeing the last change in the last place.
    package var total: Duration? {
        guard firstMissing == nil, end == nil, let first = sightings[.create]?.sent, let last = sightings[.complete]
        else { return nil }
        return (last.atPeer ?? last.committed).map { $0 - first }
    }

    /// How long after it was visible at home the new task was visible at the peer.
    package var peerLag: Duration? {
        guard let create = sightings[.create], let home = create.committed, let peer = create.atPeer else { return nil }
        return peer - home
    }

    package func hops(slowAfter: Duration) -> [CanaryHop] {
        let slowest = isSlow(slowAfter) ? slowestHop : nil
        return CanaryHop.Step.allCases.flatMap { step in
            hopNames.map { hop in
                let span = span(step, hop)
                let outcome: CanaryOutcome =
                    if let end, (end.step, end.hop) == (step, hop) { end.outcome } else if !isSeen(step, hop) {
                        .unknown
                    } else if let slowest, slowest == (step, hop) { .slow } else { .ok }
                return CanaryHop(
                    step: step, hop: hop, ms: span.map { $0.length.tenths }, offsetMs: span.map { $0.begin.tenths },
                    clock: hop == .start ? .function : .prober, outcome: outcome)
            }
        }
    }

    package func outcome(slowAfter: Duration) -> CanaryOutcome {
        if let end { return end.outcome }
        if firstMissing != nil { return .unknown }
        return isSlow(slowAfter) ? .slow : .ok
    }

    package func problem(slowAfter: Duration) -> CanaryProblem? {
        if let end {
            let summary = [end.problem.summary, end.problem.cause].compactMap(\.self).joined(separator: ": ")
            return CanaryProblem(
                hop: "\(end.step.rawValue)/\(end.hop.rawValue)", summary: summary, hint: end.problem.hint)
        }
        guard isSlow(slowAfter), let total, let slowest = slowestHop, let span = span(slowest.step, slowest.hop) else {
            return nil
        }
        let place = "\(slowest.step.rawValue)/\(slowest.hop.rawValue)"
        return CanaryProblem(
            hop: place,
            summary: "took \(total.wholeMilliseconds) ms, more than the \(slowAfter.wholeMilliseconds) ms that count as slow;"
                + " the longest hop was \(place) with \(span.length.wholeMilliseconds) ms",
            hint: nil)
    }

    // MARK: -

    private var hopNames: [CanaryHop.Name] {
        CanaryHop.Name.allCases.filter { hasPeer || $0 != .peer }
    }

    private func isSeen(_ step: CanaryHop.Step, _ hop: CanaryHop.Name) -> Bool {
        guard let sighting = sightings[step] else { return false }
        return switch hop {
        case .accept: sighting.accepted != nil
        case .start: sighting.started
        case .commit: sighting.committed != nil
        case .peer: sighting.atPeer != nil
        }
    }

    private func isSlow(_ slowAfter: Duration) -> Bool {
        total.map { $0 > slowAfter } ?? false
    }

    /// Only hops of the prober's own clock compete: the function's lie inside `commit`.
    private var slowestHop: (step: CanaryHop.Step, hop: CanaryHop.Name)? {
        var longest: (step: CanaryHop.Step, hop: CanaryHop.Name, length: Duration)?
        for step in CanaryHop.Step.allCases {
            for hop in hopNames where hop != .start {
                guard let length = span(step, hop)?.length, length > (longest?.length ?? .zero) else { continue }
                longest = (step, hop, length)
            }
        }
        return longest.map { ($0.step, $0.hop) }
    }

    /// When a hop began, counted from the first event's sending, and how long it lasted.
    private func span(_ step: CanaryHop.Step, _ hop: CanaryHop.Name) -> (begin: Duration, length: Duration)? {
        guard let sighting = sightings[step], let zero = sightings[.create]?.sent else { return nil }
        func between(_ begin: Duration?, _ end: Duration?) -> (begin: Duration, length: Duration)? {
            guard let begin, let end else { return nil }
            return (begin - zero, end - begin)
        }
        switch hop {
        case .accept: return between(sighting.sent, sighting.accepted)
        case .commit: return between(sighting.accepted, sighting.committed)
        case .peer: return between(sighting.committed, sighting.atPeer)
        case .start:
            // Two clocks: a time before acceptance or after the commit only shows how far apart they are.
            guard let accepted = sighting.accepted, let after = sighting.startedAfter, after >= .zero else { return nil }
            if let committed = sighting.committed, accepted + after > committed { return nil }
            return (accepted - zero, after)
        }
    }
}

extension Duration {
    /// Milliseconds to one decimal: finer would claim more than polling can know.
    fileprivate var tenths: Double { (milliseconds * 10).rounded() / 10 }

    fileprivate var wholeMilliseconds: Int { Int(milliseconds.rounded()) }
}
