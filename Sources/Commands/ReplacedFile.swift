import Basics
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that are replaced as a whole, again and again, by runs that may be killed at any moment.
///
/// The new text is written to one fixed name beside the file, under a lock, and moved into place. What a killed run left
/// under that name is written over by the next one, so that nothing gathers.
enum ReplacedFile {
    /// How long to wait for another writer.
    private static let patience = Duration.seconds(2)

    /// - Throws: ``Problem`` that names the file; the old one is still whole then.
    static func write(_ bytes: some Sequence<UInt8>, to path: String, mode: mode_t = 0o644) throws(Problem) {
        // A link stays one: what it leads to is replaced.
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let target =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: path)).map {
                $0.hasPrefix("/") ? $0 : folder + "/" + $0
            } ?? path
        let beside = target + ".new"
        let file: Int32
        switch FileLock.take(beside, mode: mode, waiting: patience) {
        case .success(let descriptor): file = descriptor
        case .failure(.held): throw problem(path, EWOULDBLOCK)
        case .failure(.failed(let code)): throw problem(path, code)
        }
        defer { close(file) }
        var rest = Array(bytes)[...]
        var failure: Int32 = ftruncate(file, 0) == 0 ? 0 : errno
        while !rest.isEmpty, failure == 0 {
            let count = rest.withUnsafeBytes { posixWrite(file, $0) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { failure = errno }
        }
        if failure == 0, fsync(file) != 0 { failure = errno }
        if failure == 0, rename(beside, target) != 0 { failure = errno }
        if failure != 0 {
            unlink(beside)
            throw problem(path, failure)
        }
    }

    private static func problem(_ path: String, _ code: Int32) -> Problem {
        let hint =
            switch code {
            case ENOENT: "make its folder, or name a file in one that is there"
            case ENOSPC, EDQUOT: "make room on its disk"
            case EWOULDBLOCK: "another run is writing it: give each its own file"
            default: "name a file that this user may replace"
            }
        return Problem(.configuration, "\(path) could not be written", cause: String(cString: strerror(code)), hint: hint)
    }

    private static func posixWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(file, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(file, bytes.baseAddress, bytes.count)
        #endif
    }
}

/// A lock on a file that goes with its process, however that ends (flock(2)).
enum FileLock {
    enum Failure: Error, Sendable, Hashable {
        case held
        case failed(Int32)
    }

    /// - Returns: the open file, locked: whoever closes it gives the lock back.
    static func take(_ path: String, mode: mode_t, waiting patience: Duration = .zero) -> Result<Int32, Failure> {
        let end = ContinuousClock.now + patience
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
            guard file >= 0 else { return .failure(.failed(errno)) }
            if flock(file, LOCK_EX | LOCK_NB) == 0 {
                // Its holder may have moved or removed it between our opening and our locking; then it is nobody's lock.
                var opened = stat()
                var named = stat()
                if fstat(file, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino,
                    opened.st_dev == named.st_dev
                {
                    return .success(file)
                }
                close(file)
                continue
            }
            let code = errno
            close(file)
            guard code == EWOULDBLOCK || code == EINTR else { return .failure(.failed(code)) }
            guard ContinuousClock.now < end else { return .failure(.held) }
            usleep(20_000)
        }
    }
}
