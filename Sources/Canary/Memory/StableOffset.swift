import Basics

/// When a host begins within the time that all hosts share: the same at every run, and another on every host.
package enum StableOffset {
    /// Between zero and `span`, to the millisecond, decided by the words alone.
    ///
    /// FNV-1a (Fowler, Noll, Vo) with MurmurHash3's last step: names that differ in one letter are far apart.
    package static func of(_ words: [String], within span: Duration) -> Duration {
        let limit = UInt64(max(0, span.milliseconds))
        guard limit > 0 else { return .zero }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in words.joined(separator: "\n").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        hash ^= hash >> 33
        hash = hash &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 33
        return .milliseconds(Int64(hash % limit))
    }
}
