import FoundationEssentials
import TestSupport

/// An answer to be read, and the call it answers.
struct GivenAnswer: Decodable {
    /// botocore's service name and the operation, such as `events PutEvents`.
    var call: String
    var status: Int
    var headers: [String: String]
    var body: Data

    /// Lengths and connections are the server's own affair.
    private static let left: Set<String> = ["connection", "content-length", "transfer-encoding"]

    var reply: LoopbackServer.Reply {
        .answer(
            status: status,
            headers: headers.filter { !Self.left.contains($0.key.lowercased()) }.map { ($0.key, $0.value) }, body: Array(body))
    }
}
