import Testing

@testable import Terminal

@Suite struct ChangeMarksTests {
    /// Marked words stand in brackets.
    private func shown(_ lines: [StyledText]) -> [String] {
        lines.map { line in
            line.spans.map { span in
                if case .changed = span.tag { "[\(span.text)]" } else { span.text }
            }.joined()
        }
    }

    @Test(
        arguments: [
            (["rule  ok", "bus  ok"], ["rule  ok", "bus  ok"], ["rule  ok", "bus  ok"]),
            (["rule  ok", "bus  ok"], ["rule  no", "bus  ok"], ["rule  [no]", "bus  ok"]),
            (["cell  12 ms"], ["cell  13 ms"], ["cell  [13] ms"]),
            (["cell  12 ms"], ["cell  12"], ["cell  12"]),
            // A new line is new, and nothing below it is.
            (["a  1", "b  2", "c  3"], ["a  1", "new  9", "b  2", "c  3"], ["a  1", "[new]  [9]", "b  2", "c  3"]),
            (["a  1", "b  2", "c  3"], ["b  2", "c  4"], ["b  2", "c  [4]"]),
            // Two changed lines in a row are each compared with their own former self.
            (["a  1", "b  2"], ["b  2", "a  2"], ["b  2", "[a]  [2]"]),
            (["a  1 x", "b  2 y"], ["a  1 z", "b  3 y"], ["a  1 [z]", "b  [3] y"]),
            ([], ["all  new"], ["all  new"]),
            (["a"], [], []),
        ] as [([String], [String], [String])])
    func aWordIsMarkedWhereItIsNew(old: [String], new: [String], expected: [String]) {
        #expect(shown(ChangeMarks.marked(new.map { StyledText($0) }, since: old.map { StyledText($0) })) == expected)
    }

    @Test func colourCountsAndWhatAlwaysMovesDoesNot() {
        let old: StyledText = "rule  \("ok", .good)  \("10:00", .faint)  \("▁▂", .graph)"
        let new: StyledText = "rule  \("ok", .bad)  \("10:01", .faint)  \("▂▁", .graph)"
        let marked = ChangeMarks.marked([new], since: [old])
        #expect(shown(marked) == ["rule  [ok]  10:01  ▂▁"])
        #expect(marked[0].spans.contains { $0.tag == .changed(.bad) })
        #expect(marked[0].plain == new.plain)
        // A part of a word that always moves does not mark the rest of it.
        let half = ChangeMarks.marked(["x  n\("2", .faint)"], since: ["x  n\("1", .faint)"])
        #expect(shown(half) == ["x  n2"])
    }

    @Test func aMarkKeepsItsColour() {
        let profile = TerminalProfile(isTerminal: true, hasColor: true, hasUnicode: true, width: 80)
        #expect(Theme.render(StyledText("x", .changed(.bad)), on: profile) == "\u{1B}[1;31;7mx\u{1B}[0m")
        #expect(Theme.render(StyledText("x", .changed(.plain)), on: profile) == "\u{1B}[7mx\u{1B}[0m")
    }
}
