import Terminal
import Testing

@Suite struct ChartTests {
    @Test(
        arguments: [
            ([0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█", "_.-:=+*#"),
            ([0, 0, 0], 3, "▁▁▁", "___"),
            // More than nothing is not drawn as nothing.
            ([0, 1, 1000], 3, "▁▂█", "_.#"),
            ([nil, 7, nil, 0], 4, " █ ▁", " # _"),
            ([nil, nil], 2, "  ", "  "),
            ([], 3, "   ", "   "),
            // A column is the highest of its values, and a gap only where none is known.
            ([1, 7, nil, 0, nil, nil], 3, "█▁ ", "#_ "),
            ([3, 7], 4, "  ▄█", "  :#"),
            ([5, 5, 5], 3, "▄▄▄", ":::"),
            ([.nan, .infinity, 7, 0], 4, "  █▁", "  #_"),
            ([-3, 7], 2, "▁█", "_#"),
            ([1, 2], 0, "", ""),
        ] as [([Double?], Int, String, String)])
    func valuesAreALineOfBlocks(values: [Double?], columns: Int, unicode: String, ascii: String) {
        #expect(Charts.sparkline(values, columns: columns, unicode: true) == unicode)
        #expect(Charts.sparkline(values, columns: columns, unicode: false) == ascii)
    }

    @Test(
        arguments: [
            ("a bc", 2, 0, ["a", "bc"]), ("abcdefg h", 3, 0, ["abc", "def", "g", "h"]),
            ("ab cdefgh", 4, 2, ["ab", "  cd", "  ef", "  gh"]),
            ("日本語", 3, 0, ["日", "本", "語"]), ("short", 9, 4, ["short"]), ("日", 1, 0, ["日"]),
        ] as [(String, Int, Int, [String])])
    func proseIsBrokenEvenWithinAWord(text: String, width: Int, indent: Int, expected: [String]) {
        #expect(StyledText(text).fitted(to: width, indent: indent).map(\.plain) == expected)
    }

    @Test func piecesKeepTheirTags() {
        let text: StyledText = "\("abc", .good)\("def", .bad)"
        #expect(text.pieces(of: 4) == ["\("abc", .good)\("d", .bad)", StyledText("ef", .bad)])
    }
}
