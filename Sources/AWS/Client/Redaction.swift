import AWSSigning
import Basics

/// Keeps what AWS repeats back to a caller out of messages.
enum Redaction {
    /// A refused signature is answered with the whole canonical request, session token and all: only the sentence
    /// before it is kept, and the credentials' secret parts are starred wherever else they stand.
    static func clean(_ message: String, _ credentials: AWSCredentials) -> String {
        var message = message
        for marker in ["The Canonical String for this request", "The String-to-Sign should have been"] {
            if let start = message.firstRange(of: marker)?.lowerBound { message = String(message[..<start]) }
        }
        message = withoutSignatures(starred(message, credentials))
        while message.last?.isWhitespace == true { message.removeLast() }
        return message
    }

    /// The text without the secret parts of the credentials, however they are written in it.
    static func starred(_ text: String, _ credentials: AWSCredentials) -> String {
        starred(text, secrets(credentials))
    }

    static func starred(_ text: String, _ secrets: [Secret<String>]) -> String {
        var text = text
        for secret in secrets where !secret.exposed.isEmpty {
            text.replace(secret.exposed, with: stars)
            text.replace(PercentEncoding.encode(secret.exposed), with: stars)
        }
        return text
    }

    private static func secrets(_ credentials: AWSCredentials) -> [Secret<String>] {
        [credentials.secretAccessKey] + [credentials.sessionToken].compactMap(\.self)
    }

    /// Fields whose values let others in.
    private static let secretFields: Set<String> = [
        "authorization", "proxy-authorization", "x-amz-security-token", "cookie", "set-cookie",
        "x-aws-ec2-metadata-token", "x-amz-sso_bearer_token", "x-amz-s3session-token", "dpop",
    ]
    /// Parameters of presigned URLs.
    private static let secretParameters: Set<String> = [
        "x-amz-signature", "x-amz-security-token", "x-amz-credential", "signature", "token", "access_token",
    ]
    private static let stars = "****"

    static func fields(_ headers: HTTPHeaders, _ credentials: AWSCredentials) -> [CallEvent.HeaderField] {
        fields(headers, secrets(credentials))
    }

    static func fields(_ headers: HTTPHeaders, _ secrets: [Secret<String>]) -> [CallEvent.HeaderField] {
        headers.fields.map { field in
            let isSecret = secretFields.contains(field.name.lowercased())
            // A field such as `Location` may hold a presigned URL.
            return CallEvent.HeaderField(
                name: field.name,
                value: isSecret ? stars : withoutSignatures(starred(url(field.value), secrets)))
        }
    }

    /// A URL, or any text with one in it, without the values of presigning parameters.
    static func url(_ text: String) -> String {
        guard let start = text.firstIndex(of: "?") else { return text }
        var output = String(text[...start])
        var rest = text[text.index(after: start)...]
        while !rest.isEmpty {
            let pair = rest.prefix { $0 != "&" }
            let name = pair.prefix { $0 != "=" }
            let isSecret = name.count < pair.count && secretParameters.contains(name.lowercased())
            output += isSecret ? "\(name)=\(stars)" : pair
            rest = rest.dropFirst(pair.count)
            if rest.first == "&" { output.append(Character("&")) }
            rest = rest.dropFirst()
        }
        return output
    }
}
