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
    private let progress = Mutex(ProgressState())

    private struct ProgressState {
        var isShown = false
        var lastDrawn: ContinuousClock.Instant?
    }

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

    /// Writes a line of the conversation.
    package func say(_ line: StyledText) {
        clearProgress()
        write(Theme.render(line, on: error) + "\n", to: STDERR_FILENO)
    }

    /// Shows what is going on, on one line that the next output wipes away; nothing at all where nobody watches.
    /// Redrawn at most ten times a second.
    package func showProgress(_ line: StyledText) {
        guard error.isTerminal else { return }
        let isDue = progress.withLock { state in
            if let last = state.lastDrawn, last.duration(to: .now) < .milliseconds(100) { return false }
            state.lastDrawn = .now
            state.isShown = true
            return true
        }
        guard isDue else { return }
        let fitted = line.truncated(to: (error.width ?? 80) - 1, ellipsis: error.hasUnicode ? "…" : "...")
        write("\r\u{1B}[K" + Theme.render(fitted, on: error), to: STDERR_FILENO)
    }

    package func clearProgress() {
        let wasShown = progress.withLock { state in
            defer { state.isShown = false }
            return state.isShown
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

private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
    #else
        Darwin.write(descriptor, bytes, count)
    #endif
}
