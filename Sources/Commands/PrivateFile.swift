#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that only their owner may read, such as a renewed sign-in.
enum PrivateFile {
    struct Failed: Error {
        let code: Int32
    }

    /// Writes beside the file and moves it into place: another program never reads half of it.
    static func write(_ text: String, to path: String) throws {
        var name = Array((path + ".XXXXXX").utf8CString)
        // Born with mode 0600, which stays.
        let file = mkstemp(&name)
        guard file >= 0 else { throw Failed(code: errno) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { unistdWrite(file, $0) }
            guard count > 0 else { break }
            bytes = bytes.dropFirst(count)
        }
        let isWhole = bytes.isEmpty && fsync(file) == 0
        close(file)
        guard isWhole, rename(name, path) == 0 else {
            let code = errno
            unlink(name)
            throw Failed(code: code)
        }
    }

    private static func unistdWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(file, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(file, bytes.baseAddress, bytes.count)
        #endif
    }
}
