/// Pictures made of letters. Each has a plain form for terminals without Unicode.
package enum Charts {
    /// A bar from `offset` to `offset + length` on a scale of `whole`, `width` columns wide. What is longer than
    /// nothing is never drawn as nothing.
    package static func span(offset: Double, length: Double, whole: Double, width: Int, unicode: Bool) -> String {
        guard whole > 0, width > 0 else { return "" }
        let eighths = Double(width * 8)
        let begin = min(max(offset / whole * eighths, 0), eighths - 1)
        let end = min(max((offset + max(length, 0)) / whole * eighths, begin + 1), eighths)
        let firstColumn = Int(begin / 8)
        let lead = String(repeating: " ", count: firstColumn)
        guard unicode else {
            let columns = max(1, Int((end / 8).rounded(.up)) - firstColumn)
            return lead + String(repeating: "#", count: columns)
        }
        // Blocks fill from the left only, so a bar begins on its column and ends at an eighth.
        let filled = max(1, Int((end - Double(firstColumn * 8)).rounded()))
        let partial = filled % 8
        return lead + String(repeating: "█", count: filled / 8) + (partial == 0 ? "" : String(eighthBlocks[partial - 1]))
    }

    private static let eighthBlocks: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// A line of blocks, `columns` wide, the newest value at its right end. Each column is the highest of the values it
    /// stands for, so that no spike is lost; where there is no value there is a gap, and a gap is not a zero.
    ///
    /// The scale begins at zero. What never moves is drawn at half height: a full bar would look like a limit reached.
    package static func sparkline(_ values: [Double?], columns: Int, unicode: Bool) -> String {
        let columns = max(0, columns)
        let shown = min(columns, values.count)
        let heights = (0..<shown).map { column -> Double? in
            values[(column * values.count / shown)..<((column + 1) * values.count / shown)]
                .compactMap { $0.flatMap { $0.isFinite ? $0 : nil } }.max()
        }
        let blocks = unicode ? sparkBlocks : sparkLetters
        let known = heights.compactMap(\.self)
        let peak = known.max() ?? 0
        let isFlat = known.count > 1 && known.min() == peak
        let line = heights.map { height -> Character in
            guard let height else { return " " }
            guard height > 0 else { return blocks[0] }
            // More than nothing is never drawn as nothing.
            return blocks[isFlat ? 3 : max(1, Int((height / peak * 7).rounded()))]
        }
        return String(repeating: " ", count: columns - shown) + String(line)
    }

    private static let sparkBlocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    private static let sparkLetters: [Character] = ["_", ".", "-", ":", "=", "+", "*", "#"]
}
