import AWSSigning
import FoundationEssentials

/// One call ready to be made: where it goes, what it carries and how its answer is read.
package struct AWSOperation<Output: Sendable>: Sendable {
    let service: AWSService
    /// As AWS names it, such as `PutEvents`.
    let name: String
    var method = "POST"
    /// The path below the endpoint, encoded.
    var path = "/"
    var query: [(name: String, value: String)] = []
    var headers: HTTPHeaders = [:]
    var body: @Sendable () throws -> Data = { Data() }
    /// Of an EventBridge global endpoint to send this to.
    var globalEndpointID: String?
    /// What the model writes before the endpoint's host.
    var hostPrefix: String?
    /// For calls that may rightly take minutes: no limit on one attempt but the deadline.
    var isLong = false
    let decode: @Sendable (HTTPResponse) throws -> Output

    var queryString: String {
        query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    }

    /// A JSON 1.0 or 1.1 operation.
    static func json(
        _ service: AWSService, _ name: String, _ input: some Encodable & Sendable, as output: Output.Type = Output.self
    ) -> AWSOperation where Output: Decodable {
        json(service, name, input) { try AWSJSON.decode(Output.self, $0.body) }
    }

    /// One whose answer is read in a way of its own.
    static func json(
        _ service: AWSService, _ name: String, _ input: some Encodable & Sendable,
        decode: @escaping @Sendable (HTTPResponse) throws -> Output
    ) -> AWSOperation {
        var operation = AWSOperation(service: service, name: name, decode: decode)
        operation.send(input)
        return operation
    }

    private mutating func send(_ input: some Encodable & Sendable) {
        if case .json(let version, let target, let queryCompatible) = service.wire {
            headers = ["Content-Type": "application/x-amz-json-\(version)", "X-Amz-Target": "\(target).\(name)"]
            if queryCompatible { headers.add("x-amzn-query-mode", "true") }
        }
        body = { try AWSJSON.encode(input) }
    }

    /// A JSON operation whose answer is an event stream.
    static func eventStream(
        _ service: AWSService, _ name: String, hostPrefix: String?, _ input: some Encodable & Sendable
    ) -> AWSOperation where Output == Void {
        var operation = AWSOperation(service: service, name: name) { _ in }
        operation.send(input)
        operation.hostPrefix = hostPrefix
        return operation
    }

    /// A REST-JSON operation that reads.
    static func get(
        _ service: AWSService, _ name: String, path: String, query: [(name: String, value: String?)] = [],
        as output: Output.Type = Output.self
    ) -> AWSOperation where Output: Decodable {
        AWSOperation(
            service: service, name: name, method: "GET", path: path,
            query: query.compactMap { pair in pair.value.map { (pair.name, $0) } }
        ) { try AWSJSON.decode(Output.self, $0.body) }
    }

    /// A query operation: a form in, XML out.
    static func query(
        _ service: AWSService, _ name: String, _ parameters: [(name: String, value: String)],
        decode: @escaping @Sendable (XMLScan) throws -> Output
    ) -> AWSOperation {
        form(service, name, parameters) { try decode(XMLScan($0.body)) }
    }

    /// A query operation whose answer holds lists: what stands in `<NAMEResponse><NAMEResult>` is read.
    static func queryResult(
        _ service: AWSService, _ name: String, _ parameters: [(name: String, value: String)],
        decode: @escaping @Sendable (XMLElement) throws -> Output
    ) -> AWSOperation {
        form(service, name, parameters) { response in
            guard let result = try XMLElement(response.body).child("\(name)Result") else {
                throw XMLScan.Missing(element: "\(name)Result")
            }
            return try decode(result)
        }
    }

    private static func form(
        _ service: AWSService, _ name: String, _ parameters: [(name: String, value: String)],
        decode: @escaping @Sendable (HTTPResponse) throws -> Output
    ) -> AWSOperation {
        var operation = AWSOperation(service: service, name: name, decode: decode)
        guard case .query(let version) = service.wire else { return operation }
        operation.headers = ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"]
        let form = ([("Action", name), ("Version", version)] + parameters).map {
            "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))"
        }.joined(separator: "&")
        operation.body = { Data(form.utf8) }
        return operation
    }
}
