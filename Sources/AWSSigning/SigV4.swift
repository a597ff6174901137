import Basics
package import FoundationEssentials

/// AWS Signature Version 4: pure, with the date passed in, so that published vectors are its tests.
package struct SigV4: Sendable {
    package static let algorithm = "AWS4-HMAC-SHA256"

    package var credentials: AWSCredentials
    package var region: String
    /// The service's signing name, such as `events`.
    package var service: String
    /// Whether `.`, `..` and repeated slashes are resolved in the canonical path: yes for every service but S3.
    package var normalizesPath = true
    /// Whether the body's hash also goes into a signed `x-amz-content-sha256` header.
    package var sendsPayloadHash = false

    package init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// A signature and the steps that led to it, which say where two implementations part.
    package struct Signature: Sendable {
        package let canonicalRequest: String
        package let stringToSign: String
        package let signature: String
    }

    package struct SignedHeaders: Sendable {
        package let steps: Signature
        /// What to add to the request before it is sent, `Authorization` among them.
        package let added: [SignableRequest.Header]
    }

    package struct SignedQuery: Sendable {
        package let steps: Signature
        /// The whole query string to send, without its question mark.
        package let query: String
    }

    /// Signs with headers.
    package func sign(_ request: SignableRequest, at date: Date) -> SignedHeaders {
        let date = AmzDate(date)
        let payloadHash = Digest.hex(Digest.sha256(request.body))
        var added: [SignableRequest.Header] = [("X-Amz-Date", date.full)]
        if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token.exposed)) }
        if sendsPayloadHash { added.append(("x-amz-content-sha256", payloadHash)) }

        var request = request
        request.headers += added
        let canonical = CanonicalRequest(request, normalizingPath: normalizesPath, payloadHash: payloadHash)
        let steps = signature(of: canonical, at: date)
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope(date)), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(steps.signature)"
        return SignedHeaders(steps: steps, added: added + [("Authorization", authorization)])
    }

    /// Signs with query parameters: whoever holds the result may make the request until it expires.
    package func presign(_ request: SignableRequest, expires: Duration, at date: Date) -> SignedQuery {
        let date = AmzDate(date)
        var parameters = [
            ("X-Amz-Algorithm", Self.algorithm),
            ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(date))"),
            ("X-Amz-Date", date.full),
            ("X-Amz-Expires", String(expires.components.seconds)),
            ("X-Amz-SignedHeaders", CanonicalRequest.signedHeaderNames(request.headers)),
        ]
        if let token = credentials.sessionToken { parameters.append(("X-Amz-Security-Token", token.exposed)) }

        var request = request
        let added = parameters.map { "\($0)=\(PercentEncoding.encode($1))" }
        request.query = ((request.query.isEmpty ? [] : [request.query]) + added).joined(separator: "&")
        let canonical = CanonicalRequest(
            request, normalizingPath: normalizesPath, payloadHash: Digest.hex(Digest.sha256(request.body)))
        let steps = signature(of: canonical, at: date)
        return SignedQuery(steps: steps, query: request.query + "&X-Amz-Signature=\(steps.signature)")
    }

    private func scope(_ date: AmzDate) -> String {
        "\(date.day)/\(region)/\(service)/aws4_request"
    }

    private func signature(of canonical: CanonicalRequest, at date: AmzDate) -> Signature {
        let hash = Digest.hex(Digest.sha256(Array(canonical.text.utf8)))
        let stringToSign = "\(Self.algorithm)\n\(date.full)\n\(scope(date))\n\(hash)"
        var key = Array("AWS4\(credentials.secretAccessKey.exposed)".utf8)
        for part in [date.day, region, service, "aws4_request"] {
            key = Digest.hmac(key: key, part)
        }
        return Signature(
            canonicalRequest: canonical.text, stringToSign: stringToSign,
            signature: Digest.hex(Digest.hmac(key: key, stringToSign)))
    }
}
