/// What has been seen of the time between an event and its ingestion, in milliseconds.
///
/// Lags differ by line within one invocation (START comes in 50 ms, REPORT of the same request in seconds), so a mean
/// says nothing; what counts is how far back most of them, and all of them, reach.
struct LagEstimate: Sendable {
    /// Upper bounds of the buckets grow by a fifth, from 10 ms to beyond a day.
    private static let bounds: [Int64] = {
        var bounds: [Int64] = [10]
        while bounds.last! < 100_000_000 { bounds.append(bounds.last! * 6 / 5 + 1) }
        return bounds
    }()

    private var counts = [Double](repeating: 0, count: LagEstimate.bounds.count)
    private var total = 0.0
    /// How many there were in all.
    private(set) var noted = 0
    /// The largest of the last while: halved in weight like everything else, so a bad hour is not remembered for ever.
    private(set) var longest: Int64 = 0

    mutating func note(_ lag: Int64) {
        counts[Self.bucket(of: lag)] += 1
        total += 1
        noted += 1
        longest = max(longest, lag)
        // Old lags fade, so that the estimate follows the day.
        if total >= 4096 { fade() }
    }

    /// A lag that the given part of all events did not exceed; nil while nothing was seen.
    func quantile(_ part: Double) -> Int64? {
        guard total > 0 else { return nil }
        var below = 0.0
        for (index, count) in counts.enumerated() where count > 0 {
            if below + count >= part * total {
                // Within a bucket they are taken to be evenly spread.
                let floor = index == 0 ? 0 : Self.bounds[index - 1]
                let share = (part * total - below) / count
                return min(floor + Int64(Double(Self.bounds[index] - floor) * share), longest)
            }
            below += count
        }
        return longest
    }

    /// By how much lags fall short of this one, those beyond it by nothing: how long a line is there, on the average,
    /// before it is so old.
    func meanBelow(_ lag: Int64) -> Double {
        guard total > 0 else { return 0 }
        var sum = 0.0
        var floor: Int64 = 0
        for (index, count) in counts.enumerated() {
            guard floor < lag else { break }
            // Within a bucket they are taken to be evenly spread.
            let ceiling = Self.bounds[index]
            let reach = Double(min(lag, ceiling) - floor)
            sum += count * (reach * (reach / 2) / Double(ceiling - floor) + Double(max(0, lag - ceiling)))
            floor = ceiling
        }
        return sum / total
    }

    private mutating func fade() {
        for index in counts.indices { counts[index] = counts[index] < 0.01 ? 0 : counts[index] / 2 }
        total = counts.reduce(0, +)
        // Down by a tenth towards what still has weight, never below it.
        let heaviest = counts.lastIndex { $0 > 0 }.map { Self.bounds[$0] } ?? 0
        longest = max(min(longest, heaviest), longest * 9 / 10)
    }

    private static func bucket(of lag: Int64) -> Int {
        var (low, high) = (0, bounds.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] >= lag { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
