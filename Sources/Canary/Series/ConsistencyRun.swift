import AWS
package import Basics
import Database
import FoundationEssentials
import Synchronization
import TaskSystem

/// Writes in one Region and reads in another at once, both ways: Aurora DSQL promises that a read that begins after a
/// commit sees it, whichever Region it is asked in (its user guide, "Multi-Region clusters").
///
/// The write is a request to the function, which answers once its transaction has committed; so no poll stands between.
package struct ConsistencyRun: Sendable {
    private let stack: String
    private let legs: [(from: CanaryTarget, to: CanaryTarget)]

    /// - Parameter targets: the stack's Regions; every ordered pair of them is a leg.
    package init(stack: String, _ targets: [CanaryTarget]) {
        self.stack = stack
        legs = targets.flatMap { from in targets.filter { $0.region != from.region }.map { (from, $0) } }
    }

    /// - Parameters:
    ///   - writes: each way.
    ///   - workers: writers at once, each way.
    ///   - patience: how long a write may stay unseen before it counts as failed.
    ///   - report: called after every write with how many are done, of all legs.
    package func run(
        writes: Int, workers: Int, patience: Duration, stop: StopSignal, report: @escaping @Sendable (Int, Int) -> Void
    ) async -> ConsistencyReport {
        let startedAt = UTCTime(secondsSince1970: Int(Date().timeIntervalSince1970.rounded(.down))).iso8601
        let done = Counter()
        let all = writes * legs.count
        // One way after the other: a Region that writes itself meanwhile could be told of its peer's writes by that.
        let results = await legs.boundedMap(limit: 1) { leg in
            let probe = ConsistencyLeg(
                from: leg.from, to: leg.to, mark: CanaryMark(stack: stack), patience: patience, stop: stop
            ) { report(done.next(), all) }
            return await probe.run(writes: writes, workers: workers)
        }
        return ConsistencyReport(stack: stack, startedAt: startedAt, legs: results)
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

package struct ConsistencyReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    package var startedAt: String
    package var legs: [Leg]

    package init(stack: String, startedAt: String, legs: [Leg]) {
        (self.stack, self.startedAt, self.legs) = (stack, startedAt, legs)
    }

    /// A stale read is a broken promise; a write that failed says only that it could not be tried.
    package var outcome: CanaryOutcome {
        if legs.contains(where: { $0.staleReads > 0 || $0.unseen > 0 }) { return .broken }
        return legs.isEmpty || legs.contains { $0.failed > 0 || $0.problem != nil || $0.writes == 0 } ? .unknown : .ok
    }

    package struct Leg: Sendable, Hashable, Codable {
        package var from: String
        package var to: String
        /// Writes that were acknowledged.
        package var writes: Int
        /// Writes that were not, or that nobody could read after.
        package var failed: Int
        /// Writes that were acknowledged and never seen in the time allowed.
        package var unseen: Int
        /// Every read made after an acknowledgement.
        package var reads: Int
        /// Those of them that did not see the write.
        package var staleReads: Int
        /// Writes that at least one read did not see.
        package var staleWrites: Int
        /// How long the write took; how long a read took; how long a write stayed unseen, of those that did.
        package var write: LatencySummary?
        package var read: LatencySummary?
        package var staleFor: LatencySummary?
        /// The first of them.
        package var problem: String?
        /// Rows removed again; as many as `writes` unless something failed.
        package var removed: Int

        package init(
            from: String, to: String, writes: Int, failed: Int, unseen: Int, reads: Int, staleReads: Int, staleWrites: Int,
            write: LatencySummary?, read: LatencySummary?, staleFor: LatencySummary?, problem: String?, removed: Int
        ) {
            (self.from, self.to, self.writes, self.failed, self.unseen) = (from, to, writes, failed, unseen)
            (self.reads, self.staleReads, self.staleWrites) = (reads, staleReads, staleWrites)
            (self.write, self.read, self.staleFor) = (write, read, staleFor)
            (self.problem, self.removed) = (problem, removed)
        }
    }
}
