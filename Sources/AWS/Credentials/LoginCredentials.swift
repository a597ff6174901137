import AWSSigning
import Basics
import FoundationEssentials

/// A sign-in that `aws login` left in `~/.aws/login/cache`: credentials of fifteen minutes, and what renews them
/// (botocore's `LoginCredentialFetcher`, `LoginTokenLoader`).
struct LoginToken: Sendable {
    var accessKeyID: String
    var secretAccessKey: Secret<String>
    var sessionToken: Secret<String>
    var accountID: String
    var expiration: Date
    var refreshToken: Secret<String>
    var clientID: String
    /// A private key on P-256, as PEM: it proves that whoever renews is whoever signed in.
    var key: Secret<String>

    private struct File: Decodable {
        struct AccessToken: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var sessionToken: String
            var accountId: String
            var expiresAt: String
        }
        var accessToken: AccessToken
        var refreshToken: String
        var clientId: String
        var dpopKey: String
    }

    /// Nil where the text is no sign-in.
    init?(_ text: String) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(text.utf8)),
            let expiration = SSOToken.date(file.accessToken.expiresAt)
        else { return nil }
        accessKeyID = file.accessToken.accessKeyId
        secretAccessKey = Secret(file.accessToken.secretAccessKey)
        sessionToken = Secret(file.accessToken.sessionToken)
        accountID = file.accessToken.accountId
        self.expiration = expiration
        refreshToken = Secret(file.refreshToken)
        clientID = file.clientId
        key = Secret(file.dpopKey)
    }

    static func fileName(for session: String) -> String {
        Digest.hex(Digest.sha256(Array(session.utf8))) + ".json"
    }
}

extension CredentialSearch {
    func fromLogin(_ profile: Profile?) async throws(Problem) -> SourceOutcome {
        guard let profile, let session = profile["login_session"] else {
            return .absent("aws login: login_session is not set")
        }
        let location = profile.location(of: "login_session")
        let login = "run aws login\(profile.flag)"
        let directory = environment["AWS_LOGIN_CACHE_DIRECTORY"] ?? "~/.aws/login/cache"
        let path = environment.expanding(directory) + "/" + LoginToken.fileName(for: session)
        let text: String?
        do { text = try environment.readFile(path) } catch {
            throw Problem(.credentials, "\(path) cannot be read", cause: "\(error)", hint: "check its permissions")
        }
        guard let text else {
            throw Problem(
                .credentials, "nobody has signed in with aws login for profile `\(profile.name)`",
                cause: "there is no \(environment.abbreviating(path))", hint: login, location: location)
        }
        guard let token = LoginToken(text) else {
            throw Problem(
                .credentials, "the sign-in of profile `\(profile.name)` cannot be read",
                cause: "\(environment.abbreviating(path)) lacks what aws login writes", hint: login,
                location: location)
        }
        guard token.expiration > now() else {
            throw Problem(
                .credentials,
                "the sign-in of profile `\(profile.name)` expired at \(token.expiration.formatted(.iso8601))",
                cause: "taskops does not renew it by itself",
                hint: "any call of the aws CLI does: run aws sts get-caller-identity\(profile.flag), or \(login)",
                location: location)
        }
        return .found(
            FoundCredentials(
                AWSCredentials(
                    accessKeyID: token.accessKeyID, secretAccessKey: token.secretAccessKey,
                    sessionToken: token.sessionToken, expiration: token.expiration),
                source: "\(place(profile, of: "login_session")) via aws login", accountID: token.accountID))
    }
}
