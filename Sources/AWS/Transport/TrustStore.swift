// Reads one directory of the machine, the certificates' own.
import CLibCurl
import Glibc

/// Which certificate authorities to trust when the caller names none.
///
/// Where curl knows both a bundle and a directory it parses the whole bundle for every connection (measured: 22 ms),
/// so exactly one of the two is chosen. A directory of hashed links is the faster one.
enum TrustStore {
    case directory(String)
    case bundle(String)
    /// Neither was found; curl's own idea is as good as any.
    case builtIn

    static let machine: TrustStore = {
        let version = shim_version().pointee
        let directories = [version.capath.map { String(cString: $0) }, "/etc/ssl/certs"].compactMap(\.self)
        if let hashed = directories.first(where: isHashed) { return .directory(hashed) }
        // A function's zip may carry one distribution's libcurl to another's machine, where the bundle is elsewhere.
        let bundles =
            [version.cainfo.map { String(cString: $0) }].compactMap(\.self) + [
                "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
            ]
        return bundles.first { access($0, R_OK) == 0 }.map(TrustStore.bundle) ?? .builtIn
    }()

    /// Whether a directory holds OpenSSL's `HASH.0` links.
    private static func isHashed(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name.utf8.count == 10, name.hasSuffix(".0") { return true }
        }
        return false
    }
}
