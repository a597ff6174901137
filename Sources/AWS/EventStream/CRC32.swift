import FoundationEssentials

/// The checksum of gzip and Ethernet (reversed polynomial 0xEDB88320), which event streams guard their frames with.
struct CRC32: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~state }

    /// For each byte, what eight steps of the division make of it.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
    }

    mutating func update(_ bytes: some Sequence<UInt8>) {
        var state = state
        // One look at the table for all bytes: a lookup of the static would be paid for each.
        Self.table.withUnsafeBufferPointer { table in
            for byte in bytes { state = table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8 }
        }
        self.state = state
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }
}
