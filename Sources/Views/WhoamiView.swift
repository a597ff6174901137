package import Terminal

/// Who is asking, as AWS and the settings say.
package struct Identity: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var account: String
    package var arn: String
    /// Where the credentials were found; never what they are.
    package var credentials: String
    package var region: String
    package var regionSource: String

    package init(account: String, arn: String, credentials: String, region: String, regionSource: String) {
        self.account = account
        self.arn = arn
        self.credentials = credentials
        self.region = region
        self.regionSource = regionSource
    }
}

package enum WhoamiView {
    package static func lines(_ identity: Identity) -> [StyledText] {
        [
            "account      \(identity.account, .strong)",
            "identity     \(identity.arn, .strong)",
            "credentials  \(identity.credentials)",
            "Region       \(identity.region, .name(identity.region))  \("from \(identity.regionSource)", .faint)",
        ]
    }
}
