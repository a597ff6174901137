import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

/// Every source that hands out credentials for a while: used, renewed before they end, used on where renewing fails while
/// they hold, and missed once they do not.
@Suite struct CredentialExpiryTests {
    typealias Fixture = CredentialFixture

    struct Source: Sendable, CustomStringConvertible {
        let description: String
        /// Of profile p; `URL` stands for the server.
        var config = ""
        var variables: [String: String] = [:]
        /// What it ends with once all is lost.
        let problem: String
    }

    static let sources = [
        Source(
            description: "role", config: "role_arn = \(ProfileKeyTests.role)\nsource_profile = base\n",
            problem: "could not assume \(ProfileKeyTests.role)"),
        Source(
            description: "web identity", config: "role_arn = \(ProfileKeyTests.role)\nweb_identity_token_file = /token\n",
            problem: "could not be assumed with the token in /token"),
        Source(
            description: "SSO",
            config: "sso_start_url = https://old\nsso_region = eu-west-1\nsso_account_id = 12\nsso_role_name = Dev\n",
            problem: "no credentials of role Dev in account 12 were given"),
        Source(description: "program", config: "credential_process = prints\n", problem: "ended with exit code 1"),
        Source(
            description: "container", variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "URL/container"],
            problem: "the container gave no credentials"),
        Source(
            description: "instance",
            variables: ["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "URL"],
            problem: "no AWS credentials were found"),
    ]

    /// What the services on the other side do, and what time it is.
    final class World: Sendable {
        private let state = Mutex((now: Date(), number: 0, isDown: false))

        var now: Date { state.withLock(\.now) }
        func wait(_ seconds: Double) { state.withLock { $0.now += seconds } }
        func fail() { state.withLock { $0.isDown = true } }

        /// The next credentials, good for an hour; nil while nothing works.
        func next() -> (id: String, expiration: Date)? {
            state.withLock { state in
                guard !state.isDown else { return nil }
                state.number += 1
                return ("KEY\(state.number)", state.now + 3600)
            }
        }

        func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
            if request.target == "/latest/api/token" { return .answer(status: 200, body: Array("m".utf8)) }
            if request.target.hasSuffix("/security-credentials/") { return .answer(status: 200, body: Array("r".utf8)) }
            guard let (id, end) = next() else { return .answer(status: 503) }
            let text = end.formatted(.iso8601)
            switch request.target.prefix(while: { $0 != "?" }) {
            case "/federation/credentials":
                let milliseconds = Int(end.timeIntervalSince1970 * 1000)
                return .json(
                    #"{"roleCredentials": {"accessKeyId": "\#(id)", "secretAccessKey": "s", "sessionToken": "t", "#
                        + #""expiration": \#(milliseconds)}}"#)
            case "/container", "/latest/meta-data/iam/security-credentials/r":
                return .json(
                    #"{"AccessKeyId": "\#(id)", "SecretAccessKey": "s", "Token": "t", "Expiration": "\#(text)"}"#)
            default:
                return .answer(
                    status: 200,
                    body: Array(
                        """
                        <R><Credentials><AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                        <SessionToken>t</SessionToken><Expiration>\(text)</Expiration></Credentials></R>
                        """.utf8))
            }
        }
    }

    @Test(arguments: sources) func theyAreRenewedInTimeAndServeToTheirEnd(source: Source) async throws {
        let world = World()
        try await LoopbackServer.run { request in
            world.answer(request)
        } _: { server in
            let services = ["STS", "SSO"].map { ("AWS_ENDPOINT_URL_\($0)", server.url) }
            let fixture = Fixture(
                source.variables.mapValues { $0.replacing("URL", with: server.url) }
                    .merging(services) { one, _ in one },
                config: "[profile p]\n\(source.config)[profile base]\n\(ProfileKeyTests.keys)",
                files: [
                    "/token": "web.token",
                    CredentialSSOTests.path("https://old"): CredentialSSOTests.token("T", for: 90_000, isRenewable: false),
                ])
            var environment = fixture.environment
            environment.runProgram = { (_, _) async throws(Problem) in
                guard let (id, end) = world.next() else { return FinishedProgram(exitCode: 1, output: "", errors: "") }
                let output =
                    #"{"Version": 1, "AccessKeyId": "\#(id)", "SecretAccessKey": "s", "Expiration": "\#(end.formatted(.iso8601))"}"#
                return FinishedProgram(exitCode: 0, output: output, errors: "")
            }
            let chain = CredentialChain(
                environment: environment, profile: "p", transport: HTTPTransport(), now: { world.now })
            func key() async throws -> String {
                try await chain.credentials(deadline: .after(.seconds(120))).accessKeyID
            }
            var keys = [try await key()]
            // A quarter of an hour is left, and a little.
            world.wait(2600)
            keys.append(try await key())
            world.wait(500)
            keys.append(try await key())
            world.fail()
            // They hold, though nobody gives new ones.
            world.wait(3100)
            keys.append(try await key())
            #expect(keys == ["KEY1", "KEY1", "KEY2", "KEY2"])
            world.wait(600)
            let problem = await #expect(throws: Problem.self) { try await key() }
            #expect(problem?.description.contains(source.problem) == true, "\(problem?.description ?? "")")
            #expect(problem?.hint != nil)
        }
    }

    @Test func whatIsOverWhenItIsHandedOutIsRefused() async throws {
        let over = Fixture.later(-60)
        let output = #"{"Version": 1, "AccessKeyId": "OLD", "SecretAccessKey": "s", "Expiration": "\#(over)"}"#
        var environment = Fixture(config: "[default]\ncredential_process = prints\n").environment
        environment.runProgram = { (_, _) async throws(Problem) in
            FinishedProgram(exitCode: 0, output: output, errors: "")
        }
        let chain = CredentialChain(environment: environment, transport: HTTPTransport())
        let printed = await #expect(throws: Problem.self) { try await chain.find(deadline: .after(.seconds(120))) }
        #expect(printed?.summary.hasSuffix("expired at \(over)") == true, "\(printed?.description ?? "")")
        #expect(printed?.location == .init(file: Fixture.configPath, line: 2))

        try await LoopbackServer.run { _ in
            .json(Fixture.roleAnswer("OLD", expires: -60))
        } _: { server in
            let problem = await Fixture(["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/x"]).problem()
            #expect(problem?.summary.contains("expired at") == true, "\(problem?.description ?? "")")
            #expect(problem?.hint?.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI") == true)
        }
    }

    @Test func aSignInOfTheOlderFormThatIsOverIsNamed() async {
        let fixture = Fixture(
            config: CredentialSSOTests.config,
            files: [
                CredentialSSOTests.path("https://old.example/start"): CredentialSSOTests.token("T", for: -1, isRenewable: false)
            ])
        let problem = await fixture.problem(profile: "old")
        #expect(problem?.summary.contains("expired at") == true, "\(problem?.description ?? "")")
        #expect(problem?.hint == "run aws sso login --profile old")
        #expect(problem?.location == .init(file: Fixture.configPath, line: 9))
    }

    @Test func aRoleThatMayNotBeAssumedIsNamed() async throws {
        let refusal = """
            <E><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/ada is not authorized to perform: \
            sts:AssumeRole</Message></Error></E>
            """
        try await LoopbackServer.run { _ in
            .answer(status: 403, body: Array(refusal.utf8))
        } _: { server in
            let config =
                "[profile p]\nrole_arn = \(ProfileKeyTests.role)\nsource_profile = base\n[profile base]\n\(ProfileKeyTests.keys)"
            let problem = await Fixture(["AWS_ENDPOINT_URL_STS": server.url], config: config).problem(profile: "p")
            #expect(problem?.kind == .denied)
            #expect(problem?.summary.contains("profile `p` could not assume \(ProfileKeyTests.role)") == true)
            #expect(problem?.cause?.contains("not authorized to perform") == true)
            #expect(problem?.location == .init(file: Fixture.configPath, line: 2))
            #expect(problem?.hint != nil)
            #expect(server.record.requests.count == 1)
        }
    }
}
