package import Terminal

/// A runbook's page: laid out on a terminal, as it was written in a pipe.
package enum RunbookView {
    package static func lines(_ markdown: String, on profile: TerminalProfile) -> [StyledText] {
        guard profile.isTerminal, let width = profile.width else {
            var lines = markdown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
                StyledText(String($0))
            }
            if lines.last?.plain.isEmpty == true { lines.removeLast() }
            return lines
        }
        // Long lines tire: a page of prose is no wider than a book's.
        let page = RunbookPage(width: min(width, 100), profile: profile)
        let blocks = MarkdownBlock.blocks(of: markdown)
        var lines: [StyledText] = []
        for (index, block) in blocks.enumerated() {
            if index > 0, !isTight(blocks[index - 1], block) { lines.append("") }
            lines += page.lines(block)
        }
        return lines
    }

    /// The items of one list stand together.
    private static func isTight(_ previous: MarkdownBlock, _ block: MarkdownBlock) -> Bool {
        if case .item = previous, case .item = block { true } else { false }
    }
}

private struct RunbookPage {
    let width: Int
    let profile: TerminalProfile

    func lines(_ block: MarkdownBlock) -> [StyledText] {
        switch block {
        case .heading(let level, let text):
            let heading = inline(text, .heading).fitted(to: width)
            guard level == 1 else { return heading }
            let longest = heading.map(\.width).max() ?? 0
            return heading + [StyledText(String(repeating: profile.hasUnicode ? "━" : "=", count: longest), .faint)]
        case .paragraph(let text):
            return inline(text).fitted(to: width)
        case .item(let marker, let depth, let text):
            let sign = marker == "-" && profile.hasUnicode ? "•" : marker
            let indent = String(repeating: " ", count: depth * 2 + 2)
            let line: StyledText = "\(indent)\(sign, .faint) \(inline(text))"
            return line.fitted(to: width, indent: indent.count + displayWidth(of: sign) + 1)
        case .quote(let text):
            return ("  " + inline(text)).fitted(to: width, indent: 2)
        case .code(let code):
            // Never wrapped: these lines are there to be copied. Comments step back behind the commands.
            return code.map { StyledText("    \($0)", $0.drop { $0 == " " }.hasPrefix("#") ? .faint : .strong) }
        case .table(let header, let rows):
            return table(header, rows)
        case .rule:
            return [StyledText(String(repeating: profile.hasUnicode ? "─" : "-", count: width), .faint)]
        }
    }

    /// Columns where they fit; otherwise each row is a paragraph of its own, its cells named after their columns. What its
    /// first cell is stands above them all.
    private func table(_ header: [String], _ rows: [[String]]) -> [StyledText] {
        let cells = ([header] + rows).map { $0.map { inline($0) } }
        let widths = header.indices.map { column in cells.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0 }
        if widths.reduce(0, +) + 2 * (widths.count - 1) <= width {
            let lines = cells.map { row in
                // Nothing stands behind the last one, so it is not padded.
                zip(row, widths).dropLast().reduce(StyledText()) { $0 + $1.0.padded(to: $1.1 + 2) } + (row.last ?? "")
            }
            let rule = widths.map { String(repeating: profile.hasUnicode ? "─" : "-", count: $0) }.joined(separator: "  ")
            return [lines[0], StyledText(rule, .faint)] + lines.dropFirst()
        }
        let subject = header.first.map { $0.isEmpty ? [] : StyledText("\($0):", .faint).fitted(to: width, indent: 2) } ?? []
        return subject
            + rows.enumerated().flatMap { index, row in
                let titled = inline(row.first ?? "", .strong).fitted(to: width, indent: 2)
                let rest = zip(header, row).dropFirst().flatMap { name, cell -> [StyledText] in
                    let line: StyledText = "    \(StyledText(name + ":", .faint)) \(inline(cell))"
                    return line.fitted(to: width, indent: 6)
                }
                return (index == 0 ? [] : [""]) + titled + rest
            }
    }

    /// Emphasis and code within a line; links keep their address, which is what can be opened.
    private func inline(_ text: String, _ tag: StyledText.Tag = .plain) -> StyledText {
        var styled = StyledText()
        var rest = text[...]
        while let match = rest.firstMatch(of: /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)/) {
            styled += StyledText(String(rest[..<match.range.lowerBound]), tag)
            if let code = match.1 ?? match.2 { styled += StyledText(String(code), .strong) }
            if let label = match.3, let address = match.4 {
                styled += StyledText(label == address ? String(label) : "\(label) (\(address))", tag)
            }
            rest = rest[match.range.upperBound...]
        }
        return styled + StyledText(String(rest), tag)
    }
}
