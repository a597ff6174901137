import Testing

@testable import Terminal

@Suite struct KeyReaderTests {
    @Test(
        arguments: [
            ("jk", [.down, .up]), ("\u{1B}[A\u{1B}[B", [.up, .down]), ("\u{1B}OA", [.up]),
            ("\u{1B}[5~\u{1B}[6~ fb", [.pageUp, .pageDown, .pageDown, .pageDown, .pageUp]),
            ("gG\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~", [.top, .bottom, .top, .bottom, .top, .bottom]), ("qQ", [.quit, .quit]),
            ("\u{0C}", [.redraw]),
            // F5, shifted arrow, a mouse's report, letters of no meaning: passed over whole.
            ("\u{1B}[15~j", [.down]), ("\u{1B}[1;2Aj", [.down]), ("\u{1B}[<0;1;1Mj", [.down]), ("xyzé", []),
            // Escape alone, then a letter.
            ("\u{1B}q", [.quit]),
        ] as [(String, [KeyReader.Key])])
    func keysAreReadOutOfBytes(bytes: String, expected: [KeyReader.Key]) {
        var whole = KeyReader()
        #expect(whole.keys(bytes.utf8) == expected)
        // However the terminal cuts them.
        var pieces = KeyReader()
        #expect(bytes.utf8.flatMap { pieces.keys(CollectionOfOne($0)) } == expected)
    }
}
