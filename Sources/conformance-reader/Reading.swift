import AWS
import AWSSigning
import Basics
import FoundationEssentials

/// What the client made of an answer: a value under AWS's own member names, or why there is none.
enum Reading {
    private struct Line: Encodable {
        var value: (any Encodable & Sendable)?
        var error: ServiceError?
        /// Where the answer came and could not be read.
        var unreadable: String?
        /// Where the call failed otherwise; in a run that is as it should be there is no such line.
        var failed: String?

        enum CodingKeys: CodingKey { case value, error, unreadable, failed }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            if let value { try value.encode(to: container.superEncoder(forKey: .value)) }
            try container.encodeIfPresent(error, forKey: .error)
            try container.encodeIfPresent(unreadable, forKey: .unreadable)
            try container.encodeIfPresent(failed, forKey: .failed)
        }
    }

    private struct ServiceError: Encodable {
        var status: Int
        var code: String
        var message: String
        var requestID: String?

        enum CodingKeys: String, CodingKey {
            case status, code, message
            case requestID = "requestId"
        }
    }

    static func text(of answer: GivenAnswer, at url: String) async throws -> String {
        guard let call = TypedCalls.all[answer.call] else {
            return try encoded(Line(failed: "TypedCalls.swift has no call \(answer.call)"))
        }
        do {
            return try encoded(Line(value: try await call(context(url))))
        } catch let error as AWSError {
            switch error.failure {
            case .answered(let status, let code, let message, let requestID):
                return try encoded(
                    Line(error: ServiceError(status: status, code: code, message: message, requestID: requestID)))
            case .unreadable(let detail, _): return try encoded(Line(unreadable: detail))
            case .transport, .unprepared: return try encoded(Line(failed: "\(error.problem)"))
            }
        } catch let error as CloudWatchLogs.LiveTailError {
            guard let (code, message) = ending(error) else { return try encoded(Line(failed: "\(error.problem)")) }
            return try encoded(Line(error: ServiceError(status: 200, code: code, message: message)))
        } catch let problem as Problem {
            return try encoded(Line(failed: "\(problem)"))
        }
    }

    /// The exception that ended a session, as the model names it.
    private static func ending(_ error: CloudWatchLogs.LiveTailError) -> (code: String, message: String)? {
        switch error {
        case .sessionTimeout(let message): ("SessionTimeoutException", message)
        case .sessionStreaming(let message): ("SessionStreamingException", message)
        case .stream(.exception(let type, let message)): (type, message)
        case .stream, .unreadable: nil
        }
    }

    /// A client of its own for each answer: nothing is tried twice, and no call waits for the pace of those before it.
    private static func context(_ url: String) -> TypedCalls.Context {
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("conformance/secret"))
        var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: TypedCalls.region)
        configuration.endpoints = EndpointSettings(override: url)
        configuration.retry = RetryPolicy(maxAttempts: 1)
        return TypedCalls.Context(client: AWSClient(configuration), url: url, deadline: .after(.seconds(10)))
    }

    private static func encoded(_ line: Line) throws -> String {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }
}
