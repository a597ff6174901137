import Synchronization
import Terminal
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A terminal of our own: what is written to it is kept, and keys can be typed into it.
private final class PseudoTerminal: Sendable {
    let terminal: Int32
    private let master: Int32
    private let received = Mutex("")

    init(columns: UInt16, rows: UInt16) {
        var pair: (master: Int32, terminal: Int32) = (-1, -1)
        guard openpty(&pair.master, &pair.terminal, nil, nil, nil) == 0 else { preconditionFailure("no pseudo-terminal") }
        (master, terminal) = pair
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        resize(columns: columns, rows: rows)
    }

    deinit {
        close(terminal)
        close(master)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// All that was written so far.
    var text: String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(master, &bytes, bytes.count), count > 0 {
            let more = String(decoding: bytes.prefix(count), as: UTF8.self)
            received.withLock { $0 += more }
        }
        return received.withLock(\.self)
    }

    var takesLines: Bool {
        var mode = termios()
        tcgetattr(terminal, &mode)
        return mode.c_lflag & tcflag_t(ICANON) != 0 && mode.c_lflag & tcflag_t(ECHO) != 0
    }

    var console: Console {
        let profile = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: 80, height: 24)
        return Console(output: profile, error: profile, descriptors: (terminal, terminal))
    }
}

/// Serialized: the window's signal is the whole process's.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AlternateScreenTests {
    private struct Broken: Error {}

    private func wait(_ what: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !what() {
            try #require(ContinuousClock.now < deadline, "waited in vain")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func theTerminalIsGivenBackAndTheLastPageStays() async throws {
        let terminal = PseudoTerminal(columns: 40, rows: 6)
        await withAlternateScreen(on: terminal.console, keys: terminal.terminal) { screen in
            #expect(!terminal.takesLines)
            screen.show { ["first page", "as wide as \($0.width ?? 0)", "as high as \($0.height ?? 0)"] }
            screen.show { _ in ["last page"] }
        }
        #expect(terminal.takesLines)
        let text = terminal.text
        #expect(text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l"))
        #expect(text.contains("as wide as 40") && text.contains("as high as 6"))
        #expect(text.hasSuffix("\u{1B}[?25h\u{1B}[?1049llast page\r\n"))
    }

    @Test func itIsGivenBackWhenTheBodyThrowsOrIsCancelled() async throws {
        let thrown = PseudoTerminal(columns: 40, rows: 6)
        await #expect(throws: Broken.self) {
            try await withAlternateScreen(on: thrown.console, keys: thrown.terminal) { _ in throw Broken() }
        }
        #expect(thrown.takesLines && thrown.text.hasSuffix("\u{1B}[?1049l"))

        let cancelled = PseudoTerminal(columns: 40, rows: 6)
        let console = cancelled.console
        let input = cancelled.terminal
        let task = Task {
            try await withAlternateScreen(on: console, keys: input) { _ in try await Task.sleep(for: .seconds(60)) }
        }
        try await wait { !cancelled.takesLines }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(cancelled.takesLines && cancelled.text.hasSuffix("\u{1B}[?1049l"))
    }

    @Test func whatIsSaidMeanwhileIsSaidAfterwards() async {
        let terminal = PseudoTerminal(columns: 40, rows: 6)
        let console = terminal.console
        await withAlternateScreen(on: console, keys: terminal.terminal) { screen in
            screen.show { _ in ["page"] }
            console.say("a word")
            #expect(!terminal.text.contains("a word"))
        }
        #expect(terminal.text.hasSuffix("page\r\na word\r\n"))
    }

    @Test func keysScrollAndLeave() async throws {
        let terminal = PseudoTerminal(columns: 40, rows: 4)
        let isLeaving = Mutex(false)
        try await withAlternateScreen(on: terminal.console, keys: terminal.terminal) { screen in
            screen.onLeave { isLeaving.withLock { $0 = true } }
            screen.show { _ in (1...9).map { StyledText("line \($0)") } }
            #expect(terminal.text.contains("line 3") && !terminal.text.contains("line 4"))
            terminal.type("jj")
            try await wait { terminal.text.contains("line 5") }
            #expect(!terminal.text.contains("line 9"))
            terminal.type("G")
            try await wait { terminal.text.contains("line 9") }
            terminal.type("q")
            try await wait { isLeaving.withLock(\.self) }
        }
    }

    @Test func aNewSizeIsANewPage() async throws {
        let terminal = PseudoTerminal(columns: 40, rows: 6)
        try await withAlternateScreen(on: terminal.console, keys: terminal.terminal) { screen in
            screen.show { ["\($0.width ?? 0) by \($0.height ?? 0)"] }
            terminal.resize(columns: 100, rows: 30)
            kill(getpid(), SIGWINCH)
            try await wait { terminal.text.contains("100 by 30") }
        }
    }

    @Test func theHeaderCountsByItself() async throws {
        let terminal = PseudoTerminal(columns: 40, rows: 6)
        let count = Mutex(0)
        try await withAlternateScreen(on: terminal.console, keys: terminal.terminal) { screen in
            screen.show { _ in ["page"] }
            screen.showHeader { _ in
                count.withLock { count in
                    count += 1
                    return "look \(count)"
                }
            }
            try await wait { terminal.text.contains("look 3") }
            // The page beneath was drawn once.
            #expect(terminal.text.split(separator: "page").count <= 3)
        }
    }
}
