import Basics
import Database
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A TCP proxy on loopback that cuts connections at a chosen moment. It sees ciphertext only, so moments are counted
/// in messages: when everything asked so far has been answered, the next bytes are the next statement.
final class CuttingProxy: Sendable {
    enum Plan: Sendable {
        case forward
        /// The client's next bytes never reach the server; then both sides are cut.
        case swallowNextRequest
        /// The client's next bytes reach the server; its answer is dropped, and both sides are cut.
        case swallowNextAnswer
        /// The client's next bytes reach the server; nothing comes back, and nobody is cut.
        case withholdAnswers
    }

    let port: Int
    /// Fires when the client closes its side.
    let clientClosed = Signal()
    /// Fires when the first bytes after ``plan`` was set have come from the client.
    let requestSeen = Signal()
    private let listener: Listener
    private let target: Int
    private let plan = Mutex(Plan.forward)
    private let accepted = Counter()

    init(to target: Int) throws {
        listener = try Listener()
        port = listener.port
        self.target = target
        onThread { self.acceptAll() }
    }

    func close() { listener.close() }

    /// How many connections it has forwarded.
    var connections: Int { accepted.value }

    func then(_ next: Plan) { plan.withLock { $0 = next } }

    private func acceptAll() {
        while true {
            let client = accept(listener.descriptor, nil, nil)
            guard client >= 0 else { return }
            accepted.increment()
            let server = Loopback.connect(port: target)
            onThread { self.pumpRequests(from: client, to: server) }
            onThread { self.pumpAnswers(from: server, to: client) }
        }
    }

    private func pumpRequests(from client: Int32, to server: Int32) {
        while true {
            let bytes = Loopback.read(client)
            if bytes.isEmpty {
                clientClosed.fire()
                cut(client, server)
                return
            }
            switch plan.withLock({ $0 }) {
            case .forward: break
            case .swallowNextRequest:
                cut(client, server)
                return
            case .swallowNextAnswer, .withholdAnswers: requestSeen.fire()
            }
            Loopback.write(bytes, to: server)
        }
    }

    private func pumpAnswers(from server: Int32, to client: Int32) {
        while true {
            let bytes = Loopback.read(server)
            if bytes.isEmpty {
                cut(client, server)
                return
            }
            switch plan.withLock({ $0 }) {
            case .forward, .swallowNextRequest: Loopback.write(bytes, to: client)
            case .withholdAnswers: break
            case .swallowNextAnswer:
                cut(client, server)
                return
            }
        }
    }

    private func cut(_ client: Int32, _ server: Int32) {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
    }
}

/// The shared server behind a proxy.
func withProxy<Result>(_ body: (CuttingProxy, DatabaseConfiguration) async throws -> Result) async throws -> Result {
    let direct = try await server()
    let proxy = try CuttingProxy(to: direct.port)
    defer { proxy.close() }
    return try await body(proxy, try await server(port: proxy.port))
}
