// The only file of this room that hands pointers to libcrypto.
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
