/// What an event id, or a line without one, is remembered by: 128 bits, so that a day's lines are told apart.
///
/// FNV-1a and a multiplicative hash with another start, side by side. What is hashed comes from CloudWatch, not from an
/// enemy. The same in every run: cursors hold it.
struct LineDigest: Hashable, Sendable {
    private(set) var high: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var low: UInt64 = 0x9e37_79b9_7f4a_7c15

    init(_ id: String) {
        add(id)
    }

    /// A line as a live tail tells it.
    init(live line: LogLine) {
        add(line.stream)
        addNumber(UInt64(bitPattern: line.timestamp))
        addNumber(UInt64(bitPattern: line.ingestionTime))
        add(line.message)
    }

    /// From `text`; nil where it is something else.
    init?(text: some StringProtocol) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.dropFirst(16), radix: 16)
        else { return nil }
        self.high = high
        self.low = low
    }

    /// 32 hexadecimal digits.
    var text: String { Self.sixteen(high) + Self.sixteen(low) }

    private static func sixteen(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private mutating func add(_ text: String) {
        for byte in text.utf8 { addByte(byte) }
        // So that `ab` `c` is not `a` `bc`.
        addByte(0xFF)
    }

    private mutating func addNumber(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { addByte(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func addByte(_ byte: UInt8) {
        high = (high ^ UInt64(byte)) &* 0x100_0000_01b3
        low = (low &+ UInt64(byte)) &* 0xff51_afd7_ed55_8ccd
        low ^= low >> 29
    }
}
