/// Where a URL points, read without a URL type: only what errors, signatures and `Host` need.
package struct URLAddress: Sendable, Hashable {
    package enum Scheme: String, Sendable {
        case http, https
        var port: Int { self == .http ? 80 : 443 }
    }

    package let scheme: Scheme
    /// Lower case; IPv6 addresses keep their brackets.
    package let host: String
    package let port: Int
    /// The path as written, beginning with a slash or empty.
    package let path: String
    /// What `Host` carries: the port only where it is not the scheme's own.
    package var authority: String { port == scheme.port ? host : "\(host):\(port)" }

    /// Whether the host is an address and not a name: IPv6 in brackets, or four numbers.
    package var isIPAddress: Bool {
        if host.hasPrefix("[") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Nil for anything but an http or https URL with a host. User names and passwords in URLs are refused: they are
    /// secrets that would end up in errors.
    package init?(_ url: some StringProtocol) {
        guard let separator = url.firstIndex(of: ":"), let scheme = Scheme(rawValue: url[..<separator].lowercased())
        else { return nil }
        let rest = url[separator...].dropFirst()
        guard rest.hasPrefix("//") else { return nil }
        let afterSlashes = rest.dropFirst(2)
        let end = afterSlashes.firstIndex { "/?#".contains($0) } ?? afterSlashes.endIndex
        let authority = afterSlashes[..<end]
        let tail = afterSlashes[end...]

        var host = authority
        var port: Int? = scheme.port
        let bracket = authority.lastIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            host = authority[..<colon]
            port = UInt16(authority[colon...].dropFirst()).map(Int.init)
        }
        guard let port, !host.isEmpty, !host.contains("@"), !host.contains(where: \.isWhitespace),
            bracket != nil || !host.contains(":")
        else { return nil }

        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
        path = String(tail.prefix { !"?#".contains($0) })
    }
}
