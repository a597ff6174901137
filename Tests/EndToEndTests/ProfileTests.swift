import FoundationEssentials
import TestSupport
import Testing

extension ConsoleEndToEnd {
    /// People's own files, read by the built program: what needs its terminal, its files' modes and its own sentences.
    @Suite struct ProfileTests {
        /// STS and AWS Sign-In in one.
        static let services: LoopbackServer.Handler = { request in
            let body = String(decoding: request.body, as: UTF8.self)
            if request.target == "/v1/token" {
                return .json(
                    #"{"accessToken": {"accessKeyId": "RENEWED", "secretAccessKey": "s2", "sessionToken": "t2"}, "#
                        + #""tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "NEXT"}"#)
            }
            if body.contains("Action=AssumeRole") {
                return .answer(
                    status: 200,
                    body: Array(
                        """
                        <R><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                        <SessionToken>t</SessionToken><Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></R>
                        """.utf8))
            }
            return .answer(
                status: 200, body: Array("<R><Account>123456789012</Account><Arn>arn:who</Arn><UserId>u</UserId></R>".utf8))
        }

        static func whoami(_ config: String, _ server: LoopbackServer, in folder: String) async throws -> Ended {
            try Data(config.utf8).write(to: URL(filePath: folder + "/config"))
            return try await Console.run("whoami", "--profile", "p", variables: variables(server, folder))
        }

        static func variables(_ server: LoopbackServer, _ folder: String) -> [String: String] {
            [
                "HOME": folder, "AWS_CONFIG_FILE": folder + "/config", "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT_URL": server.url, "AWS_LOGIN_CACHE_DIRECTORY": folder,
            ]
        }

        @Test("a role with MFA: the code is asked for on the terminal, sent, and shown nowhere")
        func mfa() async throws {
            // A terminal, and somebody at it who types the code once asked.
            let script = #"""
                import os, pty, sys
                child, terminal = pty.fork()
                if child == 0:
                    os.execv(sys.argv[1], ["taskops", "whoami", "--profile", "p"])
                screen = b""
                while True:
                    try:
                        piece = os.read(terminal, 4096)
                    except OSError:
                        break
                    if not piece:
                        break
                    screen += piece
                    if b"MFA code of arn:mfa/ada" in screen and b"typed" not in screen:
                        os.write(terminal, b"654321\n")
                        screen = screen.replace(b"MFA code", b"typed")
                sys.stdout.write(screen.decode())
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                """#
            try await LoopbackServer.run(Self.services) { server in
                try await Folder.with { folder in
                    let config = """
                        [profile p]
                        role_arn = arn:aws:iam::123456789012:role/ops
                        source_profile = p
                        mfa_serial = arn:mfa/ada
                        aws_access_key_id = BASE
                        aws_secret_access_key = s
                        """
                    try Data(config.utf8).write(to: URL(filePath: folder + "/config"))
                    let ended = try await Programs.run(
                        Programs.venv + "/python", ["-c", script, Console.path], variables: Self.variables(server, folder))
                    #expect(ended.exit == 0, "\(ended.output) \(ended.error)")
                    #expect(ended.output.contains("123456789012"), "\(ended.output)")
                    let bodies = server.record.requests.map { String(decoding: $0.body, as: UTF8.self) }
                    #expect(bodies.first?.contains("TokenCode=654321") == true)
                    #expect(server.record.requests.last?["Authorization"]?.contains("Credential=ROLE/") == true)

                    let alone = try await Self.whoami(config, server, in: folder)
                    #expect(alone.exit == 1)
                    #expect(alone.errorLines.count == 1 && alone.error.contains("\(folder)/config:4: "), "\(alone.error)")
                    #expect(alone.error.contains("no terminal to ask on"))
                }
            }
        }

        @Test("a sign-in of aws login that is over: renewed, kept for the aws CLI, and readable by its owner alone")
        func login() async throws {
            // Made for this test, and the key to nothing.
            let key =
                "MHcCAQEEICHFCNexi0MLBsmrn3AsoDKsSCXHvtSvLLajm2iaw9DyoAoGCCqGSM49AwEHoUQDQgAEHd1wjo0ogjSwyxZOZOpd6hShWnNUnr"
                + "JE35wCVOpK4UiKtNwz1kC9f/mQaT0/CYAXn1FvqJWMuPc5uezwkoBRrQ=="
            // SHA-256 of arn:me.
            let name = "545571cfa93b7f589504ef846805e040f577bbf468827bf924b3b42c243ad70d.json"
            try await LoopbackServer.run(Self.services) { server in
                try await Folder.with { folder in
                    let path = folder + "/" + name
                    let token = """
                        {"accessToken": {"accessKeyId": "OLD", "secretAccessKey": "s", "sessionToken": "t", "accountId": "1", \
                        "expiresAt": "2020-01-01T00:00:00Z"}, "refreshToken": "R", "clientId": "c", "dpopKey": "\(key)", "more": 1}
                        """
                    try Data(token.utf8).write(to: URL(filePath: path))
                    let ended = try await Self.whoami("[profile p]\nlogin_session = arn:me\n", server, in: folder)
                    #expect(ended.exit == 0, "\(ended.error)")
                    #expect(ended.output.contains("via aws login"), "\(ended.output)")
                    #expect(server.record.requests.last?["Authorization"]?.contains("Credential=RENEWED/") == true)
                    let kept = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
                    for part in [#""refreshToken":"NEXT""#, #""accessKeyId":"RENEWED""#, #""more":1"#] {
                        #expect(kept.contains(part), "\(kept)")
                    }
                    let mode = try await Programs.run("/usr/bin/stat", ["-c", "%a", path])
                    #expect(mode.lines == ["600"])
                    // Nothing is left beside it.
                    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["config", name].sorted())
                }
            }
        }

        @Test(
            "what is wrong in people's files: 1, and one line with file, line, key and what to do",
            arguments: [
                ("[profile p\n", ":1: this [section] has no closing bracket"),
                ("[profile p]\nrole_arn = a\nsource_profile = q\n[profile q]\nrole_arn = b\nsource_profile = p\n", "circle"),
                ("[profile p]\nrole_arn = a\ncredential_source = ec2\n", ":3: profile `p` has the credential_source `ec2`"),
                ("[profile p]\ncredential_process = echo garbage\n", ":2: the credential_process of profile `p` printed"),
                ("[profile p]\ncredential_process = false\n", ":2: the credential_process of profile `p` ended with exit code 1"),
                (
                    "[profile p]\naws_access_key_id = A\naws_secret_access_key = s\nca_bundle = /etc\n",
                    "/etc, which cannot be read: Is a directory"
                ),
                ("[profile p]\nendpoint_url = localhost:1\n", ":2: endpoint_url is not an http or https URL"),
                ("[profile p]\nlogin_session = nobody\n", "run aws login --profile p"),
            ])
        func mistakes(config: String, words: String) async throws {
            try await LoopbackServer.run(Self.services) { server in
                try await Folder.with { folder in
                    let ended = try await Self.whoami(config, server, in: folder)
                    #expect(ended.exit == 1)
                    #expect(ended.output.isEmpty)
                    #expect(ended.errorLines.count == 1, "\(ended.error)")
                    #expect(ended.error.contains(words) && ended.error.contains(folder + "/config:"), "\(ended.error)")
                    #expect(ended.error.contains("; "), "\(ended.error)")
                    #expect(server.record.requests.isEmpty)
                }
            }
        }
    }
}
