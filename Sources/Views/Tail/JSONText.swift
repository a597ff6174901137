/// JSON written straight into bytes: what a line costs is what its bytes cost to copy, without a string for each value.
enum JSONText {
    static func append(_ number: Int64, to bytes: inout [UInt8]) {
        guard number >= 0 else { return bytes.append(contentsOf: String(number).utf8) }
        let begin = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[begin...].reverse()
    }

    /// With its quotes; null where there is none.
    static func append(_ value: String?, to bytes: inout [UInt8]) {
        guard var value else { return bytes.append(contentsOf: "null".utf8) }
        bytes.append(UInt8(ascii: "\""))
        value.withUTF8 { text in
            var begin = 0
            while begin < text.count {
                let end = firstEscaped(text, from: begin)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[begin..<end]))
                guard end < text.count else { break }
                appendEscaped(text[end], to: &bytes)
                begin = end + 1
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Where the next byte is that cannot stand in a string as it is; the end where there is none. Eight bytes at a time:
    /// nearly all need nothing.
    private static func firstEscaped(_ text: UnsafeBufferPointer<UInt8>, from begin: Int) -> Int {
        let raw = UnsafeRawBufferPointer(text)
        var index = begin
        while index + 8 <= text.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // The lowest of these bits is right; those above it may come from a borrow.
            let found = (below0x20(word) | zero(word ^ 0x2222_2222_2222_2222) | zero(word ^ 0x5C5C_5C5C_5C5C_5C5C))
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < text.count, !needsEscape(text[index]) { index += 1 }
        return index
    }

    /// The high bit of each byte that is a control character.
    private static func below0x20(_ word: UInt64) -> UInt64 {
        (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
    }

    /// The high bit of each byte that is zero.
    private static func zero(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: byte < 0x10 ? "u000".utf8 : "u001".utf8)
            let digit = byte & 0xF
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
