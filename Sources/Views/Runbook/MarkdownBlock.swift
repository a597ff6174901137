/// The pieces of a Markdown page that a runbook is made of. What is none of them is a paragraph: nothing is dropped.
enum MarkdownBlock: Hashable {
    case heading(level: Int, text: String)
    case paragraph(String)
    /// `marker` is `-`, or a number with its point; `depth` counts the lists around it.
    case item(marker: String, depth: Int, text: String)
    case quote(String)
    /// As it stands in the page, line by line, without the fence's own indentation.
    case code([String])
    case table(header: [String], rows: [[String]])
    case rule

    static func blocks(of page: String) -> [MarkdownBlock] {
        var reader = MarkdownReader(lines: page.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...])
        return reader.blocks()
    }
}

/// Takes a page line by line. Blank lines and other blocks end a paragraph; indented lines go on with a list's item.
private struct MarkdownReader {
    var lines: ArraySlice<Substring>

    mutating func blocks() -> [MarkdownBlock] {
        var blocks: [MarkdownBlock] = []
        while let line = lines.first {
            if line.allSatisfy(\.isWhitespace) {
                lines.removeFirst()
            } else {
                blocks.append(block(line))
            }
        }
        return blocks
    }

    private mutating func block(_ line: Substring) -> MarkdownBlock {
        lines.removeFirst()
        let text = line.trimmed
        if let fence = fence(text) { return code(fence: fence, indent: line.count - line.drop { $0 == " " }.count) }
        if let match = text.prefixMatch(of: /(#{1,6})\s+/) {
            return .heading(level: match.1.count, text: String(text[match.range.upperBound...]))
        }
        if text.wholeMatch(of: /-{3,}|\*{3,}|_{3,}/) != nil { return .rule }
        if text.hasPrefix("|"), let next = lines.first, isSeparator(next) { return table(header: text) }
        if text.hasPrefix(">") { return .quote(paragraph(text.dropFirst().trimmed)) }
        if let match = line.prefixMatch(of: /(\s*)([-*+]|\d+[.)])\s+/) {
            let marker = match.2.first!.isNumber ? String(match.2) : "-"
            let first = line[match.range.upperBound...]
            return .item(marker: marker, depth: match.1.count / 2, text: paragraph(first.trimmed))
        }
        return .paragraph(paragraph(text))
    }

    /// The text and the lines that go on with it.
    private mutating func paragraph(_ first: Substring) -> String {
        var text = String(first)
        while let line = lines.first, !beginsBlock(line) {
            let more = line.trimmed
            text += " " + (more.hasPrefix(">") ? more.dropFirst().trimmed : more)
            lines.removeFirst()
        }
        return text
    }

    private func beginsBlock(_ line: Substring) -> Bool {
        let text = line.trimmed
        return text.isEmpty || fence(text) != nil || text.hasPrefix("|")
            || text.prefixMatch(of: /#{1,6}\s/) != nil || text.prefixMatch(of: /([-*+]|\d+[.)])\s/) != nil
    }

    private func fence(_ text: Substring) -> String? {
        text.prefixMatch(of: /`{3,}|~{3,}/).map { String($0.output) }
    }

    private mutating func code(fence: String, indent: Int) -> MarkdownBlock {
        var code: [String] = []
        while let line = lines.popFirst(), line.trimmed.prefix(while: { $0 == fence.first }).count < fence.count {
            let blanks = line.prefix { $0 == " " }.count
            code.append(String(line.dropFirst(min(indent, blanks))))
        }
        return .code(code)
    }

    private func isSeparator(_ line: Substring) -> Bool {
        line.trimmed.wholeMatch(of: /\|?[\s:|-]*-[\s:|-]*/) != nil && line.contains("|")
    }

    private mutating func table(header: Substring) -> MarkdownBlock {
        lines.removeFirst()
        var rows: [[String]] = []
        while let line = lines.first, line.trimmed.hasPrefix("|") {
            rows.append(cells(line.trimmed))
            lines.removeFirst()
        }
        return .table(header: cells(header), rows: rows)
    }

    /// `\|` is a bar within a cell, also within code (GitHub Flavored Markdown, section 4.10).
    private func cells(_ line: Substring) -> [String] {
        var cells = [""]
        var isEscaped = false
        for character in line.dropFirst() {
            if isEscaped {
                cells[cells.count - 1] += character == "|" ? "|" : "\\\(character)"
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "|" {
                cells.append("")
            } else {
                cells[cells.count - 1].append(character)
            }
        }
        if cells.last!.allSatisfy(\.isWhitespace) { cells.removeLast() }
        return cells.map { String($0[...].trimmed) }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
