import AWS
package import Basics
import Database
import FoundationEssentials
package import TaskSystem

/// Looks at a whole stack, as often as it is asked to: every Region at once, every source of a Region at once.
///
/// With clusters named by their ids a look is two calls deep: the log group's name is the function's to say, a queue's
/// URL has to be asked for, and everything else is asked in the first round. A cluster named by a tag is looked for
/// first (ListClusters, then the tags of all, at once), which makes the first look three calls deep; later ones know
/// the id. Only lists that go on over pages are longer: alarms come a hundred at a time.
///
/// Between looks it keeps, for each Region, one database connection and the cluster's id, and nothing else.
package actor StatusRun {
    private let stack: TaskStack
    private let targets: [StatusTarget]
    private let schemaVersions: [Int]?
    private let sourceTimeout: Duration?
    private let memories: [RegionMemory]

    /// - Parameters:
    ///   - stack: the whole stack, also where only some of its Regions are looked at.
    ///   - targets: the Regions to look at, in the order of taskops.yaml.
    ///   - schemaVersions: the numbers of the files in `schema/`; nil where they are not at hand, and then nothing is
    ///     said about whether the database is current.
    ///   - sourceTimeout: the longest any one source may take; nil for almost as long as the look itself.
    package init(
        stack: TaskStack, targets: [StatusTarget], schemaVersions: [Int]?, sourceTimeout: Duration? = nil
    ) {
        self.stack = stack
        self.targets = targets
        self.schemaVersions = schemaVersions
        self.sourceTimeout = sourceTimeout
        memories = targets.map { RegionMemory($0) }
    }

    /// One look. Never throws: what fails is a reading of its Region, and a row that says so.
    ///
    /// - Parameters:
    ///   - deadline: when the report is wanted. What has not answered shortly before it counts as not answering.
    ///   - stop: ends the look at once; what was not yet read is then a problem of the kind `cancelled`.
    ///   - report: told each time a source has answered or failed.
    package func run(
        deadline: Deadline, stop: StopSignal, report: @escaping @Sendable (StatusProgress) -> Void
    ) async -> StatusReport {
        let started = ContinuousClock.now
        let tally = CallTally()
        // A little is kept back, so that the report is there when it was asked for.
        let longest = deadline.remaining * 0.95
        let sources = Deadline.after(min(sourceTimeout ?? longest, longest))
        let readers = zip(targets, memories).map { target, memory in
            RegionReader(target: target, mark: CanaryMark(stack: stack.name), memory: memory, deadline: sources)
        }
        let at = targets.first?.client.configuration.now() ?? Date()
        let looks = await CallTally.$current.withValue(tally) {
            await stop.run {
                await readers.boundedMap { reader in await reader.look(report) }
            }
        }
        let judged = StatusJudge(stack: stack, schemaVersions: schemaVersions, now: at)
        return StatusReport(
            stack: stack.name, environment: stack.environment, at: at.iso8601, regions: judged.regions(looks),
            differences: RegionDifferences.all(looks, stack: stack),
            cost: .init(
                requests: tally.requests, connections: looks.reduce(0) { $0 + $1.connections },
                ms: (ContinuousClock.now - started).milliseconds.rounded()))
    }

    /// Says goodbye to the databases. The next look would connect anew.
    package func close() async {
        for memory in memories { await memory.close() }
    }
}
