/// How often each duration was seen, to a part in 64, in memory that does not grow with how many there were.
///
/// HdrHistogram's layout for the one thing needed here, three quantiles: its package would bring two others with it.
package struct DurationHistogram: Sendable, Hashable {
    private static let steps = 64

    /// By bucket: below 64 µs each microsecond has its own, above that each power of two has 64.
    private var counts: [Int] = []
    package private(set) var count = 0
    /// In milliseconds, exact.
    package private(set) var longest = 0.0

    package init() {}

    package mutating func note(milliseconds: Double) {
        guard milliseconds.isFinite, milliseconds >= 0 else { return }
        let bucket = Self.bucket(of: Int(min(milliseconds * 1000, 1e15)))
        if bucket >= counts.count { counts += [Int](repeating: 0, count: bucket + 1 - counts.count) }
        counts[bucket] += 1
        count += 1
        longest = max(longest, milliseconds)
    }

    /// The duration, in milliseconds, that the given part of all did not exceed; nil while there was none.
    package func quantile(_ part: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = max(1, Int((part * Double(count)).rounded(.up)))
        var below = 0
        for (bucket, seen) in counts.enumerated() where seen > 0 {
            below += seen
            if below >= wanted { return min(Self.upperBound(of: bucket), longest) }
        }
        return longest
    }

    private static func bucket(of microseconds: Int) -> Int {
        guard microseconds >= steps else { return microseconds }
        // How far it has to be shifted until it stands between 64 and 127.
        let shift = Int.bitWidth - microseconds.leadingZeroBitCount - 7
        return steps * (shift + 1) + (microseconds >> shift) - steps
    }

    private static func upperBound(of bucket: Int) -> Double {
        guard bucket >= steps else { return Double(bucket) / 1000 }
        let shift = bucket / steps - 1
        return Double((bucket % steps + steps + 1) << shift) / 1000
    }
}
