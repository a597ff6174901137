import AWSSigning
import Basics
import FoundationEssentials
import TestSupport
import Testing

@testable import AWS

/// Sign-ins that the aws CLI left behind, against a portal and a token service on loopback.
@Suite struct CredentialSSOTests {
    typealias Fixture = CredentialFixture

    static let config = """
        [profile dev]
        sso_session = corp
        sso_account_id = 123456789012
        sso_role_name = Developer
        [sso-session corp]
        sso_start_url = https://corp.example/start
        sso_region = eu-west-1
        [profile old]
        sso_start_url = https://old.example/start
        sso_region = eu-west-1
        sso_account_id = 123456789012
        sso_role_name = Reader
        """

    static func path(_ key: String) -> String { "/home/ada/.aws/sso/cache/" + SSOToken.fileName(for: key) }

    static func token(_ access: String, for seconds: Double, isRenewable: Bool = true, registered: Double = 9999) -> String {
        let renewal =
            #", "refreshToken": "REFRESH-SECRET", "clientId": "client", "clientSecret": "CLIENT-SECRET", "#
            + #""registrationExpiresAt": "\#(Fixture.later(registered))""#
        return #"{"accessToken": "\#(access)", "expiresAt": "\#(Fixture.later(seconds))"\#(isRenewable ? renewal : "")}"#
    }

    /// Knows the tokens GOOD and RENEWED, and renews what it is asked to.
    static let portal: LoopbackServer.Handler = { request in
        let body = String(decoding: request.body, as: UTF8.self)
        switch (request.method, request.target.prefix { $0 != "?" }) {
        case ("POST", "/token") where body.contains("REFRESH-SECRET") && body.contains(#""grantType":"refresh_token""#):
            return .json(#"{"accessToken": "RENEWED", "expiresIn": 28800, "refreshToken": "NEXT"}"#)
        case ("GET", "/federation/credentials") where ["GOOD", "RENEWED"].contains(request["x-amz-sso_bearer_token"] ?? ""):
            guard request.target.contains("role_name=Developer&account_id=123456789012") || request.target.contains("Reader")
            else { return .json("{}", status: 403) }
            let expiration = Int(Date(timeIntervalSinceNow: 3600).timeIntervalSince1970 * 1000)
            return .json(
                #"{"roleCredentials": {"accessKeyId": "SSO-\#(request["x-amz-sso_bearer_token"] ?? "")", "#
                    + #""secretAccessKey": "s", "sessionToken": "t", "expiration": \#(expiration)}}"#)
        case ("GET", _):
            let message = "Session token \(request["x-amz-sso_bearer_token"] ?? "") not found or invalid"
            return .json(
                #"{"message": "\#(message)"}"#, status: 401, headers: [("x-amzn-ErrorType", "UnauthorizedException")])
        default: return .json(#"{"error": "invalid_grant"}"#, status: 400)
        }
    }

    static func fixture(_ url: String, _ files: [String: String]) -> Fixture {
        Fixture(
            ["AWS_ENDPOINT_URL_SSO": url, "AWS_ENDPOINT_URL_SSO_OIDC": url, "AWS_PROFILE": "dev"], config: config,
            files: files)
    }

    @Test func aSignInThatHoldsIsUsedAsItIs() async throws {
        try await LoopbackServer.run(Self.portal) { server in
            let fixture = Self.fixture(server.url, [Self.path("corp"): Self.token("GOOD", for: 7200)])
            let found = try await fixture.find()
            #expect(found.credentials.accessKeyID == "SSO-GOOD")
            #expect(found.accountID == "123456789012")
            #expect(found.source == "profile dev in ~/.aws/config:4 via SSO role Developer")
            #expect(server.record.requests.count == 1)
            // The older form is named after its start URL and is never renewed.
            fixture[Self.path("https://old.example/start")] = Self.token("GOOD", for: 60, isRenewable: false)
            #expect(try await fixture.find(profile: "old").credentials.accessKeyID == "SSO-GOOD")
            #expect(server.record.requests.count == 2)
        }
    }

    @Test(arguments: [600.0, -600])
    func aSignInThatEndsIsRenewedAndKept(seconds: Double) async throws {
        try await LoopbackServer.run(Self.portal) { server in
            let fixture = Self.fixture(server.url, [Self.path("corp"): Self.token("STALE", for: seconds)])
            #expect(try await fixture.find().credentials.accessKeyID == "SSO-RENEWED")
            let kept = try #require(fixture[Self.path("corp")])
            for part in [#""accessToken":"RENEWED""#, #""refreshToken":"NEXT""#, #""startUrl":"https://corp.example/start""#] {
                #expect(kept.contains(part))
            }
            #expect(try await fixture.find().credentials.accessKeyID == "SSO-RENEWED")
            #expect(server.record.requests.map(\.method) == ["POST", "GET", "GET"])
        }
    }

    @Test func aSignInThatHoldsServesWhereRenewingFails() async throws {
        try await LoopbackServer.run { request in
            request.method == "POST" ? .json(#"{"error": "invalid_grant"}"#, status: 400) : Self.portal(request)
        } _: { server in
            let fixture = Self.fixture(server.url, [Self.path("corp"): Self.token("GOOD", for: 300)])
            let found = try await fixture.find()
            #expect(found.credentials.accessKeyID == "SSO-GOOD")
        }
    }

    @Test func whoMustSignInAgainIsTold() async throws {
        try await LoopbackServer.run { request in
            request.method == "POST" ? .json(#"{"error": "invalid_grant"}"#, status: 400) : Self.portal(request)
        } _: { server in
            let texts: [(String?, String)] = [
                (nil, "nobody has signed in"), ("{}", "cannot be read"), ("rubbish", "cannot be read"),
                (Self.token("GOOD", for: -1), "expired at"), (Self.token("GOOD", for: -1, registered: -1), "expired at"),
                (Self.token("GOOD", for: -1, isRenewable: false), "expired at"),
                (Self.token("REVOKED", for: 7200), "no longer accepted"),
            ]
            for (text, words) in texts {
                let fixture = Self.fixture(server.url, text.map { [Self.path("corp"): $0] } ?? [:])
                let problem = await fixture.problem()
                #expect(problem?.summary.contains(words) == true, "\(problem?.description ?? "")")
                #expect(problem?.hint == "run aws sso login --profile dev")
                #expect(problem?.location == .init(file: Fixture.configPath, line: 2))
                for secret in ["GOOD", "REVOKED", "REFRESH-SECRET", "CLIENT-SECRET"] {
                    #expect(problem?.description.contains(secret) == false)
                }
            }
        }
    }

    /// The names are those botocore 1.43 gives the same roles.
    @Test func rolesThatTheCLIAssumedAreUsedAndKeptUnderItsNames() async throws {
        var input = STS.AssumeRoleInput(roleARN: "arn:aws:iam::1:role/r", sessionName: "taskops")
        #expect(
            RoleCache.fileName(input, device: nil, isNamed: false) == "296af0900b5a5e948c19d3110989c909c2d4a0a9.json")
        input.sessionName = "ada \"é\"\n😀/"
        (input.externalID, input.durationSeconds) = ("x y", 900)
        let device = "arn:aws:iam::1:mfa/ada"
        let name = RoleCache.fileName(input, device: device, isNamed: true)
        #expect(name == "c592cabbd5bf3b9920cb48eeab1f85539b63f0f8.json")

        let config = "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = nobody\n"
        let fixture = Fixture(config: config)
        let path = "/home/ada/.aws/cli/cache/296af0900b5a5e948c19d3110989c909c2d4a0a9.json"
        let cache = RoleCache(
            fixture.environment, STS.AssumeRoleInput(roleARN: "arn:aws:iam::1:role/r", sessionName: "s"), device: nil,
            isNamed: false)
        func credentials(_ seconds: Double) -> AWSCredentials {
            AWSCredentials(
                accessKeyID: "HELD", secretAccessKey: Secret("s"), sessionToken: Secret("t"),
                expiration: Date(timeIntervalSinceNow: seconds))
        }
        cache.write(credentials(3600), accountID: "1")
        #expect(fixture[path]?.contains("HELD") == true)
        let found = try await fixture.find()
        #expect(found.credentials.accessKeyID == "HELD")
        #expect(
            found.source == "profile default in ~/.aws/config:2 via role arn:aws:iam::1:role/r, from the aws CLI's cache")
        cache.write(credentials(800), accountID: nil)
        for text in [fixture[path], "rubbish", "{}"] {
            fixture[path] = text
            #expect(await fixture.problem()?.summary.contains("`nobody`, which does not exist") == true)
        }
    }
}
