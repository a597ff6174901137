import AWSSigning
import Basics
import FoundationEssentials

/// What a profile says of its sign-in, with the `[sso-session]` it names filled in.
struct SSOSettings: Sendable {
    let profile: Profile
    let session: String?
    let startURL: String
    let region: String
    let accountID: String
    let roleName: String

    /// The sign-in's file is named after the session, or in the older form after the start URL.
    var cacheKey: String { session ?? startURL }
    var login: String { "run aws sso login\(profile.flag)" }
    var location: Problem.Location { profile.location(of: session == nil ? "sso_start_url" : "sso_session") }

    /// Nil where the profile names neither account nor role: by these botocore knows the source (`SSOProvider`).
    init?(_ profile: Profile, _ shared: SharedConfig) throws(Problem) {
        guard profile["sso_account_id"] != nil || profile["sso_role_name"] != nil else { return nil }
        self.profile = profile
        session = profile["sso_session"]
        var values = profile.settings.mapValues(\.value)
        var missingPlace = profile.location
        if let session {
            let location = profile.location(of: "sso_session")
            guard let section = shared.config.sections["sso-session \(session)"] else {
                throw Problem(
                    .credentials, "profile `\(profile.name)` names the sso_session `\(session)`, which does not exist",
                    hint: "make it: aws configure sso-session", location: location)
            }
            missingPlace = .init(file: shared.config.path, line: section.line)
            for (key, value) in section.values {
                if let own = values[key], own != value {
                    throw Problem(
                        .credentials, "\(key) of profile `\(profile.name)` differs from that of its sso_session `\(session)`",
                        hint: "remove it from the profile", location: profile.location(of: key))
                }
                values[key] = value
            }
        }
        func value(_ key: String, _ location: Problem.Location) throws(Problem) -> String {
            if let value = values[key], !value.isEmpty { return value }
            throw Problem(
                .credentials, "profile `\(profile.name)` is set up for SSO and has no \(key)",
                hint: "complete it: aws configure sso\(profile.flag)", location: location)
        }
        roleName = try value("sso_role_name", profile.location)
        accountID = try value("sso_account_id", profile.location)
        startURL = try value("sso_start_url", missingPlace)
        region = try value("sso_region", missingPlace)
    }
}

extension CredentialSearch {
    func fromSSO(_ profile: Profile?) async throws(Problem) -> SourceOutcome {
        guard let profile, let settings = try SSOSettings(profile, shared) else {
            return .absent("SSO: neither sso_account_id nor sso_role_name is set")
        }
        let token = try await signIn(settings)
        let query = [("role_name", settings.roleName), ("account_id", settings.accountID)]
            .map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        let call = UnsignedCall(
            service: .ssoPortal, operation: "GetRoleCredentials", region: settings.region, method: "GET",
            path: "/federation/credentials?\(query)",
            headers: ["x-amz-sso_bearer_token": token.accessToken.exposed], secrets: [token.accessToken])
        switch try await call.send(self) {
        case .success(let response): return .found(try read(response, settings))
        case .failure(let refusal) where refusal.status == 401:
            throw Problem(
                .credentials, "the SSO sign-in of profile `\(profile.name)` is no longer accepted",
                cause: refusal.text, hint: settings.login, location: settings.location)
        case .failure(let refusal):
            throw Problem(
                refusal.status == 403 ? .denied : .credentials,
                "no credentials of role \(settings.roleName) in account \(settings.accountID) were given",
                cause: refusal.text, hint: "check sso_account_id and sso_role_name, and that you may use the role",
                location: profile.location(of: "sso_role_name"))
        }
    }

    private func read(_ response: HTTPResponse, _ settings: SSOSettings) throws(Problem) -> FoundCredentials {
        struct Answer: Decodable {
            struct Credentials: Decodable {
                var accessKeyId: String
                var secretAccessKey: String
                var sessionToken: String
                /// Milliseconds since 1970.
                var expiration: Double
            }
            var roleCredentials: Credentials
        }
        let answer: Answer
        do { answer = try JSONDecoder().decode(Answer.self, from: response.body) } catch {
            throw Problem(
                .credentials, "the SSO portal answered in a form that cannot be read",
                cause: DecodingDetail.text(error), hint: "check sso_region", location: settings.location)
        }
        let given = answer.roleCredentials
        return FoundCredentials(
            AWSCredentials(
                accessKeyID: given.accessKeyId, secretAccessKey: Secret(given.secretAccessKey),
                sessionToken: Secret(given.sessionToken),
                expiration: Date(timeIntervalSince1970: given.expiration / 1000)),
            source: "\(place(settings.profile, of: "sso_role_name")) via SSO role \(settings.roleName)",
            accountID: settings.accountID)
    }

    /// The sign-in from the cache, renewed where it is about to end and may be renewed.
    private func signIn(_ settings: SSOSettings) async throws(Problem) -> SSOToken {
        let path = environment.expanding("~/.aws/sso/cache/\(SSOToken.fileName(for: settings.cacheKey))")
        let token = try cached(path, settings)
        let remaining = token.expiration.timeIntervalSince(now())
        // A sign-in of the older form has nothing to be renewed with.
        guard settings.session != nil, remaining < CredentialCache.advisory else {
            guard remaining > 0 else { throw expired(token, settings, why: nil) }
            return token
        }
        let (renewed, why) = try await renew(token, settings)
        if let renewed {
            // Not keeping it costs another renewal, or a sign-in: no reason to fail now.
            try? environment.writeFile?(path, renewed.text(startURL: settings.startURL, region: settings.region))
            return renewed
        }
        if remaining > 0 { return token }
        // Another program may have renewed it first, whereupon our refresh token was refused.
        if let later = try? cached(path, settings), later.expiration > now() { return later }
        throw expired(token, settings, why: why)
    }

    private func cached(_ path: String, _ settings: SSOSettings) throws(Problem) -> SSOToken {
        let text: String?
        do { text = try environment.readFile(path) } catch {
            throw Problem(.credentials, "\(path) cannot be read", cause: "\(error)", hint: "check its permissions")
        }
        guard let text else {
            throw Problem(
                .credentials, "nobody has signed in to SSO for profile `\(settings.profile.name)`",
                cause: "there is no \(environment.abbreviating(path))", hint: settings.login,
                location: settings.location)
        }
        guard let token = SSOToken(text) else {
            throw Problem(
                .credentials, "the SSO sign-in of profile `\(settings.profile.name)` cannot be read",
                cause: "\(environment.abbreviating(path)) has no usable accessToken and expiresAt",
                hint: settings.login, location: settings.location)
        }
        return token
    }

    private func expired(_ token: SSOToken, _ settings: SSOSettings, why: String?) -> Problem {
        Problem(
            .credentials,
            "the SSO sign-in of profile `\(settings.profile.name)` expired at \(token.expiration.formatted(.iso8601))",
            cause: why, hint: settings.login, location: settings.location)
    }

    /// Nothing where the sign-in cannot be renewed, and why.
    private func renew(
        _ token: SSOToken, _ settings: SSOSettings
    ) async throws(Problem) -> (SSOToken?, why: String?) {
        guard let refresh = token.refreshToken, let id = token.clientID, let secret = token.clientSecret,
            let registered = token.registrationExpiration
        else { return (nil, "it holds nothing to renew it with") }
        guard let registration = SSOToken.date(registered), registration > now() else {
            return (nil, "its registration is over too")
        }
        struct Input: Encodable {
            let clientId: String
            let clientSecret: String
            let grantType = "refresh_token"
            let refreshToken: String
        }
        struct Output: Decodable {
            var accessToken: String
            var expiresIn: Double
            var refreshToken: String?
        }
        let input = Input(clientId: id, clientSecret: secret.exposed, refreshToken: refresh.exposed)
        guard let body = try? AWSJSON.encode(input) else { return (nil, nil) }
        let call = UnsignedCall(
            service: .ssoOIDC, operation: "CreateToken", region: settings.region, path: "/token",
            headers: ["Content-Type": "application/json"], body: body, secrets: [refresh, secret, token.accessToken])
        let outcome: Result<HTTPResponse, UnsignedCall.Refusal>
        do throws(Problem) { outcome = try await call.send(self) } catch {
            guard error.kind != .cancelled else { throw error }
            return (nil, "renewing it failed: \(error.summary)")
        }
        switch outcome {
        case .failure(let refusal): return (nil, "renewing it was refused: \(refusal.text)")
        case .success(let response):
            guard let output = try? JSONDecoder().decode(Output.self, from: response.body) else {
                return (nil, "renewing it was answered in a form that cannot be read")
            }
            var renewed = token
            renewed.accessToken = Secret(output.accessToken)
            renewed.expiration = now().addingTimeInterval(output.expiresIn)
            if let next = output.refreshToken { renewed.refreshToken = Secret(next) }
            return (renewed, nil)
        }
    }
}
