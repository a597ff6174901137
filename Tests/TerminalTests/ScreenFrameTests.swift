import Testing

@testable import Terminal

/// A terminal as far as frames need one: rows of cells, a cursor, erasing, and lines that run on into the next row.
private struct Grid {
    let columns: Int
    var rows: [[Character]]
    private var row = 0
    private var column = 0
    /// Rows that go on with the one before them, as a terminal notes it for copying.
    private(set) var continued: Set<Int> = []

    init(_ size: ScreenFrame.Size) {
        columns = size.columns
        // What a careless frame would leave visible.
        rows = Array(repeating: Array(repeating: "?", count: size.columns), count: size.rows)
    }

    mutating func write(_ text: String) {
        var rest = text[...]
        while let character = rest.first {
            if let match = rest.prefixMatch(of: /\u{1B}\[(\??)([0-9;]*)([A-Za-z])/) {
                obey(String(match.3), match.2.split(separator: ";").compactMap { Int($0) }, isPrivate: !match.1.isEmpty)
                rest = rest[match.range.upperBound...]
            } else {
                put(character)
                rest.removeFirst()
            }
        }
    }

    private mutating func put(_ character: Character) {
        let width = displayWidth(of: String(character))
        if column + width > columns {
            row += 1
            column = 0
            continued.insert(row)
        }
        rows[row][column] = character
        if width == 2 { rows[row][column + 1] = "\0" }
        column += width
    }

    private mutating func obey(_ command: String, _ numbers: [Int], isPrivate: Bool) {
        switch command {
        case "H": (row, column) = ((numbers.first ?? 1) - 1, (numbers.dropFirst().first ?? 1) - 1)
        case "J": for index in rows.indices { erase(index, from: 0) }
        case "K": erase(row, from: numbers.first == 2 ? 0 : min(column, columns - 1))
        case "m", "h", "l": break
        default: Issue.record("unknown sequence \(command)")
        }
        if command == "K", numbers.first == 2 { continued.remove(row) }
    }

    private mutating func erase(_ row: Int, from column: Int) {
        for index in column..<columns { rows[row][index] = " " }
    }

    var text: [String] {
        rows.map { row in
            var text = String(row.filter { $0 != "\0" })
            while text.last == " " { text.removeLast() }
            return text
        }
    }
}

@Suite struct ScreenFrameTests {
    private static let small = ScreenFrame.Size(columns: 10, rows: 5)
    private let profile = TerminalProfile(isTerminal: true, hasColor: true, hasUnicode: true, width: 10, height: 5)

    private static func lines(_ count: Int) -> [StyledText] { (0..<count).map { StyledText("line \($0)") } }

    @Test(
        arguments: [
            (["a", "b"], nil, 0, ["a", "b", "", "", ""]),
            (["a", "b"], "head", 0, ["head", "a", "b", "", ""]),
            (["a", "b", "c", "d", "e"], nil, 0, ["a", "b", "c", "d", "e"]),
            (["a", "b", "c", "d", "e"], "head", 0, ["head", "a", "b", "c", "2 lines b…"]),
            (["a", "b", "c", "d", "e", "f"], nil, 1, ["b", "c", "d", "e", "1 line ab…"]),
            (["a", "b", "c", "d", "e", "f"], nil, 2, ["c", "d", "e", "f", "2 lines a…"]),
            (["a", "b"], "a long header", 0, ["a long he…", "a", "b", "", ""]),
            // Longer than the screen is wide: it runs on into the next row.
            (["0123456789abc", "b"], nil, 0, ["0123456789", "abc", "b", "", ""]),
            (["123456789日本", "b"], nil, 0, ["123456789", "日本", "b", "", ""]),
            ([String(repeating: "x", count: 99)], nil, 0, ["xxxxxxxxxx", "xxxxxxxxxx", "xxxxxxxxxx", "xxxxxxxxx…", ""]),
            ([], "head", 0, ["head", "", "", "", ""]),
        ] as [([String], String?, Int, [String])])
    func linesAreLaidOutOnRows(body: [String], header: String?, top: Int, expected: [String]) {
        let frame = ScreenFrame(
            header: header.map { StyledText($0) }, body: body.map { StyledText($0) }, top: top, size: Self.small)
        var grid = Grid(Self.small)
        grid.write(ScreenEscapes.text(frame.updates(since: nil), columns: 10, on: profile))
        #expect(grid.text == expected)
    }

    @Test func onlyRowsThatDifferAreWritten() {
        let before = ScreenFrame(header: "head", body: ["a", "b", "c"], size: Self.small)
        #expect(before.updates(since: before).isEmpty)
        #expect(ScreenEscapes.text([], columns: 10, on: profile).isEmpty)
        let changed = ScreenFrame(header: "head", body: ["a", "B", "c"], size: Self.small)
        #expect(changed.updates(since: before) == [.draw(.init(row: 2, height: 1, line: "B"))])
        let shorter = ScreenFrame(header: "head", body: ["a"], size: Self.small)
        #expect(shorter.updates(since: before) == [.erase(row: 2), .erase(row: 3)])
        let clothes = ScreenFrame(header: "head", body: ["a", StyledText("b", .bad), "c"], size: Self.small)
        #expect(clothes.updates(since: before).count == 1)
        let resized = ScreenFrame(header: "head", body: ["a", "b", "c"], size: .init(columns: 11, rows: 5))
        #expect(resized.updates(since: before).first == .clear)
        #expect(resized.updates(since: before).count == 5)
    }

    @Test func aLongLineStaysOneLineForWhoCopiesIt() {
        let frame = ScreenFrame(header: nil, body: ["a", "0123456789abc", "b"], size: Self.small)
        var grid = Grid(Self.small)
        grid.write(ScreenEscapes.text(frame.updates(since: nil), columns: 10, on: profile))
        #expect(grid.continued == [2])
    }

    /// Whatever frames follow each other: what the updates leave on the screen is what drawing it anew would.
    @Test func updatesEndWhereDrawingAnewWould() {
        var random = Counter()
        let words: [StyledText] = [
            "", "short", "exactly 10", "0123456789abcdefghijKLM", "日本語日本語日本語", "\("red", .bad) x", "a  b  c",
        ]
        let size = Self.small
        var shown = Grid(size)
        var before: ScreenFrame?
        for _ in 0..<500 {
            let body = (0..<random.next(9)).map { _ in words[random.next(words.count)] }
            let header = random.next(2) == 0 ? nil : words[random.next(words.count)]
            let frame = ScreenFrame(header: header, body: body, top: random.next(4), size: size)
            shown.write(ScreenEscapes.text(frame.updates(since: before), columns: size.columns, on: profile))
            var fresh = Grid(size)
            fresh.write(ScreenEscapes.text(frame.updates(since: nil), columns: size.columns, on: profile))
            #expect(shown.text == fresh.text, "\(frame)")
            before = frame
        }
    }

    @Test(arguments: [(3, false, 0), (5, false, 0), (6, false, 2), (20, false, 16), (4, true, 0), (5, true, 2)])
    func scrollingEndsWhereTheRestIsOnTheScreen(count: Int, hasHeader: Bool, expected: Int) {
        let header: StyledText? = hasHeader ? "head" : nil
        let top = ScreenFrame.lastTop(hasHeader: hasHeader, body: Self.lines(count), size: Self.small)
        #expect(top == expected)
        let frame = ScreenFrame(header: header, body: Self.lines(count), top: top, size: Self.small)
        #expect(frame.hidden.below == 0)
    }
}

/// The same numbers in every run.
private struct Counter {
    private var state: UInt64 = 88_172_645_463_325_252

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}
