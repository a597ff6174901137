package import Findings

/// What one run of the canary found. Text, JSON and every later form are drawings of this value.
package struct CanaryReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    /// ISO 8601, UTC, the prober's wall clock.
    package var startedAt: String
    package var outcome: CanaryOutcome
    package var regions: [CanaryRegionReport]
    package var consistency: [CanaryConsistency]
    /// Together with the runs before it; nil where none are remembered.
    package var watch: CanaryWatch?

    package init(stack: String, startedAt: String, regions: [CanaryRegionReport], consistency: [CanaryConsistency]) {
        self.stack = stack
        self.startedAt = startedAt
        outcome = regions.map(\.outcome).max() ?? .unknown
        self.regions = regions
        self.consistency = consistency
    }

    /// What the exit code says: this run's outcome, or what it and those before it come to.
    package var verdict: CanaryOutcome { watch?.verdict ?? outcome }
}

/// Ordered by what must be said first: a broken path outranks a blind prober, which outranks a slow path.
package enum CanaryOutcome: String, Sendable, Hashable, Codable, Comparable, CaseIterable {
    case ok, slow, unknown, broken

    package static func < (left: CanaryOutcome, right: CanaryOutcome) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

package struct CanaryRegionReport: Sendable, Hashable, Codable {
    package var region: String
    package var outcome: CanaryOutcome
    /// The event id of `Task Created`, which is the task's id; nil when PutEvents never answered.
    package var taskId: String?
    /// From sending the first event to seeing the task completed everywhere, in milliseconds; nil when it never was.
    package var totalMs: Double?
    package var hops: [CanaryHop]
    package var problem: CanaryProblem?
    /// Which link broke, where the walk did not come to its end.
    package var diagnosis: RegionDiagnosis?
    package var cleanup: CanaryCleanup

    package init(
        region: String, outcome: CanaryOutcome, taskId: String?, totalMs: Double?, hops: [CanaryHop],
        problem: CanaryProblem?, diagnosis: RegionDiagnosis? = nil, cleanup: CanaryCleanup
    ) {
        self.region = region
        self.outcome = outcome
        self.taskId = taskId
        self.totalMs = totalMs
        self.hops = hops
        self.problem = problem
        self.diagnosis = diagnosis
        self.cleanup = cleanup
    }
}

/// One line of the ledger.
package struct CanaryHop: Sendable, Hashable, Codable {
    package enum Step: String, Sendable, Hashable, Codable, CaseIterable {
        case create, complete
    }

    package enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        /// PutEvents answered with an event id and no failed entry.
        case accept
        /// The function took the event up.
        case start
        /// The change can be read at the Region's own endpoint.
        case commit
        /// The change can be read at the peer's endpoint.
        case peer
    }

    /// Whose clock measured it. Only the prober's times may be added up; the function's clock may run ahead or behind.
    package enum Clock: String, Sendable, Hashable, Codable {
        case prober, function
    }

    package var step: Step
    package var hop: Name
    /// Milliseconds this hop took after the one before it; nil when it was not reached or the clocks disagree too much to tell.
    package var ms: Double?
    /// Milliseconds from the sending of the run's first event to this hop's beginning, for drawing.
    package var offsetMs: Double?
    package var clock: Clock
    package var outcome: CanaryOutcome

    package init(
        step: Step, hop: Name, ms: Double?, offsetMs: Double?, clock: Clock, outcome: CanaryOutcome
    ) {
        self.step = step
        self.hop = hop
        self.ms = ms
        self.offsetMs = offsetMs
        self.clock = clock
        self.outcome = outcome
    }
}

package struct CanaryProblem: Sendable, Hashable, Codable {
    /// `create/commit`, `complete/peer` …, or `cleanup`: how far the walk had come, also when it was the prober that failed.
    package var hop: String
    package var summary: String
    package var hint: String?

    package init(hop: String, summary: String, hint: String?) {
        self.hop = hop
        self.summary = summary
        self.hint = hint
    }
}

package struct CanaryCleanup: Sendable, Hashable, Codable {
    package enum Outcome: String, Sendable, Hashable, Codable {
        case done, kept, failed
        /// There was nothing to remove.
        case nothing
        /// It waits for the event that would complete it; a later run removes it.
        case awaiting
    }

    package var outcome: Outcome
    /// Rows of `tasks` removed: this run's own.
    package var removed: Int
    /// Rows of `tasks` removed that earlier runs had left behind.
    package var swept: Int

    package init(outcome: Outcome, removed: Int = 0, swept: Int = 0) {
        self.outcome = outcome
        self.removed = removed
        self.swept = swept
    }
}

/// How soon what was written in one Region could be read in another.
package struct CanaryConsistency: Sendable, Hashable, Codable {
    package var from: String
    package var to: String
    /// From the first sighting at home to the first at the peer, in milliseconds.
    package var lagMs: Double
    /// Reads at the peer, begun after the row was visible at home, that did not see it. DSQL promises none.
    package var staleReads: Int

    package init(from: String, to: String, lagMs: Double, staleReads: Int) {
        self.from = from
        self.to = to
        self.lagMs = lagMs
        self.staleReads = staleReads
    }
}

// What is not known is written as null: a reader need not tell a missing key from a missing fact.
extension CanaryRegionReport {
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(region, forKey: .region)
        try object.encode(outcome, forKey: .outcome)
        try object.encode(taskId, forKey: .taskId)
        try object.encode(totalMs, forKey: .totalMs)
        try object.encode(hops, forKey: .hops)
        try object.encode(problem, forKey: .problem)
        try object.encode(diagnosis, forKey: .diagnosis)
        try object.encode(cleanup, forKey: .cleanup)
    }
}

extension CanaryHop {
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(step, forKey: .step)
        try object.encode(hop, forKey: .hop)
        try object.encode(ms, forKey: .ms)
        try object.encode(offsetMs, forKey: .offsetMs)
        try object.encode(clock, forKey: .clock)
        try object.encode(outcome, forKey: .outcome)
    }
}

extension CanaryProblem {
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(hop, forKey: .hop)
        try object.encode(summary, forKey: .summary)
        try object.encode(hint, forKey: .hint)
    }
}
