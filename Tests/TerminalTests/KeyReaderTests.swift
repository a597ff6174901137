import Testing

@testable import Terminal

@Suite struct KeyReaderTests {
    @Test func noBytesBreakIt() {
        var random = SystemRandomNumberGenerator()
        let common: [UInt8] = [
            0x1B, 0x1B, UInt8(ascii: "["), UInt8(ascii: "O"), UInt8(ascii: "~"), UInt8(ascii: "5"), 0xFF, 0x00,
        ]
        var reader = KeyReader()
        for _ in 0..<2000 {
            _ = reader.keys((0..<Int.random(in: 0...9, using: &random)).map { _ in common.randomElement(using: &random)! })
        }
        // However that ended, a whole key is understood again.
        #expect(reader.keys("~qq".utf8).contains(.quit))
    }

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
