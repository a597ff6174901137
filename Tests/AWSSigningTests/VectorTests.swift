import AWSSigning
import Basics
import FoundationEssentials
import TestSupport
import Testing

/// The AWS signing test suite (awslabs/aws-c-auth), read from beside the checkout.
@Suite struct VectorTests {
    static let folder = Repository.vectors.map { "\($0)/sigv4" }
    static let cases: [String] =
        folder.flatMap {
            try? FileManager.default.contentsOfDirectory(atPath: $0).filter { !$0.hasPrefix(".") }.sorted()
        } ?? []

    struct Context: Decodable {
        struct Credentials: Decodable {
            let accessKeyID: String
            let secretAccessKey: String
            let token: String?

            enum CodingKeys: String, CodingKey {
                case accessKeyID = "access_key_id"
                case secretAccessKey = "secret_access_key"
                case token
            }
        }
        let credentials: Credentials
        let expirationInSeconds: Int
        let normalize: Bool
        let region: String
        let service: String
        let signBody: Bool
        let timestamp: String

        enum CodingKeys: String, CodingKey {
            case credentials, normalize, region, service, timestamp
            case expirationInSeconds = "expiration_in_seconds"
            case signBody = "sign_body"
        }
    }

    static func text(_ name: String, _ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(folder ?? "")/\(name)/\(file)")), as: UTF8.self)
    }

    /// The suite's request files: a request line, fields (some continued on the next line), a blank line, a body.
    static func request(_ name: String) throws -> SignableRequest {
        var lines = try text(name, "request.txt").split(separator: "\n", omittingEmptySubsequences: false)[...]
        let line = lines.removeFirst()
        let method = line.prefix { $0 != " " }
        let target = line.dropFirst(method.count + 1).dropLast(" HTTP/1.1".count)
        var headers: [SignableRequest.Header] = []
        while let line = lines.popFirst(), !line.isEmpty {
            if line.first == " ", let last = headers.popLast() {
                headers.append((last.name, last.value + "\n" + line))
            } else {
                let name = line.prefix { $0 != ":" }
                headers.append((String(name), String(line.dropFirst(name.count + 1))))
            }
        }
        let path = target.prefix { $0 != "?" }
        return SignableRequest(
            method: String(method), path: String(path), query: String(target.dropFirst(path.count + 1)),
            headers: headers,
            body: Data(lines.joined(separator: "\n").utf8))
    }

    static func signer(_ context: Context) -> SigV4 {
        var signer = SigV4(
            credentials: AWSCredentials(
                accessKeyID: context.credentials.accessKeyID,
                secretAccessKey: Secret(context.credentials.secretAccessKey),
                sessionToken: context.credentials.token.map { Secret($0) }),
            region: context.region, service: context.service)
        signer.normalizesPath = context.normalize
        signer.sendsPayloadHash = context.signBody
        return signer
    }

    @Test(.enabled(if: folder != nil, "no ../shared/vectors beside this checkout; set TASKOPS_VECTORS to run these"))
    func theSuiteIsThere() {
        #expect(Self.cases.count >= 20)
    }

    @Test(
        .enabled(if: folder != nil, "no ../shared/vectors beside this checkout; set TASKOPS_VECTORS to run these"),
        arguments: cases)
    func everyStepIsTheSuites(name: String) throws {
        let context = try JSONDecoder().decode(Context.self, from: Data(try Self.text(name, "context.json").utf8))
        let request = try Self.request(name)
        let date = try Date(context.timestamp, strategy: .iso8601)
        let signer = Self.signer(context)

        let headers = signer.sign(request, at: date)
        #expect(headers.steps.canonicalRequest == (try Self.text(name, "header-canonical-request.txt")))
        #expect(headers.steps.stringToSign == (try Self.text(name, "header-string-to-sign.txt")))
        #expect(headers.steps.signature == (try Self.text(name, "header-signature.txt")))
        let sent = try Self.text(name, "header-signed-request.txt").split(separator: "\n")
        for field in headers.added { #expect(sent.contains("\(field.name):\(field.value)")) }

        let query = signer.presign(request, expires: .seconds(context.expirationInSeconds), at: date)
        #expect(query.steps.canonicalRequest == (try Self.text(name, "query-canonical-request.txt")))
        #expect(query.steps.stringToSign == (try Self.text(name, "query-string-to-sign.txt")))
        #expect(query.steps.signature == (try Self.text(name, "query-signature.txt")))
    }
}
