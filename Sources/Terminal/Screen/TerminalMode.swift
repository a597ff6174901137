#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The terminal's line discipline. Keys arrive one by one and unseen; Ctrl-C and Ctrl-Z stay the signals they are.
struct TerminalMode {
    private let descriptor: Int32
    private let saved: termios

    /// As it is now; nil where the descriptor is no terminal.
    init?(of descriptor: Int32) {
        var now = termios()
        guard tcgetattr(descriptor, &now) == 0 else { return nil }
        self.descriptor = descriptor
        saved = now
    }

    func takeKeysOneByOne() {
        var mode = saved
        mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(descriptor, TCSADRAIN, &mode)
    }

    func restore() {
        var mode = saved
        tcsetattr(descriptor, TCSADRAIN, &mode)
    }
}
