/// One attempt at one call, for whoever watches (`-v`). Holds nothing secret: no headers, bodies or queries.
package struct CallEvent: Sendable, Hashable {
    package var service: String
    package var operation: String
    package var region: String
    /// From 1.
    package var attempt: Int
    package var duration: Duration
    /// Nil when no answer came.
    package var status: Int?
    /// AWS's error code, or what the transport calls its failure; nil on success.
    package var failure: String?
    package var requestID: String?
    /// How long until the next attempt; nil when there is none.
    package var retriesAfter: Duration?

    package init(
        service: String, operation: String, region: String, attempt: Int, duration: Duration, status: Int? = nil,
        failure: String? = nil, requestID: String? = nil, retriesAfter: Duration? = nil
    ) {
        self.service = service
        self.operation = operation
        self.region = region
        self.attempt = attempt
        self.duration = duration
        self.status = status
        self.failure = failure
        self.requestID = requestID
        self.retriesAfter = retriesAfter
    }
}
