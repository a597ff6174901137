// Waiting for a socket, and being woken from it: the room's few system calls.
internal import Basics
internal import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A pipe that gets a thread out of `poll`. Its ends live as long as anybody may still write to it.
final class Wakeup: Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    init() throws(Problem) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Problem(
                .failed, "no more files can be opened", cause: String(cString: strerror(errno)), hint: "raise ulimit -n")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func wake() {
        var byte: UInt8 = 1
        // A full pipe already wakes, so a refused write loses nothing.
        _ = write(writeEnd, &byte, 1)
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) > 0 {}
    }

    /// Whether something is there to read now.
    func isReadable(_ socket: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return socket >= 0 && poll(&entry, 1, 0) > 0
    }

    enum Outcome {
        case ready(readable: Bool)
        case deadlinePassed
        case interrupted
    }

    /// Blocks the calling thread, which must be one of the connection's own executor.
    func wait(socket: Int32, write: Bool, deadline: Deadline, interruption: Interruption) -> Outcome {
        while true {
            if interruption.isRaised { return .interrupted }
            let remaining = deadline.remaining
            if remaining == .zero { return .deadlinePassed }
            var entries = [
                pollfd(fd: socket, events: Int16(write ? POLLIN | POLLOUT : POLLIN), revents: 0),
                pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = Int32(min(remaining.milliseconds.rounded(.up), 3_600_000))
            guard poll(&entries, 2, milliseconds) > 0 else { continue }
            if entries[1].revents != 0 {
                // It may be left over from a statement that ended in the same moment; the flag knows.
                drain()
                continue
            }
            return .ready(readable: entries[0].revents & ~Int16(POLLOUT) != 0)
        }
    }
}

/// Says that one statement, and no other on its connection, is to be given up.
final class Interruption: Sendable {
    private let raised = Mutex(false)
    private let wakeup: Wakeup

    init(_ wakeup: Wakeup) {
        self.wakeup = wakeup
    }

    var isRaised: Bool { raised.withLock { $0 } }

    func raise() {
        raised.withLock { $0 = true }
        wakeup.wake()
    }
}
