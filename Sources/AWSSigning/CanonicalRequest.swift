package import FoundationEssentials

/// The parts of an HTTP request that a signature covers, exactly as they will go over the wire.
package struct SignableRequest: Sendable {
    package typealias Header = (name: String, value: String)

    package var method: String
    /// The path as sent, encoded once; the canonical form encodes it a second time, as every service but S3 expects.
    package var path: String
    /// The query as sent, without its question mark.
    package var query: String
    /// All headers as sent, `Host` among them.
    package var headers: [Header]
    package var body: Data

    package init(method: String, path: String, query: String = "", headers: [Header], body: Data = Data()) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// The canonical form of a request (AWS Signature Version 4, "Create a canonical request").
struct CanonicalRequest {
    let text: String
    let signedHeaders: String

    /// Headers that proxies and HTTP libraries rewrite on the way, so that signing them would break requests
    /// (the list botocore's `auth.py` keeps).
    static let unsignedHeaders: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "trailer",
        "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    init(_ request: SignableRequest, normalizingPath: Bool, payloadHash: String) {
        let headers = Self.canonicalHeaders(request.headers)
        signedHeaders = headers.map(\.name).joined(separator: ";")
        text = [
            request.method.uppercased(),
            Self.canonicalPath(request.path, normalizing: normalizingPath),
            Self.canonicalQuery(request.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(),
            signedHeaders,
            payloadHash,
        ].joined(separator: "\n")
    }

    static func signedHeaderNames(_ headers: [SignableRequest.Header]) -> String {
        canonicalHeaders(headers).map(\.name).joined(separator: ";")
    }

    private static func canonicalPath(_ path: String, normalizing: Bool) -> String {
        let path = path.isEmpty ? "/" : path
        return PercentEncoding.encode(normalizing ? removingDotSegments(path) : path, keepingSlashes: true)
    }

    /// RFC 3986 section 5.2.4, and repeated slashes made one, which AWS asks for besides.
    private static func removingDotSegments(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
        }
        let trailing = path.hasSuffix("/") && !kept.isEmpty ? "/" : ""
        return "/" + kept.joined(separator: "/") + trailing
    }

    /// Every name and value decoded and encoded again, so that the canonical form does not depend on how the sender
    /// happened to encode, then sorted by encoded name and, among equals, by encoded value.
    private static func canonicalQuery(_ query: String) -> String {
        query.split(separator: "&").map { pair -> (name: String, value: String) in
            let equals = pair.firstIndex(of: "=") ?? pair.endIndex
            let value = equals == pair.endIndex ? "" : pair[pair.index(after: equals)...]
            return (
                PercentEncoding.encode(bytes: PercentEncoding.decode(pair[..<equals])),
                PercentEncoding.encode(bytes: PercentEncoding.decode(value))
            )
        }
        .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        .map { "\($0.name)=\($0.value)" }
        .joined(separator: "&")
    }

    /// Lower-case names in order, values of repeated headers joined by commas in the order sent.
    private static func canonicalHeaders(_ headers: [SignableRequest.Header]) -> [SignableRequest.Header] {
        var values: [String: [String]] = [:]
        for header in headers {
            let name = header.name.lowercased()
            guard !unsignedHeaders.contains(name) else { continue }
            values[name, default: []].append(collapsingSpaces(header.value))
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ",")) }
    }

    private static func collapsingSpaces(_ value: String) -> String {
        value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
