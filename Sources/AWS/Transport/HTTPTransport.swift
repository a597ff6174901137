package import Basics
import FoundationEssentials

/// HTTP/1.1 and HTTP/2 through libcurl, on one thread that starts with the first request.
///
/// Connections are kept and used again. A cancelled task's request is taken off the wire, not merely forgotten.
/// Redirects are answers like any other: AWS does not send them, and following one would send a signature elsewhere.
package final class HTTPTransport: Sendable {
    /// The process's own, so that all clients share its connections.
    package static let shared = HTTPTransport()

    /// The largest answer `send` collects. AWS's largest, a synchronous Lambda answer, is 6 MB.
    static let largestBody = 64 << 20
    /// How much of a stream may wait for its reader.
    static let streamBuffer = 256 << 10

    private let loop = CurlLoop()

    package init() {}

    deinit { loop.stop() }

    /// Sends a request and collects the whole answer, whatever its status.
    /// - Parameter deadline: when to give up; nil waits for ever, as Lambda's long poll must.
    package func send(_ request: HTTPRequest, deadline: Deadline?) async throws(TransportError) -> HTTPResponse {
        let transfer = try start(request, deadline, TransferState(capacity: Self.largestBody, pauses: false))
        let loop = loop
        let result = await withTaskCancellationHandler {
            await transfer.wait { state in state.end.map { ($0, state.head, state.take().bytes) } }
        } onCancel: {
            loop.cancel(transfer)
        }
        try result.0.get()
        guard let head = result.1 else { throw transfer.failure(.interrupted, "no answer") }
        return HTTPResponse(status: head.status, headers: head.headers, body: result.2)
    }

    /// Sends a request and hands over its answer once the head is there. The transfer ends with the scope, read or not.
    ///
    /// - Parameters:
    ///   - deadline: the end of it all; nil lets the stream last as long as it will.
    ///   - headDeadline: until when the head must have come, for streams that then may last longer.
    ///   - silence: how long the connection may say nothing while the reader waits for more; then the stream has timed out.
    package func withStream<Result>(
        _ request: HTTPRequest, deadline: Deadline?, headDeadline: Deadline? = nil, silence: Duration? = nil,
        _ body: (HTTPStream) async throws -> Result
    ) async throws -> Result {
        let transfer = try start(request, deadline, TransferState(capacity: Self.streamBuffer, pauses: true))
        let loop = loop
        defer { loop.cancel(transfer) }
        let watch = headDeadline.map { transfer.expire(at: $0.instant, on: loop, "no answer came in time") }
        defer { watch?.cancel() }
        let opening = await withTaskCancellationHandler {
            await transfer.wait { state -> Swift.Result<TransferState.Head, TransportError>? in
                if case .failure(let error) = state.end { return .failure(error) }
                return state.head.map { .success($0) }
            }
        } onCancel: {
            loop.cancel(transfer)
        }
        let head = try opening.get()
        watch?.cancel()
        return try await body(
            HTTPStream(
                status: head.status, headers: head.headers,
                body: HTTPBody(transfer: transfer, loop: loop, silence: silence)))
    }

    private func start(
        _ request: HTTPRequest, _ deadline: Deadline?, _ state: TransferState
    ) throws(TransportError) -> Transfer {
        guard let address = URLAddress(request.url) else {
            throw TransportError(
                kind: .malformed, host: "an address that is no http or https URL", port: nil,
                detail: "an endpoint looks like https://host or http://host:port")
        }
        let transfer = Transfer(request: request, address: address, expiry: deadline?.instant, state: state)
        let fields = [request.method] + request.headers.fields.flatMap { [$0.name, $0.value] }
        guard !fields.contains(where: { $0.utf8.contains { $0 == 10 || $0 == 13 || $0 == 0 } }) else {
            throw transfer.failure(.malformed, "a header field holds a line break")
        }
        if let deadline, deadline.hasPassed { throw transfer.failure(.timedOut, "the deadline had already passed") }
        loop.start(transfer)
        return transfer
    }
}
