/// What a screen holds: lines laid out on rows. Two frames say what must be written to get from one to the other.
package struct ScreenFrame: Sendable, Hashable {
    package struct Size: Sendable, Hashable {
        package var columns: Int
        package var rows: Int

        package init(columns: Int, rows: Int) {
            self.columns = max(1, columns)
            self.rows = max(1, rows)
        }
    }

    /// A line and where it begins. A line longer than the screen is wide takes several rows and is still written in one
    /// go: the terminal then knows it as one line, and a command copied from it is whole.
    package struct Row: Sendable, Hashable {
        package var row: Int
        package var height: Int
        package var line: StyledText
    }

    package enum Update: Sendable, Hashable {
        /// The whole screen.
        case clear
        /// One row.
        case erase(row: Int)
        case draw(Row)
    }

    package let size: Size
    package private(set) var rows: [Row] = []
    /// Lines of the body above and below what is shown.
    package private(set) var hidden = (above: 0, below: 0)

    /// - Parameters:
    ///   - header: stays at the top, cut to one row.
    ///   - top: the first line of the body that is shown.
    package init(
        header: StyledText?, body: [StyledText], top: Int = 0, size: Size, hasUnicode: Bool = true
    ) {
        self.size = size
        let begin = header == nil ? 0 : 1
        if let header { place(header.truncated(to: size.columns, ellipsis: hasUnicode ? "…" : "..."), at: 0) }
        let heights = body.map { $0.pieces(of: size.columns).count }
        let top = min(max(0, top), max(0, body.count - 1))
        let fitsWhole = top == 0 && heights.reduce(0, +) <= size.rows - begin
        // The last row says what is hidden, as long as there is a row besides it.
        let end = fitsWhole || size.rows - begin < 2 ? size.rows : size.rows - 1
        var row = begin
        var shown = top
        while shown < body.count, row + heights[shown] <= end {
            place(body[shown], at: row)
            row += heights[shown]
            shown += 1
        }
        if shown == top, shown < body.count, row < end {
            // One line fills the screen: its beginning is better than nothing.
            place(body[shown].truncated(to: size.columns * (end - row), ellipsis: hasUnicode ? "…" : "..."), at: row)
            shown += 1
        }
        hidden = (top, body.count - shown)
        if end < size.rows, hidden != (0, 0) { place(Self.footer(hidden, size, hasUnicode: hasUnicode), at: end) }
    }

    /// The furthest that scrolling goes: from there the rest of the body is on the screen.
    package static func lastTop(hasHeader: Bool, body: [StyledText], size: Size) -> Int {
        let room = size.rows - (hasHeader ? 1 : 0)
        let heights = body.map { $0.pieces(of: size.columns).count }
        guard heights.reduce(0, +) > room else { return 0 }
        var free = room - 1
        var top = body.count
        while top > 0, heights[top - 1] <= free {
            free -= heights[top - 1]
            top -= 1
        }
        return min(top, max(0, body.count - 1))
    }

    /// What makes a screen that shows `earlier` show this frame: only the rows that differ, or all of it where nothing is
    /// known of the screen or its size is another.
    package func updates(since earlier: ScreenFrame?) -> [Update] {
        guard let earlier, earlier.size == size else { return [.clear] + rows.map(Update.draw) }
        let kept = Set(earlier.rows)
        let fresh = rows.filter { !kept.contains($0) }
        let covered = Set(rows.flatMap { $0.row..<($0.row + $0.height) })
        let left = Set(earlier.rows.flatMap { $0.row..<($0.row + $0.height) }).subtracting(covered)
        return left.sorted().map(Update.erase) + fresh.map(Update.draw)
    }

    // MARK: -

    private mutating func place(_ line: StyledText, at row: Int) {
        rows.append(Row(row: row, height: line.pieces(of: size.columns).count, line: line))
    }

    private static func footer(_ hidden: (above: Int, below: Int), _ size: Size, hasUnicode: Bool) -> StyledText {
        func lines(_ count: Int, _ place: String) -> String? {
            count == 0 ? nil : "\(count) line\(count == 1 ? "" : "s") \(place)"
        }
        let told = [lines(hidden.above, "above"), lines(hidden.below, "below")].compactMap(\.self).joined(separator: ", ")
        let keys = hasUnicode ? "↑ ↓ or j k" : "arrows or j k"
        let line: StyledText = "\(told, .strong)  \(keys + " to scroll", .faint)"
        return line.truncated(to: size.columns, ellipsis: hasUnicode ? "…" : "...")
    }

    package static func == (left: ScreenFrame, right: ScreenFrame) -> Bool {
        left.size == right.size && left.rows == right.rows
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(rows)
    }
}
