import AWS
import AWSSigning
import Basics
import FoundationEssentials
import TaskSystem
import TestSupport
import Testing

@testable import Diagnosis

/// What the function's log tells of an event, from lines as the function and Lambda write them.
@Suite struct FunctionLogReaderTests {
    static let event = UUID(uuidString: "0c9c2d3e-1111-4222-8333-444455556666")!
    static let other = "7b7b7b7b-1111-4222-8333-444455556666"
    static let first = "aaaaaaaa-0000-4000-8000-000000000001"
    static let second = "bbbbbbbb-0000-4000-8000-000000000002"

    static func received(_ request: String, _ event: String = event.lowercased) -> String {
        #"{"level":"INFO","message":"task event received","requestId":"\#(request)","eventId":"\#(event)"}"#
    }

    static func failed(_ request: String) -> String {
        #"{"level":"ERROR","message":"task event done","requestId":"\#(request)","eventId":"\#(event.lowercased)","#
            + #""outcome":"failed","errorType":"DatabaseConflict","error":"OC000"}"#
    }

    static func timedOut(_ request: String) -> String { "2026-11-26T10:00:00.000Z \(request) Task timed out after 3.00 seconds" }
    static func exited(_ request: String) -> String { "RequestId: \(request) Error: Runtime exited with error: exit status 1" }

    @Test("while an attempt is under way, what the one before came to counts")
    func theAttemptBefore() async throws {
        let lines = [Self.received(Self.first), Self.failed(Self.first), Self.received(Self.second)]
        let trace = try await Self.reading(lines) { try await $0.trace(of: Self.event, since: .distantPast) }
        #expect(trace?.ending == .failed(errorType: "DatabaseConflict", message: "OC000"))
        #expect(trace?.namesTheEvent == true)
    }

    @Test("so does Lambda's word on it")
    func theAttemptBeforeByLambda() async throws {
        let lines = [Self.received(Self.first), Self.timedOut(Self.first), Self.received(Self.second)]
        let trace = try await Self.reading(lines) { try await $0.trace(of: Self.event, since: .distantPast) }
        #expect(trace?.ending == .timedOut(Self.timedOut(Self.first)))
    }

    @Test("the first attempt, under way, says nothing yet")
    func theOnlyAttempt() async throws {
        let trace = try await Self.reading([Self.received(Self.first)]) {
            try await $0.trace(of: Self.event, since: .distantPast)
        }
        #expect(trace?.ending == .open)
    }

    @Test("a crash over another event is not this one's", arguments: [timedOut, exited])
    func anothersCrash(_ line: @Sendable (String) -> String) async throws {
        let theirs = [Self.received(Self.first, Self.other), line(Self.first)]
        #expect(try await Self.reading(theirs) { try await $0.lastCrash(since: .distantPast) } == nil)
        let silent = [line(Self.second)] + theirs
        let crash = try await Self.reading(silent) { try await $0.lastCrash(since: .distantPast) }
        #expect(crash?.namesTheEvent == false)
        #expect(crash.map { "\($0.ending)".contains(Self.second) } == true)
    }

    private struct Asked: Decodable { var filterPattern: String }

    /// A log group that holds these lines, a second apart, and knows the filter patterns that the reader uses.
    private static func reading<Result: Sendable>(
        _ lines: [String], _ body: (FunctionLogReader) async throws -> Result
    ) async throws -> Result {
        let answer: LoopbackServer.Handler = { request in
            let pattern = try! JSONDecoder().decode(Asked.self, from: Data(request.body)).filterPattern
            let words = pattern.split(separator: "\"").map(String.init).filter { $0.count > 3 }
            let events = lines.enumerated().filter { line in words.contains { line.element.contains($0) } }.map { line in
                var event = CloudWatchLogs.LogEvent()
                (event.message, event.timestamp) = (line.element, Int64(line.offset) * 1000)
                return event
            }
            var output = CloudWatchLogs.FilterLogEventsOutput()
            output.events = events
            return .json(String(decoding: try! JSONEncoder().encode(output), as: UTF8.self))
        }
        return try await LoopbackServer.run(answer) { server in
            let credentials = AWSCredentials(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("s"))
            var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
            configuration.endpoints = EndpointSettings(override: server.url)
            configuration.quotaShare = 1000
            let logs = AWSClient(configuration).logs("us-east-1")
            return try await body(FunctionLogReader(logs: logs, group: "/aws/lambda/f", deadline: .after(.seconds(20))))
        }
    }
}
