/// What a function did while it was watched.
package struct InvocationStatistics: Sendable, Hashable {
    /// Those that began here, or whose beginning was before the window and whose end is in it.
    package var invocations = 0
    /// Those that ended without success, timed out ones and crashes included.
    package var errors = 0
    package var timeouts = 0
    /// A START whose REPORT never came.
    package var crashes = 0
    package var coldStarts = 0
    package var durations = DurationHistogram()
    package var initDurations = DurationHistogram()
    /// In megabytes: the most any invocation used, and what it might have used.
    package var maxMemoryUsed: Int?
    package var memorySize: Int?

    package init() {}

    mutating func take(_ report: InvocationReport) {
        if report.status != .success { errors += 1 }
        if report.status == .timeout { timeouts += 1 }
        if report.isCold { coldStarts += 1 }
        if let duration = report.duration { durations.note(milliseconds: duration) }
        if let duration = report.initDuration ?? report.restoreDuration { initDurations.note(milliseconds: duration) }
        if let used = report.maxMemoryUsed { maxMemoryUsed = max(maxMemoryUsed ?? 0, used) }
        if let size = report.memorySize { memorySize = size }
    }
}
