import Basics
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files for everybody who may read the folder, written whole or not at all.
enum AtomicFile {
    /// Writes beside the file and moves it into place.
    ///
    /// - Parameter replacing: whether a file that is there already may go. Where it may not, one that somebody else made
    ///   meanwhile is left alone as well.
    /// - Throws: ``Problem`` that names the file.
    static func write(_ text: String, to path: String, replacing: Bool) throws {
        // A link stays one: what it leads to is replaced.
        let target =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: path)).map {
                $0.hasPrefix("/") ? $0 : folder(of: path) + "/" + $0
            } ?? path
        let beside = "\(target).\(getpid()).new"
        let file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw problem(path, errno) }
        var bytes = Array(text.utf8)[...]
        var failure: Int32 = 0
        while !bytes.isEmpty, failure == 0 {
            let count = bytes.withUnsafeBytes { posixWrite(file, $0) }
            if count > 0 { bytes = bytes.dropFirst(count) } else if errno != EINTR { failure = errno }
        }
        if failure == 0, fsync(file) != 0 { failure = errno }
        close(file)
        if failure == 0 {
            // A link cannot take the place of what is there; a move would.
            if replacing ? rename(beside, target) != 0 : link(beside, target) != 0 { failure = errno }
        }
        if failure != 0 || !replacing { unlink(beside) }
        if failure != 0 { throw problem(path, failure) }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private static func problem(_ path: String, _ code: Int32) -> Problem {
        if code == EEXIST { return exists(path) }
        return Problem(.configuration, "\(path) could not be written", cause: String(cString: strerror(code)))
    }

    static func exists(_ path: String) -> Problem {
        Problem(
            .configuration, "\(path) is there already, and was left alone",
            hint: "look at what would be written with --print, write it elsewhere with --file, or over it with --force")
    }

    private static func posixWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(file, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(file, bytes.baseAddress, bytes.count)
        #endif
    }
}
