/// Which proxy requests go through, by the variables that AWS's tools and most others read.
package struct ProxySettings: Sendable, Hashable {
    /// `HTTPS_PROXY`: asked with CONNECT, so that it carries TLS it cannot read.
    package var https: String?
    /// `http_proxy`, for endpoints without TLS.
    package var http: String?
    /// `NO_PROXY`: host names, domains and addresses with commas between them, or `*`.
    package var exceptions: String?

    package init(https: String? = nil, http: String? = nil, exceptions: String? = nil) {
        self.https = https
        self.http = http
        self.exceptions = exceptions
    }

    /// Lower case first, as libcurl and Python's `requests` have it. `HTTP_PROXY` in capitals is passed over as curl does: in a
    /// CGI program whoever sends a `Proxy` header would set it.
    package init(_ variables: [String: String]) {
        func first(_ names: String...) -> String? {
            names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
        }
        https = first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        http = first("http_proxy", "all_proxy", "ALL_PROXY")
        exceptions = first("no_proxy", "NO_PROXY")
    }

    /// The text without the user names and passwords of these addresses.
    func withoutSecrets(_ text: String) -> String {
        [https, http].compactMap(\.self).reduce(text) { text, address in
            guard let at = address.lastIndex(of: "@") else { return text }
            return text.replacing(address[...at], with: "****@")
        }
    }

    func proxy(for scheme: URLAddress.Scheme) -> String? {
        scheme == .https ? https : http
    }
}
