/// Keys out of the bytes a terminal sends. What is no key of ours is passed over whole, so that a function key does not
/// act as the letters it is made of.
struct KeyReader {
    enum Key: Hashable {
        case up, down, pageUp, pageDown, top, bottom, quit, redraw
    }

    /// The beginning of a sequence whose end has not come yet.
    private var pending: [UInt8] = []

    mutating func keys(_ bytes: some Sequence<UInt8>) -> [Key] {
        var rest = (pending + bytes)[...]
        pending = []
        var keys: [Key] = []
        while let byte = rest.first {
            guard byte == 0x1B else {
                rest.removeFirst()
                if let key = Self.letters[byte] { keys.append(key) }
                continue
            }
            guard let length = Self.sequenceLength(rest) else {
                pending = Array(rest)
                break
            }
            if let key = Self.sequences[String(decoding: rest.dropFirst(2).prefix(max(0, length - 2)), as: UTF8.self)] {
                keys.append(key)
            }
            rest = rest.dropFirst(length)
        }
        return keys
    }

    // MARK: -

    private static let letters: [UInt8: Key] = [
        UInt8(ascii: "k"): .up, UInt8(ascii: "j"): .down, UInt8(ascii: "b"): .pageUp, UInt8(ascii: "f"): .pageDown,
        UInt8(ascii: " "): .pageDown, UInt8(ascii: "g"): .top, UInt8(ascii: "G"): .bottom, UInt8(ascii: "q"): .quit,
        UInt8(ascii: "Q"): .quit, 0x0C: .redraw,
    ]

    /// Behind `ESC [` or `ESC O` (xterm ctlseqs, "PC-Style Function Keys").
    private static let sequences: [String: Key] = [
        "A": .up, "B": .down, "5~": .pageUp, "6~": .pageDown, "H": .top, "F": .bottom, "1~": .top, "4~": .bottom,
    ]

    /// Bytes of the sequence at the front; nil while its end is missing. An escape before anything else stands alone.
    private static func sequenceLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let second = bytes.dropFirst().first else { return nil }
        if second == UInt8(ascii: "O") { return bytes.count >= 3 ? 3 : nil }
        guard second == UInt8(ascii: "[") else { return 1 }
        return bytes.dropFirst(2).firstIndex { (0x40...0x7E).contains($0) }.map {
            bytes.distance(from: bytes.startIndex, to: $0) + 1
        }
    }
}
