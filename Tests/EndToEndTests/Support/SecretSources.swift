import AWS
import AWSSigning
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
                from cryptography.hazmat.primitives.asymmetric import ec
                from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
                key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
                    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
                answer = {'arn': arn, 'key': key, **client('sts').assume_role(RoleArn=arn, RoleSessionName='sweep')['Credentials']}
                """)
            let granted = try await Console.run(
                "--sandbox", "schema", "apply", "--console-role-arn", role["arn"]?.text ?? "")
            guard granted.exit == 0 else { throw Problem(.failed, "schema apply", cause: granted.error) }
            let session = (role["AccessKeyId"]?.text ?? "", role["SecretAccessKey"]?.text ?? "", role["SessionToken"]?.text ?? "")
            let secrets = Made(key: role["key"]?.text ?? "")
            try await LoopbackServer.run(secrets.answers(session)) { server in
                try await body(SecretSources(folder, role["arn"]?.text ?? "", session, secrets, server))
            }
        }
    }

    /// Secrets that only this folder and its server know.
    private struct Made: Sendable {
        /// With which `aws login` proves who it is, as PEM.
        let key: String
        let loginRefreshToken = random(), nextLoginRefreshToken = random()
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
                case "/v1/token" where String(decoding: request.body, as: UTF8.self).contains(loginRefreshToken):
                    return .json(
                        #"{"accessToken": {"accessKeyId": "\#(session.id)", "secretAccessKey": "\#(session.secret)", "#
                            + #""sessionToken": "\#(session.token)"}, "expiresIn": 900, "#
                            + #""refreshToken": "\#(nextLoginRefreshToken)"}"#)
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
            ("the MFA code", made.mfaCode), ("the login's refresh token", made.loginRefreshToken),
            ("the login's next refresh token", made.nextLoginRefreshToken),
        ] { hunt.add(name, secret) }
        // Of the key's first line, what is private: the rest is the public half, which every proof shows.
        let line = made.key.split(separator: "\n").first { !$0.hasPrefix("-") } ?? ""
        hunt.add("the login's key", String(line.prefix(52)))
        try write()
    }

    private func write() throws {
        let id = LocalStack.current.variables["AWS_ACCESS_KEY_ID"] ?? ""
        let own = LocalStack.current.variables["AWS_SECRET_ACCESS_KEY"] ?? ""
        let signIn =
            #"{"accessToken": "\#(made.portalToken)", "expiresAt": "\#(Date(timeIntervalSinceNow: 60).formatted(.iso8601))", "#
            + #""refreshToken": "\#(made.refreshToken)", "clientId": "client", "clientSecret": "\#(made.clientSecret)", "#
            + #""registrationExpiresAt": "\#(Date(timeIntervalSinceNow: 9999).formatted(.iso8601))"}"#
        let login =
            #"{"accessToken": {"accessKeyId": "\#(session.id)", "secretAccessKey": "\#(session.secret)", "#
            + #""sessionToken": "\#(session.token)", "accountId": "123456789012", "#
            + #""expiresAt": "\#(Date(timeIntervalSinceNow: 60).formatted(.iso8601))"}, "tokenType": "aws_sigv4", "#
            + #""refreshToken": "\#(made.loginRefreshToken)", "clientId": "client", "idToken": "a.b.c", "#
            + #""dpopKey": "\#(made.key.replacing("\n", with: "\\n"))"}"#
        let person = "arn:aws:iam::123456789012:user/ada"
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
            [profile login]
            login_session = \(person)
            """,
            "identity": made.identityToken, "process.json": Self.answer(session, token: "SessionToken"),
            // As the aws CLI names them.
            ".aws/sso/cache/\(Digest.hex(Digest.sha1(Array("corp".utf8)))).json": signIn,
            ".aws/login/cache/\(Digest.hex(Digest.sha256(Array(person.utf8)))).json": login,
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
            "AWS_ENDPOINT_URL_SSO_OIDC": server.url, "AWS_ENDPOINT_URL_SIGNIN": server.url,
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
        proxied.variables["http_proxy"] = stack.replacing("http://", with: "http://ada:\(proxyPassword)@")
        return [
            environment(), Source(name: "credentials file", flags: ["--profile", "session"]),
            Source(name: "role", flags: ["--profile", "role"]), Source(name: "web identity", flags: ["--profile", "web"]),
            Source(name: "credential_process", flags: ["--profile", "process"]),
            Source(name: "SSO", flags: ["--profile", "sso"]), Source(name: "aws login", flags: ["--profile", "login"]),
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
    var proxyPassword: String { made.proxyPassword.replacing("/", with: "%2F").replacing("+", with: "%2B") }

    /// Files that were not there before, or have changed, but for those that have to hold secrets: renewed sign-ins.
    func written(since before: [String: Data]) throws -> [String: Data] {
        let signIns = ["sso", "login"].map { "\(folder)/.aws/\($0)/cache/" }
        return try files().filter { file in
            before[file.key] != file.value && !signIns.contains { file.key.hasPrefix($0) }
        }
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
