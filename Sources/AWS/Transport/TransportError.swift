package import Basics

/// Why no whole answer came. The detail is curl's own words, which never hold headers or bodies.
package struct TransportError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, Codable {
        /// No connection came about: name not found, refused, no route.
        case unreachable
        /// A connection came about, and TLS on it did not: an untrusted or wrong certificate, no common version.
        case untrusted
        /// The connection broke before the answer was whole.
        case interrupted
        case timedOut
        case cancelled
        /// The answer is larger than anything this program asks for.
        case tooLarge
        /// The request itself cannot be sent: a malformed URL or header.
        case malformed
    }

    package let kind: Kind
    package let host: String
    package let port: Int?
    package let detail: String

    package init(kind: Kind, host: String, port: Int?, detail: String) {
        self.kind = kind
        self.host = host
        self.port = port
        self.detail = detail
    }

    package var address: String { port.map { "\(host):\($0)" } ?? host }

    package var problem: Problem {
        switch kind {
        case .unreachable:
            Problem(
                .unreachable, "nobody answers at \(address)", cause: detail,
                hint: "check the network, the Region and any endpoint override")
        case .untrusted:
            Problem(
                .unreachable, "no trusted connection to \(address)", cause: detail,
                hint: "check the certificate, or name its issuer with AWS_CA_BUNDLE")
        case .interrupted:
            Problem(
                .unreachable, "the connection to \(address) broke before the answer was whole", cause: detail,
                hint: "try again")
        case .timedOut:
            Problem(
                .timedOut, "\(address) did not answer in time", cause: detail,
                hint: "try again, or allow more with --timeout")
        case .cancelled:
            Problem(.cancelled, "the request to \(address) was cancelled")
        case .tooLarge:
            Problem(.failed, "the answer from \(address) is too large", cause: detail)
        case .malformed:
            Problem(.usage, "no request can be sent to \(address)", cause: detail, hint: "check the endpoint URL")
        }
    }
}
