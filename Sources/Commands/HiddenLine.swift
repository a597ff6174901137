#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A line typed on the terminal without being shown, as the aws CLI takes MFA codes: what stands on a screen is copied
/// with everything else, and ends in recordings and tickets.
enum HiddenLine {
    private static let interrupt: UInt8 = 3
    private static let endOfTransmission: UInt8 = 4

    /// Blocks until the line ends; empty where nothing is typed, or the terminal cannot be kept quiet.
    ///
    /// - Parameter ask: says what is wanted. It is called when the terminal is quiet: what is typed, or pasted, as soon
    ///   as the question stands there must neither be shown nor be thrown away with what was typed before it.
    static func read(_ ask: () -> Void) -> String {
        var usual = termios()
        guard tcgetattr(STDIN_FILENO, &usual) == 0 else { return "" }
        var quiet = usual
        // Signals are taken as letters too: a Ctrl-C must find the terminal as it was.
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0 else { return "" }
        ask()
        var (line, wasInterrupted) = ([UInt8](), false)
        typing: while let byte = next() {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), endOfTransmission: break typing
            case interrupt:
                (line, wasInterrupted) = ([], true)
                break typing
            case 8, 127: _ = line.popLast()
            default: line.append(byte)
            }
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual)
        if wasInterrupted { kill(getpid(), SIGINT) }
        return String(decoding: line, as: UTF8.self)
    }

    private static func next() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = posixRead(&byte)
            if count == 1 { return byte }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    private static func posixRead(_ byte: inout UInt8) -> Int {
        #if canImport(Glibc)
            Glibc.read(STDIN_FILENO, &byte, 1)
        #else
            Darwin.read(STDIN_FILENO, &byte, 1)
        #endif
    }
}
