import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// Signs random requests here and with botocore, AWS's own library, and compares every step.
@Suite struct BotocoreTests {
    /// The sandbox's Python where there is one, else the machine's.
    static let python: String = {
        let own = Repository.root + "/.taskops/venv/bin/python"
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }()

    static let isThere: @Sendable () async -> Bool = {
        let result = try? await run(.name("env"), arguments: [python, "-c", "import botocore"], output: .discarded)
        return result?.terminationStatus.isSuccess ?? false
    }

    struct Sample: Encodable {
        var method: String
        var path: String
        var query: String
        var headers: [[String]]
        var body: String
        var token: String?
        var service: String
        var region: String
        var timestamp: Int
        var presigns: Bool
    }

    struct Signed: Decodable {
        var canonical: String
        var signature: String
    }

    static let script = """
        import datetime, json, sys
        import botocore.auth
        from botocore.awsrequest import AWSRequest
        from botocore.compat import HTTPHeaders
        from botocore.credentials import Credentials

        answers = []
        for sample in json.load(sys.stdin):
            moment = datetime.datetime.fromtimestamp(sample["timestamp"], datetime.timezone.utc)
            botocore.auth.get_current_datetime = lambda moment=moment: moment
            credentials = Credentials("AKID", "secret/+=", sample.get("token"))
            kind = botocore.auth.SigV4QueryAuth if sample["presigns"] else botocore.auth.SigV4Auth
            signer = kind(credentials, sample["service"], sample["region"])
            url = "https://host.example.com" + sample["path"] + ("?" + sample["query"] if sample["query"] else "")
            request = AWSRequest(method=sample["method"], url=url, data=sample["body"].encode())
            for name, value in sample["headers"]:
                request.headers.add_header(name, value)
            seen = {}
            inner = signer.canonical_request
            signer.canonical_request = lambda request: seen.setdefault("canonical", inner(request))
            signer.add_auth(request)
            text = request.url if sample["presigns"] else request.headers["Authorization"]
            answers.append({"canonical": seen["canonical"], "signature": text.split("Signature=")[1]})
        json.dump(answers, sys.stdout)
        """

    /// A small generator with a seed, so that a difference can be seen again.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static func sample(_ random: inout Random) -> Sample {
        func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
        func words(_ alphabet: [String], upTo count: Int) -> String {
            (0..<Int.random(in: 0...count, using: &random)).map { _ in pick(alphabet) }.joined()
        }
        let letters = [
            "a", "B", "7", "-", ".", "_", "~", "ä", "ሴ", "🚀", " ", "+", "=", "&", "/", "%", ":", "'", "(", "*",
        ]
        let pathPieces = ["a", "Z9", ".", "..", "", "%20", "ሴ", "x y", "~", "a:b", "%2F", "+", "(1)", "=", "@"]
        let presigns = Bool.random(using: &random)
        let names = Set((0..<Int.random(in: 0...5, using: &random)).map { _ in words(letters, upTo: 6) }).sorted()
        let query = names.shuffled(using: &random).flatMap { name -> [String] in
            // A presigned query may not repeat names for botocore; a signed one may.
            let count = presigns ? 1 : Int.random(in: 1...2, using: &random)
            return (0..<count).map { _ in
                "\(PercentEncoding.encode(name))=\(PercentEncoding.encode(words(letters, upTo: 8)))"
            }
        }
        var headers = [["Host", "host.example.com"]]
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let value = words(["v", " ", "  ", "1", ",", "\t", "\"", ";", "=", "Q"], upTo: 10)
            headers.append([
                pick(["X-One", "x-one", "My-Header", "Content-Type", "User-Agent", "X-Amzn-Trace-Id", "Z"]), value,
            ])
        }
        return Sample(
            method: pick(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"]),
            path: "/"
                + (0..<Int.random(in: 0...5, using: &random)).map { _ in pick(pathPieces) }.joined(separator: "/"),
            query: query.filter { $0 != "=" }.joined(separator: "&"), headers: headers,
            body: presigns ? "" : words(letters, upTo: 40),
            token: Bool.random(using: &random) ? "tok/" + words(["a", "+", "/", "="], upTo: 20) : nil,
            service: pick(["events", "dsql", "logs", "lambda"]),
            region: pick(["us-east-1", "eu-central-1", "cn-north-1"]),
            timestamp: Int.random(in: 0...4_102_444_799, using: &random), presigns: presigns)
    }

    @Test(.enabled("python3 with botocore is not here, so nothing to compare with", isThere))
    func randomRequestsAreSignedAlike() async throws {
        var random = Random(state: 20_261_121)
        // A thousand in every run; ten thousand where random inputs are asked for in numbers.
        let wanted = ProcessInfo.processInfo.environment["TASKOPS_FUZZ"].flatMap { Int($0) } ?? 0
        let count = wanted >= 10_000 ? 10_000 : 1000
        let samples = (0..<count).map { _ in Self.sample(&random) }
        let input = String(decoding: try JSONEncoder().encode(samples), as: UTF8.self)
        let result = try await run(
            .name("env"), arguments: [Self.python, "-c", Self.script], input: .string(input),
            output: .string(limit: count * (16 << 10)),
            error: .string(limit: 1 << 16))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        let theirs = try JSONDecoder().decode([Signed].self, from: Data(result.standardOutput.utf8))
        try #require(theirs.count == samples.count)
        for (sample, their) in zip(samples, theirs) {
            let signer = SigV4(
                credentials: AWSCredentials(
                    accessKeyID: "AKID", secretAccessKey: Secret("secret/+="),
                    sessionToken: sample.token.map { Secret($0) }),
                region: sample.region, service: sample.service)
            let request = SignableRequest(
                method: sample.method, path: sample.path, query: sample.query,
                headers: sample.headers.map { ($0[0], $0[1]) }, body: Data(sample.body.utf8))
            let date = Date(timeIntervalSince1970: Double(sample.timestamp))
            let steps =
                sample.presigns
                ? signer.presign(request, expires: .seconds(3600), at: date).steps
                : signer.sign(request, at: date).steps
            #expect(steps.canonicalRequest == their.canonical)
            #expect(steps.signature == their.signature)
        }
    }
}
