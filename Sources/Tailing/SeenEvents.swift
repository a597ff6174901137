/// Which events of a group were shown, so that reading a stretch of time again shows only what is new.
///
/// Ids are remembered as digests with their timestamps, and forgotten when no read will reach back to them.
struct SeenEvents: Sendable, Hashable {
    /// By second of the timestamp: forgetting is dropping whole seconds.
    private var seconds: [Int64: Set<LineDigest>] = [:]
    private var oldest = Int64.max

    private(set) var count = 0

    /// Whether it is new, which it is only once.
    mutating func insert(_ id: String, timestamp: Int64) -> Bool {
        insert(LineDigest(id), second: timestamp / 1000)
    }

    /// As if it had not been inserted.
    mutating func remove(_ digest: LineDigest, timestamp: Int64) {
        guard seconds[timestamp / 1000]?.remove(digest) != nil else { return }
        count -= 1
        if seconds[timestamp / 1000]?.isEmpty == true { seconds[timestamp / 1000] = nil }
    }

    func contains(_ id: String, timestamp: Int64) -> Bool {
        seconds[timestamp / 1000]?.contains(LineDigest(id)) ?? false
    }

    /// Forgets everything before a moment, to the second.
    mutating func forget(before timestamp: Int64) {
        let limit = timestamp / 1000
        guard oldest < limit else { return }
        seconds = seconds.filter { $0.key >= limit }
        oldest = seconds.keys.min() ?? .max
        count = seconds.values.reduce(0) { $0 + $1.count }
    }

    @discardableResult
    private mutating func insert(_ digest: LineDigest, second: Int64) -> Bool {
        oldest = min(oldest, second)
        let isNew = seconds[second, default: []].insert(digest).inserted
        if isNew { count += 1 }
        return isNew
    }
}

/// As an object: seconds since 1970, and the digests of each one after the other.
extension SeenEvents: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        for (second, text) in try container.decode([Int: String].self) {
            var rest = text[...]
            while !rest.isEmpty {
                guard let digest = LineDigest(text: rest.prefix(32)) else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "no digest of 32 digits")
                }
                insert(digest, second: Int64(second))
                rest = rest.dropFirst(32)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            [Int: String](
                uniqueKeysWithValues: seconds.map { second, digests in
                    var text = ""
                    text.reserveCapacity(digests.count * 32)
                    for digest in digests { text += digest.text }
                    return (Int(second), text)
                }))
    }
}
