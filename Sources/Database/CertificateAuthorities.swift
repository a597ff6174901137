import Basics
import FoundationEssentials

/// Finds the system's trusted authorities: libpq before 16 has no `sslrootcert=system`.
enum CertificateAuthorities {
    /// Where distributions keep the bundle: Debian and Alpine, Amazon Linux and Fedora, older Red Hat, openSUSE, macOS.
    static let systemBundles = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// The file to hand to libpq; a missing file is told here, in words that name the setting, instead of as a TLS failure.
    static func file(
        configured: String?, bundles: [String] = systemBundles,
        isReadable: (String) -> Bool = { FileManager.default.isReadableFile(atPath: $0) }
    ) throws(Problem) -> String {
        if let configured {
            guard isReadable(configured) else {
                throw Problem(
                    .configuration, "the certificate authorities' file \(configured) cannot be read",
                    hint: "check sslrootcert (PGSSLROOTCERT): it names a PEM file")
            }
            return configured
        }
        guard let bundle = bundles.first(where: isReadable) else {
            throw Problem(
                .configuration, "no bundle of certificate authorities was found on this machine",
                hint: "install the package ca-certificates, or name a PEM file as sslrootcert (PGSSLROOTCERT)")
        }
        return bundle
    }
}
