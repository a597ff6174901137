import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import Synchronization
import TestSupport
import Testing

/// Generated machines — variables, both shared files, a profile asked for — on which botocore and this room must choose
/// the same credentials, the same Region and the same failures. Services on both sides name what they were asked with.
@Suite struct CredentialParityTests {
    static let hasBotocore: @Sendable () async -> Bool = {
        let result = try? await run(
            .name("env"), arguments: [MotoTests.python, "-c", "import botocore.credentials"], output: .discarded,
            error: .discarded)
        return result?.terminationStatus.isSuccess ?? false
    }

    static let script = #"""
        import json, os, random, shutil, sys, tempfile
        from datetime import datetime, timedelta, timezone
        count, seed = int(sys.argv[1]), int(sys.argv[2])
        home = tempfile.mkdtemp()
        os.environ["HOME"] = home
        import botocore.credentials as c, botocore.session, botocore.utils as u
        later = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

        def answer(key):
            return {"Credentials": {"AccessKeyId": key, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": later}}

        # The services answer who asked, and for what; everything before that is botocore's own.
        def role(self):
            return answer(f"ROLE({self._role_arn},{self._source_credentials.get_frozen_credentials().access_key})")
        c.AssumeRoleCredentialFetcher._get_credentials = role
        c.AssumeRoleWithWebIdentityCredentialFetcher._get_credentials = lambda self: answer(f"WEB({self._role_arn})")
        c.SSOCredentialFetcher._get_credentials = lambda self: answer(
            f"SSO({self._account_id},{self._role_name},{self._sso_session_name or self._start_url})")
        c.ProcessProvider._retrieve_credentials_using = lambda self, command: {
            "access_key": f"PROC({c.compat_shell_split(command)[1]})", "secret_key": "s"}
        u.ContainerMetadataFetcher.retrieve_full_uri = lambda self, url, headers=None: {
            "AccessKeyId": "CONTAINER", "SecretAccessKey": "s", "Token": "t", "Expiration": later}
        u.InstanceMetadataFetcher.retrieve_iam_role_credentials = lambda self: {} if self._disabled else {
            "role_name": "r", "access_key": "INSTANCE", "secret_key": "s", "token": "t", "expiry_time": later}

        r = random.Random(seed)
        names = ["default", "a", "b", "c", "d d", "e"]
        def maybe(p): return r.random() < p

        def settings():
            lines = []
            kind = r.choice(["plain", "plain", "role", "role", "role", "web", "sso", "legacy", "process", "none", "mixed"])
            def add(key, value):
                lines.append((key, value))
            if kind in ("plain", "mixed") or maybe(0.15):
                n = r.randrange(1000)
                if maybe(0.95): add("aws_access_key_id", f"FILE{n}")
                if maybe(0.92): add("aws_secret_access_key", f"s{n}")
                if maybe(0.3): add("aws_session_token", f"t{n}")
            if kind in ("role", "mixed"):
                add("role_arn", f"arn:aws:iam::1:role/r{r.randrange(9)}")
                if maybe(0.85): add("source_profile", r.choice(names + names + ["nowhere"]))
                if maybe(0.15): add("credential_source", r.choice(["Environment", "EcsContainer", "Ec2InstanceMetadata", "environment", "Bogus"]))
                if maybe(0.2): add("external_id", "x")
                if maybe(0.2): add("duration_seconds", r.choice(["900", "soon"]))
            if kind == "web":
                add("web_identity_token_file", "/token")
                if maybe(0.85): add("role_arn", "arn:aws:iam::1:role/w")
            if kind == "sso":
                add("sso_session", r.choice(["corp", "corp", "corp", "none", "half"]))
                if maybe(0.95): add("sso_account_id", "12")
                if maybe(0.95): add("sso_role_name", "dev")
                if maybe(0.1): add("sso_region", r.choice(["eu-west-1", "eu-west-2"]))
            if kind == "legacy":
                for key, value in (("sso_start_url", "https://old"), ("sso_region", "eu-west-1"), ("sso_account_id", "34"), ("sso_role_name", "old")):
                    if maybe(0.95): add(key, value)
            if kind == "process" or maybe(0.05):
                add("credential_process", r.choice(["/bin/p one", "/bin/p 'one two' x", '/bin/p "a\\"b"', "/bin/p a\\ b"]))
            if maybe(0.5): add("region", r.choice(["eu-central-1", "us-west-2"]))
            if maybe(0.1): add("s3", "\n    max_queue_size = 3")
            r.shuffle(lines)
            return lines

        def text(chosen, heading):
            out = []
            for name in chosen:
                out.append(heading(name))
                indent = r.choice(["", "", "", "  "])
                for key, value in settings():
                    if maybe(0.1): out.append(r.choice(["# a comment", "; another", "", "  # indented"]))
                    key = key.upper() if maybe(0.05) else key
                    sign = r.choice([" = ", "=", " : ", "= "])
                    out.append(indent + key + sign + value.replace("\n", "\n" + indent))
            return "\n".join(out) + "\n"

        def quoted(name):
            if name == "default": return r.choice(["[default]", "[default]", "[profile default]"])
            return f'[profile "{name}"]' if " " in name or maybe(0.2) else f"[profile {name}]"

        def pick(): return [n for n in names if maybe(0.7)]

        for number in range(count):
            config = text(pick(), quoted) + "[sso-session corp]\nsso_start_url = https://corp\nsso_region = eu-west-1\n[sso-session half]\nsso_start_url = x\n"
            credentials = text([n for n in names if maybe(0.25)], lambda n: f"[{n}]")
            env = {}
            if maybe(0.2): env.update(AWS_ACCESS_KEY_ID="ENV", AWS_SECRET_ACCESS_KEY="s")
            if maybe(0.05): env.pop("AWS_SECRET_ACCESS_KEY", None)
            if maybe(0.1): env.update(AWS_WEB_IDENTITY_TOKEN_FILE="/token")
            if maybe(0.1): env.update(AWS_ROLE_ARN="arn:aws:iam::1:role/env")
            if maybe(0.15): env.update(AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1/container")
            if maybe(0.7): env.update(AWS_EC2_METADATA_DISABLED="true")
            if maybe(0.3): env.update(AWS_DEFAULT_REGION="ap-south-1")
            here = [n for n in names if f"[{n}]" in config + credentials or f"profile {n}]" in config or f'"{n}"' in config]
            if maybe(0.4) and here: env[r.choice(["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])] = r.choice(here)
            explicit = r.choice(names) if maybe(0.4) else None
            for key in list(os.environ):
                if key.startswith("AWS_"): del os.environ[key]
            os.environ.update(env)
            for name, content in (("config", config), ("credentials", credentials)):
                with open(os.path.join(home, name), "w") as file: file.write(content)
            os.environ["AWS_CONFIG_FILE"] = os.path.join(home, "config")
            os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.path.join(home, "credentials")
            key = region = error = None
            try:
                session = botocore.session.Session(profile=explicit)
                region = session.get_config_variable("region")
                found = session.get_credentials()
                key = found.get_frozen_credentials().access_key if found else None
            except Exception as problem:
                error = type(problem).__name__
            print(json.dumps({"number": number, "config": config, "credentials": credentials, "env": env,
                              "profile": explicit, "key": key, "region": region, "error": error}), flush=True)
        shutil.rmtree(home)
        """#

    struct Machine: Decodable, Sendable {
        let number: Int
        let config: String
        let credentials: String
        let env: [String: String]
        let profile: String?
        let key: String?
        let region: String?
        let error: String?
    }

    @Test(.enabled("python3 with botocore is not here", hasBotocore))
    func theSameIsChosenOnEveryMachine() async throws {
        let count = ProcessInfo.processInfo.environment["TASKOPS_PARITY_MACHINES"] ?? "400"
        let result = try await run(
            .name("env"), arguments: [MotoTests.python, "-c", Self.script, count, "20261121"],
            output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError.suffix(2000))")
        let machines = try result.standardOutput.split(separator: "\n").map {
            try JSONDecoder().decode(Machine.self, from: Data($0.utf8))
        }
        #expect(machines.count == Int(count))
        try await LoopbackServer.run(Self.services) { server in
            for machine in machines { await Self.check(machine, server) }
        }
        // A corpus in which nothing is found, or nothing fails, would show nothing.
        for kind in ["ROLE(", "WEB(", "SSO(", "PROC(", "FILE", "ENV", "CONTAINER", "INSTANCE"] {
            #expect(machines.contains { $0.key?.hasPrefix(kind) == true }, "no machine chooses \(kind)")
        }
        #expect(machines.contains { $0.error != nil } && machines.contains { $0.error == nil && $0.key == nil })
    }

    /// STS, the SSO portal, a container and an instance in one.
    static let services: LoopbackServer.Handler = { request in
        switch request.target.prefix(while: { $0 != "?" }) {
        case "/container": return .json(CredentialFixture.roleAnswer("CONTAINER"))
        case "/latest/api/token": return .answer(status: 200, body: Array("m".utf8))
        case "/latest/meta-data/iam/security-credentials/": return .answer(status: 200, body: Array("r".utf8))
        case "/latest/meta-data/iam/security-credentials/r": return .json(CredentialFixture.roleAnswer("INSTANCE"))
        case "/federation/credentials":
            let words = request.target.split { "?&=".contains($0) }
            let token = request["x-amz-sso_bearer_token"] ?? ""
            return .json(
                #"{"roleCredentials": {"accessKeyId": "SSO(\#(words[4]),\#(words[2]),\#(token))", "secretAccessKey": "s", "#
                    + #""sessionToken": "t", "expiration": 4000000000000}}"#)
        default:
            let form = String(decoding: request.body, as: UTF8.self)
            let role = form.split(separator: "&").first { $0.hasPrefix("RoleArn=") }.map { String($0.dropFirst(8)) } ?? ""
            var arn = role
            arn.replace("%3A", with: ":")
            arn.replace("%2F", with: "/")
            guard let authorization = request["Authorization"] else { return CredentialFixture.assumed("WEB(\(arn))") }
            let key = authorization.split(separator: "=").dropFirst().first.map { credential in
                // The key's id comes first in CREDENTIAL/DATE/REGION/SERVICE/aws4_request, and may hold slashes here.
                credential.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
            }
            return CredentialFixture.assumed("ROLE(\(arn),\(key ?? ""))")
        }
    }

    static func check(_ machine: Machine, _ server: LoopbackServer) async {
        var variables = machine.env
        variables["AWS_REGION"] = ""
        variables["AWS_EC2_METADATA_DISABLED"] = machine.env["AWS_EC2_METADATA_DISABLED"] ?? "false"
        variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url
        for service in ["STS", "SSO", "SSO_OIDC"] { variables["AWS_ENDPOINT_URL_\(service)"] = server.url }
        if machine.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != nil {
            variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url + "/container"
        }
        var files = ["/token": "token"]
        for key in ["corp", "half", "https://old"] {
            files[CredentialSSOTests.path(key)] = CredentialSSOTests.token(key, for: 9999, isRenewable: false)
        }
        let fixture = CredentialFixture(
            variables, config: machine.config, credentials: machine.credentials, files: files)
        var environment = fixture.environment
        environment.runProgram = { (words, _) async throws(Problem) in
            let word = words[1].flatMap { $0 == "\"" ? "\\\"" : String($0) }
            let output = #"{"Version": 1, "AccessKeyId": "PROC(\#(String(word)))", "SecretAccessKey": "s"}"#
            return FinishedProgram(exitCode: 0, output: output, errors: "")
        }
        let chain = CredentialChain(environment: environment, profile: machine.profile, region: "us-east-1")
        var (key, failure): (String?, Problem?)
        do throws(Problem) { key = try await chain.credentials(deadline: .after(.seconds(120))).accessKeyID } catch {
            failure = error
        }
        let isNotFound = failure?.summary == "no AWS credentials were found"
        let mine = key ?? (isNotFound ? "nothing" : "an error")
        let theirs = machine.key ?? (machine.error == nil ? "nothing" : "an error")
        let facts = """
            machine \(machine.number): \(failure?.description ?? "") against \(machine.error ?? "")
            \(machine.env) \(machine.profile ?? "")
            \(machine.config)
            --
            \(machine.credentials)
            """
        #expect(mine == theirs, "\(facts)")
        guard machine.error == nil, let shared = try? SharedConfig(environment, profile: machine.profile) else { return }
        #expect(shared.region(flag: nil, environment) == machine.region, "\(facts)")
    }
}
