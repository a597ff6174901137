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
        let secrets = [credentials.secretAccessKey.exposed] + [credentials.sessionToken?.exposed].compactMap(\.self)
        for secret in secrets where !secret.isEmpty {
            message.replace(secret, with: "****")
            message.replace(PercentEncoding.encode(secret), with: "****")
        }
        while message.last?.isWhitespace == true { message.removeLast() }
        return message
    }
}
