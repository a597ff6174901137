/// Tells the same event twice: once from a live tail, whose events have no id, and once from a read, whose events do.
///
/// Equal lines of one stream in one millisecond are common (`END`, blank lines), so they are counted, not just noted:
/// a multiset, in which each sighting by one side answers one sighting by the other.
struct LiveMatches: Sendable, Hashable {
    private struct Key: Hashable {
        var digest: LineDigest
        var timestamp: Int64
    }

    /// Shown by the live tail, and not yet met by a read (above zero), or the other way round (below).
    private var balance: [Key: Int] = [:]

    var count: Int { balance.count }

    /// - Returns: whether the line is to be shown.
    mutating func sawLive(_ line: LogLine) -> Bool {
        settle(Self.key(line), by: 1)
    }

    /// For a line whose id is new.
    ///
    /// - Returns: whether the line is to be shown.
    mutating func read(_ line: LogLine) -> Bool {
        settle(Self.key(line), by: -1)
    }

    /// As if the live tail had not told it.
    mutating func remove(_ digest: LineDigest, timestamp: Int64) {
        _ = settle(Key(digest: digest, timestamp: timestamp), by: -1)
    }

    mutating func forget(before timestamp: Int64) {
        balance = balance.filter { $0.key.timestamp >= timestamp }
    }

    private mutating func settle(_ key: Key, by step: Int) -> Bool {
        let before = balance[key, default: 0]
        let after = before + step
        balance[key] = after == 0 ? nil : after
        // Away from zero: the other side has not shown this one.
        return abs(after) > abs(before)
    }

    private static func key(_ line: LogLine) -> Key {
        Key(digest: LineDigest(live: line), timestamp: line.timestamp)
    }
}

/// As an object: digest and timestamp with a dash between them, and how often.
extension LiveMatches: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        for (text, number) in try container.decode([String: Int].self) {
            let parts = text.split(separator: "-", maxSplits: 1)
            guard parts.count == 2, let digest = LineDigest(text: parts[0]), let timestamp = Int64(parts[1]), number != 0
            else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "no digest with a time") }
            balance[Key(digest: digest, timestamp: timestamp)] = number
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            [String: Int](uniqueKeysWithValues: balance.map { ("\($0.key.digest.text)-\($0.key.timestamp)", $0.value) }))
    }
}
