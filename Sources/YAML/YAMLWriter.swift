/// A document to be written, its mappings in the order in which they are to stand.
package indirect enum YAMLDraft: Sendable, Hashable {
    /// A number, `true` or `false`, as it is to be written.
    case bare(String)
    case text(String)
    case sequence([YAMLDraft])
    case mapping([Member])

    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: YAMLDraft

        package init(_ key: String, _ value: YAMLDraft) {
            self.key = key
            self.value = value
        }
    }
}

/// Writes YAML that people edit: block style, text without quotes where it needs none, several lines as a block scalar.
///
/// libyaml's own emitter is not used: it chooses the style of a whole scalar from flags, breaks long lines by its own
/// measure, and its state machine in C would be larger than this.
package enum YAMLWriter {
    /// With a line break at its end.
    package static func text(_ document: YAMLDraft) -> String {
        var writer = Writer()
        writer.write(document, indent: 0, isInSequence: false)
        let body = writer.output.drop { $0 == "\n" || $0 == " " }
        return body.hasSuffix("\n") ? String(body) : body + "\n"
    }

    private struct Writer {
        var output = ""

        /// What follows a key or a dash; collections begin on a line of their own, or in the dash's.
        mutating func write(_ value: YAMLDraft, indent: Int, isInSequence: Bool) {
            switch value {
            case .bare(let text): output += " " + text
            case .text(let text): output += " " + YAMLScalar.text(text, indent: indent)
            case .sequence(let items) where items.isEmpty: output += " []"
            case .mapping(let members) where members.isEmpty: output += " {}"
            case .sequence(let items):
                for item in items {
                    newLine(indent)
                    output += "-"
                    write(item, indent: indent + 2, isInSequence: true)
                }
            case .mapping(let members):
                for (index, member) in members.enumerated() {
                    if index == 0, isInSequence { output += " " } else { newLine(indent) }
                    output += YAMLScalar.key(member.key) + ":"
                    // A list may stand under its key as far to the left as the key; people indent it.
                    write(member.value, indent: indent + 2, isInSequence: false)
                }
            }
        }

        private mutating func newLine(_ indent: Int) {
            // A block scalar that keeps its last line breaks has ended the line itself.
            if !output.hasSuffix("\n") { output += "\n" }
            output += String(repeating: " ", count: indent)
        }
    }
}

/// One scalar, in the plainest style that reads back as the same text.
enum YAMLScalar {
    static func key(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    static func text(_ text: String, indent: Int) -> String {
        if isPlain(text) { return text }
        return isBlock(text) ? block(text, indent: indent) : quoted(text)
    }

    // MARK: Plain

    private static let indicators = Set("-?:,[]{}#&*!|>'\"%@`")
    /// YAML 1.1's words for nothing, yes and no, so that older readers see text as well.
    private static let words: Set = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "="]

    static func isPlain(_ text: String) -> Bool {
        guard let first = text.first, let last = text.last, !indicators.contains(first), !words.contains(text.lowercased()),
            first != " ", last != " ", last != ":", !looksLikeNumber(text), text.unicodeScalars.allSatisfy(isPrintable),
            !text.hasPrefix("---"), !text.hasPrefix("...")
        else { return false }
        // By scalars: a combining mark behind a blank must not hide it.
        var previous: Unicode.Scalar = "a"
        for scalar in text.unicodeScalars {
            if scalar == "#", previous == " " { return false }
            if scalar == " ", previous == ":" { return false }
            previous = scalar
        }
        return text.unicodeScalars.first != " " && text.unicodeScalars.last != " "
    }

    /// Numbers, times and dates of YAML 1.1 and 1.2, and more that nobody would miss the quotes of.
    private static func looksLikeNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        let startsSo = (0x30...0x39).contains(first) || first == UInt8(ascii: "+") || first == UInt8(ascii: ".")
        return startsSo && text.utf8.allSatisfy { "0123456789abcdefABCDEFxXoOTZtz_+-.:infINFaA ".utf8.contains($0) }
    }

    /// What may stand in a stream as it is and is no line break (YAML 1.1, `c-printable`; libyaml breaks lines at NEL, LS and
    /// PS too).
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    // MARK: Block

    /// Several lines, none of which would be taken for something else.
    private static func isBlock(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first(where: { $0 != "\n" }), first != " ", scalars.contains("\n"),
            scalars.allSatisfy({ $0 == "\n" || isPrintable($0) })
        else { return false }
        return true
    }

    private static func block(_ text: String, indent: Int) -> String {
        let scalars = text.unicodeScalars
        let trailing = scalars.reversed().prefix { $0 == "\n" }.count
        let chomping = trailing == 0 ? "-" : trailing == 1 ? "" : "+"
        var lines = scalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        if trailing > 0 { lines.removeLast() }
        let pad = String(repeating: " ", count: indent)
        let body = lines.map { $0.isEmpty ? "" : pad + $0 }.joined(separator: "\n")
        // At the very end the document's own last line break would be one too many.
        return "|\(chomping)\n\(body)" + (trailing > 1 ? "\n" : "")
    }

    // MARK: Quoted

    private static func quoted(_ text: String) -> String {
        var output = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\t": output += "\\t"
            case "\r": output += "\\r"
            case _ where isPrintable(scalar): output.unicodeScalars.append(scalar)
            default: output += escape(scalar.value)
            }
        }
        return output + "\""
    }

    private static func escape(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        let width = value > 0xFFFF ? 8 : value > 0xFF ? 4 : 2
        return (width == 8 ? "\\U" : width == 4 ? "\\u" : "\\x") + String(repeating: "0", count: width - digits.count) + digits
    }
}
