import Basics
import Findings
import Status

/// Looks again and again: until somebody stops it, the awaited health is reached, or the time for waiting is over.
struct StatusWatch {
    /// From the beginning of one look to that of the next. A look that takes longer is followed by the next at once.
    var interval: Duration
    /// Ends the watch when the stack is at least this well.
    var awaited: Health?
    /// Ends the watch whatever the health is.
    var deadline: Deadline?

    enum Ending: Sendable, Equatable {
        case reached, timedOut, stopped
        /// The looks are over: a recording has an end.
        case ended
    }

    /// - Parameters:
    ///   - look: one look; nil when there are no more.
    ///   - show: called with every report, the one before it, and when the next look begins.
    func run(
        stop: StopSignal, look: () async throws -> StatusReport?,
        show: (_ report: StatusReport, _ earlier: StatusReport?, _ next: ContinuousClock.Instant) throws -> Void
    ) async throws -> (ending: Ending, last: StatusReport?) {
        var earlier: StatusReport?
        while true {
            let next = ContinuousClock.now + interval
            guard let report = try await look() else { return (.ended, earlier) }
            // A look that was broken off in the middle says nothing about the stack.
            if stop.isRequested, earlier != nil { return (.stopped, earlier) }
            try show(report, earlier, next)
            earlier = report
            if let awaited, report.health <= awaited { return (.reached, report) }
            if stop.isRequested { return (.stopped, report) }
            if let deadline, deadline.hasPassed || deadline.instant <= next { return (.timedOut, report) }
            await pause(until: next, stop)
            if stop.isRequested { return (.stopped, report) }
        }
    }

    private func pause(until next: ContinuousClock.Instant, _ stop: StopSignal) async {
        await stop.run { try? await Task.sleep(until: next) }
    }
}
