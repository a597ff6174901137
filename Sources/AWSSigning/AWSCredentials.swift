package import Basics
package import FoundationEssentials

/// What AWS checks a signature against. The secret parts cannot be printed by accident; the key's id is no secret.
package struct AWSCredentials: Sendable, Hashable {
    package var accessKeyID: String
    package var secretAccessKey: Secret<String>
    package var sessionToken: Secret<String>?
    /// When temporary credentials stop being accepted; nil for ones that last.
    package var expiration: Date?

    package init(
        accessKeyID: String, secretAccessKey: Secret<String>, sessionToken: Secret<String>? = nil,
        expiration: Date? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}
