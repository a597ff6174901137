import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import AWS

/// Sign-ins that `aws login` left behind, against a token service on loopback. Whether botocore does the same with them
/// is `LoginParityTests`' matter.
@Suite struct CredentialLoginTests {
    typealias Fixture = CredentialFixture

    /// Made for these tests, and the key to nothing.
    static let key =
        "MHcCAQEEICHFCNexi0MLBsmrn3AsoDKsSCXHvtSvLLajm2iaw9DyoAoGCCqGSM49AwEHoUQDQgAEHd1wjo0ogjSwyxZOZOpd6hShWnNUnrJE35w"
        + "CVOpK4UiKtNwz1kC9f/mQaT0/CYAXn1FvqJWMuPc5uezwkoBRrQ=="

    static func pem(_ base64: String = key) -> String {
        var lines: [Substring] = []
        var rest = base64[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(64))
            rest = rest.dropFirst(64)
        }
        let body = lines.joined(separator: "\\n")
        return "-----BEGIN EC PRIVATE KEY-----\\n\(body)\\n-----END EC PRIVATE KEY-----\\n"
    }

    /// What the aws CLI writes, and a member it does not know of.
    static func token(
        _ refresh: String, for seconds: Double, key: String = pem(), region: String? = nil
    ) -> String {
        """
        {"accessToken": {"accessKeyId": "LOGIN", "secretAccessKey": "LOGIN-SECRET", "sessionToken": "LOGIN-TOKEN", \
        "accountId": "123456789012", "expiresAt": "\(Fixture.later(seconds))"}, "tokenType": "aws_sigv4", \
        "refreshToken": "\(refresh)", "clientId": "arn:aws:signin:::devtools/same-device", "idToken": "a.b.c", \
        "later": {"n": 1, "f": 0.5, "l": [true, null]}\(region.map { #", "signInRegion": "\#($0)""# } ?? ""), \
        "dpopKey": "\(key)"}
        """
    }

    static let session = "arn:aws:sts::123456789012:assumed-role/ops/ada"
    static let path = "/cache/" + LoginToken.fileName(for: session)

    static func fixture(_ url: String, _ text: String?) -> Fixture {
        Fixture(
            ["AWS_LOGIN_CACHE_DIRECTORY": "/$CACHE", "CACHE": "cache", "AWS_ENDPOINT_URL_SIGNIN": url],
            config: "[profile p]\nregion = eu-west-1\nlogin_session = \(session)\n",
            files: text.map { [path: $0] } ?? [:])
    }

    /// One that says back the token it was sent.
    static func refusal(_ reason: String, heard token: String = "", status: Int = 400) -> LoopbackServer.Reply {
        .json(
            #"{"error": "\#(reason)", "message": "no to \#(token)"}"#, status: status,
            headers: [("x-amzn-ErrorType", "AccessDeniedException")])
    }

    /// Does with a refresh token what it says.
    static let service: LoopbackServer.Handler = { request in
        struct Input: Decodable {
            var clientId: String
            var grantType: String
            var refreshToken: String
        }
        guard request.method == "POST", request.target == "/v1/token", request["Authorization"] == nil,
            request["DPoP"]?.split(separator: ".").count == 3,
            let input = try? JSONDecoder().decode(Input.self, from: Data(request.body)), input.grantType == "refresh_token",
            input.clientId == "arn:aws:signin:::devtools/same-device"
        else { return refusal("INVALID_REQUEST") }
        let token = input.refreshToken
        switch token {
        case "REFRESH-GOOD":
            return .json(
                #"{"accessToken": {"accessKeyId": "RENEWED", "secretAccessKey": "s2", "sessionToken": "t2"}, "#
                    + #""tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "REFRESH-NEXT"}"#)
        case "REFRESH-EMPTY": return .json("{}")
        case "REFRESH-STUMBLES": return refusal("server_error", heard: token, status: 500)
        default: return refusal(String(token.dropFirst(8)), heard: token)
        }
    }

    @Test func aSignInThatHoldsIsUsedAsItIs() async throws {
        try await LoopbackServer.run(Self.service) { server in
            let fixture = Self.fixture(server.url, Self.token("REFRESH-GOOD", for: 400))
            let found = try await fixture.find(profile: "p")
            #expect((found.credentials.accessKeyID, found.accountID ?? "") == ("LOGIN", "123456789012"))
            #expect(found.source == "profile p in ~/.aws/config:3 via aws login")
            #expect(server.record.connections == 0)
        }
    }

    @Test(arguments: [200.0, -600]) func aSignInThatEndsIsRenewedAndKept(seconds: Double) async throws {
        try await LoopbackServer.run(Self.service) { server in
            let before = Self.token("REFRESH-GOOD", for: seconds)
            let fixture = Self.fixture(server.url, before)
            let found = try await fixture.find(profile: "p")
            #expect((found.credentials.accessKeyID, found.accountID ?? "") == ("RENEWED", "123456789012"))
            #expect(try #require(found.credentials.expiration) > Date(timeIntervalSinceNow: 880))

            let kept = try JSONDecoder().decode(PreservedJSON.self, from: Data(try #require(fixture[Self.path]).utf8))
            var expected = try JSONDecoder().decode(PreservedJSON.self, from: Data(before.utf8))
            expected["accessToken"] = .object([
                "accessKeyId": .text("RENEWED"), "secretAccessKey": .text("s2"), "sessionToken": .text("t2"),
                "accountId": .text("123456789012"), "expiresAt": try #require(kept["accessToken"]?["expiresAt"]),
            ])
            expected["refreshToken"] = .text("REFRESH-NEXT")
            #expect(kept == expected)

            // The next one to look finds it renewed.
            #expect(try await fixture.find(profile: "p").credentials.accessKeyID == "RENEWED")
            #expect(server.record.requests.count == 1)
        }
    }

    struct Case: Sendable, CustomStringConvertible {
        let token: String
        let words: [String]
        var hint = "run aws login --profile p"
        var description: String { words[0] }
    }

    static let cases = [
        Case(token: token("REFRESH-TOKEN_EXPIRED", for: -1), words: ["can no longer be renewed", "expired at"]),
        Case(token: token("REFRESH-USER_CREDENTIALS_CHANGED", for: -1), words: ["credentials have changed since"]),
        Case(
            token: token("REFRESH-INSUFFICIENT_PERMISSIONS", for: -1), words: ["you may not renew it"],
            hint: "ask for the action signin:CreateOAuth2Token in your policy"),
        Case(token: token("REFRESH-invalid_grant", for: -1), words: ["renewing it was refused", "status 400"]),
        Case(token: token("REFRESH-STUMBLES", for: -1), words: ["renewing it was refused", "status 500"]),
        Case(token: token("REFRESH-EMPTY", for: -1), words: ["in a form that cannot be read"]),
        Case(token: token("REFRESH-GOOD", for: -1, key: pem("bm8ga2V5")), words: ["its key is broken"]),
        Case(token: token("REFRESH-GOOD", for: -1, key: "%%%"), words: ["its key is broken"]),
        Case(
            token: token("REFRESH-GOOD", for: -1, region: "nowhere at all"), words: ["`nowhere at all` is not an AWS Region"],
            hint: "a Region looks like us-east-1"),
        Case(token: "{}", words: ["cannot be read", "lacks what aws login writes"]),
        Case(token: "rubbish", words: ["cannot be read"]),
    ]

    @Test(arguments: cases) func whoMustSignInAgainIsTold(mistake: Case) async throws {
        try await LoopbackServer.run(Self.service) { server in
            // The Region is only asked for where no endpoint is set.
            let isPlaced = !mistake.words[0].contains("Region")
            let fixture = Self.fixture(isPlaced ? server.url : "", mistake.token)
            let problem = await fixture.problem(profile: "p")
            let text = problem?.description ?? "nothing"
            for words in mistake.words { #expect(text.contains(words), "\(text)") }
            #expect(problem?.hint == mistake.hint, "\(text)")
            #expect(problem?.location == .init(file: Fixture.configPath, line: 3))
            for secret in ["REFRESH-", "LOGIN-SECRET", "LOGIN-TOKEN", Self.key] { #expect(!text.contains(secret)) }
            // Nothing was lost of what was there.
            #expect(fixture[Self.path] == mistake.token)
        }
    }

    @Test func whoNeverSignedInIsTold() async {
        let problem = await Self.fixture("http://127.0.0.1:1", nil).problem(profile: "p")
        #expect(problem?.summary == "nobody has signed in with aws login for profile `p`")
        #expect(problem?.hint == "run aws login --profile p")
    }

    @Test func aSignInThatHoldsServesWhereRenewingFails() async throws {
        let tokens = [
            Self.token("REFRESH-TOKEN_EXPIRED", for: 200), Self.token("REFRESH-EMPTY", for: 200),
            Self.token("REFRESH-GOOD", for: 200, key: "%%%"),
        ]
        try await LoopbackServer.run(Self.service) { server in
            for token in tokens {
                let found = try await Self.fixture(server.url, token).find(profile: "p")
                #expect(found.credentials.accessKeyID == "LOGIN")
            }
        }
        let nobody = Self.fixture("http://127.0.0.1:1", Self.token("REFRESH-GOOD", for: 200))
        #expect(try await nobody.find(profile: "p").credentials.accessKeyID == "LOGIN")
        let over = await Self.fixture("http://127.0.0.1:1", Self.token("REFRESH-GOOD", for: -1)).problem(profile: "p")
        #expect(over?.description.contains("nobody answers at 127.0.0.1:1") == true)
        #expect(over?.hint?.contains("check the network") == true)
    }

    @Test func whatAnotherProgramRenewedFirstIsUsed() async throws {
        let fixture = Self.fixture("http://127.0.0.1:1", Self.token("REFRESH-TOKEN_EXPIRED", for: -1))
        try await LoopbackServer.run { request in
            fixture[Self.path] = Self.token("REFRESH-NEXT", for: 900)
            return Self.service(request)
        } _: { server in
            var environment = fixture.environment
            environment.variables["AWS_ENDPOINT_URL_SIGNIN"] = server.url
            let chain = CredentialChain(environment: environment, profile: "p", transport: HTTPTransport())
            let credentials = try await chain.credentials(deadline: .after(.seconds(120)))
            #expect(credentials.accessKeyID == "LOGIN")
            #expect(server.record.requests.count == 1)
        }
    }

    @Test func everyAttemptIsProvedAnew() async throws {
        let isFirst = Mutex(true)
        try await LoopbackServer.run { request in
            let stumbles = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            return stumbles ? Self.refusal("server_error", status: 500) : Self.service(request)
        } _: { server in
            let found = try await Self.fixture(server.url, Self.token("REFRESH-GOOD", for: -1)).find(profile: "p")
            #expect(found.credentials.accessKeyID == "RENEWED")
            let proofs = server.record.requests.compactMap { $0["DPoP"] }
            #expect(proofs.count == 2 && Set(proofs).count == 2)
        }
    }

    /// botocore 1.44.5's answers (`signin`'s `endpoint-rule-set-1.json`) for CreateOAuth2Token.
    @Test(arguments: [
        ("us-east-1", "", "https://us-east-1.signin.aws.amazon.com"),
        ("cn-north-1", "", "https://cn-north-1.signin.amazonaws.cn"),
        ("us-gov-west-1", "", "https://us-gov-west-1.signin.amazonaws-us-gov.com"),
        ("us-gov-west-1", "f", "https://signin-fips.amazonaws-us-gov.com"),
        ("us-gov-east-1", "f", "https://us-gov-east-1.signin-fips.amazonaws-us-gov.com"),
        ("us-iso-east-1", "", "https://us-iso-east-1.signin.c2shome.ic.gov"),
        ("us-isob-east-1", "", "https://us-isob-east-1.signin.sc2shome.sgov.gov"),
        ("eu-isoe-west-1", "", "https://eu-isoe-west-1.signin.csphome.adc-e.uk"),
        ("us-isof-south-1", "", "https://us-isof-south-1.signin.csphome.hci.ic.gov"),
        ("eusc-de-east-1", "", "https://eusc-de-east-1.signin.amazonaws-eusc.eu"),
        ("us-east-1", "f", "https://signin-fips.us-east-1.amazonaws.com"),
        ("us-east-1", "d", "https://signin.us-east-1.api.aws"),
        ("us-east-1", "fd", "https://signin-fips.us-east-1.api.aws"),
        ("us-gov-west-1", "fd", "https://signin-fips.us-gov-west-1.api.aws"),
        ("cn-north-1", "d", "https://signin.cn-north-1.api.amazonwebservices.com.cn"),
    ])
    func signInIsWhereAWSHasIt(region: String, kind: String, url: String) throws {
        var settings = EndpointSettings()
        (settings.usesFIPS, settings.usesDualStack) = (kind.contains("f"), kind.contains("d"))
        #expect(try Endpoint.resolve(.signIn, region: region, settings: settings).url == url)
    }
}
