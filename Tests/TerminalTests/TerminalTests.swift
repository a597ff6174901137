import Terminal
import Testing

@Suite struct TerminalTests {
    private static let utf8 = ["LANG": "C.UTF-8", "TERM": "xterm-256color"]

    @Test(arguments: [
        ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("✅", 2), ("❤️", 2), ("—", 1), ("█▏", 2),
        ("a\u{200D}b", 2),
    ])
    func widthIsMeasuredInColumns(text: String, columns: Int) {
        #expect(displayWidth(of: text) == columns)
    }

    @Test func whatIsCutSaysSoAndFits() {
        let text = StyledText("日本語 text", .good)
        #expect(text.truncated(to: 6).plain == "日本…")
        #expect(text.truncated(to: 6).width <= 6)
        #expect(text.truncated(to: 11) == text)
        #expect(text.truncated(to: 1).plain == "…")
        #expect(text.truncated(to: 0).plain == "")
    }

    @Test func paddingMeasuresTextAndNotEscapes() {
        let cell: StyledText = "\("ok", .good)"
        #expect(cell.padded(to: 4).plain == "ok  ")
        #expect(cell.padded(to: 4, alignment: .right).plain == "  ok")
        #expect(cell.padded(to: 1).plain == "ok")
    }

    @Test(
        arguments: [
            (true, [:], TerminalProfile.ColorChoice.auto, true), (true, ["NO_COLOR": "1"], .auto, false),
            (true, ["NO_COLOR": ""], .auto, true),
            (false, [:], .auto, false), (false, [:], .always, true), (true, [:], .never, false),
            (true, ["NO_COLOR": "1"], .always, true), (false, ["CLICOLOR_FORCE": "1"], .auto, true),
            (true, ["TERM": "dumb"], .auto, false),
        ] as [(Bool, [String: String], TerminalProfile.ColorChoice, Bool)])
    func colourIsDecidedOnce(isTerminal: Bool, variables: [String: String], choice: TerminalProfile.ColorChoice, expected: Bool) {
        let profile = TerminalProfile(
            isTerminal: isTerminal, columns: 100, variables: Self.utf8.merging(variables) { _, new in new }, color: choice)
        #expect(profile.hasColor == expected)
    }

    @Test func widthComesFromTheTerminalUnlessSomebodyAsksForAnother() {
        func width(_ isTerminal: Bool, _ columns: Int?, _ variables: [String: String]) -> Int? {
            TerminalProfile(isTerminal: isTerminal, columns: columns, variables: variables, color: .auto).width
        }
        #expect(width(true, 120, [:]) == 120)
        #expect(width(true, 120, ["COLUMNS": "60"]) == 60)
        #expect(width(true, nil, [:]) == 80)
        #expect(width(true, 120, ["COLUMNS": "nonsense"]) == 120)
        #expect(width(false, nil, [:]) == nil)
        #expect(width(false, nil, ["COLUMNS": "40"]) == 40)
    }

    @Test func coloursAreOnlyClothes() {
        let line: StyledText = "\("us-east-1", .name("us-east-1")) is \("broken", .bad)"
        let bare = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)
        let dressed = TerminalProfile(isTerminal: true, hasColor: true, hasUnicode: true, width: 80)
        #expect(Theme.render(line, on: bare) == "us-east-1 is broken")
        let colored = Theme.render(line, on: dressed)
        #expect(colored.contains("\u{1B}[1;31mbroken\u{1B}[0m"))
        #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == "us-east-1 is broken")
    }

    @Test func nothingInATextSteersTheTerminal() {
        let profile = TerminalProfile(isTerminal: true, hasColor: true, hasUnicode: true, width: 80)
        let shown = Theme.render("a\u{1B}[2Jb\u{9B}c\u{07}", on: profile)
        #expect(shown == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}")
        #expect(Theme.render("two\nlines", on: profile) == "two\nlines")
    }

    @Test func aBarBeginsAndEndsWhereItShould() {
        #expect(Charts.span(offset: 0, length: 100, whole: 100, width: 4, unicode: true) == "████")
        #expect(Charts.span(offset: 50, length: 25, whole: 100, width: 4, unicode: true) == "  █")
        #expect(Charts.span(offset: 0, length: 0, whole: 100, width: 4, unicode: true) == "▏")
        #expect(Charts.span(offset: 100, length: 0, whole: 100, width: 4, unicode: true).count == 4)
        #expect(Charts.span(offset: 25, length: 50, whole: 100, width: 4, unicode: false) == " ##")
        #expect(Charts.span(offset: 0, length: 500, whole: 100, width: 4, unicode: false) == "####")
        #expect(Charts.span(offset: 0, length: 1, whole: 0, width: 4, unicode: true) == "")
    }
}

@Suite struct WrappingTests {
    @Test func linesBreakBetweenWordsAndKeepTheirMeaning() {
        let text: StyledText = "  ! \("create/start", .strong): the rule is \("DISABLED", .bad) and so nothing came"
        let lines = text.wrapped(to: 24, indent: 4)
        #expect(lines.map(\.plain) == ["  ! create/start: the", "    rule is DISABLED and", "    so nothing came"])
        #expect(lines[1].spans.contains { $0.text == "DISABLED" && $0.tag == .bad })
    }

    @Test func aWordLongerThanTheLineStaysWhole() {
        #expect(
            StyledText("arn:aws:events:us-east-1 is gone").wrapped(to: 10, indent: 2).map(\.plain) == [
                "arn:aws:events:us-east-1", "  is gone",
            ])
        #expect(StyledText("short").wrapped(to: 10) == [StyledText("short")])
    }
}
