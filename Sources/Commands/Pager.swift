import FoundationEssentials
import Terminal

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Shows what is longer than the screen the way git does: through `PAGER`, or `less` when nothing else is said.
struct Pager {
    /// Nil where nothing is to stand between the text and the screen.
    private let command: String?

    init(_ variables: [String: String]) {
        let named = variables["PAGER"] ?? "less"
        command = named.isEmpty || named == "cat" ? nil : named
        // Git's own choice: end when it fits on one screen, keep colours, leave the text on the screen.
        if variables["LESS"] == nil { setenv("LESS", "FRX", 1) }
    }

    /// - Parameter lines: already fitted to the screen's width.
    func show(_ lines: [StyledText], on console: Console) async {
        let text = lines.map { Theme.render($0, on: console.output) + "\n" }.joined()
        guard let command, lines.count >= Self.rows, run(command, text) else { return console.print(lines) }
    }

    /// - Returns: whether the pager ran at all.
    private func run(_ command: String, _ text: String) -> Bool {
        guard let pipe = popen(command, "w") else { return false }
        // Ctrl-C is the pager's while it has the screen: if we ended first, the two would share the terminal.
        let handler = signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, handler) }
        // A pager that is left early closes the pipe; that is no mistake.
        _ = Array(text.utf8).withUnsafeBufferPointer { fwrite($0.baseAddress, 1, $0.count, pipe) }
        // The shell's word for a command that is not there.
        return pclose(pipe) != 127 << 8
    }

    private static var rows: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }
}
