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
}
