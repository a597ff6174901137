import FoundationEssentials
import Synchronization
import TaskProcessing

/// Keeps what would have been printed.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }

    /// The lines with this message, as JSON objects.
    func records(_ message: String) -> [Record] {
        all.compactMap { try? JSONDecoder().decode(Record.self, from: Data($0.utf8)) }.filter { $0.message == message }
    }

    struct Record: Decodable {
        var level: String
        var message: String
        var requestId: String?
        var eventId: String?
        var detailType: String?
        var region: String?
        var taskId: String?
        var outcome: String?
        var errorType: String?
        var code: String?
        var durationMs: Double?
        var connectMs: Double?
        var commitMs: Double?
        var attempts: Int?
        var status: Int?
    }
}

extension FunctionLog {
    /// Everything, into `lines`.
    static func capturing(_ lines: Lines) -> FunctionLog {
        FunctionLog(threshold: .trace, now: { Date() }, write: { lines.append($0) })
    }
}
