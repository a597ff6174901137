import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

/// Each source against somebody real at the other end of a socket or a pipe: found, expired and failed.
@Suite struct CredentialSourceTests {
    typealias Fixture = CredentialFixture

    @Test func theEnvironmentCostsNoFileAndNoConnection() async throws {
        let fixture = Fixture(["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ACCOUNT_ID": "1"])
        let found = try await fixture.find()
        #expect(found.credentials.accessKeyID == "ENV")
        #expect((found.source, found.accountID ?? "") == ("environment variables", "1"))
        #expect(fixture.reads == [])
        let over = Fixture([
            "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
        ])
        #expect(await over.problem()?.summary.contains("expired at 2020-01-01T00:00:00Z") == true)
    }

    // MARK: Container

    @Test func aContainerHandsOutItsTasksRole() async throws {
        try await LoopbackServer.run { request in
            request["Authorization"] == "pod-token" ? .json(Fixture.roleAnswer("TASK")) : .json("{}", status: 401)
        } _: { server in
            let variables = [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/creds?x=1",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
            ]
            let fixture = Fixture(variables, files: ["/token": "pod-token"])
            let found = try await fixture.find()
            #expect(found.credentials.accessKeyID == "TASK")
            #expect(found.source == "container credentials (AWS_CONTAINER_CREDENTIALS_FULL_URI)")
            #expect(found.credentials.expiration != nil)
            #expect(server.record.requests.first?.target == "/creds?x=1")

            let missing = await Fixture(variables).problem()
            #expect(missing?.summary.contains("names /token, which does not exist") == true)
            let broken = await Fixture(variables, files: ["/token": "a\nb"]).problem()
            #expect(broken?.summary.contains("line break") == true)
            let refused = await Fixture(variables, files: ["/token": "wrong"]).problem()
            #expect(refused?.cause == "it answered with status 401")
        }
    }

    @Test func aContainerAnswersAnybodyOnlyNearBy() async throws {
        let urls = [
            "http://example.com/x", "http://169.254.170.3/x", "ftp://127.0.0.1/", "127.0.0.1",
            "http://127.0.0.1.evil.example/",
        ]
        for url in urls {
            let problem = await Fixture(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]).problem()
            #expect(problem?.kind == .credentials && problem?.hint != nil, "\(url)")
        }
        let relative = await Fixture(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "nowhere"]).problem()
        #expect(relative?.summary.contains("does not begin with /") == true)
    }

    // MARK: Instance metadata

    static func instance(_ answer: String = Fixture.roleAnswer("INSTANCE")) -> LoopbackServer.Handler {
        { request in
            switch (request.method, request.target, request["x-aws-ec2-metadata-token"]) {
            case ("PUT", "/latest/api/token", _) where request["x-aws-ec2-metadata-token-ttl-seconds"] == "21600":
                .answer(status: 200, body: Array("metadata-token".utf8))
            case ("GET", "/latest/meta-data/iam/security-credentials/", "metadata-token"?):
                .answer(status: 200, body: Array("web-role".utf8))
            case ("GET", "/latest/meta-data/iam/security-credentials/web-role", "metadata-token"?): .json(answer)
            default: .answer(status: 401)
            }
        }
    }

    static func metadata(_ url: String, _ more: [String: String] = [:]) -> Fixture {
        Fixture(
            ["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url]
                .merging(more) { _, new in new })
    }

    @Test func anInstanceHandsOutItsRole() async throws {
        try await LoopbackServer.run(Self.instance()) { server in
            let found = try await Self.metadata(server.url).find()
            #expect(found.credentials.accessKeyID == "INSTANCE")
            #expect(found.source == "instance metadata of EC2 (role web-role)")
            #expect(server.record.requests.map(\.method) == ["PUT", "GET", "GET"])
        }
        // What has expired is handed out during an outage, and goes on being accepted.
        try await LoopbackServer.run(Self.instance(Fixture.roleAnswer("OLD", expires: -60))) { server in
            let found = try await Self.metadata(server.url).find()
            #expect(try #require(found.credentials.expiration) > Date(timeIntervalSinceNow: 900))
        }
        try await LoopbackServer.run(Self.instance(#"{"Code": "Failed", "Message": "m"}"#)) { server in
            let cause = await Self.metadata(server.url).problem()?.cause
            #expect(cause?.contains("without credentials of role web-role (Failed)") == true)
        }
    }

    @Test func anInstanceThatGivesNoTokenIsAskedTheOldWayUnlessThatIsTurnedOff() async throws {
        try await LoopbackServer.run { request in
            switch request.target {
            case "/latest/api/token": .answer(status: 403)
            case "/latest/meta-data/iam/security-credentials/": .answer(status: 200, body: Array("r".utf8))
            default: .json(Fixture.roleAnswer("OLDWAY"))
            }
        } _: { server in
            let found = try await Self.metadata(server.url).find()
            #expect(found.credentials.accessKeyID == "OLDWAY")
            let strict = await Self.metadata(server.url, ["AWS_EC2_METADATA_V1_DISABLED": "true"]).problem()
            #expect(strict?.cause?.contains("gave no token") == true)
        }
    }

    @Test func aTokenThatDoesNotComeThroughCostsASecond() async throws {
        try await LoopbackServer.run { _ in
            .hang
        } _: { server in
            let fixture = Self.metadata(server.url, ["AWS_METADATA_SERVICE_TIMEOUT": "0.2"])
            let started = ContinuousClock.now
            let problem = await fixture.problem()
            #expect(problem?.cause?.contains("instance metadata: ") == true)
            #expect(ContinuousClock.now - started < .seconds(5))
        }
        let nobody = await Self.metadata("http://127.0.0.1:1").problem()
        #expect(nobody?.cause?.contains("nobody answers at 127.0.0.1:1") == true)
    }

    @Test func aStumbleOfTheInstanceIsTriedAgainAsOftenAsSet() async throws {
        let script = Script([.answer(status: 500), .answer(status: 200, body: Array("metadata-token".utf8))])
        let instance = Self.instance()
        try await LoopbackServer.run { request in
            request.method == "PUT" ? script.handler(request) : instance(request)
        } _: { server in
            let found = try await Self.metadata(server.url, ["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"]).find()
            #expect(found.credentials.accessKeyID == "INSTANCE")
        }
    }

    // MARK: Program

    static func program(_ script: String) -> Fixture {
        Fixture(config: "[default]\nregion = us-east-1\ncredential_process = sh -c '\(script)'\n")
    }

    @Test func aProgramPrintsThem() async throws {
        let output =
            #"{"Version": 1, "AccessKeyId": "PROC", "SecretAccessKey": "s", "Expiration": "\#(Fixture.later(3600))"}"#
        let found = try await Self.program("echo \"$0\"' '\(output)").find()
        #expect(found.credentials.accessKeyID == "PROC")
        #expect(found.source == "profile default in ~/.aws/config:3 via its credential_process")
        #expect(found.credentials.expiration != nil)
    }

    @Test(arguments: [
        ("echo rubbish", "not the JSON"), ("true", "printed nothing"), ("echo \"{}\"", "no Version"),
        ("echo \"{\\\"Version\\\": 2}\"", "Version 2"), ("echo \"{\\\"Version\\\": 1}\"", "no AccessKeyId"),
        ("echo no way >&2; exit 3", "exit code 3: no way"), ("kill -9 $$", "exit code 137"),
        ("echo wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY >&2; exit 1", "exit code 1: ****"),
    ])
    func aProgramThatFailsIsNamedWithItsPlace(script: String, words: String) async {
        let problem = await Self.program(script).problem()
        #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
        #expect(problem?.location == .init(file: Fixture.configPath, line: 3))
        #expect(problem?.hint != nil)
    }

    @Test func aProgramThatHangsEndsByTheDeadline() async {
        let started = ContinuousClock.now
        let problem = await Self.program("sleep 30").problem(within: .milliseconds(300))
        #expect(problem?.summary.contains("did not end in time") == true)
        #expect(ContinuousClock.now - started < .seconds(10))
        let absent = await Fixture(config: "[default]\ncredential_process = /no/such/program\n").problem()
        #expect(absent?.summary.contains("there is no program `/no/such/program`") == true)
    }

    // MARK: Roles

    @Test func aRoleOfARoleIsAssumedStepByStep() async throws {
        try await LoopbackServer.run { request in
            request["Authorization"]?.contains("Credential=BASE/") == true
                ? Fixture.assumed("MIDDLE") : Fixture.assumed("TOP")
        } _: { server in
            let config = """
                [profile top]
                role_arn = arn:aws:iam::222222222222:role/top
                source_profile = middle
                duration_seconds = 900
                mfa_serial = arn:aws:iam::1:mfa/ada
                [profile middle]
                role_arn = arn:aws:iam::111111111111:role/middle
                source_profile = base
                """
            let credentials = "[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n"
            let variables = ["AWS_ENDPOINT_URL_STS": server.url]
            let fixture = Fixture(variables, config: config, credentials: credentials, code: "123456")
            let found = try await fixture.find(profile: "top")
            #expect(found.credentials.accessKeyID == "TOP")
            #expect(found.accountID == "222222222222")
            #expect(
                found.source == "profile top in ~/.aws/config:2 via role arn:aws:iam::222222222222:role/top, "
                    + "from profile middle in ~/.aws/config:7 via role arn:aws:iam::111111111111:role/middle, "
                    + "from profile base in ~/.aws/credentials:1")
            #expect(fixture.questions == ["MFA code of arn:aws:iam::1:mfa/ada: "])
            let body = String(decoding: server.record.requests.last?.body ?? [], as: UTF8.self)
            #expect(body.contains("DurationSeconds=900") && body.contains("TokenCode=123456"))
            #expect(server.record.requests.last?["Authorization"]?.contains("Credential=MIDDLE/") == true)

            let alone = await Fixture(variables, config: config, credentials: credentials).problem(profile: "top")
            #expect(alone?.summary.contains("no terminal to ask on") == true)
            #expect(alone?.location == .init(file: Fixture.configPath, line: 5))
        }
    }

    @Test func nobodyIsAskedForASecondCode() async throws {
        try await LoopbackServer.run { _ in
            Fixture.assumed("ROLE")
        } _: { server in
            let config = """
                [default]
                role_arn = arn:r
                source_profile = default
                mfa_serial = m
                aws_access_key_id = BASE
                aws_secret_access_key = s
                """
            let clock = Mutex(Date())
            let fixture = Fixture(["AWS_ENDPOINT_URL_STS": server.url], config: config, code: "123456")
            let chain = fixture.chain { clock.withLock(\.self) }
            _ = try await chain.find(deadline: .after(.seconds(120)))
            clock.withLock { $0 += 3000 }
            #expect(try await chain.find(deadline: .after(.seconds(120))).credentials.accessKeyID == "ROLE")
            clock.withLock { $0 += 3000 }
            let over = await #expect(throws: Problem.self) { try await chain.find(deadline: .after(.seconds(120))) }
            #expect(over?.summary.contains("is over") == true)
            #expect(fixture.questions.count == 1)
        }
    }

    @Test func aRoleTakesItsSourceFromTheInstanceTheContainerOrTheEnvironment() async throws {
        let instance = Self.instance()
        try await LoopbackServer.run { request in
            if request.target == "/task" { return .json(Fixture.roleAnswer("TASK")) }
            guard request.method == "POST" else { return instance(request) }
            let key = request["Authorization"]?.split(separator: "=").dropFirst().first?.prefix { $0 != "/" }
            return Fixture.assumed("VIA-\(key ?? "")")
        } _: { server in
            for (source, id) in [("Environment", "ENV"), ("EcsContainer", "TASK"), ("Ec2InstanceMetadata", "INSTANCE")] {
                let fixture = Fixture(
                    [
                        "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": server.url,
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/task",
                        "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url,
                    ], config: "[profile p]\nrole_arn = arn:r\ncredential_source = \(source)\n")
                let found = try await fixture.find(profile: "p")
                #expect(found.credentials.accessKeyID == "VIA-\(id)")
            }
        }
    }

    // MARK: Web identity

    @Test func aTokenInAFileIsARole() async throws {
        try await LoopbackServer.run { request in
            let body = String(decoding: request.body, as: UTF8.self)
            guard body.contains("WebIdentityToken=good.token") else {
                return .answer(
                    status: 400,
                    body: Array(
                        ("<E><Error><Code>ExpiredTokenException</Code>"
                            + "<Message>Token bad.token.of.somebody expired</Message></Error></E>").utf8))
            }
            return request["Authorization"] == nil ? Fixture.assumed("WEB") : .answer(status: 400)
        } _: { server in
            let variables = [
                "AWS_ENDPOINT_URL_STS": server.url, "AWS_WEB_IDENTITY_TOKEN_FILE": "/token",
                "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/pod",
            ]
            let found = try await Fixture(variables, files: ["/token": "good.token"]).find()
            #expect(found.credentials.accessKeyID == "WEB")
            #expect(found.accountID == "123456789012")
            let expired = await Fixture(variables, files: ["/token": "bad.token.of.somebody"]).problem()
            #expect(expired?.hint == "renew the token in that file")
            #expect(expired?.description.contains("bad.token") == false)
            let config = "[profile p]\nrole_arn = arn:r\nweb_identity_token_file = /token\n"
            let profile = Fixture(["AWS_ENDPOINT_URL_STS": server.url], config: config, files: ["/token": "good.token"])
            #expect(
                try await profile.find(profile: "p").source
                    == "profile p in ~/.aws/config:3 via role arn:r, from the token in /token")
            let none = await Fixture(variables).problem()
            #expect(none?.summary == "AWS_WEB_IDENTITY_TOKEN_FILE names /token, which does not exist")
        }
    }
}
