/// How long a line is held back so that older ones may come before it, from how late the lines of half a minute were and
/// how soon they were found. Milliseconds throughout.
///
/// A line whose ingestion was late has waited already; one ingested at once waits for all that are slower. Who holds for
/// the slowest shows everything in order and most of it late, who does not hold shows most of it out of order. So the
/// usual hold is the longest one with which half of all lines are shown within 0.7 seconds of their ingestion. Where all
/// are late alike, that holds for the very last one of them; where lags are spread over many seconds, order is what gives
/// way, and whoever wants it asks for it.
struct HoldEstimate: Sendable {
    /// What half of all lines may take from ingestion to being shown.
    static let usual: Int64 = 700
    /// How many are to bear it: some more than half, for what was seen is half a minute old.
    static let part = 0.6
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

    /// Lines ingested in one second: one of every so many, so that they are never too many.
    private struct Slot: Sendable {
        var step = 1
        var skipped = 0
        var sightings: [Sighting] = []
    }

    private static let mostOfSecond = 64
    private static let seconds: Int64 = 32
    private static let fewest = 50
    /// Of what was ingested since, only the lines that were found soon are known.
    private static let settling = FollowPolicy().interval * FollowPolicy().readsPerSweep + 1000

    /// By second of their ingestion.
    private var slots: [Int64: Slot] = [:]
    private var newest = Int64.min
    private var expected: Int64?

    /// What to do while nothing else is known than lags of the past.
    mutating func expect(_ lag: LagEstimate) {
        guard lag.noted >= Self.fewest, let most = lag.quantile(1 - Self.part) else { return }
        expected = max(expected ?? 0, min(most + Self.usual, Self.most))
    }

    /// - Parameters:
    ///   - lag: from the event to its ingestion.
    ///   - now: when it was found.
    mutating func note(lag: Int64, found: Int64, now: Int64) {
        let oldest = (now - Self.settling) / 1000 - Self.seconds
        if now / 1000 > newest {
            newest = now / 1000
            slots = slots.filter { $0.key >= oldest }
        }
        let second = (now - max(0, found)) / 1000
        guard second >= oldest else { return }
        var slot = slots.removeValue(forKey: second) ?? Slot()
        defer { slots[second] = slot }
        slot.skipped += 1
        guard slot.skipped >= slot.step else { return }
        slot.skipped = 0
        slot.sightings.append(Sighting(lag: lag, found: max(0, found), weight: slot.step))
        guard slot.sightings.count >= Self.mostOfSecond else { return }
        slot.step *= 2
        slot.sightings = slot.sightings.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        for index in slot.sightings.indices { slot.sightings[index].weight = slot.step }
    }

    /// The longest hold that half of the lines do not notice.
    func automatic(now: Int64) -> Int64 {
        let settled = (now - Self.settling) / 1000
        let all = slots.flatMap { $0.key <= settled ? $0.value.sightings : [] }
        let total = all.reduce(0) { $0 + $1.weight }
        guard total >= Self.fewest else { return expected ?? Self.first }
        // Where reading takes longer than that anyway, holding adds nothing to what half of them take.
        let bearable = max(Self.usual, Self.quantile(0.5, all.map { ($0.found, $0.weight) }))
        let soon = all.filter { $0.found <= bearable }.map { (-$0.lag, $0.weight) }
        let latest = -Self.quantile(min(1, Self.part * Double(total) / Double(max(1, soon.reduce(0) { $0 + $1.1 }))), soon)
        let patient = Self.quantile(0.05, all.map { ($0.lag, $0.weight) }) + Self.most
        // Nobody is waited for who has come.
        return min(max(0, latest) + bearable, patient, Self.quantile(0.99, all.map { ($0.lag + $0.found, $0.weight) }) + 50)
    }

    /// One with which nearly all lines are in order.
    ///
    /// - Parameter reach: how old lines may be when they are read, by the lag seen so far.
    func ordered(reach: Int64) -> Int64 {
        let latest = slots.values.flatMap(\.sightings).map { $0.lag + $0.found }.max() ?? 0
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
