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
    private let descriptors: (output: Int32, error: Int32)
    private let isClosed = Mutex(false)
    private let isProgressShown = Mutex(false)
    private let isSpeaking = Mutex(())
    /// What was said while a screen of its own stood on the terminal; nil while none does.
    private let held = Mutex<[StyledText]?>(nil)

    /// - Parameter descriptors: where the two are written to; the process's own unless somebody else's are named.
    package init(
        output: TerminalProfile, error: TerminalProfile,
        descriptors: (output: Int32, error: Int32) = (STDOUT_FILENO, STDERR_FILENO)
    ) {
        self.output = output
        self.error = error
        self.descriptors = descriptors
    }

    /// Looks at the process's own streams.
    package convenience init(variables: [String: String], color: TerminalProfile.ColorChoice) {
        func profile(_ descriptor: Int32) -> TerminalProfile {
            let size = Self.size(of: descriptor)
            return TerminalProfile(
                isTerminal: isatty(descriptor) == 1, columns: size?.columns, rows: size?.rows, variables: variables,
                color: color)
        }
        self.init(output: profile(STDOUT_FILENO), error: profile(STDERR_FILENO))
    }

    /// Whether the reader of standard output has gone (`taskops … | head`): no reason to complain, or to go on printing.
    ///
    /// A write would tell; one that has nothing to write for an hour asks the pipe itself (poll(2): POLLERR is set on the
    /// writing end when the reading end is closed).
    package var isOutputClosed: Bool {
        if isClosed.withLock(\.self) { return true }
        var pipe = pollfd(fd: descriptors.output, events: 0, revents: 0)
        return poll(&pipe, 1, 0) == 1 && pipe.revents & Int16(POLLERR) != 0
    }

    /// Writes lines of the answer.
    package func print(_ lines: [StyledText]) {
        clearProgress()
        write(drawn(lines), to: descriptors.output)
    }

    package func print(_ line: StyledText) {
        print([line])
    }

    /// What `print` writes for lines, for who has to know how long it is before it is written; `pass` writes it.
    package func drawn(_ lines: [StyledText]) -> String {
        lines.map { Theme.render($0, on: output) + "\n" }.joined()
    }

    /// Writes records as they are: to a pipe every byte counts, to a terminal nothing in them may steer it.
    package func print(verbatim bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        clearProgress()
        guard output.isTerminal else { return write(bytes, to: STDOUT_FILENO) }
        write(Theme.harmless(String(decoding: bytes, as: UTF8.self), keepingTabs: true), to: STDOUT_FILENO)
    }

    /// Writes a line of the conversation.
    package func say(_ line: StyledText) {
        say([line])
    }

    /// Writes lines of the conversation that belong together: nobody else's come between them.
    package func say(_ lines: [StyledText]) {
        let isHeld = held.withLock { held in
            guard held != nil, error.isTerminal else { return false }
            // The newest are worth keeping; a night of `-v` is not worth the memory.
            held!.removeFirst(min(held!.count, max(0, held!.count + lines.count - 200)))
            held!.append(contentsOf: lines)
            return true
        }
        if isHeld { return }
        clearProgress()
        let text = lines.map { Theme.render($0, on: error) + "\n" }.joined()
        isSpeaking.withLock { _ in write(text, to: descriptors.error) }
    }

    /// Asks: the cursor stays behind the words, where the answer is typed.
    package func prompt(_ line: StyledText) {
        clearProgress()
        write(Theme.render(line, on: error), to: STDERR_FILENO)
    }

    /// Writes text to standard output byte for byte: a file that is passed on, not something of ours to draw.
    package func pass(_ text: String) { pass(Array(text.utf8)) }

    package func pass(_ bytes: [UInt8]) {
        clearProgress()
        write(bytes, to: STDOUT_FILENO)
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
            guard var text = line.latest, held.withLock({ $0 == nil }) else { continue }
            let seconds = began.duration(to: .now).components.seconds
            if seconds > 0 { text += StyledText("  \(seconds) s", .faint) }
            let fitted = text.truncated(to: (error.width ?? 80) - 1, ellipsis: error.hasUnicode ? "…" : "...")
            isProgressShown.withLock { $0 = true }
            write("\r\u{1B}[K" + Theme.render(fitted, on: error), to: descriptors.error)
        }
        clearProgress()
    }

    /// From now on the terminal belongs to a screen of its own: what is said waits.
    func holdConversation() {
        clearProgress()
        held.withLock { $0 = $0 ?? [] }
    }

    /// Says what was held back.
    func releaseConversation() {
        let lines = held.withLock { held in
            defer { held = nil }
            return held ?? []
        }
        say(lines)
    }

    private func clearProgress() {
        let wasShown = isProgressShown.withLock { isShown in
            defer { isShown = false }
            return isShown
        }
        if wasShown { write("\r\u{1B}[K", to: descriptors.error) }
    }

    /// Bytes for the output as they are, escapes and all.
    func writeRaw(_ text: String) { write(text, to: descriptors.output) }

    /// The output's window as it is now; nil where it has none.
    var window: (columns: Int, rows: Int)? { Self.size(of: descriptors.output) }

    /// Whether the shell lets this process use the terminal: after `bg` it does not.
    var isForeground: Bool {
        let group = tcgetpgrp(descriptors.output)
        return group < 0 || group == getpgrp()
    }

    private func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    private func write(_ bytes: [UInt8], to descriptor: Int32) {
        if descriptor == descriptors.output, isOutputClosed { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { posixWrite(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR, errno != EAGAIN {
                if descriptor == descriptors.output { isClosed.withLock { $0 = true } }
                return
            }
        }
    }

    /// What the terminal says its window is; nil where it does not know, and for a pipe.
    private static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
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

func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
    #else
        Darwin.write(descriptor, bytes, count)
    #endif
}
