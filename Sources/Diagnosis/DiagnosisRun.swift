package import Basics
package import Findings
package import FoundationEssentials
import TaskSystem

/// Follows an event through each Region, and says which link broke.
package struct DiagnosisRun: Sendable {
    private let targets: [DiagnosisTarget]

    /// - Parameter targets: every Region of the stack; a Region's peer is found among them.
    package init(_ targets: [DiagnosisTarget]) {
        self.targets = targets
    }

    /// Never throws: what could not be looked at stands in the links.
    ///
    /// - Parameters:
    ///   - regions: those to diagnose.
    ///   - event: nil for the newest traces there are.
    ///   - now: what time it is by AWS's clock.
    ///   - deadline: of every question.
    package func run(
        _ regions: [String], event: AskedEvent?, now: Date, deadline: Deadline
    ) async -> [RegionDiagnosis] {
        await targets.filter { regions.contains($0.stack.region) }.boundedMap { target in
            let peer = targets.first { $0.stack.region != target.stack.region }
            let reader = TraceReader(target: target, peer: peer, event: event, now: now, deadline: deadline)
            return DiagnosisJudge(
                stack: target.stack, facts: target.facts, rows: target.rows, peerRegion: peer?.stack.region,
                peerRows: peer?.rows ?? [], peerSQLState: peer?.facts.databaseSQLState, traces: await reader.read(), now: now
            ).diagnosis()
        }
    }
}
