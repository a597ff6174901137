import AWS
import Basics
import FoundationEssentials
import TestSupport

/// A home folder in which every kind of credential setting stands, made of secrets that are known.
struct SecretSources: Sendable {
    /// One way of being given credentials.
    struct Source: Sendable {
        let name: String
        var flags: [String] = []
        var variables: [String: String] = [:]
    }

    let folder: String
    /// The role all of it leads to; it may do everything.
    let role: String
    var hunt = SecretHunt()
    private let session: (id: String, secret: String, token: String)
    private let server: LoopbackServer

    /// A folder, a role whom the database lets in, and a server that is portal, token service and container at once.
    static func with(_ body: (SecretSources) async throws -> Void) async throws {
        try await Folder.with { folder in
            let role = try await Clients.boto3(
                "us-east-1",
                """
                iam, name = client('iam'), 'keeper-of-secrets'
                trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:*', 'Principal': '*'}]}
                everything = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}
                if not any(r['RoleName'] == name for r in iam.list_roles()['Roles']):
                    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
                    iam.put_role_policy(RoleName=name, PolicyName='all', PolicyDocument=json.dumps(everything))
                arn = iam.get_role(RoleName=name)['Role']['Arn']
                answer = {'arn': arn, **client('sts').assume_role(RoleArn=arn, RoleSessionName='sweep')['Credentials']}
                """)
            let granted = try await Console.run(
                "--sandbox", "schema", "apply", "--console-role-arn", role["arn"]?.text ?? "")
            guard granted.exit == 0 else { throw Problem(.failed, "schema apply", cause: granted.error) }
            let session = (role["AccessKeyId"]?.text ?? "", role["SecretAccessKey"]?.text ?? "", role["SessionToken"]?.text ?? "")
            let secrets = Made()
            try await LoopbackServer.run(secrets.answers(session)) { server in
                try await body(SecretSources(folder, role["arn"]?.text ?? "", session, secrets, server))
            }
        }
    }

    /// Secrets that only this folder and its server know.
    private struct Made: Sendable {
        let portalToken = random(), renewedToken = random(), refreshToken = random(), nextRefreshToken = random()
        let clientSecret = random(), containerToken = random(), proxyPassword = random()
        let identityToken = [random(), random(), random()].joined(separator: ".")
        let mfaCode = "907153"

        static func random() -> String {
            String(
                (0..<32).map { _ in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/".randomElement() ?? "x" })
        }

        func answers(_ session: (id: String, secret: String, token: String)) -> LoopbackServer.Handler {
            { request in
                switch request.target.prefix(while: { $0 != "?" }) {
                case "/token" where String(decoding: request.body, as: UTF8.self).contains("refresh_token"):
                    return .json(
                        #"{"accessToken": "\#(renewedToken)", "expiresIn": 28800, "refreshToken": "\#(nextRefreshToken)"}"#)
                case "/federation/credentials" where request["x-amz-sso_bearer_token"] == renewedToken:
                    let end = Int(Date(timeIntervalSinceNow: 3600).timeIntervalSince1970 * 1000)
                    return .json(
                        #"{"roleCredentials": {"accessKeyId": "\#(session.id)", "secretAccessKey": "\#(session.secret)", "#
                            + #""sessionToken": "\#(session.token)", "expiration": \#(end)}}"#)
                case "/container" where request["Authorization"] == containerToken:
                    return .json(SecretSources.answer(session, token: "Token"))
                default: return .json(#"{"message": "no"}"#, status: 403)
                }
            }
        }
    }

    private static func answer(_ session: (id: String, secret: String, token: String), token: String) -> String {
        let end = Date(timeIntervalSinceNow: 3600).formatted(.iso8601)
        return #"{"Version": 1, "AccessKeyId": "\#(session.id)", "SecretAccessKey": "\#(session.secret)", "#
            + #""\#(token)": "\#(session.token)", "Expiration": "\#(end)"}"#
    }

    private let made: Made

    private init(
        _ folder: String, _ role: String, _ session: (id: String, secret: String, token: String), _ made: Made,
        _ server: LoopbackServer
    ) throws {
        (self.folder, self.role, self.session, self.made, self.server) = (folder, role, session, made, server)
        let own = LocalStack.current.variables["AWS_SECRET_ACCESS_KEY"] ?? ""
        for (name, secret) in [
            ("the secret key", own), ("the session's secret key", session.secret), ("the session token", session.token),
            ("the portal's token", made.portalToken), ("the portal's renewed token", made.renewedToken),
            ("the refresh token", made.refreshToken), ("the next refresh token", made.nextRefreshToken),
            ("the client secret", made.clientSecret), ("the container's token", made.containerToken),
            ("the proxy's password", made.proxyPassword), ("the identity token", made.identityToken),
            ("the MFA code", made.mfaCode),
        ] { hunt.add(name, secret) }
        try write()
    }

    private func write() throws {
        let id = LocalStack.current.variables["AWS_ACCESS_KEY_ID"] ?? ""
        let own = LocalStack.current.variables["AWS_SECRET_ACCESS_KEY"] ?? ""
        let signIn =
            #"{"accessToken": "\#(made.portalToken)", "expiresAt": "\#(Date(timeIntervalSinceNow: 60).formatted(.iso8601))", "#
            + #""refreshToken": "\#(made.refreshToken)", "clientId": "client", "clientSecret": "\#(made.clientSecret)", "#
            + #""registrationExpiresAt": "\#(Date(timeIntervalSinceNow: 9999).formatted(.iso8601))"}"#
        let files = [
            ".aws/credentials": """
            [keys]
            aws_access_key_id = \(id)
            aws_secret_access_key = \(own)
            [session]
            aws_access_key_id = \(session.id)
            aws_secret_access_key = \(session.secret)
            aws_session_token = \(session.token)
            """,
            ".aws/config": """
            [profile role]
            role_arn = \(role)
            source_profile = keys
            [profile mfa]
            role_arn = \(role)
            source_profile = keys
            mfa_serial = arn:aws:iam::123456789012:mfa/ada
            [profile web]
            role_arn = \(role)
            web_identity_token_file = \(folder)/identity
            [profile process]
            credential_process = cat \(folder)/process.json
            [profile sso]
            sso_session = corp
            sso_account_id = 123456789012
            sso_role_name = Developer
            [sso-session corp]
            sso_start_url = https://corp.example/start
            sso_region = us-east-1
            """,
            "identity": made.identityToken, "process.json": Self.answer(session, token: "SessionToken"),
            // Named after the SHA-1 of `corp`, as the aws CLI does.
            ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json": signIn,
        ]
        for (name, text) in files {
            let path = folder + "/" + name
            let parent = path[..<(path.lastIndex(of: "/") ?? path.endIndex)]
            try FileManager.default.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }
    }

    var mfaCode: String { made.mfaCode }

    /// What every run has: the stack's address, and this folder for a home.
    var variables: [String: String] {
        let stack = LocalStack.current
        return [
            "HOME": folder, "AWS_ENDPOINT_URL": stack.variables["AWS_ENDPOINT_URL"] ?? "", "AWS_REGION": "us-east-1",
            "TASKOPS_CONFIG": stack.configurationFile, "AWS_ENDPOINT_URL_SSO": server.url,
            "AWS_ENDPOINT_URL_SSO_OIDC": server.url,
        ]
    }

    /// A session in the environment, whose secret key may be a wrong one.
    func environment(secret: String? = nil) -> Source {
        Source(
            name: "environment",
            variables: [
                "AWS_ACCESS_KEY_ID": session.id, "AWS_SECRET_ACCESS_KEY": secret ?? session.secret,
                "AWS_SESSION_TOKEN": session.token,
            ])
    }

    var all: [Source] {
        var proxied = environment()
        let stack = LocalStack.current.variables["AWS_ENDPOINT_URL"] ?? ""
        // The local stack takes what a proxy is asked, too.
        proxied.variables["http_proxy"] = stack.replacing("http://", with: "http://ada:\(password)@")
        return [
            environment(), Source(name: "credentials file", flags: ["--profile", "session"]),
            Source(name: "role", flags: ["--profile", "role"]), Source(name: "web identity", flags: ["--profile", "web"]),
            Source(name: "credential_process", flags: ["--profile", "process"]),
            Source(name: "SSO", flags: ["--profile", "sso"]),
            Source(
                name: "container",
                variables: [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/container",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": made.containerToken,
                ]),
            Source(name: "a proxy with a password", variables: proxied.variables),
        ]
    }

    /// In a URL a slash of a password has to be encoded.
    private var password: String { made.proxyPassword.replacing("/", with: "%2F").replacing("+", with: "%2B") }

    /// Files that were not there before, or have changed, but for the one that has to hold secrets: the renewed sign-in.
    func written(since before: [String: Data]) throws -> [String: Data] {
        try files().filter { before[$0.key] != $0.value && !$0.key.hasPrefix(folder + "/.aws/sso/cache/") }
    }

    func files() throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            let path = folder + "/" + name
            found[path] = FileManager.default.contents(atPath: path)
        }
        return found
    }
}
