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

    /// A signature repeated from a request or a presigned URL, starred.
    static func withoutSignatures(_ message: String) -> String {
        var output = ""
        var rest = message[...]
        while let mark = rest.firstRange(of: "Signature=") {
            output += rest[..<mark.upperBound] + "****"
            rest = rest[mark.upperBound...].drop(while: \.isHexDigit)
        }
        return output + rest
    }
}
