import AWSSigning
package import Basics
import FoundationEssentials

extension SharedConfig {
    /// `AWS_CA_BUNDLE`, else the profile's `ca_bundle`: the path of a PEM file that holds certificates; nil where nobody
    /// names one. It is read here, because TLS itself would only say that it could not be used.
    package func caBundle(_ environment: ProcessEnvironment) throws(Problem) -> String? {
        guard let setting = setting("AWS_CA_BUNDLE", "ca_bundle", environment) else { return nil }
        let path = environment.expanding(setting.value)
        func problem(_ what: String, cause: String? = nil, line: Int? = nil) -> Problem {
            Problem(
                .configuration, "\(setting.name) names \(path), which \(what)", cause: cause,
                hint: "let it name a PEM file of certificates, or remove \(setting.name)",
                location: line.map { .init(file: path, line: $0) } ?? setting.location)
        }
        let text: String?
        do { text = try environment.readFile(path) } catch { throw problem("cannot be read", cause: "\(error)") }
        guard let text else { throw problem("does not exist") }
        if let flaw = PEM.flaw(inCertificates: text) { throw problem(flaw.what, line: flaw.line) }
        return path
    }
}

/// PEM as far as it takes to say where a bundle of certificates is broken (RFC 7468).
enum PEM {
    static func flaw(inCertificates text: String) -> (what: String, line: Int?)? {
        var open: Int?
        var isCertificate = false
        var body = ""
        var count = 0
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.hasPrefix("-----BEGIN ") {
                if let open { return ("has a certificate that does not end", open) }
                (open, body) = (index + 1, "")
                // The label may say more, as `TRUSTED CERTIFICATE` does; lists of revoked ones may stand between.
                isCertificate = line.contains("CERTIFICATE-----")
            } else if line.hasPrefix("-----END "), let start = open {
                guard let bytes = Data(base64Encoded: body), !isCertificate || Certificate.isReadable(der: Array(bytes))
                else { return ("has a certificate that cannot be decoded", start) }
                (open, count) = (nil, count + (isCertificate ? 1 : 0))
            } else if open != nil {
                body += line.filter { !$0.isWhitespace }
            }
        }
        if let open { return ("has a certificate that does not end", open) }
        return count == 0 ? ("holds no certificate", nil) : nil
    }
}
