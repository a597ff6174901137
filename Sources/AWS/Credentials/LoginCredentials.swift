import AWSSigning
import Basics
import FoundationEssentials

extension CredentialSearch {
    /// What `aws login` left, renewed where it is about to end (botocore's `LoginProvider`, `LoginCredentialFetcher`).
    func fromLogin(_ profile: Profile?) async throws(Problem) -> SourceOutcome {
        guard let profile, let session = profile["login_session"] else {
            return .absent("aws login: login_session is not set")
        }
        let directory = environment["AWS_LOGIN_CACHE_DIRECTORY"] ?? "~/.aws/login/cache"
        let path = environment.expanding(directory) + "/" + LoginToken.fileName(for: session)
        let token = try await renewing(try cachedLogin(path, profile), path, profile)
        return .found(
            FoundCredentials(
                token.credentials, source: "\(place(profile, of: "login_session")) via aws login",
                accountID: token.accountID))
    }

    private func cachedLogin(_ path: String, _ profile: Profile) throws(Problem) -> LoginToken {
        let location = profile.location(of: "login_session")
        let text: String?
        do { text = try environment.readFile(path) } catch {
            throw Problem(.credentials, "\(path) cannot be read", cause: "\(error)", hint: "check its permissions")
        }
        guard let text else {
            throw Problem(
                .credentials, "nobody has signed in with aws login for profile `\(profile.name)`",
                cause: "there is no \(environment.abbreviating(path))", hint: login(profile), location: location)
        }
        guard let token = LoginToken(text) else {
            throw Problem(
                .credentials, "the sign-in of profile `\(profile.name)` cannot be read",
                cause: "\(environment.abbreviating(path)) lacks what aws login writes", hint: login(profile),
                location: location)
        }
        return token
    }

    private func login(_ profile: Profile) -> String { "run aws login\(profile.flag)" }

    private func renewing(
        _ token: LoginToken, _ path: String, _ profile: Profile
    ) async throws(Problem) -> LoginToken {
        guard token.expiration.timeIntervalSince(now()) <= LoginToken.renewal else { return token }
        let why: Problem
        do throws(Problem) {
            let renewed = try await renewed(token, profile)
            // Not keeping it costs another sign-in: no reason to fail now.
            try? environment.writeFile?(path, renewed.text())
            return renewed
        } catch { why = error }
        guard why.kind != .cancelled else { throw why }
        if token.expiration > now() { return token }
        // Another program may have renewed it first, whereupon our refresh token was refused.
        if let later = try? cachedLogin(path, profile), later.expiration > now() { return later }
        throw Problem(
            why.kind,
            "the sign-in of profile `\(profile.name)` expired at \(token.expiration.formatted(.iso8601)), and \(why.summary)",
            cause: why.cause, hint: why.hint ?? login(profile), location: profile.location(of: "login_session"))
    }

    /// AWS Sign-In's CreateOAuth2Token, proved with the sign-in's key.
    /// - Throws: the second half of a sentence, and a hint where signing in again would not help.
    private func renewed(_ token: LoginToken, _ profile: Profile) async throws(Problem) -> LoginToken {
        guard let key = token.proofKey else {
            throw Problem(.credentials, "its key is broken", cause: "dpopKey is no private key on P-256")
        }
        struct Input: Encodable {
            let clientId: String
            let grantType = "refresh_token"
            let refreshToken: String
        }
        struct Output: Decodable {
            struct AccessToken: Decodable {
                var accessKeyId: String
                var secretAccessKey: String
                var sessionToken: String
            }
            var accessToken: AccessToken
            /// Seconds.
            var expiresIn: Double
            var refreshToken: String
        }
        let input = Input(clientId: token.clientID, refreshToken: token.refreshToken.exposed)
        let body: Data
        do { body = try AWSJSON.encode(input) } catch {
            throw Problem(.defect, "the call that renews it cannot be written", cause: "\(error)")
        }
        let region = if let own = token.region { own } else { try region(for: profile) }
        var call = UnsignedCall(
            service: .signIn, operation: "CreateOAuth2Token", region: region, path: "/v1/token",
            headers: ["Content-Type": "application/json"], body: body,
            secrets: [token.refreshToken, token.secretAccessKey, token.sessionToken])
        let now = now
        call.proof = { url in
            DPoPProof.text(method: "POST", url: url, id: UUID().uuidString.lowercased(), at: now(), key: key)
        }
        let outcome: Result<HTTPResponse, UnsignedCall.Refusal>
        do throws(Problem) { outcome = try await call.send(self) } catch {
            throw Problem(
                error.kind, "renewing it failed: \(error.summary)", cause: error.cause, hint: error.hint)
        }
        switch outcome {
        case .failure(let refusal): throw refused(refusal)
        case .success(let response):
            guard let output = try? JSONDecoder().decode(Output.self, from: response.body), output.expiresIn > 0 else {
                throw Problem(.credentials, "renewing it was answered in a form that cannot be read")
            }
            var renewed = token
            renewed.accessKeyID = output.accessToken.accessKeyId
            renewed.secretAccessKey = Secret(output.accessToken.secretAccessKey)
            renewed.sessionToken = Secret(output.accessToken.sessionToken)
            renewed.expiration = now().addingTimeInterval(output.expiresIn)
            renewed.refreshToken = Secret(output.refreshToken)
            return renewed
        }
    }

    private func refused(_ refusal: UnsignedCall.Refusal) -> Problem {
        switch refusal.reason {
        case "TOKEN_EXPIRED": Problem(.credentials, "it can no longer be renewed", cause: refusal.text)
        case "USER_CREDENTIALS_CHANGED":
            Problem(.credentials, "the user's credentials have changed since", cause: refusal.text)
        case "INSUFFICIENT_PERMISSIONS":
            Problem(
                .denied, "you may not renew it", cause: refusal.text,
                hint: "ask for the action signin:CreateOAuth2Token in your policy")
        default: Problem(.credentials, "renewing it was refused", cause: refusal.text)
        }
    }
}
