import Basics
import FoundationEssentials
import Synchronization
import TaskProcessing
import TestSupport
import Testing

/// The loop against a Runtime API that follows a script; when the script is over it answers 500, which ends the loop.
@Suite struct BootstrapTests {
    private static let now = Date(timeIntervalSince1970: 1_795_228_545)

    /// What the Runtime API was asked while the loop ran against it: it answers `next` with each of the invocations in
    /// turn, and everything else with `posts`.
    private func requests(
        over invocations: [LoopbackServer.Reply], lines: Lines = Lines(),
        posts: @escaping @Sendable (LoopbackServer.Request) -> Int = { _ in 202 }, handle: Bootstrap.Handler
    ) async throws -> [LoopbackServer.Request] {
        let left = Mutex(invocations)
        return try await LoopbackServer.run { request in
            guard request.target.hasSuffix("/invocation/next") else { return .answer(status: posts(request)) }
            return left.withLock { $0.isEmpty ? .answer(status: 500) : $0.removeFirst() }
        } _: { server in
            let bootstrap = Bootstrap(
                runtime: RuntimeClient(address: server.address), log: .capturing(lines), now: { Self.now })
            await #expect(throws: RuntimeGone.self) { try await bootstrap.run(handle) }
            return server.record.requests
        }
    }

    private func invocation(_ id: String, _ payload: String = "{}", more: [(String, String)] = []) -> LoopbackServer.Reply {
        .answer(
            status: 200,
            headers: [
                ("Lambda-Runtime-Aws-Request-Id", id), ("Lambda-Runtime-Deadline-Ms", "1795228605000"),
                ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:f"),
            ] + more, body: Array(payload.utf8))
    }

    @Test func handsOverWhatLambdaSaysAndAnswersWithTheRequestsID() async throws {
        let seen = Mutex<[(RuntimeInvocation, Duration)]>([])
        let requests = try await requests(over: [
            invocation(
                "r-1", #"{"a":1}"#,
                more: [("Lambda-Runtime-Trace-Id", "Root=1-2-3;Sampled=1"), ("Lambda-Runtime-Invocation-Id", "n-1")]),
            invocation("r-2"),
        ]) { (invocation, deadline) throws(InvocationFailure) in
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

        let posts = requests.filter { $0.method == "POST" }
        #expect(posts.map(\.target) == ["r-1", "r-2"].map { "/2018-06-01/runtime/invocation/\($0)/response" })
        #expect(posts.first?.body == Array(#"{"ok":true}"#.utf8))
        #expect(posts.map { $0["lambda-runtime-invocation-id"] } == ["n-1", nil])
        #expect(requests.count { $0.target == "/2018-06-01/runtime/invocation/next" } == 3)
    }

    @Test func aFailureBecomesAnErrorThatLambdaCanRead() async throws {
        let invocations = [invocation("r-1", more: [("Lambda-Runtime-Invocation-Id", "n-1")]), invocation("r-2")]
        let requests = try await requests(over: invocations) { (invocation, _) throws(InvocationFailure) in
            if invocation.requestID == "r-1" { throw .taskNotFound("t-1") }
            return Data("{}".utf8)
        }
        let post = try #require(requests.first { $0.target.hasSuffix("/r-1/error") })
        #expect(post["lambda-runtime-function-error-type"] == "TaskNotFound")
        #expect(post["lambda-runtime-invocation-id"] == "n-1")
        struct Body: Decodable {
            var errorMessage: String
            var errorType: String
            var stackTrace: [String]
        }
        let body = try JSONDecoder().decode(Body.self, from: Data(post.body))
        #expect(body.errorType == "TaskNotFound" && body.stackTrace.isEmpty)
        #expect(body.errorMessage.contains("t-1"))
        // The loop went on.
        #expect(requests.contains { $0.target.hasSuffix("/r-2/response") })
    }

    @Test func anInvocationThatLambdaGaveUpDoesNotEndTheLoop() async throws {
        let lines = Lines()
        let requests = try await requests(over: [invocation("r-1"), invocation("r-2")], lines: lines) {
            $0.target.contains("/r-1/") ? 410 : 202
        } handle: { (_, _) throws(InvocationFailure) in
            Data("{}".utf8)
        }
        #expect(lines.records("answer refused").map(\.status) == [410])
        #expect(requests.contains { $0.target.hasSuffix("/r-2/response") })
    }

    @Test func anAnswerTooLargeBecomesAnError() async throws {
        let requests = try await requests(over: [invocation("r-1")]) {
            $0.target.hasSuffix("/response") ? 413 : 202
        } handle: { (_, _) throws(InvocationFailure) in
            Data("{}".utf8)
        }
        let post = try #require(requests.first { $0.target.hasSuffix("/r-1/error") })
        #expect(post["lambda-runtime-function-error-type"] == "ResponseTooLarge")
    }

    @Test func aRuntimeThatCannotTakeTheAnswerEndsTheLoop() async throws {
        let requests = try await requests(over: [invocation("r-1"), invocation("r-2")]) { _ in
            500
        } handle: { (_, _) throws(InvocationFailure) in
            Data("{}".utf8)
        }
        #expect(requests.map(\.target) == ["next", "r-1/response"].map { "/2018-06-01/runtime/invocation/\($0)" })
    }

    @Test func anInitErrorSaysWhichVariableIsMissing() async throws {
        let lines = Lines()
        let requests = try await LoopbackServer.run { _ in
            .answer(status: 202)
        } _: { server in
            let status = await TaskProcessor.run(
                variables: [
                    "AWS_LAMBDA_RUNTIME_API": server.address, "STACK_NAME": "tasks", "ENVIRONMENT": "dev",
                    "EVENT_BUS_NAME": "b",
                ],
                readFile: { _ in nil }, write: { lines.append($0) })
            #expect(status == 1)
            return server.record.requests
        }
        let post = try #require(requests.first)
        #expect(requests.count == 1 && post.target == "/2018-06-01/runtime/init/error")
        #expect(post["lambda-runtime-function-error-type"] == "ConfigurationError")
        #expect(String(decoding: post.body, as: UTF8.self).contains("CLUSTER_ENDPOINT"))
        #expect(lines.all.count == 1 && lines.all[0].contains("CLUSTER_ENDPOINT"))
    }

    @Test func withoutARuntimeThereIsNobodyToTellButTheLog() async {
        let lines = Lines()
        #expect(await TaskProcessor.run(variables: [:], readFile: { _ in nil }, write: { lines.append($0) }) == 1)
        #expect(lines.all.count == 1 && lines.all[0].contains("AWS_LAMBDA_RUNTIME_API"))
    }
}
