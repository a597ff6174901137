// The only file of this room that hands pointers to libcrypto.
import Basics
import CLibCrypto
package import FoundationEssentials

/// SHA-256, HMAC-SHA-256 and SHA-1 from libcrypto, over bytes in memory.
package enum Digest {
    static let length = 32

    package static func sha256(_ bytes: some ContiguousBytes) -> [UInt8] {
        bytes.withUnsafeBytes { input in
            [UInt8](unsafeUninitializedCapacity: length) { output, count in
                _ = SHA256(input.bindMemory(to: UInt8.self).baseAddress, input.count, output.baseAddress)
                count = length
            }
        }
    }

    /// For names that others chose to make of it, such as the aws CLI's cache files; never for security.
    package static func sha1(_ bytes: some ContiguousBytes) -> [UInt8] {
        bytes.withUnsafeBytes { input in
            [UInt8](unsafeUninitializedCapacity: 20) { output, count in
                _ = SHA1(input.bindMemory(to: UInt8.self).baseAddress, input.count, output.baseAddress)
                count = 20
            }
        }
    }

    static func hmac(key: [UInt8], _ message: String) -> [UInt8] {
        var message = message
        return message.withUTF8 { text in
            [UInt8](unsafeUninitializedCapacity: length) { output, count in
                var written: UInt32 = 0
                let made = HMAC(
                    EVP_sha256(), key, Int32(key.count), text.baseAddress, text.count, output.baseAddress, &written)
                // HMAC only fails when memory or the digest itself is missing; a signature made without it would be a lie.
                precondition(made != nil && written == length, "libcrypto could not compute HMAC-SHA-256")
                count = length
            }
        }
    }

    package static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: bytes.count * 2) { output in
            for (index, byte) in bytes.enumerated() {
                output[index * 2] = digits[Int(byte >> 4)]
                output[index * 2 + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }
}

/// A private key on P-256 and the signatures it makes: ES256 of JSON Web Algorithms (RFC 7518, section 3.4).
package struct ES256Key: Sendable {
    /// One coordinate of a point, and each half of a signature.
    static let width = 32

    /// The public point, which whoever checks a signature is told.
    package let x: [UInt8]
    package let y: [UInt8]
    private let der: Secret<[UInt8]>

    /// - Parameter der: the key as SEC 1 writes it (RFC 5915), as `aws login` keeps it, or as PKCS #8.
    /// - Returns: nil where this is no private key on P-256.
    package init?(der: [UInt8]) {
        let point = Self.withKey(der) { key -> (x: [UInt8], y: [UInt8])? in
            var name = [CChar](repeating: 0, count: 64)
            guard EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1,
                name.prefix(while: { $0 != 0 }).elementsEqual("prime256v1".utf8CString.dropLast()),
                let x = Self.coordinate("qx", of: key), let y = Self.coordinate("qy", of: key)
            else { return nil }
            return (x, y)
        }
        guard let point else { return nil }
        (x, y) = point
        self.der = Secret(der)
    }

    /// Both halves of the signature, one behind the other: 64 bytes, different ones each time.
    package func signature(of message: [UInt8]) -> [UInt8] {
        let signature = Self.withKey(der.exposed) { key -> [UInt8]? in
            guard let context = EVP_MD_CTX_new() else { return nil }
            defer { EVP_MD_CTX_free(context) }
            var length = 0
            guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
                EVP_DigestSign(context, nil, &length, message, message.count) == 1
            else { return nil }
            var encoded = [UInt8](repeating: 0, count: length)
            guard EVP_DigestSign(context, &encoded, &length, message, message.count) == 1 else { return nil }
            return Self.halves(of: Array(encoded.prefix(length)))
        }
        guard let signature else {
            // The key was read before: only missing memory or randomness is left, and a made-up proof would be a lie.
            preconditionFailure("libcrypto could not sign with a key on P-256")
        }
        return signature
    }

    private static func halves(of encoded: [UInt8]) -> [UInt8]? {
        encoded.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            guard let pair = d2i_ECDSA_SIG(nil, &next, bytes.count) else { return nil }
            defer { ECDSA_SIG_free(pair) }
            guard let r = padded(ECDSA_SIG_get0_r(pair)), let s = padded(ECDSA_SIG_get0_s(pair)) else { return nil }
            return r + s
        }
    }

    private static func withKey<Value>(_ der: [UInt8], _ body: (OpaquePointer) -> Value?) -> Value? {
        // What libcrypto notes of a failure is its thread's, and would be taken for the next caller's.
        defer { ERR_clear_error() }
        return der.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            guard let key = d2i_AutoPrivateKey(nil, &next, bytes.count) else { return nil }
            defer { EVP_PKEY_free(key) }
            return body(key)
        }
    }

    private static func coordinate(_ name: String, of key: OpaquePointer) -> [UInt8]? {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &number) == 1 else { return nil }
        defer { BN_free(number) }
        return padded(number)
    }

    private static func padded(_ number: OpaquePointer?) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: width)
        return BN_bn2binpad(number, &bytes, Int32(width)) == width ? bytes : nil
    }
}

package enum Certificate {
    /// Whether bytes begin with a certificate: X.509 in DER.
    package static func isReadable(der: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        return der.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            guard let certificate = d2i_X509(nil, &next, bytes.count) else { return false }
            X509_free(certificate)
            return true
        }
    }
}
