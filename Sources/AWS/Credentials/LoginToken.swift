import AWSSigning
import Basics
import FoundationEssentials

/// A sign-in that `aws login` left in `~/.aws/login/cache`: credentials of fifteen minutes, and what renews them
/// (botocore's `LoginTokenLoader`).
struct LoginToken: Sendable {
    /// With less than this left it is renewed (botocore's `LoginCredentialFetcher._REFRESH_THRESHOLD`).
    static let renewal: TimeInterval = 5 * 60

    var accessKeyID: String
    var secretAccessKey: Secret<String>
    var sessionToken: Secret<String>
    let accountID: String
    var expiration: Date
    var refreshToken: Secret<String>
    let clientID: String
    /// A private key on P-256, as PEM: it proves that whoever renews is whoever signed in.
    let key: Secret<String>
    /// Where the person signed in; sign-ins of older versions of the aws CLI do not say.
    let region: String?
    /// All that the file holds: what other programs need of it is kept.
    private var file: Secret<PreservedJSON>

    /// Nil where the text is no sign-in.
    init?(_ text: String) {
        guard let file = try? JSONDecoder().decode(PreservedJSON.self, from: Data(text.utf8)),
            let access = file["accessToken"], let id = access["accessKeyId"]?.text,
            let secret = access["secretAccessKey"]?.text, let token = access["sessionToken"]?.text,
            let account = access["accountId"]?.text,
            let expiration = access["expiresAt"]?.text.flatMap({ SSOToken.date($0) }),
            let refresh = file["refreshToken"]?.text, let client = file["clientId"]?.text,
            let key = file["dpopKey"]?.text
        else { return nil }
        accessKeyID = id
        secretAccessKey = Secret(secret)
        sessionToken = Secret(token)
        accountID = account
        self.expiration = expiration
        refreshToken = Secret(refresh)
        clientID = client
        self.key = Secret(key)
        region = file["signInRegion"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        self.file = Secret(file)
    }

    static func fileName(for session: String) -> String {
        Digest.hex(Digest.sha256(Array(session.utf8))) + ".json"
    }

    var credentials: AWSCredentials {
        AWSCredentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken,
            expiration: expiration)
    }

    /// The key that signs proofs; nil where the text is none. The lines around it do not count, as with botocore.
    var proofKey: ES256Key? {
        let body = key.exposed.split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("-----BEGIN") && !$0.hasPrefix("-----END") }.joined()
        return Data(base64Encoded: body.filter { !$0.isWhitespace }).flatMap { ES256Key(der: Array($0)) }
    }

    /// As the aws CLI writes it, so that it and other SDKs go on with the renewed sign-in.
    func text() throws -> String {
        var file = file.exposed
        file["accessToken"] = .object([
            "accessKeyId": .text(accessKeyID), "secretAccessKey": .text(secretAccessKey.exposed),
            "sessionToken": .text(sessionToken.exposed), "accountId": .text(accountID),
            "expiresAt": .text(expiration.formatted(.iso8601)),
        ])
        file["refreshToken"] = .text(refreshToken.exposed)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try encoder.encode(file), as: UTF8.self)
    }
}
