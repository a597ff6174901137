/// How long a line is held back so that older ones may come before it, from how late the last half minute's lines were
/// and how soon they were found. Milliseconds throughout.
///
/// A line whose ingestion was late has waited already; one ingested at once waits for all that are slower. Who holds for
/// the slowest shows everything in order and most of it late, who does not hold shows most of it out of order. So the
/// usual hold is the longest one with which half of all lines are shown within 0.7 seconds of their ingestion. Where all
/// are late alike, that holds for the very last one of them; where lags are spread over many seconds, order is what gives
/// way, and whoever wants it asks for it.
struct HoldEstimate: Sendable {
    /// What half of all lines may take from ingestion to being shown.
    static let usual: Int64 = 700
    /// What nearly every line may.
    static let most: Int64 = 5000
    /// While too little is known.
    static let first: Int64 = 1000
    /// Nobody waits longer than this for order.
    static let mostOrdered: Int64 = 60_000

    private struct Sighting: Sendable {
        var lag: Int64
        /// From its ingestion to when it was found.
        var found: Int64
        var weight: Int
    }

    /// Lines found in one second: one of every so many, so that they are never too many.
    private struct Slot: Sendable {
        var second: Int64
        var step = 1
        var skipped = 0
        var sightings: [Sighting] = []
    }

    private static let mostOfSecond = 64
    private static let seconds: Int64 = 32
    private static let fewest = 50

    private var slots: [Slot] = []

    /// - Parameters:
    ///   - lag: from the event to its ingestion.
    ///   - now: when it was found.
    mutating func note(lag: Int64, found: Int64, now: Int64) {
        let second = now / 1000
        if slots.last?.second != second {
            slots.removeAll { $0.second <= second - Self.seconds || $0.second > second }
            slots.append(Slot(second: second))
        }
        let last = slots.count - 1
        slots[last].skipped += 1
        guard slots[last].skipped >= slots[last].step else { return }
        slots[last].skipped = 0
        slots[last].sightings.append(Sighting(lag: lag, found: max(0, found), weight: slots[last].step))
        guard slots[last].sightings.count >= Self.mostOfSecond else { return }
        slots[last].step *= 2
        slots[last].sightings = slots[last].sightings.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        for index in slots[last].sightings.indices { slots[last].sightings[index].weight = slots[last].step }
    }

    /// The longest hold that half of the lines do not notice.
    var automatic: Int64 {
        let all = slots.flatMap(\.sightings)
        let total = all.reduce(0) { $0 + $1.weight }
        guard total >= Self.fewest else { return Self.first }
        // Where reading takes longer than that anyway, holding adds nothing to what half of them take.
        let bearable = max(Self.usual, Self.quantile(0.5, all.map { ($0.found, $0.weight) }))
        let soon = all.filter { $0.found <= bearable }.map { (-$0.lag, $0.weight) }
        let latest = -Self.quantile(min(1, 0.5 * Double(total) / Double(max(1, soon.reduce(0) { $0 + $1.1 }))), soon)
        let patient = Self.quantile(0.05, all.map { ($0.lag, $0.weight) }) + Self.most
        // Nobody is waited for who has come.
        return min(max(0, latest) + bearable, patient, Self.quantile(0.99, all.map { ($0.lag + $0.found, $0.weight) }) + 50)
    }

    /// One with which nearly all lines are in order.
    ///
    /// - Parameter reach: how old lines may be when they are read, by the lag seen so far.
    func ordered(reach: Int64) -> Int64 {
        let latest = slots.flatMap(\.sightings).map { $0.lag + $0.found }.max() ?? 0
        return min(max(reach, latest) + 250, Self.mostOrdered)
    }

    private static func quantile(_ part: Double, _ values: [(value: Int64, weight: Int)]) -> Int64 {
        let wanted = part * Double(values.reduce(0) { $0 + $1.weight })
        var below = 0.0
        for (value, weight) in values.sorted(by: { $0.value < $1.value }) {
            below += Double(weight)
            if below >= wanted { return value }
        }
        return 0
    }
}
