import AWS
import AWSSigning
import Basics
import FoundationEssentials

/// Outputs that the client gives other names than AWS, put back under AWS's.
indirect enum Named: Encodable, Sendable {
    case text(String)
    case number(Double)
    case object([String: Named?])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .object(let members): try container.encode(members.compactMapValues(\.self))
        }
    }

    init(_ identity: STS.CallerIdentity) {
        self = .object(["UserId": .text(identity.userID), "Account": .text(identity.account), "Arn": .text(identity.arn)])
    }

    init(_ credentials: AWSCredentials) {
        self = .object([
            "Credentials": .object([
                "AccessKeyId": .text(credentials.accessKeyID),
                "SecretAccessKey": .text(credentials.secretAccessKey.exposed),
                "SessionToken": credentials.sessionToken.map { .text($0.exposed) },
                "Expiration": credentials.expiration.map { .number($0.timeIntervalSince1970) },
            ])
        ])
    }

    /// Of IAM Identity Center, which counts in milliseconds.
    init(role credentials: AWSCredentials) {
        self = .object([
            "roleCredentials": .object([
                "accessKeyId": .text(credentials.accessKeyID),
                "secretAccessKey": .text(credentials.secretAccessKey.exposed),
                "sessionToken": credentials.sessionToken.map { .text($0.exposed) },
                "expiration": credentials.expiration.map { .number(($0.timeIntervalSince1970 * 1000).rounded()) },
            ])
        ])
    }

    /// A sign-in as the aws CLI keeps it, which names when the token ends instead of how long it lasts.
    init(signIn text: String) throws {
        struct File: Decodable {
            var accessToken: String
            var expiresAt: Date
            var refreshToken: String?
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let file = try decoder.decode(File.self, from: Data(text.utf8))
        // The old one is kept where the answer brings no other.
        let refresh = file.refreshToken.flatMap { $0 == "old-refresh" ? nil : $0 }
        self = .object([
            "accessToken": .text(file.accessToken), "refreshToken": refresh.map { .text($0) },
            "expiresIn": .number(file.expiresAt.timeIntervalSince(TypedCalls.Context.now)),
        ])
    }

    /// Likewise a sign-in by `aws login`.
    init(login text: String) throws {
        struct File: Decodable {
            struct AccessToken: Decodable {
                var accessKeyId: String
                var secretAccessKey: String
                var sessionToken: String
                var expiresAt: Date
            }
            var accessToken: AccessToken
            var refreshToken: String
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let file = try decoder.decode(File.self, from: Data(text.utf8))
        self = .object([
            "tokenOutput": .object([
                "accessToken": .object([
                    "accessKeyId": .text(file.accessToken.accessKeyId),
                    "secretAccessKey": .text(file.accessToken.secretAccessKey),
                    "sessionToken": .text(file.accessToken.sessionToken),
                ]),
                "expiresIn": .number(file.accessToken.expiresAt.timeIntervalSince(TypedCalls.Context.now)),
                "refreshToken": .text(file.refreshToken),
            ])
        ])
    }

    init(_ invocation: Lambda.InvokeOutput) {
        self = .object([
            "StatusCode": .number(Double(invocation.statusCode)),
            "FunctionError": invocation.functionError.map { .text($0) },
            "LogResult": invocation.logTail.map { .text(Data($0.utf8).base64EncodedString()) },
            "Payload": .text(String(decoding: invocation.payload, as: UTF8.self)),
            "ExecutedVersion": invocation.executedVersion.map { .text($0) },
        ])
    }
}
