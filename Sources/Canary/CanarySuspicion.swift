package import Basics
package import Findings
package import FoundationEssentials
import TaskSystem

/// What a failed walk hands to whoever can say why: the last event it sent.
package struct CanarySuspicion: Sendable, Hashable {
    package var region: String
    /// Nil where PutEvents never accepted one.
    package var event: UUID?
    /// When it was accepted, by the prober's wall clock; without one, when the walk began.
    package var since: Date
    /// Its change was read at home and not at the peer, for as long as there was time.
    package var isMissedByPeer: Bool
}

/// Names the broken link. Handed in: what reads configuration and traces is another engine's.
package typealias CanaryDiagnose = @Sendable (CanarySuspicion, Deadline) async -> RegionDiagnosis?

extension CanaryWalk.Walked {
    /// Rewrites the ledger's ending with what was found out: which side of `start` the event was lost on, and why.
    mutating func explain(_ diagnosis: RegionDiagnosis, function: String, region: String) {
        // A prober that could not look has lost nothing: the path may be fine.
        guard let lost, let known = ledger.ending, known.speaksOfThePath else { return }
        let isUnread = diagnosis.links.contains { $0.link == .invocation && $0.state == .notLooked }
        let cause = diagnosis.cause.map(Self.words)
        switch diagnosis.fate {
        case .processed, .failed, .taken:
            ledger.started(lost.step, after: nil)
            ledger.broke(
                lost.step, .commit,
                Problem(
                    known.kind, "\(function) took the event up, and its change was never readable in \(region)",
                    cause: cause ?? known.summary, hint: diagnosis.cause?.next ?? known.hint))
        case .unseen, .undelivered:
            guard !isUnread else { return }
            ledger.broke(
                lost.step, .start,
                Problem(
                    .timedOut, "EventBridge accepted event \(lost.id.lowercased) in \(region), and \(function) never took it up",
                    cause: cause, hint: diagnosis.cause?.next))
        case nil: break
        }
    }

    /// The sentence, and what the function or the database itself said.
    private static func words(_ cause: LinkFinding) -> String {
        let isQuoted = [.invocation, .conflicts, .endpoint, .tls, .token, .role, .table].contains(cause.link)
        return isQuoted ? ([cause.sentence] + cause.evidence.prefix(1)).joined(separator: ": ") : cause.sentence
    }
}
