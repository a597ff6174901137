import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs `body` with a screen of its own to draw on. However it ends, the terminal is as it was, and the last page stands
/// on the main screen.
///
/// Ctrl-C is left to whoever listens for it; Ctrl-Z gives the terminal back until the shell continues us. Lines of the
/// conversation meanwhile are said afterwards.
///
/// - Parameter input: the terminal that keys are read from.
package func withAlternateScreen<Result>(
    on console: Console, keys input: Int32 = STDIN_FILENO, isolation: isolated (any Actor)? = #isolation,
    _ body: (AlternateScreen) async throws -> Result
) async rethrows -> Result {
    let screen = AlternateScreen(console, input)
    let sources = screen.begin()
    defer {
        for source in sources { source.cancel() }
        screen.end()
    }
    return try await body(screen)
}

/// A whole terminal, redrawn where it changed. Only ``withAlternateScreen(on:keys:isolation:_:)`` makes one.
package final class AlternateScreen: Sendable {
    /// Draws for the window it is given. It is called again when the window changes, and must not call the screen.
    package typealias Drawing<Shown> = @Sendable (TerminalProfile) -> Shown

    private struct State {
        var header: Drawing<StyledText>?
        var page: Drawing<[StyledText]>?
        /// The page as drawn, and with its changes marked.
        var body: [StyledText] = []
        var marked: [StyledText] = []
        var top = 0
        var size: ScreenFrame.Size
        /// What the terminal shows; nil where that is not known.
        var drawn: ScreenFrame?
        var isOurs = false
        /// A clock that ticks once more must not take the terminal again.
        var isOver = false
        var keys = KeyReader()
        var leave: (@Sendable () -> Void)?
    }

    private let console: Console
    private let state: Mutex<State>
    private let input: Int32
    /// Nil where no keys can be read.
    private let mode: TerminalMode?

    fileprivate init(_ console: Console, _ input: Int32) {
        self.console = console
        self.input = input
        mode = TerminalMode(of: input)
        state = Mutex(State(size: Self.size(console)))
    }

    /// Shows a page. What differs from the one before is marked until the next one.
    package func show(_ page: @escaping Drawing<[StyledText]>) {
        state.withLock { state in
            let earlier = state.body
            state.page = page
            state.body = page(profile(state))
            state.marked = ChangeMarks.marked(state.body, since: earlier)
            draw(&state)
        }
    }

    /// Shows a line above the page, which is drawn anew every second: it may count.
    package func showHeader(_ header: @escaping Drawing<StyledText>) {
        state.withLock { state in
            state.header = header
            draw(&state)
        }
    }

    /// What happens when somebody types `q`: it makes the body end.
    package func onLeave(_ leave: @escaping @Sendable () -> Void) {
        state.withLock { $0.leave = leave }
    }

    private func profile(_ state: State) -> TerminalProfile {
        var profile = console.output
        profile.width = state.size.columns
        profile.height = state.size.rows
        return profile
    }

    // MARK: - Beginning and end

    /// - Returns: what is listened to; cancelled by whoever ends the scope.
    fileprivate func begin() -> [any DispatchSourceProtocol] {
        console.holdConversation()
        Self.current.withLock { $0 = self }
        state.withLock { take(&$0) }
        return listen()
    }

    fileprivate func end() {
        // The other signals do nothing by themselves.
        signal(SIGTSTP, SIG_DFL)
        let page = state.withLock { state in
            give(&state)
            state.isOver = true
            return state.body
        }
        Self.current.withLock { $0 = nil }
        console.print(page)
        console.releaseConversation()
    }

    private func take(_ state: inout State) {
        guard !state.isOurs, !state.isOver, console.isForeground else { return }
        state.isOurs = true
        mode?.takeKeysOneByOne()
        console.writeRaw(ScreenEscapes.enter)
        measure(&state)
    }

    /// Takes the window's size, and draws everything anew for it. Nothing is marked: it is the same page.
    private func measure(_ state: inout State) {
        state.size = Self.size(console)
        state.drawn = nil
        if let page = state.page { state.body = page(profile(state)) }
        state.marked = state.body
        draw(&state)
    }

    private func measureIfResized(_ state: inout State) {
        if state.isOurs, Self.size(console) != state.size { measure(&state) }
    }

    private func give(_ state: inout State) {
        guard state.isOurs else { return }
        state.isOurs = false
        console.writeRaw(ScreenEscapes.leave)
        mode?.restore()
    }

    private func draw(_ state: inout State) {
        // Continued in the background, and in the foreground since: nobody tells.
        guard state.isOurs else { return take(&state) }
        let header = state.header?(profile(state))
        let last = ScreenFrame.lastTop(hasHeader: header != nil, body: state.marked, size: state.size)
        state.top = min(max(0, state.top), last)
        let frame = ScreenFrame(
            header: header, body: state.marked, top: state.top, size: state.size, hasUnicode: console.output.hasUnicode)
        let updates = frame.updates(since: state.drawn)
        console.writeRaw(ScreenEscapes.text(updates, columns: state.size.columns, on: console.output))
        state.drawn = frame
    }

    // MARK: - What happens outside

    private func listen() -> [any DispatchSourceProtocol] {
        let queue = DispatchQueue(label: "taskops.screen")
        let handlers: [(Int32, @Sendable () -> Void)] = [
            (SIGWINCH, { [self] in state.withLock { measure(&$0) } }), (SIGTSTP, { [self] in suspend() }),
            (SIGCONT, { [self] in state.withLock { take(&$0) } }),
        ]
        var made: [any DispatchSourceProtocol] = handlers.map { number, handler in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler(handler: handler)
            // Listening begins a moment after it was asked for, and a window resized before tells nobody.
            if number == SIGWINCH { source.setRegistrationHandler { [self] in state.withLock { measureIfResized(&$0) } } }
            return source
        }
        if mode != nil {
            let source = DispatchSource.makeReadSource(fileDescriptor: input, queue: queue)
            source.setEventHandler { [self] in
                // At the end of input it would be ready for ever.
                if !readKeys() { source.cancel() }
            }
            made.append(source)
        }
        let clock = DispatchSource.makeTimerSource(queue: queue)
        clock.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(50))
        clock.setEventHandler { [self] in state.withLock { draw(&$0) } }
        made.append(clock)
        for source in made { source.activate() }
        return made
    }

    private func suspend() {
        state.withLock { state in
            give(&state)
            // Not SIGTSTP, which is ours now. The shell sees a stopped job either way.
            kill(getpid(), SIGSTOP)
            take(&state)
        }
    }

    private func readKeys() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(input, &bytes, bytes.count)
        guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
        let leave = state.withLock { state in
            let keys = state.keys.keys(bytes.prefix(count))
            for key in keys { scroll(key, &state) }
            return keys.contains(.quit) ? state.leave : nil
        }
        leave?()
        return true
    }

    private func scroll(_ key: KeyReader.Key, _ state: inout State) {
        let page = max(1, state.size.rows - 3)
        switch key {
        case .up: state.top -= 1
        case .down: state.top += 1
        case .pageUp: state.top -= page
        case .pageDown: state.top += page
        case .top: state.top = 0
        case .bottom: state.top = state.body.count
        case .redraw: state.drawn = nil
        case .quit: return
        }
        draw(&state)
    }

    private static func size(_ console: Console) -> ScreenFrame.Size {
        let now = console.window
        return ScreenFrame.Size(
            columns: now?.columns ?? console.output.width ?? 80, rows: now?.rows ?? console.output.height ?? 24)
    }

    // MARK: - When the process must end at once

    private static let current = Mutex<AlternateScreen?>(nil)

    /// Gives the terminal back without waiting for anybody, for whoever is about to end the process.
    package static func abandon() {
        let screen = current.withLock { current in
            defer { current = nil }
            return current
        }
        screen?.console.writeRaw(ScreenEscapes.leave)
        screen?.mode?.restore()
    }
}
