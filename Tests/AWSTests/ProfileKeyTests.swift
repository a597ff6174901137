import AWSSigning
import Basics
import FoundationEssentials
import Programs
import TestSupport
import Testing

@testable import AWS

/// Every key of a profile, from the file to the wire: what one call with this profile makes of it. One server is the proxy
/// on the way, AWS's services, a portal and an instance, and what it heard is the proof.
@Suite struct ProfileKeyTests {
    struct Row: Sendable, CustomStringConvertible {
        /// The key, and more where one would not do.
        let key: String
        /// Lines of the profile; `URL` stands for the server.
        let lines: String
        /// Sections beside it.
        var more = ""
        /// What was heard.
        let sees: [String]
        var count: Int?
        var description: String { key }
    }

    static let keys = "aws_access_key_id = PROFILE\naws_secret_access_key = s\n"
    static let here = keys + "endpoint_url = URL\n"
    static let role = "arn:aws:iam::123456789012:role/ops"

    static let rows = [
        Row(key: "aws_access_key_id", lines: here, sees: ["POST /", "Credential=PROFILE/"], count: 1),
        Row(key: "aws_session_token", lines: here + "aws_session_token = T1\n", sees: ["X-Amz-Security-Token: T1"]),
        Row(key: "aws_security_token", lines: here + "aws_security_token = T2\n", sees: ["X-Amz-Security-Token: T2"]),
        Row(key: "region", lines: keys + "region = eu-west-3\n", sees: ["CONNECT sts.eu-west-3.amazonaws.com:443"]),
        Row(
            key: "use_fips_endpoint", lines: keys + "region = eu-west-3\nuse_fips_endpoint = true\n",
            sees: ["CONNECT sts-fips.eu-west-3.amazonaws.com:443"]),
        Row(
            key: "use_dualstack_endpoint", lines: keys + "region = eu-west-3\nuse_dualstack_endpoint = true\n",
            sees: ["CONNECT sts.eu-west-3.api.aws:443"]),
        Row(
            key: "use_fips_endpoint and use_dualstack_endpoint",
            lines: keys + "region = eu-west-3\nuse_fips_endpoint = true\nuse_dualstack_endpoint = True\n",
            sees: ["CONNECT sts-fips.eu-west-3.api.aws:443"]),
        Row(key: "endpoint_url", lines: keys + "endpoint_url = URL/base\n", sees: ["POST /base/"]),
        Row(
            key: "ignore_configured_endpoint_urls", lines: here + "region = x-1\nignore_configured_endpoint_urls = true\n",
            sees: ["CONNECT sts.x-1.amazonaws.com:443"]),
        Row(
            key: "services", lines: here + "services = dev\n",
            more: "[services dev]\nsts =\n  endpoint_url = URL/service\nlambda =\n  endpoint_url = URL/lambda\n",
            sees: ["POST /service/"]),
        Row(
            key: "services of another service", lines: here + "services = dev\n",
            more: "[services dev]\nlambda =\n  endpoint_url = URL/lambda\n", sees: ["POST /\n"]),
        Row(
            key: "max_attempts", lines: keys + "endpoint_url = URL/fails\nmax_attempts = 2\n",
            sees: ["amz-sdk-request: attempt=2; max=2"], count: 2),
        Row(key: "retry_mode", lines: here + "retry_mode = adaptive\n", sees: ["cfg/retry-mode#adaptive"]),
        Row(key: "sdk_ua_app_id", lines: here + "sdk_ua_app_id = oncall\n", sees: ["app/oncall"]),
        Row(
            key: "role_arn, source_profile and the rest of a role",
            lines: """
                endpoint_url = URL
                role_arn = \(role)
                source_profile = base
                role_session_name = ada
                external_id = x y
                duration_seconds = 900
                mfa_serial = arn:aws:iam::1:mfa/ada

                """, more: "[profile base]\n\(keys)",
            sees: [
                "Action=AssumeRole&", "RoleSessionName=ada", "ExternalId=x%20y", "DurationSeconds=900",
                "SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fada", "TokenCode=654321", "Credential=PROFILE/",
                "Credential=ROLE/",
            ], count: 2),
        Row(
            key: "credential_source = Environment",
            lines: "endpoint_url = URL\nrole_arn = \(role)\ncredential_source = Environment\n",
            sees: ["Credential=ENVIRONMENT/", "Credential=ROLE/"], count: 2),
        Row(
            key: "credential_source = EcsContainer",
            lines: "endpoint_url = URL\nrole_arn = \(role)\ncredential_source = EcsContainer\n",
            sees: ["GET /container", "Credential=CONTAINER/", "Credential=ROLE/"], count: 3),
        Row(
            key: "credential_source = Ec2InstanceMetadata",
            lines: """
                endpoint_url = URL
                role_arn = \(role)
                credential_source = Ec2InstanceMetadata
                ec2_metadata_service_endpoint = URL

                """, sees: ["PUT /latest/api/token", "Credential=INSTANCE/", "Credential=ROLE/"], count: 5),
        Row(
            key: "web_identity_token_file",
            lines: "endpoint_url = URL\nrole_arn = \(role)\nrole_session_name = pod\nweb_identity_token_file = /token\n",
            sees: [
                "Action=AssumeRoleWithWebIdentity", "RoleSessionName=pod", "WebIdentityToken=web.token", "Credential=ROLE/",
            ], count: 2),
        Row(
            key: "sso_session",
            lines: "endpoint_url = URL\nsso_session = corp\nsso_account_id = 12\nsso_role_name = Dev\n",
            more: "[sso-session corp]\nsso_start_url = https://corp\nsso_region = eu-west-1\n",
            sees: [
                "GET /federation/credentials?role_name=Dev&account_id=12", "x-amz-sso_bearer_token: SESSION", "Credential=SSO/",
            ],
            count: 2),
        Row(
            key: "sso_start_url, the older form",
            lines: """
                endpoint_url = URL
                sso_start_url = https://old
                sso_region = eu-west-1
                sso_account_id = 12
                sso_role_name = Dev

                """, sees: ["x-amz-sso_bearer_token: LEGACY", "Credential=SSO/"], count: 2),
        Row(
            key: "credential_process", lines: "endpoint_url = URL\ncredential_process = prints 'the keys'\n",
            sees: ["Credential=PROCESS-the-keys/"], count: 1),
        Row(
            key: "login_session", lines: "endpoint_url = URL\nlogin_session = \(CredentialLoginTests.session)\n",
            sees: ["POST /v1/token", "Credential=RENEWED/"], count: 2),
        Row(
            key: "ec2_metadata_service_endpoint and its settings",
            lines: """
                endpoint_url = URL
                ec2_metadata_service_endpoint = URL/stumbles/
                metadata_service_num_attempts = 3
                metadata_service_timeout = 5
                ec2_metadata_v1_disabled = true

                """, sees: ["PUT /stumbles/latest/api/token"], count: 3),
    ]

    @Test(arguments: rows) func theKeyReachesTheWire(row: Row) async throws {
        try await LoopbackServer.run(Self.everything) { server in
            let config = "[profile p]\n\(row.lines)\(row.more)".replacing("URL", with: server.url)
            var variables = [
                "AWS_REGION": row.lines.contains("\nregion = ") ? "" : "us-east-1", "HTTPS_PROXY": server.url,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/container", "AWS_LOGIN_CACHE_DIRECTORY": "/cache",
                "AWS_EC2_METADATA_DISABLED": row.lines.contains("ec2_metadata") ? "" : "true",
            ]
            if row.key.contains("Environment") {
                variables["AWS_ACCESS_KEY_ID"] = "ENVIRONMENT"
                variables["AWS_SECRET_ACCESS_KEY"] = "s"
            }
            // Where only an instance has credentials, a container would be asked before it.
            if row.key.contains("its settings") { variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = nil }
            let fixture = CredentialFixture(
                variables, config: config,
                files: [
                    "/token": "web.token",
                    CredentialSSOTests.path("corp"): CredentialSSOTests.token("SESSION", for: 9000),
                    CredentialSSOTests.path("https://old"): CredentialSSOTests.token("LEGACY", for: 60, isRenewable: false),
                    CredentialLoginTests.path: CredentialLoginTests.token("REFRESH-GOOD", for: -1),
                ], code: "654321")
            var environment = fixture.environment
            environment.runProgram = { (words, _) async throws(Problem) in
                let name = words.dropFirst().joined().replacing(" ", with: "-")
                let output = #"{"Version": 1, "AccessKeyId": "PROCESS-\#(name)", "SecretAccessKey": "s"}"#
                return FinishedProgram(exitCode: 0, output: output, errors: "")
            }
            var configuration = try AWSClient.Configuration(
                environment: environment, profile: "p",
                credentials: CredentialChain(environment: environment, profile: "p", transport: HTTPTransport()))
            configuration.transport = HTTPTransport()
            // What comes back does not matter: a proxy that refuses has seen where the call was to go.
            _ = try? await AWSClient(configuration).sts(configuration.region).getCallerIdentity(
                deadline: .after(.seconds(120)))
            let heard = server.record.requests.map { request in
                "\(request.method) \(request.target)\n" + request.headers.map { "\($0.name): \($0.value)\n" }.joined()
                    + String(decoding: request.body, as: UTF8.self)
            }
            for words in row.sees { #expect(heard.contains { $0.contains(words) }, "\(words) in \(heard)") }
            if let count = row.count { #expect(heard.count == count, "\(heard)") }
        }
    }

    static let everything: LoopbackServer.Handler = { request in
        let path = String(request.target.prefix { $0 != "?" })
        let body = String(decoding: request.body, as: UTF8.self)
        switch path {
        case _ where request.method == "CONNECT": return .answer(status: 403)
        case _ where path.hasPrefix("/fails"), _ where path.hasPrefix("/stumbles"): return .answer(status: 500)
        case _ where path.hasPrefix("/latest/"): return CredentialSourceTests.instance()(request)
        case "/container": return .json(CredentialFixture.roleAnswer("CONTAINER"))
        case "/v1/token": return CredentialLoginTests.service(request)
        case "/federation/credentials":
            return .json(
                #"{"roleCredentials": {"accessKeyId": "SSO", "secretAccessKey": "s", "sessionToken": "t", "#
                    + #""expiration": 4000000000000}}"#)
        case _ where body.contains("Action=AssumeRole"): return CredentialFixture.assumed("ROLE")
        default:
            return .answer(
                status: 200, body: Array("<R><Account>1</Account><Arn>a</Arn><UserId>u</UserId></R>".utf8))
        }
    }
}
