/// What is written to a terminal to move, erase and draw: ECMA-48's sequences and the private modes that xterm and all
/// its heirs share (ctlseqs, "DEC Private Mode Set"). A terminal ignores a mode it does not know.
enum ScreenEscapes {
    /// The other screen (1049), without a cursor (25). The main screen keeps what it shows.
    static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[2J"
    static let leave = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    /// One write for one frame, shown at once where the terminal can hold back (2026).
    static func text(_ updates: [ScreenFrame.Update], columns: Int, on profile: TerminalProfile) -> String {
        guard !updates.isEmpty else { return "" }
        return "\u{1B}[?2026h" + updates.map { text($0, columns: columns, on: profile) }.joined() + "\u{1B}[?2026l"
    }

    private static func text(_ update: ScreenFrame.Update, columns: Int, on profile: TerminalProfile) -> String {
        switch update {
        case .clear: return "\u{1B}[H\u{1B}[2J"
        case .erase(let row): return "\(move(to: row))\u{1B}[2K"
        case .draw(let row):
            let text = Theme.render(row.line, on: profile)
            // Over what stands there, then the rest of the row erased: nothing goes blank in between. After a full row
            // the cursor waits on the last column, where erasing would take the letter just written; and a wide letter
            // that did not fit leaves a column as it was. Such lines get clean rows first.
            let last = row.line.pieces(of: columns).last?.width ?? 0
            if row.height == 1, last < columns { return "\(move(to: row.row))\(text)\u{1B}[K" }
            let erased = (0..<row.height).map { "\(move(to: row.row + $0))\u{1B}[2K" }.joined()
            return "\(erased)\(move(to: row.row))\(text)"
        }
    }

    private static func move(to row: Int) -> String { "\u{1B}[\(row + 1);1H" }
}
