import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two streams. Standard output carries the answer, standard error the conversation.
package final class Console: Sendable {
    package let output: TerminalProfile
    package let error: TerminalProfile
    private let isClosed = Mutex(false)
    private let isProgressShown = Mutex(false)

    package init(output: TerminalProfile, error: TerminalProfile) {
        self.output = output
        self.error = error
    }

    /// Looks at the process's own streams.
    package convenience init(variables: [String: String], color: TerminalProfile.ColorChoice) {
        func profile(_ descriptor: Int32) -> TerminalProfile {
            TerminalProfile(
                isTerminal: isatty(descriptor) == 1, columns: Self.columns(of: descriptor), variables: variables,
                color: color)
        }
        self.init(output: profile(STDOUT_FILENO), error: profile(STDERR_FILENO))
    }

    /// Whether the reader of standard output has gone (`taskops … | head`): no reason to complain, or to go on printing.
    package var isOutputClosed: Bool { isClosed.withLock(\.self) }

    /// Writes lines of the answer.
    package func print(_ lines: [StyledText]) {
        clearProgress()
        write(lines.map { Theme.render($0, on: output) + "\n" }.joined(), to: STDOUT_FILENO)
    }

    package func print(_ line: StyledText) {
        print([line])
    }

    /// Writes records as they are: to a pipe every byte counts, to a terminal nothing in them may steer it.
    package func print(verbatim text: String) {
        guard !text.isEmpty else { return }
        clearProgress()
        write(output.isTerminal ? Theme.harmless(text, keepingTabs: true) : text, to: STDOUT_FILENO)
    }

    /// Writes a line of the conversation.
    package func say(_ line: StyledText) {
        clearProgress()
        write(Theme.render(line, on: error) + "\n", to: STDERR_FILENO)
    }

    /// Runs `body`, and shows what it last said it is doing on one line of standard error, which goes when it ends.
    ///
    /// Nothing is shown in the first quarter second, so that quick commands do not flicker, and nothing at all where
    /// nobody watches. Lines printed meanwhile stand above it.
    package func withProgress<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (ProgressLine) async throws -> Result
    ) async rethrows -> Result {
        let line = ProgressLine()
        guard error.isTerminal else { return try await body(line) }
        // Cancelled and awaited when this scope ends, however it ends.
        async let _: Void = draw(line)
        let result = try await body(line)
        return result
    }

    private func draw(_ line: ProgressLine) async {
        let began = ContinuousClock.now
        var pause = Duration.milliseconds(250)
        while (try? await Task.sleep(for: pause)) != nil {
            pause = .milliseconds(100)
            guard var text = line.latest else { continue }
            let seconds = began.duration(to: .now).components.seconds
            if seconds > 0 { text += StyledText("  \(seconds) s", .faint) }
            let fitted = text.truncated(to: (error.width ?? 80) - 1, ellipsis: error.hasUnicode ? "…" : "...")
            isProgressShown.withLock { $0 = true }
            write("\r\u{1B}[K" + Theme.render(fitted, on: error), to: STDERR_FILENO)
        }
        clearProgress()
    }

    private func clearProgress() {
        let wasShown = isProgressShown.withLock { isShown in
            defer { isShown = false }
            return isShown
        }
        if wasShown { write("\r\u{1B}[K", to: STDERR_FILENO) }
    }

    private func write(_ text: String, to descriptor: Int32) {
        if descriptor == STDOUT_FILENO, isOutputClosed { return }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { posixWrite(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR, errno != EAGAIN {
                if descriptor == STDOUT_FILENO { isClosed.withLock { $0 = true } }
                return
            }
        }
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

/// What is going on, as last told.
package final class ProgressLine: Sendable {
    private let text = Mutex<StyledText?>(nil)

    package init() {}

    package func show(_ line: StyledText) {
        text.withLock { $0 = line }
    }

    var latest: StyledText? { text.withLock(\.self) }
}

private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
    #else
        Darwin.write(descriptor, bytes, count)
    #endif
}
