import AWS
import Basics
import Findings
import FoundationEssentials
import Status
import Views

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks at the stack kept in a file, one report of JSON on each line, for looking at again.
enum StatusRecording {
    /// Appends reports to a file, each whole or not at all, so that a run that is killed leaves a file that can be read.
    final class Writer: Sendable {
        private let descriptor: Int32
        private let path: String

        init(_ path: String) throws(Problem) {
            self.path = path
            descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw Self.problem(path, errno) }
        }

        deinit { close(descriptor) }

        func append(_ report: StatusReport) throws {
            let line = Array((try JSONView.line(report) + "\n").utf8)
            let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count == line.count else { throw Self.problem(path, count < 0 ? errno : ENOSPC) }
        }

        private static func problem(_ path: String, _ code: Int32) -> Problem {
            Problem(
                .configuration, "cannot write to \(path)", cause: String(cString: strerror(code)),
                hint: "name a file in a folder you may write to: --record FILE")
        }
    }

    /// Every report of a file, oldest first.
    ///
    /// - Throws: ``Problem`` with file and line for what is no report, or one of a newer taskops.
    static func read(_ path: String) throws -> [StatusReport] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Problem(.usage, "cannot read \(path)", hint: "record it first: taskops status --watch --record \(path)")
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var reports: [StatusReport] = []
        for (index, line) in lines.enumerated() where !line.isEmpty {
            // What follows the last line feed is a line that a killed run did not finish.
            let isUnfinished = index == lines.count - 1
            do {
                reports.append(try report(Data(line)))
            } catch  where isUnfinished && !(error is Problem) {
                break
            } catch {
                let cause = (error as? Problem)?.summary ?? "it is no report of taskops status"
                throw Problem(
                    .usage, "cannot be replayed: \(cause)", hint: "record one with: taskops status --record FILE",
                    location: .init(file: path, line: index + 1))
            }
        }
        guard !reports.isEmpty else {
            throw Problem(
                .usage, "\(path) holds no report", hint: "record one with: taskops status --record \(path)")
        }
        return reports
    }

    private static func report(_ line: Data) throws -> StatusReport {
        struct Version: Decodable { var schemaVersion: Int }
        let version = try JSONDecoder().decode(Version.self, from: line).schemaVersion
        guard version == 1 else {
            throw Problem(.usage, "its schemaVersion is \(version), and this taskops knows 1")
        }
        return try JSONDecoder().decode(StatusReport.self, from: line)
    }
}
