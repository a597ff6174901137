import FoundationEssentials
import Testing

/// Looks for secrets, whole or in part, in whatever was written: as they are, percent-encoded, in base64 wherever they
/// may stand in a longer text, and as bytes in hexadecimal, as crash handlers print memory.
struct SecretHunt: Sendable {
    /// How many letters in a row betray a secret.
    private static let length = 12

    private var pieces: [ArraySlice<UInt8>: String] = [:]
    private var short: [(name: String, text: String)] = []

    mutating func add(_ name: String, _ secret: String) {
        guard secret.utf8.count >= Self.length else {
            short.append((name, secret))
            return
        }
        let bytes = Array(secret.utf8)
        let encoded = Self.percentEncoded(bytes)
        var forms = [bytes, encoded, Array(String(decoding: encoded, as: UTF8.self).lowercased().utf8)]
        forms += (0..<3).flatMap { Self.base64(bytes, behind: $0) }
        forms.append(Array(bytes.map { Self.hex($0, "0123456789abcdef") }.joined().utf8))
        for form in forms where form.count >= Self.length {
            for start in 0...(form.count - Self.length) {
                pieces[Array(form[start..<start + Self.length])[...]] = name
            }
        }
    }

    /// The names of those that are in the text, also where a terminal or a dump has broken it into lines and groups.
    func find(in text: String) -> Set<String> {
        let bytes = Array(text.utf8)
        let whole = bytes.filter { $0 > 0x20 }
        var found = Set(short.filter { Self.stands($0.text, in: text) }.map(\.name))
        for bytes in [bytes, whole] where bytes.count >= Self.length {
            for start in 0...(bytes.count - Self.length) {
                if let name = pieces[bytes[start..<start + Self.length]] { found.insert(name) }
            }
        }
        if text.contains(#/Signature=[0-9a-fA-F]{8}/#) { found.insert("a signature") }
        // With these letters begins every session token that the local stack gives, also those nobody else knows.
        if text.contains("FQoGZXIvYXdzE") { found.insert("a session token") }
        return found
    }

    /// Not as a part of a longer number or word.
    private static func stands(_ secret: String, in text: String) -> Bool {
        text.ranges(of: secret).contains { range in
            let before = text[..<range.lowerBound].last
            let after = text[range.upperBound...].first
            return ![before, after].contains { $0?.isLetter == true || $0?.isNumber == true }
        }
    }

    private static func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            let character = Character(UnicodeScalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-_.~".contains(character))
            return isPlain ? [byte] : Array("%\(hex(byte, "0123456789ABCDEF"))".utf8)
        }
    }

    private static func hex(_ byte: UInt8, _ digits: String) -> String {
        let digits = Array(digits)
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }

    /// The part that is the same whatever stands before and behind; in the alphabets of RFC 4648, sections 4 and 5.
    private static func base64(_ bytes: [UInt8], behind shift: Int) -> [[UInt8]] {
        var padded = [UInt8](repeating: 0, count: shift) + bytes
        padded.removeLast(padded.count % 3)
        let usual = Array(Data(padded).base64EncodedString().utf8.dropFirst(shift == 0 ? 0 : 4))
        let forURLs = usual.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
        return [usual, forURLs]
    }
}

@Suite struct SecretHuntTests {
    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    @Test(
        "a secret is found in every form it may take",
        arguments: [
            secret, "…MI/K7MDENG+bP…", "token=wJalrXUtnFEMI%2FK7MDENG%2BbPxRfiCYEXAMPLEKEY&", "wJalrXUtnFEMI%2fk7mdeng%2bb",
            "Basic \(Data("user:\(secret)".utf8).base64EncodedString())",
            "Basic \(Data("users:\(secret)".utf8).base64EncodedString())", "wJalrXUt\n    nFEMI/K7MDENG",
            "rax 0x00007f  2f 4b 37 4d 44 45 4e 47 2b 62 50 78 52 66 69 43  /K7MDENG+bPxRfiC", "the code is 907153.",
            "X-Amz-Signature=0123456789abcdef",
        ])
    func found(text: String) {
        var hunt = SecretHunt()
        hunt.add("key", Self.secret)
        hunt.add("code", "907153")
        #expect(hunt.find(in: text).count == 1)
    }

    @Test(
        "and nothing is found where there is nothing",
        arguments: ["", "Authorization: ****", "1907153", "Signature=****", "MI/K7MDEN"])
    func notFound(text: String) {
        var hunt = SecretHunt()
        hunt.add("key", Self.secret)
        hunt.add("code", "907153")
        #expect(hunt.find(in: text).isEmpty)
    }
}
