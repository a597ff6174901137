import FoundationEssentials

/// Walks over JSON text without building a tree: for answers so large that `JSONDecoder`'s tree is what they cost.
///
/// As strict as RFC 8259 about the structure. About text it is more lenient, because a log holds whatever a program wrote:
/// bytes that are no UTF-8, and surrogates without their other half, come out as U+FFFD instead of ending the read.
struct JSONScan {
    struct Failure: Error, CustomStringConvertible {
        var expected: String
        var offset: Int

        var description: String { "expected \(expected) at byte \(offset)" }
    }

    /// Deeper nesting is refused: nothing that is read here has any.
    static let deepest = 128

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var offset = 0
    /// Where text with escapes is put together.
    private var unescaped: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    func failure(_ expected: String) -> Failure { Failure(expected: expected, offset: offset) }

    /// The next byte that is no white space; nil at the end.
    mutating func peek() -> UInt8? {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            case let byte: return byte
            }
        }
        return nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        offset += 1
        return true
    }

    mutating func expect(_ byte: UInt8) throws(Failure) {
        guard take(byte) else { throw failure("`\(Character(UnicodeScalar(byte)))`") }
    }

    mutating func end() throws(Failure) {
        if peek() != nil { throw failure("the end") }
    }

    /// Reads an object: `member` is given each name's bytes, which hold until it reads on, and reads the value.
    mutating func object(
        _ member: (inout JSONScan, UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw failure("a name") }
            let (start, end, hasEscapes) = try span()
            try expect(UInt8(ascii: ":"))
            guard hasEscapes else {
                try member(&self, UnsafeBufferPointer(rebasing: bytes[start..<end]))
                continue
            }
            // An escaped name is rare, and may still be one that is looked for.
            var name = Array(try text(start, end).utf8)
            if name.isEmpty { name = [0] }
            let failed: Failure? = name.withUnsafeBufferPointer { name in
                do throws(Failure) {
                    try member(&self, name)
                    return nil
                } catch { return error }
            }
            if let failed { throw failed }
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    mutating func array(_ element: (inout JSONScan) throws(Failure) -> Void) throws(Failure) {
        try expect(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return }
        repeat { try element(&self) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// Whether there is a `null`, which is read then.
    mutating func null() throws(Failure) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    mutating func string() throws(Failure) -> String {
        let (start, end, hasEscapes) = try span()
        guard hasEscapes else {
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
        }
        return try text(start, end)
    }

    /// The string that is there, or the one given when they are equal: names repeat from event to event.
    mutating func string(orSameAs last: String?) throws(Failure) -> String {
        let (start, end, hasEscapes) = try span()
        if hasEscapes { return try text(start, end) }
        let found = UnsafeBufferPointer(rebasing: bytes[start..<end])
        if let last, last.utf8.count == found.count, last.utf8.elementsEqual(found) { return last }
        return String(decoding: found, as: UTF8.self)
    }

    /// A whole number of 64 bits; one with a fraction or an exponent is refused, as `JSONDecoder` refuses 1.5.
    mutating func integer() throws(Failure) -> Int64 {
        _ = peek()
        let start = offset
        let isNegative = offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let first = offset
        var value: Int64 = 0
        while offset < bytes.count, case let digit = bytes[offset] &- 48, digit < 10 {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, beyond) =
                isNegative
                ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
            guard !over, !beyond else { throw failure("a number of 64 bits") }
            value = sum
            offset += 1
        }
        let hasLeadingZero = offset - first > 1 && bytes[first] == 48
        let goesOn = offset < bytes.count && [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[offset])
        guard offset > first, !hasLeadingZero, !goesOn else {
            offset = start
            throw failure("a whole number")
        }
        return value
    }

    /// Passes over any value.
    mutating func skip(depth: Int = 0) throws(Failure) {
        guard depth < Self.deepest else { throw failure("no more nesting") }
        switch peek() {
        case UInt8(ascii: "\""):
            let (start, end, hasEscapes) = try span()
            if hasEscapes { _ = try text(start, end) }
        case UInt8(ascii: "{"):
            try object { (scan, _) throws(Failure) in try scan.skip(depth: depth + 1) }
        case UInt8(ascii: "["):
            try array { (scan) throws(Failure) in try scan.skip(depth: depth + 1) }
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    // MARK: -

    mutating func word(_ word: StaticString) throws(Failure) {
        let length = word.utf8CodeUnitCount
        guard offset + length <= bytes.count,
            (0..<length).allSatisfy({ bytes[offset + $0] == word.utf8Start[$0] })
        else { throw failure("a value") }
        offset += length
    }

    /// Any number, with or without a fraction.
    mutating func double() throws(Failure) -> Double {
        _ = peek()
        let start = offset
        try number()
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            offset = start
            throw failure("a number that a double can hold")
        }
        return value
    }

    private mutating func digits() throws(Failure) {
        let first = offset
        while offset < bytes.count, bytes[offset] &- 48 < 10 { offset += 1 }
        guard offset > first else { throw failure("a digit") }
    }

    private mutating func number() throws(Failure) {
        func at(_ byte: UInt8) -> Bool { offset < bytes.count && bytes[offset] == byte }
        if at(UInt8(ascii: "-")) { offset += 1 }
        if at(UInt8(ascii: "0")) { offset += 1 } else { try digits() }
        if at(UInt8(ascii: ".")) {
            offset += 1
            try digits()
        }
        if at(UInt8(ascii: "e")) || at(UInt8(ascii: "E")) {
            offset += 1
            if at(UInt8(ascii: "+")) || at(UInt8(ascii: "-")) { offset += 1 }
            try digits()
        }
    }

    /// Where a string's content begins and ends, and whether there is a backslash in it.
    private mutating func span() throws(Failure) -> (start: Int, end: Int, hasEscapes: Bool) {
        try expect(UInt8(ascii: "\""))
        let start = offset
        var hasEscapes = false
        let base = UnsafeRawPointer(bytes.baseAddress!)
        while true {
            // Eight bytes at a time while none of them is a quotation mark, a backslash or a control character. (The
            // usual test for a zero byte; a false alarm costs only the slow look below.)
            while offset + 8 <= bytes.count {
                let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                let quote = word ^ 0x2222_2222_2222_2222
                let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
                let ones: UInt64 = 0x0101_0101_0101_0101
                let found =
                    ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | ((word &- (ones &* 0x20)) & ~word)
                if found & 0x8080_8080_8080_8080 != 0 { break }
                offset += 8
            }
            guard offset < bytes.count else { throw failure("the end of a string") }
            let limit = min(offset + 8, bytes.count)
            while offset < limit {
                let byte = bytes[offset]
                if byte == UInt8(ascii: "\"") {
                    offset += 1
                    return (start, offset - 1, hasEscapes)
                }
                if byte == UInt8(ascii: "\\") {
                    hasEscapes = true
                    guard offset + 1 < bytes.count else { throw failure("the end of an escape") }
                    offset += 2
                    continue
                }
                guard byte >= 0x20 else { throw failure("no control character in a string") }
                offset += 1
            }
        }
    }

    /// A string's content with its escapes read.
    private mutating func text(_ start: Int, _ end: Int) throws(Failure) -> String {
        unescaped.removeAll(keepingCapacity: true)
        var at = start
        while at < end {
            var plain = at
            while plain < end, bytes[plain] != UInt8(ascii: "\\") { plain += 1 }
            unescaped.append(contentsOf: bytes[at..<plain])
            at = plain
            guard at < end else { break }
            // `span` has seen to it that something follows.
            let escape = bytes[at + 1]
            at += 2
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(escape)
            case UInt8(ascii: "n"): unescaped.append(0x0A)
            case UInt8(ascii: "t"): unescaped.append(0x09)
            case UInt8(ascii: "r"): unescaped.append(0x0D)
            case UInt8(ascii: "b"): unescaped.append(0x08)
            case UInt8(ascii: "f"): unescaped.append(0x0C)
            case UInt8(ascii: "u"):
                var unit = try hexadecimal(&at, end)
                if unit >> 10 == 0x36, at + 1 < end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
                    var next = at + 2
                    let low = try hexadecimal(&next, end)
                    if low >> 10 == 0x37 {
                        at = next
                        unit = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
                    }
                }
                unescaped.append(contentsOf: UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")!)
            default:
                offset = at - 1
                throw failure("an escape")
            }
        }
        return String(decoding: unescaped, as: UTF8.self)
    }

    private mutating func hexadecimal(_ at: inout Int, _ end: Int) throws(Failure) -> UInt32 {
        guard at + 4 <= end else {
            offset = at
            throw failure("four hexadecimal digits")
        }
        var value: UInt32 = 0
        for byte in bytes[at..<at + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - 87
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - 55
            default:
                offset = at
                throw failure("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        at += 4
        return value
    }
}
