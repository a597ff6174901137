import AWS
import Basics
package import FoundationEssentials

/// Lambda's Runtime API, as a custom runtime speaks it over loopback HTTP.
///
/// Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes", version 2018-06-01.
package struct RuntimeClient: Sendable {
    private let base: String

    /// - Parameter address: the value of `AWS_LAMBDA_RUNTIME_API`, a host and port.
    package init(address: String) {
        base = "http://\(address)/2018-06-01/runtime"
    }

    /// Waits for the next invocation. There is no deadline: the environment may be frozen in this call for hours.
    package func next() async throws -> RuntimeInvocation {
        let response = try await send(HTTPRequest(url: base + "/invocation/next"), deadline: nil)
        guard response.status == 200 else {
            throw RuntimeGone(operation: "next", status: response.status)
        }
        guard let requestID = response.headers["Lambda-Runtime-Aws-Request-Id"] else {
            throw Problem(.defect, "the Runtime API answered next without a request id")
        }
        return RuntimeInvocation(
            requestID: requestID,
            deadlineMilliseconds: response.headers["Lambda-Runtime-Deadline-Ms"].flatMap { Int64($0) },
            functionARN: response.headers["Lambda-Runtime-Invoked-Function-Arn"],
            traceID: response.headers["Lambda-Runtime-Trace-Id"],
            nonce: response.headers["Lambda-Runtime-Invocation-Id"],
            payload: response.body)
    }

    package func respond(to invocation: RuntimeInvocation, with body: Data) async throws {
        try await post("/invocation/\(invocation.requestID)/response", body, invocation.echo)
    }

    package func fail(_ invocation: RuntimeInvocation, _ failure: InvocationFailure) async throws {
        try await post("/invocation/\(invocation.requestID)/error", failure.body, [failure.header] + invocation.echo)
    }

    /// Tells Lambda that the function cannot start, so that the first invocation shows why.
    package func failInitialization(_ failure: InvocationFailure) async throws {
        try await post("/init/error", failure.body, [failure.header])
    }

    private func post(_ path: String, _ body: Data, _ headers: [HeaderField]) async throws {
        let fields = HTTPHeaders([("Content-Type", "application/json")] + headers)
        let response = try await send(
            HTTPRequest(method: "POST", url: base + path, headers: fields, body: body), deadline: .after(.seconds(10)))
        switch response.status {
        case 200..<300:
            return
        case 500...:
            throw RuntimeGone(operation: path, status: response.status)
        default:
            throw RuntimeRefusal(status: response.status)
        }
    }
}

extension RuntimeClient {
    fileprivate typealias HeaderField = (name: String, value: String)

    /// The Runtime API is on this machine, whatever proxy the function's environment names for the rest of the world.
    private func send(_ request: HTTPRequest, deadline: Deadline?) async throws -> HTTPResponse {
        var request = request
        request.bypassesProxy = true
        return try await HTTPTransport.shared.send(request, deadline: deadline)
    }
}

extension RuntimeInvocation {
    fileprivate var echo: [RuntimeClient.HeaderField] {
        nonce.map { [("Lambda-Runtime-Invocation-Id", $0)] } ?? []
    }
}

/// The Runtime API says that it cannot go on; the guide asks the process to end promptly, so that Lambda starts another.
package struct RuntimeGone: Error, Sendable, CustomStringConvertible {
    package var operation: String
    package var status: Int
    package var description: String { "the Runtime API answered \(status) to \(operation)" }
}

/// The Runtime API did not take an answer (too large: 413; invocation already over: 410), but the process may go on.
package struct RuntimeRefusal: Error, Sendable {
    package var status: Int
}

extension InvocationFailure {
    /// The body that Lambda's consoles, clients and failure queues know how to show.
    var body: Data {
        struct Body: Encodable {
            var errorMessage: String
            var errorType: String
            var stackTrace: [String] = []
        }
        return answerJSON(Body(errorMessage: message, errorType: errorType))
    }

    fileprivate var header: RuntimeClient.HeaderField { ("Lambda-Runtime-Function-Error-Type", errorType) }
}
