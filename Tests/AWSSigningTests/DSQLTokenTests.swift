import AWSSigning
import Basics
import FoundationEssentials
import Testing

/// Tokens as botocore 1.43.11 makes them from AWS's documented example keys.
@Suite struct DSQLTokenTests {
    static let host = "abc0def1baz2quux3quuux4abc.dsql.us-east-1.on.aws"
    static let date = Date(timeIntervalSince1970: 1_767_323_045)  // 2026-01-02T03:04:05Z

    static func credentials(token: String? = nil) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            sessionToken: token.map { Secret($0) })
    }

    struct Vector: Sendable, CustomTestStringConvertible {
        let action: DSQLToken.Action
        let seconds: Int
        let token: String?
        let signature: String
        var testDescription: String {
            "\(action.rawValue) for \(seconds) s\(token == nil ? "" : " with a session token")"
        }
    }

    static let vectors = [
        Vector(
            action: .connectAdmin, seconds: 900, token: nil,
            signature: "7072aefcccee2195923991db4e8d25b4af648e5a64ceb8700a96778682a765a1"),
        Vector(
            action: .connect, seconds: 3600, token: nil,
            signature: "80a2daac66e67c358b2b2e6790888044ae3c4bae0ec7b1f0d62563487a034c74"),
        Vector(
            action: .connectAdmin, seconds: 900, token: "SESSION/TOKEN+EXAMPLE==",
            signature: "f3cf37a4ed2630ac2549e4dfccb8c839aea2653d6567de8f5fd854a698c07392"),
        Vector(
            action: .connect, seconds: 3600, token: "SESSION/TOKEN+EXAMPLE==",
            signature: "ce65f9ee6ae47283f8357c696e71b93d129286e407a509dbb0bbf8e693cdf14a"),
    ]

    @Test(arguments: vectors) func tokensAreThoseOfBotocore(vector: Vector) {
        let token = DSQLToken.make(
            host: Self.host, region: "us-east-1", action: vector.action,
            credentials: Self.credentials(token: vector.token), expires: .seconds(vector.seconds), at: Self.date)
        let session = vector.token == nil ? "" : "&X-Amz-Security-Token=SESSION%2FTOKEN%2BEXAMPLE%3D%3D"
        #expect(
            token.exposed
                == "\(Self.host)/?Action=\(vector.action.rawValue)&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260102%2Fus-east-1%2Fdsql%2Faws4_request"
                + "&X-Amz-Date=20260102T030405Z&X-Amz-Expires=\(vector.seconds)&X-Amz-SignedHeaders=host"
                + "\(session)&X-Amz-Signature=\(vector.signature)")
    }

    @Test func tokenAndKeysNeverPrint() {
        let credentials = Self.credentials(token: "SESSION/TOKEN+EXAMPLE==")
        let token = DSQLToken.make(
            host: Self.host, region: "us-east-1", action: .connect, credentials: credentials, at: Self.date)
        var dumped = ""
        dump(credentials, to: &dumped)
        dump(token, to: &dumped)
        let printed = "\(credentials) \(token) \(String(reflecting: credentials)) \(dumped)"
        for secret in ["wJalrXUtnFEMI", "SESSION/TOKEN", "X-Amz-Signature"] { #expect(!printed.contains(secret)) }
    }
}
