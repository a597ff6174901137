/// One attempt at one call, for whoever watches (`-v`, `-vv`). Holds nothing secret: no bodies, and of headers and
/// queries only what `Redaction` leaves.
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
    /// How long it was held back for the pace of its operation; not part of `duration`.
    package var paced = Duration.zero
    /// What went out; nil when nothing did.
    package var sent: Sent?
    /// The answer's header fields.
    package var received: [HeaderField] = []

    /// A request as it may be shown.
    package struct Sent: Sendable, Hashable {
        package var method: String
        package var url: String
        package var headers: [HeaderField]

        package init(method: String, url: String, headers: [HeaderField]) {
            self.method = method
            self.url = url
            self.headers = headers
        }
    }

    package struct HeaderField: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

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
