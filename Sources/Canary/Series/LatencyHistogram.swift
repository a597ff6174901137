import Histogram

/// How long many things took, in an HDR histogram: every value to three digits, whatever its size.
package struct LatencyHistogram: Sendable {
    /// Microseconds, from one to an hour.
    private var values = Histogram<UInt32>(
        lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)
    private var count = 0
    private var longest = 0.0

    package init() {}

    /// - Parameter milliseconds: what is longer than an hour counts as an hour, except as the longest.
    package mutating func record(_ milliseconds: Double) {
        let microseconds = min(max(milliseconds * 1000, 0), 3_600_000_000)
        _ = values.record(UInt64(microseconds.rounded()))
        count += 1
        longest = max(longest, milliseconds)
    }

    package var summary: LatencySummary? {
        guard count > 0 else { return nil }
        func percentile(_ percent: Double) -> Double {
            // A bucket's upper edge may lie above the longest value that there was.
            min((Double(values.valueAtPercentile(percent)) / 100).rounded() / 10, shownLongest)
        }
        return LatencySummary(
            count: count, p50: percentile(50), p90: percentile(90), p99: percentile(99), max: shownLongest)
    }

    private var shownLongest: Double { (longest * 10).rounded() / 10 }
}

/// Milliseconds, to a tenth.
package struct LatencySummary: Sendable, Hashable, Codable {
    package var count: Int
    package var p50: Double
    package var p90: Double
    package var p99: Double
    package var max: Double

    package init(count: Int, p50: Double, p90: Double, p99: Double, max: Double) {
        (self.count, self.p50, self.p90, self.p99, self.max) = (count, p50, p90, p99, max)
    }
}
