package import Basics

/// Parses JSON text (RFC 8259) into the same nodes as ``YAMLDocument``, each with its place.
///
/// libyaml reads most JSON, but not all: it refuses tabs, and makes two letters of an escaped pair of surrogates.
package enum JSONDocument {
    /// Deeper than any file people write, and far from the end of a thread's stack.
    private static let maximumDepth = 256

    /// - Returns: the root, or nil for a file with nothing in it.
    /// - Throws: ``Problem`` with what was expected, and where.
    package static func parse(_ text: String, file: String) throws(Problem) -> YAMLNode? {
        var bytes = Array(text.utf8)
        // So that looking at the next byte needs no look at the end; a NUL is no JSON anyway.
        bytes.append(0)
        var scan = Scan(bytes: bytes, file: file)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { scan.skip(3) }
        scan.skipSpace()
        guard !scan.isAtEnd else { return nil }
        let root = try scan.value(depth: 0)
        scan.skipSpace()
        guard scan.isAtEnd else { throw scan.problem("something follows the document's end") }
        return root
    }

    private struct Scan {
        let bytes: [UInt8]
        let file: String
        private var next = 0
        private var line = 1
        /// Where the column is 1, moved on by every byte that begins no letter.
        private var lineStart = 0

        init(bytes: [UInt8], file: String) {
            self.bytes = bytes
            self.file = file
        }

        var isAtEnd: Bool { next == bytes.count - 1 }
        private var mark: YAMLMark { YAMLMark(line: line, column: next - lineStart + 1) }

        func problem(_ cause: String, hint: String? = nil, at place: YAMLMark? = nil) -> Problem {
            let place = place ?? mark
            return Problem(
                .configuration, "not valid JSON", cause: cause, hint: hint,
                location: .init(file: file, line: place.line, column: place.column))
        }

        mutating func skip(_ count: Int) {
            next += count
            lineStart += count
        }

        mutating func skipSpace() {
            while true {
                switch bytes[next] {
                case UInt8(ascii: "\n"):
                    next += 1
                    line += 1
                    lineStart = next
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): next += 1
                default: return
                }
            }
        }

        mutating func value(depth: Int) throws(Problem) -> YAMLNode {
            guard depth < JSONDocument.maximumDepth else { throw problem("it is nested too deep") }
            let begin = mark
            switch bytes[next] {
            case UInt8(ascii: "{"): return try object(begin, depth: depth)
            case UInt8(ascii: "["): return try array(begin, depth: depth)
            case UInt8(ascii: "\""): return .scalar(try string(), isPlain: false, begin)
            case UInt8(ascii: "t"): return try word("true", begin)
            case UInt8(ascii: "f"): return try word("false", begin)
            case UInt8(ascii: "n"): return try word("null", begin)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .scalar(try number(), isPlain: true, begin)
            default: throw problem(isAtEnd ? "the document ends where a value is due" : "no value begins like this")
            }
        }

        private mutating func object(_ begin: YAMLMark, depth: Int) throws(Problem) -> YAMLNode {
            next += 1
            skipSpace()
            var pairs: [YAMLNode.Pair] = []
            if bytes[next] == UInt8(ascii: "}") {
                next += 1
                return .mapping(pairs, begin)
            }
            while true {
                let place = mark
                guard bytes[next] == UInt8(ascii: "\"") else {
                    let isComma = bytes[next] == UInt8(ascii: "}")
                    throw problem(isComma ? "a comma stands before }" : "a name in double quotes is due")
                }
                let key = YAMLNode.scalar(try string(), isPlain: false, place)
                skipSpace()
                guard bytes[next] == UInt8(ascii: ":") else { throw problem("a : is due after the name") }
                next += 1
                skipSpace()
                pairs.append(YAMLNode.Pair(key: key, value: try value(depth: depth + 1)))
                guard try another(before: UInt8(ascii: "}")) else { return .mapping(pairs, begin) }
            }
        }

        private mutating func array(_ begin: YAMLMark, depth: Int) throws(Problem) -> YAMLNode {
            next += 1
            skipSpace()
            var items: [YAMLNode] = []
            if bytes[next] == UInt8(ascii: "]") {
                next += 1
                return .sequence(items, begin)
            }
            while true {
                if bytes[next] == UInt8(ascii: "]") { throw problem("a comma stands before ]") }
                items.append(try value(depth: depth + 1))
                guard try another(before: UInt8(ascii: "]")) else { return .sequence(items, begin) }
            }
        }

        /// Whether a comma follows rather than the end.
        private mutating func another(before end: UInt8) throws(Problem) -> Bool {
            skipSpace()
            let byte = bytes[next]
            guard byte == end || byte == UInt8(ascii: ",") else {
                let closing = Character(Unicode.Scalar(end))
                throw problem(
                    isAtEnd ? "the document ends where \(closing) is due" : "a comma or \(closing) is due here")
            }
            next += 1
            skipSpace()
            return byte != end
        }

        private mutating func word(_ word: String, _ begin: YAMLMark) throws(Problem) -> YAMLNode {
            guard bytes[next...].starts(with: word.utf8) else { throw problem("no value begins like this") }
            next += word.utf8.count
            return .scalar(word, isPlain: true, begin)
        }

        private mutating func number() throws(Problem) -> String {
            let begin = next
            if bytes[next] == UInt8(ascii: "-") { next += 1 }
            if bytes[next] == UInt8(ascii: "0") { next += 1 } else { try digits() }
            if bytes[next] == UInt8(ascii: ".") {
                next += 1
                try digits()
            }
            if bytes[next] | 0x20 == UInt8(ascii: "e") {
                next += 1
                if bytes[next] == UInt8(ascii: "+") || bytes[next] == UInt8(ascii: "-") { next += 1 }
                try digits()
            }
            return String(decoding: bytes[begin..<next], as: UTF8.self)
        }

        private mutating func digits() throws(Problem) {
            let begin = next
            while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[next]) { next += 1 }
            if next == begin { throw problem("a digit is due here") }
        }

        private mutating func string() throws(Problem) -> String {
            let begin = mark
            next += 1
            var text = ""
            var run = next
            while true {
                let byte = bytes[next]
                switch byte {
                case UInt8(ascii: "\""):
                    text += String(decoding: bytes[run..<next], as: UTF8.self)
                    next += 1
                    return text
                case UInt8(ascii: "\\"):
                    text += String(decoding: bytes[run..<next], as: UTF8.self)
                    text.unicodeScalars.append(try escape())
                    run = next
                case 0..<0x20:
                    if isAtEnd { throw problem("this string has no end", at: begin) }
                    throw problem(
                        "a string holds a control character", hint: byte == 0x0A ? "write a line's end as \\n" : nil)
                default:
                    // A byte that goes on with a letter takes no column of its own.
                    if byte & 0xC0 == 0x80 { lineStart += 1 }
                    next += 1
                }
            }
        }

        private mutating func escape() throws(Problem) -> Unicode.Scalar {
            let place = mark
            next += 2
            switch bytes[next - 1] {
            case UInt8(ascii: "\""): return "\""
            case UInt8(ascii: "\\"): return "\\"
            case UInt8(ascii: "/"): return "/"
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"): break
            default:
                next -= 1
                throw problem("no escape is written like this", hint: "a backslash itself is written \\\\", at: place)
            }
            let first = try hexadecimal(place)
            if let scalar = Unicode.Scalar(first) { return scalar }
            // One half of a letter beyond the first plane: the other half must follow.
            guard (0xD800..<0xDC00).contains(first), bytes[next] == UInt8(ascii: "\\"), bytes[next + 1] == UInt8(ascii: "u")
            else { throw problem("half of a surrogate pair", at: place) }
            next += 2
            let second = try hexadecimal(place)
            guard (0xDC00..<0xE000).contains(second) else { throw problem("half of a surrogate pair", at: place) }
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
        }

        private mutating func hexadecimal(_ place: YAMLMark) throws(Problem) -> UInt32 {
            var value: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = Character(Unicode.Scalar(bytes[next])).hexDigitValue else {
                    throw problem("four hexadecimal digits are due after \\u", at: place)
                }
                value = value << 4 + UInt32(digit)
                next += 1
            }
            return value
        }
    }
}
