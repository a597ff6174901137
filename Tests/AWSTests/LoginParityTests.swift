import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import Synchronization
import TestSupport
import Testing

@testable import AWS

/// The same sign-ins renewed by botocore and by this room, at one token service: the same credentials, the same files
/// afterwards, the same requests, and proofs that a third program accepts.
@Suite struct LoginParityTests {
    static let isThere: @Sendable () async -> Bool = {
        let result = try? await run(
            .name("env"), arguments: [MotoTests.python, "-c", "import botocore.credentials, cryptography"],
            output: .discarded, error: .discarded)
        return result?.terminationStatus.isSuccess ?? false
    }

    /// botocore takes ES256 from awscrt, which has no other use here: where it is absent, `cryptography` stands in.
    static let script = #"""
        import base64, json, os, random, shutil, sys, tempfile, textwrap
        from datetime import datetime, timedelta, timezone
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        count, seed, url = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        home = tempfile.mkdtemp()
        for key in list(os.environ):
            if key.startswith("AWS_"): del os.environ[key]
        os.environ.update(
            HOME=home, AWS_CONFIG_FILE=os.path.join(home, "config"), AWS_LOGIN_CACHE_DIRECTORY=home,
            AWS_ENDPOINT_URL_SIGNIN=url, AWS_EC2_METADATA_DISABLED="true")
        import botocore.credentials as c, botocore.retries.standard, botocore.session

        class EC:
            def __init__(self, key): self.key = key
            @staticmethod
            def new_key_from_der_data(data): return EC(serialization.load_der_private_key(data, None))
            @staticmethod
            def decode_der_signature_to_padded_pair(signature, pad_to):
                return b"".join(half.to_bytes(pad_to, "big") for half in utils.decode_dss_signature(signature))
            def get_public_coords(self):
                point = self.key.public_key().public_numbers()
                return point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
            def sign(self, digest): return self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        if c.EC is None: c.EC = EC

        r = random.Random(seed)
        def maybe(p): return r.random() < p
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(4)]

        def pem(key):
            form = r.choice([serialization.PrivateFormat.TraditionalOpenSSL] * 3 + [serialization.PrivateFormat.PKCS8])
            der = key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
            body = textwrap.fill(base64.b64encode(der).decode(), width=64)
            return f"-----BEGIN EC PRIVATE KEY-----\n{body}\n-----END EC PRIVATE KEY-----" + r.choice(["", "\n"])

        def token():
            remaining = r.choice([-4000, -1, 30, 280, 320, 590, 610, 890])
            end = datetime.now(timezone.utc) + timedelta(seconds=remaining)
            kind = r.choice(["GOOD"] * 5 + ["TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED", "INSUFFICIENT_PERMISSIONS", "EMPTY"])
            key = pem(r.choice(keys))
            if maybe(0.1): key = r.choice(["", "rubbish", pem(ec.generate_private_key(ec.SECP384R1()))[40:]])
            token = {
                "accessToken": {"accessKeyId": "LOGIN", "secretAccessKey": "s", "sessionToken": "t/+=",
                                "accountId": "123456789012", "expiresAt": end.strftime("%Y-%m-%dT%H:%M:%SZ")},
                "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device",
                "refreshToken": f"REFRESH-{kind}", "idToken": "a.b.c", "dpopKey": key}
            if maybe(0.3): token["signInRegion"] = "eu-central-1"
            if maybe(0.3): token["more"] = {"ünïcode": [1, 2.5, None, True, "\"\\/"]}
            if maybe(0.15): del token[r.choice(["accessToken", "refreshToken", "clientId", "dpopKey"])]
            return remaining, json.dumps(token, ensure_ascii=maybe(0.5))

        with open(os.environ["AWS_CONFIG_FILE"], "w") as file:
            file.write("[profile p]\nregion = us-east-1\nlogin_session = arn:me\n")
        path = os.path.join(home, c.LoginTokenLoader.__init__.__globals__["generate_login_cache_key"]("arn:me") + ".json")
        for number in range(count):
            remaining, text = token()
            if maybe(0.05): remaining, text = -1, r.choice(["", "{", "[]"])
            with open(path, "w") as file: file.write(text)
            os.chmod(path, 0o600)
            key = error = None
            at = datetime.now(timezone.utc).timestamp()
            try:
                key = botocore.session.Session(profile="p").get_credentials().get_frozen_credentials().access_key
            except Exception as problem:
                error = type(problem).__name__
            with open(path) as file: kept = file.read()
            print(json.dumps({"number": number, "at": at, "remaining": remaining, "text": text, "key": key, "error": error, "kept": kept,
                              "mode": oct(os.stat(path).st_mode & 0o777)}), flush=True)
        shutil.rmtree(home)
        """#

    struct Machine: Decodable, Sendable {
        let number: Int
        /// When botocore was asked, in seconds since 1970: ours is asked at the same time, however late it is by then.
        let at: Double
        let remaining: Double
        let text: String
        let key: String?
        let error: String?
        let kept: String
        let mode: String
    }

    /// Who sent a proof, and what was asked with it.
    struct Sent: Encodable, Sendable {
        let proof: String
        let url: String
        let body: String
        let contentType: String
    }

    @Test(.enabled("python3 with botocore and cryptography is not here", isThere))
    func theSameSignInsAreRenewedAlike() async throws {
        let (machines, theirs) = try await Self.botocore(count: 150)
        let mine = try await Self.check(machines)
        #expect(theirs.map(\.body).sorted() == mine.map(\.body).sorted())
        #expect(Set(mine.map(\.contentType)) == ["application/json"])
        for (name, sent) in [("botocore's", theirs), ("ours", mine)] {
            #expect(sent.count > 20)
            let verdict = try await Self.verify(sent)
            #expect(verdict == "\(sent.count) proofs hold", "\(name): \(verdict)")
        }
        // A proof for somebody else's URL is refused, so that the check is known to check.
        var wrong = mine
        wrong[0] = Sent(proof: mine[0].proof, url: "http://elsewhere/v1/token", body: "", contentType: "")
        #expect(try await Self.verify(wrong).contains("is for another URL"))
        for kind in ["LOGIN", "RENEWED"] { #expect(machines.contains { $0.key == kind }, "nobody ends with \(kind)") }
        let errors = Set(machines.compactMap(\.error))
        #expect(errors.isSuperset(of: ["LoginRefreshRequired", "LoginInsufficientPermissions", "LoginTokenLoadError"]))
    }

    private static func noting(_ sent: Recorder) -> LoopbackServer.Handler {
        { request in
            sent.note(
                Sent(
                    proof: request["DPoP"] ?? "", url: "http://\(request["Host"] ?? "")\(request.target)",
                    body: canonical(request.body),
                    contentType: request["Content-Type"] ?? ""))
            return CredentialLoginTests.service(request)
        }
    }

    /// The order of members is nobody's matter.
    private static func canonical(_ body: [UInt8]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let tree = try? JSONDecoder().decode(PreservedJSON.self, from: Data(body)),
            let text = try? encoder.encode(tree)
        else { return "no JSON" }
        return String(decoding: text, as: UTF8.self)
    }

    private final class Recorder: Sendable {
        private let kept = Mutex([Sent]())
        var all: [Sent] { kept.withLock(\.self) }
        func note(_ sent: Sent) { kept.withLock { $0.append(sent) } }
    }

    private static func botocore(count: Int) async throws -> ([Machine], [Sent]) {
        let sent = Recorder()
        let machines = try await LoopbackServer.run(noting(sent)) { server in
            let result = try await run(
                .name("env"), arguments: Arguments([MotoTests.python, "-c", script, String(count), "20261125", server.url]),
                output: .string(limit: 16 << 20), error: .string(limit: 1 << 20))
            try #require(result.terminationStatus.isSuccess, "\(result.standardError.suffix(2000))")
            return try result.standardOutput.split(separator: "\n").map {
                try JSONDecoder().decode(Machine.self, from: Data($0.utf8))
            }
        }
        #expect(machines.count == count)
        return (machines, sent.all)
    }

    private static func check(_ machines: [Machine]) async throws -> [Sent] {
        let sent = Recorder()
        try await LoopbackServer.run(noting(sent)) { server in
            for machine in machines {
                let fixture = CredentialLoginTests.fixture(server.url, nil)
                let path = "/cache/" + LoginToken.fileName(for: CredentialLoginTests.session)
                fixture[path] = machine.text
                var (key, failure): (String?, Problem?)
                let chain = fixture.chain(profile: "p") { Date(timeIntervalSince1970: machine.at) }
                do throws(Problem) {
                    key = try await chain.credentials(deadline: .after(.seconds(120))).accessKeyID
                } catch { failure = error }
                let facts =
                    "machine \(machine.number): \(failure?.description ?? "") against \(machine.error ?? ""), \(machine.text)"
                // botocore gives up on what ends within ten minutes and cannot be renewed; here it serves to its end.
                let serves = machine.error != nil && machine.remaining > 5 && LoginToken(machine.text) != nil
                #expect(key == (serves ? "LOGIN" : machine.key), "\(facts)")
                #expect((failure == nil) == (machine.error == nil || serves), "\(facts)")
                #expect(failure?.hint != "" && failure.map { $0.hint != nil } ?? true, "\(facts)")
                #expect(machine.mode == "0o600")
                try compare(fixture[path] ?? "", machine.kept, facts)
            }
        }
        return sent.all
    }

    /// All members alike; botocore takes the time of the new end after its call, however long that took.
    private static func compare(_ mine: String, _ theirs: String, _ facts: String) throws {
        guard mine != theirs else { return }
        var (mine, theirs) = (
            try JSONDecoder().decode(PreservedJSON.self, from: Data(mine.utf8)),
            try JSONDecoder().decode(PreservedJSON.self, from: Data(theirs.utf8))
        )
        let ends = [mine, theirs].compactMap { $0["accessToken"]?["expiresAt"]?.text.flatMap { ISO8601.date($0) } }
        #expect(ends.count == 2 && abs(ends[0].timeIntervalSince(ends[1])) < 300, "\(facts)")
        mine["accessToken"]?["expiresAt"] = nil
        theirs["accessToken"]?["expiresAt"] = nil
        #expect(mine == theirs, "\(facts)")
    }

    /// RFC 9449, section 4.3, as far as it concerns the proof itself.
    static let verifier = #"""
        import base64, json, sys, time
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        def raw(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        seen, flaws, sent = set(), [], json.load(sys.stdin)
        for one in sent:
            head, claims, signature = one["proof"].split(".")
            words, claimed = json.loads(raw(head)), json.loads(raw(claims))
            if (words["typ"], words["alg"]) != ("dpop+jwt", "ES256"): flaws.append("is of another type")
            if set(words["jwk"]) != {"kty", "crv", "x", "y"} or words["jwk"]["crv"] != "P-256": flaws.append("has another key")
            if set(claimed) != {"htm", "htu", "iat", "jti"} or claimed["htm"] != "POST": flaws.append("claims other things")
            if claimed["htu"] != one["url"]: flaws.append("is for another URL")
            if abs(claimed["iat"] - time.time()) > 600: flaws.append("is of another time")
            if claimed["jti"] in seen: flaws.append("was used before")
            seen.add(claimed["jti"])
            both = raw(signature)
            if len(both) != 64: flaws.append("has a signature of another length")
            x, y = (int.from_bytes(raw(words["jwk"][half]), "big") for half in "xy")
            public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            encoded = utils.encode_dss_signature(int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big"))
            try: public.verify(encoded, (head + "." + claims).encode(), ec.ECDSA(hashes.SHA256()))
            except Exception: flaws.append("is not signed with its key")
        print("; ".join(sorted(set(flaws))) or f"{len(sent)} proofs hold")
        """#

    private static func verify(_ sent: [Sent]) async throws -> String {
        let input = String(decoding: try JSONEncoder().encode(sent), as: UTF8.self)
        let result = try await run(
            .name("env"), arguments: [MotoTests.python, "-c", verifier], input: .string(input),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError.suffix(2000))")
        return String(result.standardOutput.filter { !$0.isNewline })
    }
}
