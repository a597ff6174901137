import AWS
import AWSSigning
import Basics
import FoundationEssentials
import TestSupport
import Testing

@Suite struct ClientTests {
    static let entry = EventBridge.PutEventsInput(entries: [
        .init(
            source: "task.management", detailType: "Task Created", detail: "{\"a\":\"é/\"}",
            eventBusName: "task-events-dev")
    ])
    static let accepted = LoopbackServer.Reply.json(
        #"{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"}]}"#,
        headers: [("x-amzn-RequestId", "req-1")])

    static func failure(_ status: Int, _ code: String, _ headers: [(String, String)] = []) -> LoopbackServer.Reply {
        .json(
            #"{"__type":"com.amazonaws.events#\#(code)","message":"so it is"}"#, status: status,
            headers: [("x-amzn-RequestId", "req-9")] + headers)
    }

    @Test func aCallIsSignedAndReadBack() async throws {
        try await LoopbackServer.run { _ in
            Self.accepted
        } _: { server in
            let fixture = ClientFixture(server.url)
            let output = try await fixture.client.eventBridge("us-west-2").putEvents(
                Self.entry, deadline: fixture.deadline)
            #expect(output.failedEntryCount == 0)
            #expect(output.entries.first?.eventID == "11710aed-b79e-4468-a20b-bb3c0c3b4860")

            let request = try #require(server.record.requests.first)
            #expect(request.target == "/")
            #expect(request["X-Amz-Target"] == "AWSEvents.PutEvents")
            #expect(request["Content-Type"] == "application/x-amz-json-1.1")
            #expect(request["Host"] == "127.0.0.1:\(server.port)")
            #expect(request["amz-sdk-request"] == "attempt=1; max=3")
            #expect(request["User-Agent"]?.hasPrefix("taskops/") == true)
            #expect(String(decoding: request.body, as: UTF8.self).contains(#""Detail":"{\"a\":\"é/\"}""#))

            // What arrived, signed again here, has the signature that arrived.
            let signer = SigV4(
                credentials: try await fixture.client.credentials(deadline: fixture.deadline), region: "us-west-2",
                service: "events")
            let unsigned = request.headers.filter {
                !["authorization", "x-amz-date", "x-amz-security-token", "content-length", "accept-encoding"].contains(
                    $0.name.lowercased())
            }
            let again = signer.sign(
                SignableRequest(method: request.method, path: "/", headers: unsigned, body: Data(request.body)),
                at: Date(timeIntervalSince1970: 1_767_323_045))
            #expect(again.added.last?.value == request["Authorization"])
        }
    }

    @Test func transientFailuresAreRetriedAndThenSucceed() async throws {
        let script = Script([.raw([]), Self.failure(500, "InternalException"), Self.accepted])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url)
            _ = try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
            #expect(fixture.notes.waits == [.milliseconds(25), .milliseconds(50)])
            let events = fixture.notes.events
            #expect(events.map(\.attempt) == [1, 2, 3])
            #expect(events.map(\.failure) == ["interrupted", "InternalException", nil])
            #expect(events.map(\.status) == [nil, 500, 200])
            #expect(server.record.requests.map { $0["amz-sdk-request"] } == (1...3).map { "attempt=\($0); max=3" })
            #expect(Set(server.record.requests.compactMap { $0["amz-sdk-invocation-id"] }).count == 1)
        }
    }

    @Test func throttlingWaitsAsLongAsAsked() async throws {
        let script = Script([Self.failure(400, "ThrottlingException", [("x-amz-retry-after", "1500")]), Self.accepted])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url)
            _ = try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
            #expect(fixture.notes.waits == [.milliseconds(1500)])
        }
    }

    @Test func itGivesUpAfterThreeAttempts() async throws {
        try await LoopbackServer.run { _ in
            Self.failure(503, "ServiceUnavailable")
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
            }
            #expect(server.record.requests.count == 3)
            #expect(error?.attempts == 3)
            #expect(
                error?.problem.summary
                    == "EventBridge PutEvents in us-east-1 failed after 3 attempts: ServiceUnavailable (status 503, request id req-9)"
            )
        }
    }

    @Test func noRetryIsBegunThatTheDeadlineWouldCutOff() async throws {
        try await LoopbackServer.run { _ in
            Self.failure(400, "ThrottlingException", [("x-amz-retry-after", "5000")])
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(
                    Self.entry, deadline: .after(.seconds(4)))
            }
            #expect(error?.problem.kind == .throttled)
            #expect(server.record.requests.count == 1)
            #expect(fixture.notes.waits.isEmpty)
        }
    }

    @Test func aHungConnectionLeavesTimeForAnotherAttempt() async throws {
        let script = Script([.hang, Self.accepted])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url) { $0.attemptTimeout = .milliseconds(600) }
            _ = try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
            #expect(fixture.notes.events.map(\.failure) == ["timedOut", nil])
        }
    }

    @Test func aServerThatAlwaysHangsEndsByTheDeadline() async throws {
        try await LoopbackServer.run { _ in
            .hang
        } _: { server in
            let fixture = ClientFixture(server.url) { $0.attemptTimeout = .seconds(5) }
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(
                    Self.entry, deadline: .after(.milliseconds(120)))
            }
            #expect(error?.problem.kind == .timedOut)
        }
    }

    @Test func theRetryBudgetEndsRetriesForAll() async throws {
        try await LoopbackServer.run { _ in
            Self.failure(500, "InternalException")
        } _: { server in
            let fixture = ClientFixture(server.url)
            for _ in 0..<30 {
                await #expect(throws: AWSError.self) {
                    try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
                }
            }
            // 500 tokens buy 35 retries at 14 each; then every call is tried once.
            #expect(server.record.requests.count == 30 + 35)
        }
    }

    @Test func cancellingBetweenAttemptsEndsTheCall() async throws {
        try await LoopbackServer.run { _ in
            Self.failure(500, "InternalException")
        } _: { server in
            let fixture = ClientFixture(server.url) { $0.sleep = { _ in throw CancellationError() } }
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
            }
            #expect(error?.problem.kind == .cancelled)
        }
    }

    @Test(arguments: [
        ("ExpiredTokenException", 400, Problem.Kind.credentials), ("UnrecognizedClientException", 400, .credentials),
        ("InvalidSignatureException", 403, .credentials), ("InvalidClientTokenId", 403, .credentials),
        ("AccessDeniedException", 400, .denied), ("ResourceNotFoundException", 400, .notFound),
        ("ValidationException", 400, .failed), ("SomethingNew", 404, .notFound), ("SomethingNew", 403, .denied),
    ])
    func codesChooseTheKind(code: String, status: Int, kind: Problem.Kind) async throws {
        try await LoopbackServer.run { _ in
            Self.failure(status, code)
        } _: { server in
            let fixture = ClientFixture(server.url) { $0.profile = "staging" }
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
            }
            #expect(error?.code == code)
            #expect(error?.requestID == "req-9")
            #expect(error?.problem.kind == kind)
            #expect(server.record.requests.count == 1)
            if code == "ExpiredTokenException" {
                #expect(error?.problem.hint?.contains("aws sso login --profile staging") == true)
            }
        }
    }

    @Test func aPageOfAProxyIsNamedAsSuch() async throws {
        try await LoopbackServer.run { _ in
            .answer(status: 200, body: Array("<html>Sign in</html>".utf8))
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
            }
            #expect(error?.problem.kind == .failed)
            #expect(error?.problem.description.contains("malformed at its root") == true)
        }
    }

    @Test func nothingSecretIsInErrorsOrEvents() async throws {
        // AWS answers a refused signature with everything it was computed from.
        let told =
            "The request signature we calculated does not match. The Canonical String for this request should have "
            + "been 'POST x-amz-security-token:\(ClientFixture.sessionToken)'. Also \(ClientFixture.secretKey), "
            + "SESSION%2FTOKEN%2BEXAMPLE%3D%3D"
        let early =
            "token \(ClientFixture.sessionToken) and key \(ClientFixture.secretKey) and SESSION%2FTOKEN%2BEXAMPLE%3D%3D"
        for message in [told, early] {
            let reply = LoopbackServer.Reply.json(
                #"{"__type":"InvalidSignatureException","message":"\#(message)"}"#, status: 403)
            try await LoopbackServer.run { _ in
                reply
            } _: { server in
                let fixture = ClientFixture(server.url)
                let error = await #expect(throws: AWSError.self) {
                    try await fixture.client.eventBridge("us-east-1").putEvents(Self.entry, deadline: fixture.deadline)
                }
                var everything =
                    "\(String(describing: error)) \(String(reflecting: error?.problem)) \(String(describing: error?.problem.description))"
                dump(error, to: &everything)
                dump(fixture.notes.events, to: &everything)
                dump(fixture.client, to: &everything)
                let authorization = try #require(server.record.requests.first?["Authorization"])
                let signature = try #require(authorization.split(separator: "=").last)
                let secrets = [ClientFixture.secretKey, "SESSION/TOKEN", "SESSION%2FTOKEN", String(signature)]
                for secret in secrets { #expect(!everything.contains(secret)) }
                #expect(error?.problem.kind == .credentials)
            }
        }
    }
}
