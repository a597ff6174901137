package import FoundationEssentials

/// One HTTP exchange to make. The URL goes over the wire as written: it must already be encoded, and is never normalised.
package struct HTTPRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: HTTPHeaders
    package var body: Data
    /// How long a connection may take to come about; the deadline holds besides.
    package var connectTimeout: Duration = .seconds(10)
    /// Trust exactly the certificates in this PEM file (`AWS_CA_BUNDLE`), not the machine's.
    package var caBundle: String?
    /// Whether proxies named by the environment are passed over, as link-local and loopback services need.
    package var bypassesProxy = false
    /// Proxies to use; nil leaves them to libcurl, which reads the environment itself.
    package var proxy: ProxySettings?
    /// Whether the answer may come gzipped. Not where its pieces are wanted as they are made: a compressor holds them back.
    package var acceptsGzip = true

    package init(method: String = "GET", url: String, headers: HTTPHeaders = [:], body: Data = Data()) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A whole answer.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: Data

    package init(status: Int, headers: HTTPHeaders, body: Data) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// An answer whose head has come and whose body is still coming.
package struct HTTPStream: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: HTTPBody
}
