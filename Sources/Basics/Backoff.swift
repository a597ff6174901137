/// Full-jitter exponential waits: attempt *n* waits a random time between nothing and `base` × 2ⁿ, never above `cap`.
///
/// Randomness is an argument, so that a test can ask for the extremes.
package struct Backoff: Sendable, Hashable {
    package var base: Duration
    package var cap: Duration

    package init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// - Parameters:
    ///   - attempt: how many tries have failed so far, from 0.
    ///   - fraction: where in the window to land, 0 ..< 1.
    package func delay(afterFailure attempt: Int, fraction: Double = .random(in: 0..<1)) -> Duration {
        let growth = Double(1 << min(max(attempt, 0), 30))
        return min(cap, base * growth) * fraction
    }
}
