import FoundationEssentials

/// What an error answer says, in any of the protocols.
struct ErrorAnswer {
    var code: String
    var message: String
    var requestID: String?
    /// Item by item, what is wrong with a dashboard's body.
    var validation: [AWSError.Invalid] = []

    static func requestID(_ response: HTTPResponse) -> String? {
        response.headers["x-amzn-RequestId"] ?? response.headers["x-amz-request-id"]
            ?? response.headers["x-amzn-request-id"]
    }

    /// `x-amz-retry-after`, in milliseconds; nil where it is no number, or below 0.
    static func retryAfter(_ response: HTTPResponse) -> Duration? {
        response.headers["x-amz-retry-after"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : .milliseconds($0) }
    }

    /// The code is in a header, in the body's `__type`, `code` or `Code`, or in XML's `Code`; shape names may come with
    /// a namespace before `#` and a URL after `:`. Services that once spoke the query protocol name the code of those days
    /// in a header, and that is the one callers know: `AWS.SimpleQueueService.NonExistentQueue` (botocore's `parsers.py`).
    init(_ response: HTTPResponse) {
        struct Body: Decodable {
            var type: String?
            var code: String?
            var capitalCode: String?
            var message: String?
            var capitalMessage: String?

            enum CodingKeys: String, CodingKey {
                case type = "__type"
                case code
                case capitalCode = "Code"
                case message
                case capitalMessage = "Message"
            }
        }
        requestID = Self.requestID(response)
        if response.body.first == UInt8(ascii: "<") {
            let xml = XMLScan(response.body)
            code = xml.first("Code") ?? "HTTP \(response.status)"
            message = xml.first("Message") ?? ""
            requestID = requestID ?? xml.first("RequestId")
            return
        }
        let body = try? AWSJSON.decode(Body.self, response.body)
        let named = response.headers["x-amzn-ErrorType"] ?? body?.type ?? body?.code ?? body?.capitalCode
        code = Self.queryCode(response) ?? named.map(Self.bare) ?? "HTTP \(response.status)"
        message = body?.message ?? body?.capitalMessage ?? ""
        validation = (try? AWSJSON.decode(InvalidDocument.self, response.body))?.items ?? []
    }

    /// `CODE;Sender` or `CODE;Receiver`; anything else is passed over.
    private static func queryCode(_ response: HTTPResponse) -> String? {
        let parts = response.headers["x-amzn-query-error"]?.split(separator: ";", omittingEmptySubsequences: false)
        guard let parts, parts.count == 2, !parts[0].isEmpty else { return nil }
        return String(parts[0])
    }

    private static func bare(_ code: String) -> String {
        let withoutURL = code.prefix { $0 != ":" }
        return String(
            withoutURL[(withoutURL.lastIndex(of: "#").map(withoutURL.index(after:)) ?? withoutURL.startIndex)...])
    }
}

/// The list of an error about a document. It is written small or large, by protocol (botocore's model, `cloudwatch`).
private struct InvalidDocument: Decodable {
    var items: [AWSError.Invalid]

    init(from decoder: any Decoder) throws {
        struct Item: Decodable {
            var dataPath: String?
            var message: String?
            var capitalDataPath: String?
            var capitalMessage: String?

            enum CodingKeys: String, CodingKey {
                case dataPath
                case message
                case capitalDataPath = "DataPath"
                case capitalMessage = "Message"
            }
        }
        enum CodingKeys: String, CodingKey { case dashboardValidationMessages }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        items = try container.decode([Item].self, forKey: .dashboardValidationMessages).map {
            AWSError.Invalid(
                dataPath: $0.capitalDataPath ?? $0.dataPath ?? "", message: $0.capitalMessage ?? $0.message ?? "")
        }
    }
}

/// Says where in an answer the reading failed, and never what stood there.
enum DecodingDetail {
    static func text(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, let context): return "no `\(key.stringValue)` at \(path(context))"
        case .valueNotFound(_, let context): return "nothing at \(path(context))"
        case .typeMismatch(let type, let context): return "no \(type) at \(path(context))"
        case .dataCorrupted(let context): return "malformed at \(path(context))"
        @unknown default: return "malformed"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "its root" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}
