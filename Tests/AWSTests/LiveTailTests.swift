import AWS
import AWSSigning
import Basics
import FoundationEssentials
import TestSupport
import Testing

/// Event streams as a call opens them, with StartLiveTail as the one there is.
@Suite struct LiveTailTests {
    typealias Logs = CloudWatchLogs

    static let group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f"
    static let input = Logs.StartLiveTailInput(
        logGroupIdentifiers: ["\(group):*"], logStreamNamePrefixes: ["2026/"], logEventFilterPattern: "ERROR")

    static let start = Frame.event(
        "sessionStart", #"{"requestId":"r","sessionId":"s","logGroupIdentifiers":["\#(group)"]}"#)
    static func update(_ message: String, sampled: Bool = false) -> [UInt8] {
        Frame.event(
            "sessionUpdate",
            #"{"sessionMetadata":{"sampled":\#(sampled)},"sessionResults":[{"logStreamName":"a","logGroupIdentifier":"g","#
                + #""message":"\#(message)","timestamp":1767323045000,"ingestionTime":1767323045123}]}"#)
    }

    static let type = ("Content-Type", "application/vnd.amazon.eventstream")

    static func head(length: Int? = nil, _ more: String = "") -> [UInt8] {
        let size = length.map { "Content-Length: \($0)\r\n" } ?? ""
        return Array("HTTP/1.1 200 OK\r\n\(type.0): \(type.1)\r\nx-amzn-RequestId: req-7\r\n\(size)\(more)\r\n".utf8)
    }

    /// A whole answer, ended in an orderly way.
    static func answer(_ bytes: [UInt8]) -> LoopbackServer.Reply { .raw(head(length: bytes.count) + bytes) }

    /// Reads a session to its end, whichever that is.
    static func read(
        _ fixture: ClientFixture, end: Deadline? = nil, silence: Duration = Logs.liveTailSilence
    ) async throws -> (events: [Logs.LiveTailEvent], error: Logs.LiveTailError?) {
        try await fixture.client.logs("us-east-1").withLiveTail(
            input, deadline: fixture.deadline, end: end, silence: silence
        ) { session in
            var events: [Logs.LiveTailEvent] = []
            var iterator = session.makeAsyncIterator()
            do throws(Logs.LiveTailError) {
                while let event = try await iterator.next() { events.append(event) }
                return (events, nil)
            } catch {
                // It throws once and is over.
                let after = try await iterator.next()
                #expect(after == nil)
                return (events, error)
            }
        }
    }

    @Test func aSessionIsSignedOpenedAndRead() async throws {
        let frames = [
            Frame.event("initial-response", "{}"), Self.start, Frame.event("sessionNews", "{}"), Self.update("é one"),
            Self.update("two", sampled: true), Frame.event("sessionUpdate", "{}"),
        ]
        try await LoopbackServer.run { _ in
            Self.answer(frames.flatMap(\.self))
        } _: { server in
            let fixture = ClientFixture(server.url)
            let (events, error) = try await Self.read(fixture)
            #expect(error == nil)
            #expect(events.count == 4)
            guard case .sessionStart(let begun) = events.first, case .sessionUpdate(let first) = events[1],
                case .sessionUpdate(let second) = events[2], case .sessionUpdate(let third) = events[3]
            else {
                Issue.record("\(events)")
                return
            }
            #expect((begun.requestID, begun.sessionID) == ("r", "s"))
            #expect(
                first.sessionResults == [
                    Logs.LiveTailSessionLogEvent(
                        logStreamName: "a", logGroupIdentifier: "g", message: "é one", timestamp: 1_767_323_045_000,
                        ingestionTime: 1_767_323_045_123)
                ])
            #expect([first, second, third].map(\.isSampled) == [false, true, false])

            let request = try #require(server.record.requests.first)
            #expect(request["X-Amz-Target"] == "Logs_20140328.StartLiveTail")
            #expect(request["Accept-Encoding"] == nil)
            let body = try JSONDecoder().decode(Logs.StartLiveTailInput.self, from: Data(request.body))
            #expect(body == Self.input)
            #expect(body.logGroupIdentifiers == [Self.group])

            // What arrived, signed again here, has the signature that arrived.
            let signer = SigV4(
                credentials: try await fixture.client.credentials(deadline: fixture.deadline), region: "us-east-1",
                service: "logs")
            let unsigned = request.headers.filter {
                !["authorization", "x-amz-date", "x-amz-security-token", "content-length"].contains($0.name.lowercased())
            }
            let again = signer.sign(
                SignableRequest(method: request.method, path: "/", headers: unsigned, body: Data(request.body)),
                at: Date(timeIntervalSince1970: 1_767_323_045))
            #expect(again.added.last?.value == request["Authorization"])

            let told = fixture.notes.events
            #expect(told.map(\.operation) == ["StartLiveTail"])
            #expect((told.first?.status, told.first?.requestID, told.first?.failure) == (200, "req-7", nil))
            #expect(told.first?.sent?.method == "POST")
        }
    }

    @Test func thePrefixedHostIsAskedForAndSigned() async throws {
        try await LoopbackServer.run { _ in
            Self.answer(Self.start)
        } _: { server in
            let fixture = ClientFixture("http://logs.example.test") {
                $0.proxy = ProxySettings(["http_proxy": server.url])
            }
            let (events, _) = try await Self.read(fixture)
            #expect(events.count == 1)
            let request = try #require(server.record.requests.first)
            #expect(request.target == "http://stream-logs.example.test/")
            #expect(request["Host"] == "stream-logs.example.test")
        }
    }

    // MARK: Until it is open

    @Test func untilItIsOpenFailuresAreRetried() async throws {
        let script = Script([
            .raw([]), ClientTests.failure(503, "ServiceUnavailableException"),
            ClientTests.failure(400, "ThrottlingException"), Self.answer(Self.start + Self.update("one")),
        ])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url) { $0.retry = RetryPolicy(maxAttempts: 4) }
            let (events, error) = try await Self.read(fixture)
            #expect((events.count, error) == (2, nil))
            #expect(fixture.notes.events.map(\.attempt) == [1, 2, 3, 4])
            #expect(
                fixture.notes.events.map(\.failure) == [
                    "interrupted", "ServiceUnavailableException", "ThrottlingException", nil,
                ])
            #expect(
                fixture.notes.events.map(\.retriesAfter) == [.milliseconds(25), .milliseconds(50), .seconds(2), nil])
            // Half of AWS's five a second, of which 2.5 may go at once: the third waited for its turn, the fourth long enough for throttling.
            #expect(fixture.notes.events.map { $0.paced > .zero } == [false, false, true, false])
        }
    }

    @Test(
        arguments: [
            (ClientTests.failure(400, "ResourceNotFoundException"), Problem.Kind.notFound, "ResourceNotFoundException"),
            (ClientTests.failure(400, "AccessDeniedException"), .denied, "AccessDeniedException"),
            (ClientTests.failure(400, "InvalidParameterException"), .failed, "InvalidParameterException"),
            (.answer(status: 200, headers: [("Content-Type", "text/html")], body: Array("<p>".utf8)), .failed, nil),
        ] as [(LoopbackServer.Reply, Problem.Kind, String?)])
    func whatIsRefusedIsNotRetried(reply: LoopbackServer.Reply, kind: Problem.Kind, code: String?) async throws {
        try await LoopbackServer.run { _ in
            reply
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) { try await Self.read(fixture) }
            #expect((error?.problem.kind, error?.code, error?.attempts) == (kind, code, 1))
            #expect(server.record.requests.count == 1)
            #expect(fixture.notes.events.count == 1)
        }
    }

    @Test func aHungOpeningLeavesTimeForAnother() async throws {
        let script = Script([.hang, Self.answer(Self.start)])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url) { $0.attemptTimeout = .milliseconds(600) }
            let (events, _) = try await Self.read(fixture)
            #expect(events.count == 1)
            #expect(fixture.notes.events.map(\.failure) == ["timedOut", nil])
        }
    }

    /// An error whose body never ends must not hold the caller either.
    @Test(arguments: [
        LoopbackServer.Reply.hang, .open(Array("HTTP/1.1 400 Bad\r\nContent-Length: 90\r\n\r\n{\"__type\"".utf8)),
    ])
    func anOpeningThatOnlyHangsEndsByTheDeadline(reply: LoopbackServer.Reply) async throws {
        try await LoopbackServer.run { _ in
            reply
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.logs("us-east-1").withLiveTail(
                    Self.input, deadline: .after(.milliseconds(150))
                ) { _ in Issue.record("it opened") }
            }
            #expect(error?.problem.kind == .timedOut)
            await server.wait { $0.closedByClient == 1 }
        }
    }

    @Test func theRetryBudgetIsSharedWithAllOtherCalls() async throws {
        try await LoopbackServer.run { _ in
            ClientTests.failure(500, "InternalFailure")
        } _: { server in
            let fixture = ClientFixture(server.url)
            for _ in 0..<30 { await #expect(throws: AWSError.self) { try await Self.read(fixture) } }
            // 500 tokens buy 35 retries at 14 each; then every session is tried once.
            #expect(server.record.requests.count == 30 + 35)
        }
    }

    // MARK: Once it is open

    struct Ending: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: LoopbackServer.Reply
        let events: Int
        let error: Logs.LiveTailError?
        var kind: Problem.Kind?

        init(
            _ name: String, _ reply: LoopbackServer.Reply, events: Int = 1, _ error: Logs.LiveTailError?,
            _ kind: Problem.Kind? = nil
        ) {
            (testDescription, self.reply, self.events, self.error, self.kind) = (name, reply, events, error, kind)
        }
    }

    static let second = update("two")
    static let endings: [Ending] = [
        Ending("it ends in order", answer(start + second), events: 2, nil),
        Ending("nothing comes", answer([]), events: 0, nil),
        Ending(
            "a frame is truncated", answer(start + second.dropLast(7)), .stream(.truncated(missing: 7)), .unreachable),
        Ending(
            "a prelude is truncated", answer(start + second.prefix(5)), .stream(.truncated(missing: 11)), .unreachable),
        Ending(
            "a prelude is damaged", answer(start + EventStreamTests.changed(second, 1, 9)),
            .stream(.corrupted(.preludeChecksum)), .failed),
        Ending(
            "a message is damaged", answer(start + EventStreamTests.changed(second, 90, 0)),
            .stream(.corrupted(.messageChecksum)), .failed),
        Ending(
            "the first frame is damaged", answer(EventStreamTests.changed(start, 60, 0) + second), events: 0,
            .stream(.corrupted(.messageChecksum)), .failed),
        Ending(
            "the three hours are over", answer(start + Frame.exception("SessionTimeoutException", "over") + second),
            .sessionTimeout(message: "over"), .timedOut),
        Ending(
            "CloudWatch Logs fails", answer(start + Frame.exception("SessionStreamingException", "no idea")),
            .sessionStreaming(message: "no idea"), .failed),
        Ending(
            "an exception no model has", answer(start + Frame.exception("ThrottlingException", "slower")),
            .stream(.exception(type: "ThrottlingException", message: "slower")), .throttled),
        Ending(
            "an event that cannot be read", answer(start + Frame.event("sessionUpdate", #"{"sessionResults":5}"#)),
            .unreadable(detail: "sessionUpdate: no Array<Any> at sessionResults"), .failed),
        Ending(
            "it is gzipped unasked", .raw(head("Content-Encoding: gzip\r\n") + TransportTests.gzip("events")),
            events: 0, .stream(.corrupted(.preludeChecksum)), .failed),
    ]

    @Test(arguments: endings) func everyEndingIsTyped(ending: Ending) async throws {
        try await LoopbackServer.run { _ in
            ending.reply
        } _: { server in
            let fixture = ClientFixture(server.url)
            let (events, error) = try await Self.read(fixture)
            #expect(error == ending.error)
            #expect(error?.problem.kind == ending.kind)
            #expect(events.count == ending.events)
            // Nothing is repeated behind the reader's back.
            #expect(server.record.requests.count == 1)
            #expect(fixture.notes.waits.isEmpty)
        }
    }

    static func transportKind(_ error: Logs.LiveTailError?) -> TransportError.Kind? {
        if case .stream(.transport(let error))? = error { error.kind } else { nil }
    }

    /// By a length that promises more, and by chunks that never end.
    @Test(arguments: [
        head(length: 9999) + start + second.prefix(50),
        head("Transfer-Encoding: chunked\r\n")
            + Array("\(String(start.count, radix: 16))\r\n".utf8) + start + Array("\r\nff\r\nabc".utf8),
    ])
    func aCutInMidFrameIsAnInterruption(bytes: [UInt8]) async throws {
        try await LoopbackServer.run { _ in
            .raw(bytes)
        } _: { server in
            let fixture = ClientFixture(server.url)
            let (events, error) = try await Self.read(fixture)
            #expect(events.count == 1)
            #expect(Self.transportKind(error) == .interrupted)
            #expect(server.record.requests.count == 1)
        }
    }

    /// Both between frames and inside one.
    @Test(arguments: [start, start + second.prefix(40)])
    func aSilentStreamIsGivenUp(bytes: [UInt8]) async throws {
        try await LoopbackServer.run { _ in
            .open(Self.head() + bytes)
        } _: { server in
            let fixture = ClientFixture(server.url)
            let (events, error) = try await Self.read(fixture, silence: .milliseconds(100))
            #expect(events.count == 1)
            #expect(Self.transportKind(error) == .timedOut)
            #expect(error?.problem.kind == .timedOut)
            await server.wait { $0.closedByClient == 1 }
        }
    }

    @Test func theEndComesAtTheLatestWhenItWasSet() async throws {
        try await LoopbackServer.run { _ in
            .open(Self.head() + Self.start)
        } _: { server in
            let fixture = ClientFixture(server.url)
            // On a busy machine it may come before the stream is open; the kind is the same.
            let kind: Problem.Kind?
            do {
                kind = try await Self.read(fixture, end: .after(.milliseconds(500))).error?.problem.kind
            } catch let error as AWSError {
                kind = error.problem.kind
            }
            #expect(kind == .timedOut)
        }
    }

    /// What has come is read to its end, however slow the reader: silence counts only while it waits.
    @Test func aBusyReaderIsNotTakenForASilentStream() async throws {
        try await LoopbackServer.run { _ in
            Self.answer(Self.start + (0..<50).flatMap { Self.update("\($0)") })
        } _: { server in
            let fixture = ClientFixture(server.url)
            let count = try await fixture.client.logs("us-east-1").withLiveTail(
                Self.input, deadline: fixture.deadline, silence: .milliseconds(200)
            ) { session in
                var count = 0
                for try await _ in session {
                    if count < 3 { try await Task.sleep(for: .milliseconds(250)) }
                    count += 1
                }
                return count
            }
            #expect(count == 51)
        }
    }

    @Test func cancellingInMidStreamClosesTheConnection() async throws {
        try await LoopbackServer.run { _ in
            .open(Self.head() + Self.start)
        } _: { server in
            let fixture = ClientFixture(server.url)
            let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
            let reader = Task {
                try await fixture.client.logs("us-east-1").withLiveTail(Self.input, deadline: fixture.deadline) {
                    session in
                    for try await _ in session { hasBegun.yield() }
                }
            }
            for await _ in begun { break }
            reader.cancel()
            let error = await #expect(throws: Logs.LiveTailError.self) { try await reader.value }
            #expect(Self.transportKind(error) == .cancelled)
            #expect(error?.problem.kind == .cancelled)
            await server.wait { $0.closedByClient == 1 }
        }
    }

    @Test func cancellingWhileItOpensEndsTheCall() async throws {
        try await LoopbackServer.run { _ in
            .hang
        } _: { server in
            let fixture = ClientFixture(server.url)
            let reader = Task { try await Self.read(fixture) }
            await server.wait { $0.requests.count == 1 }
            reader.cancel()
            let error = await #expect(throws: AWSError.self) { try await reader.value }
            #expect(error?.problem.kind == .cancelled)
            #expect(server.record.requests.count == 1)
            await server.wait { $0.closedByClient == 1 }
        }
    }

    @Test func leavingTheScopeClosesTheConnectionAndKeepsTheReadersError() async throws {
        struct Enough: Error {}
        try await LoopbackServer.run { _ in
            .open(Self.head() + Self.start)
        } _: { server in
            let fixture = ClientFixture(server.url)
            await #expect(throws: Enough.self) {
                try await fixture.client.logs("us-east-1").withLiveTail(Self.input, deadline: fixture.deadline) {
                    session in
                    for try await _ in session { throw Enough() }
                }
            }
            await server.wait { $0.closedByClient == 1 }
            #expect(server.record.requests.count == 1)
        }
    }
}
