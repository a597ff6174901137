import FoundationEssentials

/// An answer as API Gateway's proxy integration expects it.
///
/// Source: API Gateway developer guide, "Lambda proxy integrations", output format: statusCode, headers, a body that is a string.
struct ProxyResponse: Sendable, Encodable {
    var statusCode: Int
    var headers: [String: String]
    var body: String
    var isBase64Encoded = false

    init(_ statusCode: Int, _ value: some Encodable, headers: [String: String] = [:]) {
        self.statusCode = statusCode
        self.headers = headers.merging(["Content-Type": "application/json"]) { given, _ in given }
        body = String(decoding: answerJSON(value), as: UTF8.self)
    }

    /// A refusal: one sentence under `error`.
    static func refusal(_ statusCode: Int, _ sentence: String, headers: [String: String] = [:]) -> ProxyResponse {
        ProxyResponse(statusCode, ["error": sentence], headers: headers)
    }

    var json: Data { answerJSON(self) }
}

/// Sorted keys make answers comparable. Everything answered here is strings, numbers and lists of them, which always encode.
func answerJSON(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)) ?? Data("{}".utf8)
}
