extension Redaction {
    /// Somebody else's words with everything starred that is long enough to be a key or a token.
    static func masked(_ text: String) -> String {
        var output = ""
        var run = ""
        for character in text.prefix(300) {
            if character.isASCII && (character.isLetter || character.isNumber || "+/=_-".contains(character)) {
                run.append(character)
            } else {
                output += (run.count >= 16 ? "****" : run) + String(character)
                run = ""
            }
        }
        return output + (run.count >= 16 ? "****" : run)
    }

    /// Signatures repeated from a request or a presigned URL, starred; so is what was said to a proxy.
    static func withoutSignatures(_ message: String) -> String {
        let signed = starred(message, behind: "Signature=", least: 0) { $0.isHexDigit }
        return ["Basic ", "Bearer "].reduce(signed) { text, scheme in
            // Shorter ones are words: `Basic authentication is required`.
            starred(text, behind: scheme, least: 16) {
                $0.isASCII && ($0.isLetter || $0.isNumber || "+/=_-.~".contains($0))
            }
        }
    }

    private static func starred(
        _ text: String, behind mark: String, least: Int, _ belongs: (Character) -> Bool
    ) -> String {
        var output = ""
        var rest = text[...]
        while let found = rest.firstRange(of: mark) {
            let run = rest[found.upperBound...].prefix(while: belongs)
            let isSecret = run.count >= least && !rest[found.upperBound...].hasPrefix("****")
            output += rest[..<found.upperBound] + (isSecret ? "****" : run)
            rest = rest[run.endIndex...]
        }
        return output + rest
    }
}
