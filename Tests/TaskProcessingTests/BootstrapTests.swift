import Basics
import FoundationEssentials
import Synchronization
import TaskProcessing
import Testing

/// The loop against a Runtime API that follows a script; when the script is over it answers 500, which ends the loop.
@Suite struct BootstrapTests {
    private static let now = Date(timeIntervalSince1970: 1_795_228_545)

    /// Answers `next` with each of the invocations in turn, and everything else with `posts`.
    private func runtime(
        _ invocations: [LoopbackServer.Response], posts: @escaping @Sendable (LoopbackServer.Request) -> Int = { _ in 202 }
    ) throws -> LoopbackServer {
        let left = Mutex(invocations)
        return try LoopbackServer { request in
            guard request.path.hasSuffix("/invocation/next") else { return .init(status: posts(request)) }
            return left.withLock { $0.isEmpty ? .init(status: 500) : $0.removeFirst() }
        }
    }

    private func invocation(_ id: String, _ payload: String = "{}", more: [(String, String)] = []) -> LoopbackServer.Response {
        .init(
            status: 200,
            headers: [
                ("Lambda-Runtime-Aws-Request-Id", id), ("Lambda-Runtime-Deadline-Ms", "1795228605000"),
                ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:f"),
            ] + more, body: Data(payload.utf8))
    }

    private func run(_ server: LoopbackServer, _ lines: Lines = Lines(), _ handle: Bootstrap.Handler) async throws {
        let bootstrap = Bootstrap(
            runtime: RuntimeClient(address: server.address), log: .capturing(lines), now: { Self.now })
        await #expect(throws: RuntimeGone.self) { try await bootstrap.run(handle) }
    }

    @Test func handsOverWhatLambdaSaysAndAnswersWithTheRequestsID() async throws {
        let server = try runtime([
            invocation(
                "r-1", #"{"a":1}"#,
                more: [("Lambda-Runtime-Trace-Id", "Root=1-2-3;Sampled=1"), ("Lambda-Runtime-Invocation-Id", "n-1")]),
            invocation("r-2"),
        ])
        let seen = Mutex<[(RuntimeInvocation, Duration)]>([])
        try await run(server) { (invocation, deadline) throws(InvocationFailure) in
            seen.withLock { $0.append((invocation, deadline.remaining)) }
            return Data(#"{"ok":true}"#.utf8)
        }
        let first = try #require(seen.withLock { $0.first })
        #expect(first.0.requestID == "r-1")
        #expect(first.0.payload == Data(#"{"a":1}"#.utf8))
        #expect(first.0.traceID == "Root=1-2-3;Sampled=1")
        #expect(first.0.functionARN == "arn:aws:lambda:us-east-1:123456789012:function:f")
        // A minute was given; a second of it stays for saying what went wrong.
        #expect(first.1 <= .seconds(59) && first.1 > .seconds(50))

        let posts = server.requests.filter { $0.method == "POST" }
        #expect(posts.map(\.path) == ["r-1", "r-2"].map { "/2018-06-01/runtime/invocation/\($0)/response" })
        #expect(posts.first?.body == Data(#"{"ok":true}"#.utf8))
        #expect(posts.map { $0.headers["lambda-runtime-invocation-id"] } == ["n-1", nil])
        #expect(server.requests.count { $0.path == "/2018-06-01/runtime/invocation/next" } == 3)
    }

    @Test func aFailureBecomesAnErrorThatLambdaCanRead() async throws {
        let server = try runtime([invocation("r-1", more: [("Lambda-Runtime-Invocation-Id", "n-1")]), invocation("r-2")])
        try await run(server) { (invocation, _) throws(InvocationFailure) in
            if invocation.requestID == "r-1" { throw .taskNotFound("t-1") }
            return Data("{}".utf8)
        }
        let post = try #require(server.requests.first { $0.path.hasSuffix("/r-1/error") })
        #expect(post.headers["lambda-runtime-function-error-type"] == "TaskNotFound")
        #expect(post.headers["lambda-runtime-invocation-id"] == "n-1")
        struct Body: Decodable {
            var errorMessage: String
            var errorType: String
            var stackTrace: [String]
        }
        let body = try JSONDecoder().decode(Body.self, from: post.body)
        #expect(body.errorType == "TaskNotFound" && body.stackTrace.isEmpty)
        #expect(body.errorMessage.contains("t-1"))
        // The loop went on.
        #expect(server.requests.contains { $0.path.hasSuffix("/r-2/response") })
    }

    @Test func anInvocationThatLambdaGaveUpDoesNotEndTheLoop() async throws {
        let server = try runtime([invocation("r-1"), invocation("r-2")]) { $0.path.contains("/r-1/") ? 410 : 202 }
        let lines = Lines()
        try await run(server, lines) { (_, _) throws(InvocationFailure) in Data("{}".utf8) }
        #expect(lines.records("answer refused").map(\.status) == [410])
        #expect(server.requests.contains { $0.path.hasSuffix("/r-2/response") })
    }

    @Test func anAnswerTooLargeBecomesAnError() async throws {
        let server = try runtime([invocation("r-1")]) { $0.path.hasSuffix("/response") ? 413 : 202 }
        try await run(server) { (_, _) throws(InvocationFailure) in Data("{}".utf8) }
        let post = try #require(server.requests.first { $0.path.hasSuffix("/r-1/error") })
        #expect(post.headers["lambda-runtime-function-error-type"] == "ResponseTooLarge")
    }

    @Test func aRuntimeThatCannotTakeTheAnswerEndsTheLoop() async throws {
        let server = try runtime([invocation("r-1"), invocation("r-2")]) { _ in 500 }
        try await run(server) { (_, _) throws(InvocationFailure) in Data("{}".utf8) }
        #expect(server.requests.map(\.path) == ["next", "r-1/response"].map { "/2018-06-01/runtime/invocation/\($0)" })
    }

    @Test func anInitErrorSaysWhichVariableIsMissing() async throws {
        let server = try LoopbackServer { _ in .init(status: 202) }
        let lines = Lines()
        let status = await TaskProcessor.run(
            variables: [
                "AWS_LAMBDA_RUNTIME_API": server.address, "STACK_NAME": "tasks", "ENVIRONMENT": "dev", "EVENT_BUS_NAME": "b",
            ],
            readFile: { _ in nil }, write: { lines.append($0) })
        #expect(status == 1)
        let post = try #require(server.requests.first)
        #expect(server.requests.count == 1 && post.path == "/2018-06-01/runtime/init/error")
        #expect(post.headers["lambda-runtime-function-error-type"] == "ConfigurationError")
        #expect(String(decoding: post.body, as: UTF8.self).contains("CLUSTER_ENDPOINT"))
        #expect(lines.all.count == 1 && lines.all[0].contains("CLUSTER_ENDPOINT"))
    }

    @Test func withoutARuntimeThereIsNobodyToTellButTheLog() async {
        let lines = Lines()
        #expect(await TaskProcessor.run(variables: [:], readFile: { _ in nil }, write: { lines.append($0) }) == 1)
        #expect(lines.all.count == 1 && lines.all[0].contains("AWS_LAMBDA_RUNTIME_API"))
    }
}
