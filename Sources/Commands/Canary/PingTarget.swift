import AWS
import Basics
import FoundationEssentials

/// A check in the healthchecks.io manner (its documentation, "Pinging API"): `/start` when a run begins, the address itself
/// when it went well, `/fail` when not, all with one `rid`, and the reason as the body.
///
/// The address is a secret: whoever has it can make the check green. Nothing here shows it.
struct PingTarget: Sendable {
    private let address: Secret<String>
    private let run = UUID()

    init(_ address: Secret<String>) {
        self.address = address
    }

    enum Signal: Sendable, Equatable {
        case start, success, fail
    }

    /// - Returns: what went wrong.
    func send(_ signal: Signal, reason: String = "", deadline: Deadline) async -> Problem? {
        var request = HTTPRequest(method: "POST", url: url(signal), headers: ["Content-Type": "text/plain; charset=utf-8"])
        // healthchecks.io keeps the first 100 kB; nobody reads more than a screen of it.
        request.body = Data(reason.utf8.prefix(10_000))
        return await Sending.send(request, named: "the ping", deadline: deadline)
    }

    /// The word goes behind the path, before a query.
    private func url(_ signal: Signal) -> String {
        var base = address.exposed[...]
        var query = Substring()
        if let fragment = base.firstIndex(of: "#") { base = base[..<fragment] }
        if let mark = base.firstIndex(of: "?") {
            query = base[base.index(after: mark)...]
            base = base[..<mark]
        }
        while base.hasSuffix("/") { base.removeLast() }
        let word =
            switch signal {
            case .start: "/start"
            case .success: ""
            case .fail: "/fail"
            }
        return "\(base)\(word)?\(query.isEmpty ? "" : "\(query)&")rid=\(run.uuidString.lowercased())"
    }
}

/// One attempt and another: a result that is not worth waiting for long.
enum Sending {
    /// - Parameter name: what is sent, such as `the ping`; the address stays unnamed but for its host.
    static func send(_ request: HTTPRequest, named name: String, deadline: Deadline) async -> Problem? {
        var request = request
        request.connectTimeout = .seconds(3)
        var last: Problem?
        for attempt in 0..<2 {
            if attempt > 0 {
                guard deadline.remaining > .seconds(1), (try? await Task.sleep(for: .milliseconds(500))) != nil else { break }
            }
            do throws(TransportError) {
                let answer = try await HTTPTransport.shared.send(request, deadline: deadline)
                if (200..<300).contains(answer.status) { return refusal(answer, name) }
                let host = URLAddress(request.url)?.authority ?? "its host"
                last = Problem(.failed, "\(name) was refused", cause: "\(host) answered \(answer.status)")
                guard [429, 502, 503, 504].contains(answer.status) else { return last }
            } catch {
                last = error.problem
                last?.summary = "\(name) could not be sent: \(error.problem.summary)"
                last?.hint = nil
                guard error.kind == .unreachable || error.kind == .interrupted else { return last }
            }
        }
        return last
    }

    /// An OTLP receiver says 200 and what it threw away.
    private static func refusal(_ answer: HTTPResponse, _ name: String) -> Problem? {
        struct Answer: Decodable {
            struct Partial: Decodable {
                var rejectedDataPoints: JSONTree?
                var errorMessage: String?
            }
            var partialSuccess: Partial?
        }
        guard let partial = (try? JSONDecoder().decode(Answer.self, from: answer.body))?.partialSuccess else { return nil }
        let count = partial.rejectedDataPoints.flatMap { $0.string.flatMap(Double.init) ?? $0.number } ?? 0
        guard count > 0 else { return nil }
        return Problem(.failed, "\(name) was taken in part: \(Int(count)) values were not", cause: partial.errorMessage)
    }
}
