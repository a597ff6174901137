package import FoundationEssentials

/// Proof that whoever sends a request holds a key: the `DPoP` header of RFC 9449, with just the members that AWS's own
/// tools send (botocore's `_build_dpop_header`). Pure: the date and the proof's id are handed in.
package enum DPoPProof {
    /// - Parameters:
    ///   - url: where the request goes, without query.
    ///   - id: never the same twice, so that a proof that was overheard cannot be used again.
    package static func text(method: String, url: String, id: String, at date: Date, key: ES256Key) -> String {
        // Written by hand: the order of members is part of what is signed, and none of the values needs more than JSON's
        // own escapes, which `quoted` makes.
        let head =
            #"{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","x":"\#(encoded(key.x))","y":"\#(encoded(key.y))","#
            + #""crv":"P-256"}}"#
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        let claims =
            #"{"htm":"\#(quoted(method))","htu":"\#(quoted(url))","iat":\#(seconds),"jti":"\#(quoted(id))"}"#
        let input = encoded(Array(head.utf8)) + "." + encoded(Array(claims.utf8))
        return input + "." + encoded(key.signature(of: Array(input.utf8)))
    }

    /// Base64 as URLs take it, without padding (RFC 7515, section 2).
    private static func encoded(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { character in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }

    private static func quoted(_ text: String) -> String {
        text.reduce(into: "") { output, character in
            if character == "\"" || character == "\\" { output.append("\\") }
            output.append(character)
        }
    }
}
