import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// Roles assumed at an STS that others wrote: what it gives must be accepted by it, under the role's name.
@Suite struct CredentialMotoTests {
    static let script = #"""
        import json, logging, sys
        from moto.server import ThreadedMotoServer
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        print("http://%s:%d" % server.get_host_and_port(), flush=True)
        sys.stdin.read()
        """#

    @Test(.enabled("python3 with boto3 and moto's server is not here", MotoTests.isThere))
    func rolesAreAssumedAtAnSTSOthersWrote() async throws {
        _ = try await run(
            .name("env"), arguments: [MotoTests.python, "-c", Self.script], input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var line: String?
            for try await text in execution.standardOutput.strings() {
                line = text
                break
            }
            let url = try #require(line).filter { !$0.isWhitespace }
            try await Self.check(url)
            try await execution.standardInputWriter.finish()
        }
    }

    static func check(_ url: String) async throws {
        let deadline = Deadline.after(.seconds(120))
        func who(_ chain: CredentialChain) async throws -> STS.CallerIdentity {
            var configuration = AWSClient.Configuration(credentials: chain, region: "us-east-1")
            configuration.endpoints = EndpointSettings(override: url)
            return try await AWSClient(configuration).sts("us-east-1").getCallerIdentity(deadline: deadline)
        }
        let config = """
            [profile ops]
            role_arn = arn:aws:iam::111111111111:role/ops
            source_profile = middle
            role_session_name = ada
            external_id = x y
            [profile middle]
            role_arn = arn:aws:iam::222222222222:role/middle
            credential_source = Environment
            """
        let keys = ["AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL_STS": url]
        let chain = CredentialFixture(keys, config: config).chain(profile: "ops")
        let found = try await chain.find(deadline: deadline)
        #expect(found.credentials.accessKeyID.hasPrefix("ASIA"))
        #expect(found.credentials.sessionToken != nil)
        #expect(try #require(found.credentials.expiration) > Date(timeIntervalSinceNow: 1800))
        #expect(try await who(chain).arn == "arn:aws:sts::111111111111:assumed-role/ops/ada")

        let pod = CredentialFixture(
            [
                "AWS_ENDPOINT_URL_STS": url, "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_SESSION_NAME": "pod",
                "AWS_ROLE_ARN": "arn:aws:iam::333333333333:role/pod",
            ], files: ["/token": "a.web.token"]
        ).chain()
        let web = try await pod.find(deadline: deadline)
        #expect(web.accountID == "333333333333")
        #expect(web.credentials.expiration != nil)
        #expect(try await who(pod).arn == "arn:aws:sts::333333333333:assumed-role/pod/pod")
    }
}
