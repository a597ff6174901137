import Monitoring
import Synchronization
import Terminal
import Views

/// Adds up what has been read, and shows it.
final class LiveProgressLine: Sendable {
    private let line: ProgressLine
    private let counts = Mutex<[Plan.Unreadable.Part: Int]>([:])

    init(_ line: ProgressLine) {
        self.line = line
        line.show(PlanView.progress([:]))
    }

    func add(_ progress: LiveProgress) {
        let now = counts.withLock { counts in
            counts[progress.part, default: 0] += progress.count
            return counts
        }
        line.show(PlanView.progress(now))
    }
}
