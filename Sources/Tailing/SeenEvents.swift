/// Which events of a group were shown, so that reading a stretch of time again shows only what is new.
///
/// Ids are remembered as 128-bit digests with their timestamps, and forgotten when no read will reach back to them.
struct SeenEvents: Sendable {
    private struct Digest: Hashable {
        var high: UInt64
        var low: UInt64
    }

    /// By second of the timestamp: forgetting is dropping whole seconds.
    private var seconds: [Int64: Set<Digest>] = [:]
    private var oldest = Int64.max

    var count: Int { seconds.values.reduce(0) { $0 + $1.count } }

    /// Whether it is new, which it is only once.
    mutating func insert(_ id: String, timestamp: Int64) -> Bool {
        let second = timestamp / 1000
        oldest = min(oldest, second)
        return seconds[second, default: []].insert(Self.digest(id)).inserted
    }

    /// Forgets everything before a moment.
    mutating func forget(before timestamp: Int64) {
        let limit = timestamp / 1000
        guard oldest < limit else { return }
        seconds = seconds.filter { $0.key >= limit }
        oldest = seconds.keys.min() ?? .max
    }

    /// FNV-1a and a multiplicative hash with another start, side by side. Ids come from CloudWatch, not from an enemy.
    private static func digest(_ id: String) -> Digest {
        var high: UInt64 = 0xcbf2_9ce4_8422_2325
        var low: UInt64 = 0x9e37_79b9_7f4a_7c15
        for byte in id.utf8 {
            high = (high ^ UInt64(byte)) &* 0x100_0000_01b3
            low = (low &+ UInt64(byte)) &* 0xff51_afd7_ed55_8ccd
            low ^= low >> 29
        }
        return Digest(high: high, low: low)
    }
}
