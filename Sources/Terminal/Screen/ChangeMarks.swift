/// Which cells are not what they were. Lines that moved up or down are found again, so that one new line does not make
/// the whole page look new.
package enum ChangeMarks {
    /// `new` with every word marked that does not stand in `old` at the same place of the same line. What is faint or a
    /// graph stays unmarked: clocks and curves always move.
    package static func marked(_ new: [StyledText], since old: [StyledText]) -> [StyledText] {
        guard !old.isEmpty else { return new }
        var marked = new
        for hunk in hunks(old, new) {
            var candidates = Array(hunk.old)
            for index in hunk.new {
                let label = label(of: new[index])
                let match = candidates.firstIndex { Self.label(of: old[$0]) == label }
                let before = match.map { old[candidates.remove(at: $0)] }
                marked[index] = Self.marked(new[index], since: before ?? StyledText())
            }
        }
        return marked
    }

    // MARK: -

    /// Where the two differ: the lines that went, and those that came in their stead.
    private static func hunks(_ old: [StyledText], _ new: [StyledText]) -> [(old: Range<Int>, new: Range<Int>)] {
        let difference = new.difference(from: old)
        var removed = Set<Int>()
        var inserted = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var hunks: [(old: Range<Int>, new: Range<Int>)] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            let (oldStart, newStart) = (left, right)
            while removed.contains(left) { left += 1 }
            while inserted.contains(right) { right += 1 }
            if right > newStart { hunks.append((oldStart..<left, newStart..<right)) }
            if left < old.count { left += 1 }
            if right < new.count { right += 1 }
        }
        return hunks
    }

    /// What names a line: its text up to the first gap.
    private static func label(of line: StyledText) -> Substring {
        let text = line.plain
        let begin = text.firstIndex { $0 != " " } ?? text.endIndex
        let rest = text[begin...]
        return rest.firstRange(of: "  ").map { rest[..<$0.lowerBound] } ?? rest
    }

    private struct Cell {
        var character: Character
        var tag: StyledText.Tag
        var column: Int
    }

    private static func cells(_ line: StyledText) -> [Cell] {
        var column = 0
        return line.spans.flatMap { span in
            span.text.map { character in
                defer { column += displayWidth(of: String(character)) }
                return Cell(character: character, tag: span.tag, column: column)
            }
        }
    }

    private static func marked(_ line: StyledText, since before: StyledText) -> StyledText {
        let old = Dictionary(cells(before).map { ($0.column, $0) }) { _, last in last }
        let new = cells(line)
        var marked = StyledText()
        for word in new.split(by: { ($0.character == " ") == ($1.character == " ") }) {
            let isNew = word.contains { cell in
                let there = old[cell.column]
                return cell.character != " " && !isRestless(cell.tag)
                    && (there?.character != cell.character || there?.tag != cell.tag)
            }
            for run in word.split(by: { $0.tag == $1.tag }) {
                let tag = run[run.startIndex].tag
                marked += StyledText(String(run.map(\.character)), isNew && !isRestless(tag) ? .changed(tag) : tag)
            }
        }
        return marked
    }

    private static func isRestless(_ tag: StyledText.Tag) -> Bool { tag == .faint || tag == .graph }
}

extension RandomAccessCollection where Index == Int {
    /// Runs of neighbours that belong together.
    fileprivate func split(by belongs: (Element, Element) -> Bool) -> [SubSequence] {
        var runs: [SubSequence] = []
        var start = startIndex
        for index in indices.dropFirst() where !belongs(self[index - 1], self[index]) {
            runs.append(self[start..<index])
            start = index
        }
        return isEmpty ? [] : runs + [self[start...]]
    }
}
