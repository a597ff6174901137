import AWSSigning
import Basics
import FoundationEssentials

/// A sign-in that `aws sso login` left in `~/.aws/sso/cache` (botocore's `SSOTokenLoader` and `SSOTokenProvider`).
struct SSOToken: Sendable {
    var accessToken: Secret<String>
    var expiration: Date
    var refreshToken: Secret<String>?
    var clientID: String?
    var clientSecret: Secret<String>?
    var registrationExpiration: String?

    private struct File: Codable {
        var startUrl: String?
        var region: String?
        var accessToken: String?
        var expiresAt: String?
        var clientId: String?
        var clientSecret: String?
        var registrationExpiresAt: String?
        var refreshToken: String?
    }

    /// Nil where the text is no sign-in.
    init?(_ text: String) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(text.utf8)),
            let token = file.accessToken, !token.isEmpty, let expiration = file.expiresAt.flatMap(Self.date)
        else { return nil }
        accessToken = Secret(token)
        self.expiration = expiration
        refreshToken = file.refreshToken.map { Secret($0) }
        clientID = file.clientId
        clientSecret = file.clientSecret.map { Secret($0) }
        registrationExpiration = file.registrationExpiresAt
    }

    /// As the aws CLI writes it, so that it and other SDKs go on with the renewed sign-in.
    func text(startURL: String, region: String) throws -> String {
        let file = File(
            startUrl: startURL, region: region, accessToken: accessToken.exposed,
            expiresAt: expiration.formatted(.iso8601), clientId: clientID, clientSecret: clientSecret?.exposed,
            registrationExpiresAt: registrationExpiration, refreshToken: refreshToken?.exposed)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try encoder.encode(file), as: UTF8.self)
    }

    /// Older versions of the aws CLI write `UTC` for `Z`.
    static func date(_ text: String) -> Date? {
        ISO8601.date(text.hasSuffix("UTC") ? text.dropLast(3) + "Z" : text)
    }

    static func fileName(for key: String) -> String {
        Digest.hex(Digest.sha1(Array(key.utf8))) + ".json"
    }
}
