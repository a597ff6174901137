import Basics
import Findings
import FoundationEssentials
import Status
import Testing

@testable import Commands

/// What a recording holds, and what is said of a file that is none.
@Suite struct StatusRecordingTests {
    private static func report(_ at: String) -> StatusReport {
        StatusReport(
            stack: "tasks", environment: "dev", at: at, regions: [], differences: [],
            cost: .init(requests: 28, connections: 2, ms: 120))
    }

    private func withFile(_ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "status-\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try body(file)
    }

    @Test func whatIsWrittenIsRead() throws {
        try withFile { file in
            let reports = ["2026-11-25T03:00:00Z", "2026-11-25T03:00:10Z"].map(Self.report)
            try StatusRecording.Writer(file).append(reports[0])
            // A second run goes on where the first one ended.
            try StatusRecording.Writer(file).append(reports[1])
            #expect(try StatusRecording.read(file) == reports)
        }
    }

    @Test("a line that a killed run did not finish is passed over; what is no report anywhere else is not")
    func brokenLines() throws {
        try withFile { file in
            try StatusRecording.Writer(file).append(Self.report("2026-11-25T03:00:00Z"))
            let whole = try #require(FileManager.default.contents(atPath: file))
            try (whole + Data(#"{"schemaVersion":1,"sta"#.utf8)).write(to: URL(filePath: file))
            #expect(try StatusRecording.read(file).count == 1)
            try (Data("nonsense\n".utf8) + whole).write(to: URL(filePath: file))
            #expect { try StatusRecording.read(file) } throws: { ($0 as? Problem)?.location?.line == 1 }
        }
    }

    @Test func otherVersionsAndEmptyFiles() throws {
        try withFile { file in
            try Data("{\"schemaVersion\":2}\n".utf8).write(to: URL(filePath: file))
            #expect { try StatusRecording.read(file) } throws: {
                ($0 as? Problem)?.cause == nil && ($0 as? Problem)?.kind == .usage
            }
            try Data().write(to: URL(filePath: file))
            #expect { try StatusRecording.read(file) } throws: { ($0 as? Problem)?.summary.contains("holds no report") == true }
        }
        #expect { try StatusRecording.read("/nonexistent/file") } throws: { ($0 as? Problem)?.kind == .usage }
        #expect { try StatusRecording.Writer("/nonexistent/file") } throws: { ($0 as? Problem)?.kind == .configuration }
    }
}
