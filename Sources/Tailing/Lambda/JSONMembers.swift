/// The members of a JSON object in the order in which they were written, each value as it stands there.
///
/// A log line is read once and thrown away: a decoder that builds a tree of it costs more than all the rest, and loses
/// the order, which is what people who wrote the line had in mind.
package struct JSONMembers: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package var name: String
        /// A string's own text; everything else as written.
        package var value: String
        package var isString: Bool

        /// Its members, when it is an object.
        package var members: JSONMembers? { isString ? nil : JSONMembers(value) }
    }

    package private(set) var all: [Member] = []

    /// Nil for what is no JSON object, or is one and more behind it.
    package init?(_ text: String) {
        // Most lines are no JSON: their first byte says so.
        guard text.utf8.first(where: { !JSONCursor.isSpace($0) }) == UInt8(ascii: "{") else { return nil }
        var text = text
        let found = text.withUTF8 { bytes -> [Member]? in
            var cursor = JSONCursor(bytes)
            return cursor.object()
        }
        guard let found else { return nil }
        all = found
    }

    package subscript(_ name: String) -> Member? { all.first { $0.name == name } }
}

/// Walks over bytes; whatever they are, it stops at their end.
private struct JSONCursor {
    /// As deep as a line may be nested: far more than people read, and far less than what would exhaust the stack.
    private static let deepest = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// The whole text as one object.
    mutating func object() -> [JSONMembers.Member]? {
        var members: [JSONMembers.Member] = []
        guard take("{") else { return nil }
        if !take("}") {
            repeat {
                guard let name = string(), take(":") else { return nil }
                skipSpace()
                let start = position
                if peek == UInt8(ascii: "\"") {
                    guard let value = string() else { return nil }
                    members.append(.init(name: name, value: value, isString: true))
                } else {
                    guard skipValue(depth: 0) else { return nil }
                    members.append(.init(name: name, value: text(start..<position), isString: false))
                }
            } while take(",")
            guard take("}") else { return nil }
        }
        skipSpace()
        return position == bytes.count ? members : nil
    }

    // MARK: -

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, Self.isSpace(byte) { position += 1 }
    }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: letter) else { return false }
        position += 1
        return true
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private mutating func string() -> String? {
        skipSpace()
        guard peek == UInt8(ascii: "\"") else { return nil }
        let start = position + 1
        guard skipString() else { return nil }
        let inside = start..<position - 1
        guard bytes[inside].contains(UInt8(ascii: "\\")) else { return text(inside) }
        return unescaped(inside)
    }

    /// Over a string, with its quotes. False for one that does not end, or holds what must be escaped.
    private mutating func skipString() -> Bool {
        position += 1
        while let byte = peek {
            position += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
            if byte == UInt8(ascii: "\\") { position += 1 }
        }
        position = min(position, bytes.count)
        return false
    }

    private mutating func skipValue(depth: Int) -> Bool {
        skipSpace()
        guard depth < Self.deepest, let byte = peek else { return false }
        switch byte {
        case UInt8(ascii: "\""): return skipString()
        case UInt8(ascii: "{"): return skipList(until: "}", depth: depth, isObject: true)
        case UInt8(ascii: "["): return skipList(until: "]", depth: depth, isObject: false)
        default: return skipWord()
        }
    }

    private mutating func skipList(until end: Unicode.Scalar, depth: Int, isObject: Bool) -> Bool {
        position += 1
        if take(end) { return true }
        repeat {
            if isObject {
                skipSpace()
                guard peek == UInt8(ascii: "\""), skipString(), take(":") else { return false }
            }
            guard skipValue(depth: depth + 1) else { return false }
        } while take(",")
        return take(end)
    }

    /// A number, `true`, `false` or `null`.
    private mutating func skipWord() -> Bool {
        let start = position
        while let byte = peek, byte > 0x20, !",]}".utf8.contains(byte) { position += 1 }
        let word = text(start..<position)
        // Swift reads `nan` and `0x1p3` as numbers too, JSON does not.
        return ["true", "false", "null"].contains(word)
            || Double(word) != nil && word.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
    }

    private func unescaped(_ range: Range<Int>) -> String? {
        var out: [UInt16] = []
        out.reserveCapacity(range.count)
        var index = range.lowerBound
        var plain = index
        func flush(to end: Int, into out: inout [UInt16]) {
            if plain < end { out += text(plain..<end).utf16 }
        }
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            flush(to: index, into: &out)
            guard index + 1 < range.upperBound else { return nil }
            let letter = bytes[index + 1]
            index += 2
            switch letter {
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(UInt16(letter))
            case UInt8(ascii: "u"):
                guard index + 4 <= range.upperBound, let unit = UInt16(text(index..<index + 4), radix: 16) else { return nil }
                out.append(unit)
                index += 4
            default: return nil
            }
            plain = index
        }
        flush(to: index, into: &out)
        // A lone surrogate becomes the replacement character.
        return String(decoding: out, as: UTF16.self)
    }
}
