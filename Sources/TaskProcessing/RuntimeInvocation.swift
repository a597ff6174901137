package import FoundationEssentials

/// One invocation as the Runtime API hands it over.
package struct RuntimeInvocation: Sendable {
    package var requestID: String
    /// When Lambda stops waiting, in milliseconds since 1970 by the machine's clock.
    package var deadlineMilliseconds: Int64?
    package var functionARN: String?
    /// X-Ray's header: it goes with the notification, so that the trace continues on the bus.
    package var traceID: String?
    /// Never the same twice, unlike the request id, which a retry may reuse. Echoed so that Lambda can refuse an answer
    /// that belongs to an invocation it has already given up.
    ///
    /// Source: aws/aws-lambda-rust-runtime issue 1155 and awslabs/aws-lambda-cpp pull request 221 (July 2026).
    package var nonce: String?
    package var payload: Data

    package init(
        requestID: String, deadlineMilliseconds: Int64? = nil, functionARN: String? = nil, traceID: String? = nil,
        nonce: String? = nil,
        payload: Data
    ) {
        self.requestID = requestID
        self.deadlineMilliseconds = deadlineMilliseconds
        self.functionARN = functionARN
        self.traceID = traceID
        self.nonce = nonce
        self.payload = payload
    }
}
