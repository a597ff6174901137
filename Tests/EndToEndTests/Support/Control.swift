import AWS
import Basics
import FoundationEssentials
import TestSupport

/// The local stack's control address.
struct Control: Sendable {
    let address: String

    /// Switches a fault on, or sets AWS's clock apart, while `body` runs.
    func with<Result>(
        _ fault: [String: JSONValue]?, clockOffset: Int, _ body: () async throws -> Result
    ) async throws -> Result {
        var id: String?
        if let fault { id = try await add(fault) }
        if clockOffset != 0 { try await set(["clockOffsetSeconds": .number(Double(clockOffset))]) }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        if let id { try await remove(id) }
        if clockOffset != 0 { try await set(["clockOffsetSeconds": 0]) }
        return try result.get()
    }

    /// Switches a fault on while `body` runs.
    func withFault(_ fault: [String: JSONValue], _ body: () async throws -> Void) async throws {
        let id = try await add(fault)
        do {
            try await body()
        } catch {
            try await remove(id)
            throw error
        }
        try await remove(id)
    }

    /// - Returns: the fault's id, for ``remove(_:)``.
    func add(_ fault: [String: JSONValue]) async throws -> String {
        try await send("POST", "/faults", .object(fault))["id"]?.text ?? ""
    }

    /// Puts a thing into a state that stays until ``clearStates(of:)``, whatever the stack would make of it.
    func setState(_ state: [String: JSONValue]) async throws {
        _ = try await send("PUT", "/states", .object(state))
    }

    func clearStates(of kind: String) async throws {
        _ = try await send("DELETE", "/states?kind=\(kind)")
    }

    func set(_ settings: [String: JSONValue]) async throws {
        _ = try await send("PUT", "/settings", .object(settings))
    }

    /// How often something happened inside the stack since it came up.
    func counter(_ name: String) async throws -> Int {
        try await send("GET", "/status")["counters"]?[name]?.integer ?? 0
    }

    /// How many PutEvents calls came, in all Regions.
    func putEvents() async throws -> Int {
        try await send("GET", "/calls")["calls"]?.items.filter { $0["operation"] == "PutEvents" }
            .reduce(0) { $0 + ($1["count"]?.integer ?? 0) } ?? 0
    }

    /// How often each operation was called, by IAM's word for it, such as `events:PutEvents`.
    func calls() async throws -> [String: Int] { try await calls { _ in true } }

    /// As ``calls()``, without what functions called.
    func callsOfClients() async throws -> [String: Int] { try await calls { $0["byFunction"] == .bool(false) } }

    private func calls(_ isCounted: (JSONValue) -> Bool) async throws -> [String: Int] {
        let calls = try await send("GET", "/calls")["calls"]?.items ?? []
        return calls.filter(isCounted).reduce(into: [:]) { counts, call in
            counts["\(call["service"]?.text ?? ""):\(call["operation"]?.text ?? "")", default: 0] += call["count"]?.integer ?? 0
        }
    }

    func remove(_ fault: String) async throws {
        // One that struck as often as it was to is gone already.
        _ = try await send("DELETE", "/faults/\(fault)", accepting: [200, 404])
    }

    private func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, accepting: Set<Int> = [200, 201]
    ) async throws -> JSONValue {
        var request = HTTPRequest(method: method, url: address + path)
        request.bypassesProxy = true
        if let body { request.body = try JSONEncoder().encode(body) }
        let answer = try await HTTPTransport.shared.send(request, deadline: .after(.seconds(10)))
        guard accepting.contains(answer.status) else {
            throw Problem(
                .failed, "\(method) \(path) of the control address", cause: String(decoding: answer.body, as: UTF8.self))
        }
        return try JSONDecoder().decode(JSONValue.self, from: answer.body)
    }
}
