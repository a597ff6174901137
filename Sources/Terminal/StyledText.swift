/// Text with its meaning beside it. Views build it; colours are chosen, and escapes written, only when it reaches a terminal.
package struct StyledText: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// What a span means, never how it looks.
    package enum Tag: Sendable, Hashable {
        case plain, good, bad, warning, faint, strong, heading
        /// A picture made of letters, which moves with every look.
        case graph
        /// A name that keeps its colour wherever it appears: a Region, a log group.
        case name(String)
        /// Not what it was a moment ago; it keeps its own colour.
        indirect case changed(Tag)
    }

    package struct Span: Sendable, Hashable {
        package var text: String
        package var tag: Tag
    }

    package private(set) var spans: [Span]

    package init(_ text: String = "", _ tag: Tag = .plain) {
        spans = text.isEmpty ? [] : [Span(text: text, tag: tag)]
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.text
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var text = StyledText()

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            text += StyledText(literal)
        }

        package mutating func appendInterpolation(_ value: some CustomStringConvertible, _ tag: Tag = .plain) {
            text += StyledText(value.description, tag)
        }

        package mutating func appendInterpolation(_ value: StyledText) {
            text += value
        }
    }

    package static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum += right
        return sum
    }

    package static func += (left: inout StyledText, right: StyledText) {
        left.spans += right.spans
    }

    /// The words alone.
    package var plain: String { spans.map(\.text).joined() }

    /// Columns it takes on a terminal.
    package var width: Int { spans.reduce(0) { $0 + displayWidth(of: $1.text) } }

    package func padded(to width: Int, alignment: Alignment = .left) -> StyledText {
        let missing = max(0, width - self.width)
        let space = StyledText(String(repeating: " ", count: missing))
        return alignment == .left ? self + space : space + self
    }

    package enum Alignment: Sendable {
        case left, right
    }

    /// Lines of at most `width` columns, broken between words; those after the first begin with `indent` blanks.
    /// A word longer than a line stays whole: a name or a command is of no use in pieces.
    package func wrapped(to width: Int, indent: Int = 0) -> [StyledText] {
        guard self.width > width else { return [self] }
        var lines: [StyledText] = []
        var line = StyledText()
        var isFresh = true
        for (space, word) in words {
            if !isFresh, line.width + space.width + word.width > width {
                lines.append(line)
                line = StyledText(String(repeating: " ", count: indent)) + word
            } else {
                line += space + word
            }
            isFresh = false
        }
        return lines + [line]
    }

    /// As ``wrapped(to:indent:)``, but a word longer than a line is broken too: for prose and other people's words,
    /// which nobody copies.
    package func fitted(to width: Int, indent: Int = 0) -> [StyledText] {
        wrapped(to: width, indent: indent).flatMap { line -> [StyledText] in
            guard line.width > width, width > indent else { return [line] }
            let (first, rest) = line.split(at: width)
            let margin = StyledText(String(repeating: " ", count: indent))
            return [first] + (rest.spans.isEmpty ? [] : rest.pieces(of: width - indent).map { margin + $0 })
        }
    }

    /// Cut into pieces of at most `width` columns, wherever that falls; what a terminal makes of a line that is too long.
    package func pieces(of width: Int) -> [StyledText] {
        guard width > 0, self.width > width else { return [self] }
        var pieces: [StyledText] = []
        var rest = self
        while rest.width > width {
            let (first, more) = rest.split(at: width)
            pieces.append(first)
            rest = more
        }
        return pieces + (rest.spans.isEmpty ? [] : [rest])
    }

    /// The first `width` columns, and what follows. A letter two columns wide that no longer fits goes behind the cut;
    /// at least one letter stays before it.
    private func split(at width: Int) -> (StyledText, StyledText) {
        var first = StyledText()
        var rest = StyledText()
        var room = width
        var isFull = false
        for span in spans {
            var kept = ""
            var left = ""
            for character in span.text {
                let columns = displayWidth(of: String(character))
                isFull = isFull || (columns > room && !(first.spans.isEmpty && kept.isEmpty))
                if isFull {
                    left.append(character)
                } else {
                    kept.append(character)
                    room -= columns
                }
            }
            first += StyledText(kept, span.tag)
            rest += StyledText(left, span.tag)
        }
        return (first, rest)
    }

    /// Each word with the blanks before it. A word may be made of several spans.
    private var words: [(space: StyledText, word: StyledText)] {
        var words: [(space: StyledText, word: StyledText)] = []
        for span in spans {
            for piece in span.text.chunked(by: { ($0 == " ") == ($1 == " ") }) {
                let text = StyledText(String(piece), span.tag)
                if piece.first == " " {
                    words.append((text, StyledText()))
                } else if words.isEmpty {
                    words.append((StyledText(), text))
                } else {
                    words[words.count - 1].word += text
                }
            }
        }
        return words
    }

    /// At most `width` columns; what was cut is marked with an ellipsis.
    package func truncated(to width: Int, ellipsis: String = "…") -> StyledText {
        guard self.width > width else { return self }
        guard width > displayWidth(of: ellipsis) else {
            return StyledText(width > 0 ? ellipsis : "", .faint)
        }
        var room = width - displayWidth(of: ellipsis)
        var kept = StyledText()
        cutting: for span in spans {
            var text = ""
            for character in span.text {
                let columns = displayWidth(of: String(character))
                guard columns <= room else {
                    kept += StyledText(text, span.tag)
                    break cutting
                }
                room -= columns
                text.append(character)
            }
            kept += StyledText(text, span.tag)
        }
        return kept + StyledText(ellipsis, .faint)
    }
}

extension StringProtocol {
    /// Runs of characters that belong together.
    fileprivate func chunked(by belongs: (Character, Character) -> Bool) -> [SubSequence] {
        var chunks: [SubSequence] = []
        var start = startIndex
        for index in indices.dropFirst() where !belongs(self[self.index(before: index)], self[index]) {
            chunks.append(self[start..<index])
            start = index
        }
        return isEmpty ? [] : chunks + [self[start...]]
    }
}
