import Basics
import FoundationEssentials
import Tailing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file behind `--cursor`: read once at the beginning, replaced as a whole before lines are written out.
struct CursorFile: Sendable {
    let path: String

    /// Nil where there is none yet.
    func read(scope: String) throws(Problem) -> TailCursor? {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        var isFolder = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
            throw Problem(.configuration, "--cursor \(path): there is no folder \(folder)")
        }
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        guard !isFolder, let data = FileManager.default.contents(atPath: path) else {
            throw Problem(.configuration, "--cursor \(path) cannot be read", hint: "check that it is a file you may read")
        }
        return try TailCursor(data, scope: scope, file: path)
    }

    /// Standard output as it is now, where it is a file.
    static var output: PendingLines.Output? {
        var status = stat()
        guard fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return PendingLines.Output(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), length: Int64(status.st_size))
    }

    func write(_ cursor: TailCursor) throws(Problem) {
        let text = String(decoding: try cursor.data, as: UTF8.self)
        do { try PrivateFile.write(text, to: path) } catch {
            throw Problem(
                .failed, "--cursor \(path) cannot be written", cause: (error as? PrivateFile.Failed).map { "errno \($0.code)" },
                hint: "lines shown since it was last written would come again")
        }
    }
}
