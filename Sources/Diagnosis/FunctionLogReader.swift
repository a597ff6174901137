import AWS
import Basics
import FoundationEssentials
import TaskSystem

/// Reads what the function and Lambda wrote about an event.
///
/// The function's own lines name the event (`eventId`) and the invocation (`requestId`); Lambda's name the invocation
/// only, so its lines are found in a second step.
struct FunctionLogReader: Sendable {
    let logs: CloudWatchLogs
    let group: String
    let deadline: Deadline

    /// Nil where no line names the event.
    func trace(of event: UUID, since: Date) async throws -> InvocationTrace? {
        let lines = try await lines("\"\(event.lowercased)\"", since: since).compactMap(Line.init)
        guard let last = lines.last else { return nil }
        if let ending = last.ending { return InvocationTrace(ending, at: last.at, namesTheEvent: true) }
        // It was taken up and did not come to say how it ended.
        if let request = last.requestID {
            for (text, at) in try await self.lines("\"\(request)\"", since: since).reversed() {
                if let ending = Self.platformEnding(text) { return InvocationTrace(ending, at: at, namesTheEvent: true) }
            }
        }
        return InvocationTrace(.open, at: last.at, namesTheEvent: true)
    }

    /// What Lambda itself wrote last about an invocation that ended before the function could say which event it held.
    func lastCrash(since: Date) async throws -> InvocationTrace? {
        for (text, at) in try await lines("?\"Runtime exited\" ?\"Task timed out\"", since: since).reversed() {
            if let ending = Self.platformEnding(text) { return InvocationTrace(ending, at: at, namesTheEvent: false) }
        }
        return nil
    }

    /// How the last invocation ended that ended at all; nil where none did.
    func newest(since: Date) async throws -> InvocationTrace? {
        let pattern = "?\"task event done\" ?\"Runtime exited\" ?\"Task timed out\""
        for (text, at) in try await lines(pattern, since: since).reversed() {
            if let ending = Self.platformEnding(text) ?? Line((text, at))?.ending {
                return InvocationTrace(ending, at: at, namesTheEvent: false)
            }
        }
        return nil
    }

    // MARK: -

    private func lines(_ pattern: String, since: Date) async throws -> [(String, Date?)] {
        let input = CloudWatchLogs.FilterLogEventsInput(
            logGroupName: group, startTime: Int64(since.timeIntervalSince1970 * 1000), filterPattern: pattern)
        var lines: [(String, Date?)] = []
        for try await events in logs.filterLogEventsPages(input, deadline: deadline) {
            lines += events.map { event in
                (event.message ?? "", event.timestamp.map { Date(timeIntervalSince1970: Double($0) / 1000) })
            }
        }
        return lines
    }

    /// Source: Lambda developer guide, "Troubleshooting": `Task timed out after 3.00 seconds`; its runtime's own
    /// `RequestId: UUID Error: Runtime exited with error: …`. In JSON both stand in a member of the record.
    private static func platformEnding(_ text: String) -> InvocationTrace.Ending? {
        let line = String(text.prefix { !$0.isNewline })
        if line.contains("Task timed out after") { return .timedOut(line) }
        if line.contains("Error: Runtime exited") { return .crashed(line) }
        return nil
    }

    /// A line of the function's own.
    private struct Line {
        var requestID: String?
        var ending: InvocationTrace.Ending?
        var at: Date?

        private struct Record: Decodable {
            var message: String?
            var requestId: String?
            var outcome: String?
            var errorType: String?
            var error: String?
        }

        init?(_ line: (text: String, at: Date?)) {
            guard let record = try? JSONDecoder().decode(Record.self, from: Data(line.text.utf8)) else { return nil }
            requestID = record.requestId
            at = line.at
            if let error = record.error {
                ending = .failed(errorType: record.errorType ?? "Error", message: error)
            } else if record.outcome != nil {
                ending = .done
            }
        }
    }
}
