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

    /// How many crashes are held against what their invocations had said before.
    private static let mostCrashes = 5

    /// Nil where no line names the event.
    func trace(of event: UUID, since: Date) async throws -> InvocationTrace? {
        let lines = try await lines("\"\(event.lowercased)\"", since: since).compactMap(Line.init)
        guard let last = lines.last else { return nil }
        // Lambda tries three times. What an attempt came to counts also while the next one is under way.
        for attempt in Self.attempts(lines).reversed() {
            if let end = attempt.lines.last(where: { $0.ending != nil }), let ending = end.ending {
                return InvocationTrace(ending, at: end.at, namesTheEvent: true)
            }
            // It was taken up and did not come to say how it ended; Lambda may.
            guard let request = attempt.request else { continue }
            for (text, at) in try await self.lines("\"\(request)\"", since: since).reversed() {
                if let ending = Self.platformEnding(text) { return InvocationTrace(ending, at: at, namesTheEvent: true) }
            }
        }
        return InvocationTrace(.open, at: last.at, namesTheEvent: true)
    }

    /// What Lambda itself wrote last about an invocation that ended before the function could say which event it held.
    func lastCrash(since: Date) async throws -> InvocationTrace? {
        var asked = 0
        for (text, at) in try await lines("?\"Runtime exited\" ?\"Task timed out\"", since: since).reversed() {
            guard let ending = Self.platformEnding(text), asked < Self.mostCrashes else { continue }
            guard let request = Self.request(in: text) else { return InvocationTrace(ending, at: at, namesTheEvent: false) }
            asked += 1
            // One that named an event had another than the one of which no line was found.
            let said = try await lines("\"\(request)\"", since: since).compactMap(Line.init)
            if !said.contains(where: \.namesAnEvent) { return InvocationTrace(ending, at: at, namesTheEvent: false) }
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

    /// The lines of each invocation, in the order in which they began.
    private static func attempts(_ lines: [Line]) -> [(request: String?, lines: [Line])] {
        var attempts: [(request: String?, lines: [Line])] = []
        for line in lines {
            if let index = attempts.firstIndex(where: { $0.request == line.requestID }) {
                attempts[index].lines.append(line)
            } else {
                attempts.append((line.requestID, [line]))
            }
        }
        return attempts
    }

    /// The first id in a line of Lambda's: it has no other.
    private static func request(in text: String) -> String? {
        text.split { !($0.isHexDigit || $0 == "-") }.lazy.map(String.init).first { UUID(uuidString: $0) != nil }
    }

    /// A line of the function's own.
    private struct Line {
        var requestID: String?
        var namesAnEvent: Bool
        var ending: InvocationTrace.Ending?
        var at: Date?

        private struct Record: Decodable {
            var message: String?
            var requestId: String?
            var eventId: String?
            var outcome: String?
            var errorType: String?
            var error: String?
        }

        init?(_ line: (text: String, at: Date?)) {
            guard let record = try? JSONDecoder().decode(Record.self, from: Data(line.text.utf8)) else { return nil }
            requestID = record.requestId
            namesAnEvent = record.eventId != nil
            at = line.at
            if let error = record.error {
                ending = .failed(errorType: record.errorType ?? "Error", message: error)
            } else if record.outcome != nil {
                ending = .done
            }
        }
    }
}
