// Looking names up, with an end: getaddrinfo can block for as long as the resolver's own retries last.
internal import Basics
internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

enum Resolver {
    enum Failure: Error, Equatable {
        case notFound(String)
        case deadlinePassed
        case cancelled
    }

    /// Ends waits, and is never itself blocked.
    private static let timer = DispatchQueue(label: "taskops.database.resolver.timer")

    /// The numeric addresses of a host, in the order the system prefers (RFC 6724).
    ///
    /// A lookup that is given up goes on in the background until the system ends it, and its answer is dropped.
    static func addresses(of host: String, deadline: Deadline) async throws(Failure) -> [String] {
        let once = Once()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                once.wait(continuation)
                // A serial queue of its own gets a thread of its own. A shared concurrent queue has as many as there
                // are cores, and two lookups that hang would hold up every other Region's.
                DispatchQueue(label: "taskops.database.resolver").async { once.resume(lookUp(host)) }
                timer.asyncAfter(deadline: .now() + deadline.remaining.seconds) { once.resume(.failure(.deadlinePassed)) }
            }
        } onCancel: {
            once.resume(.failure(.cancelled))
        }
        return try result.get()
    }

    private typealias Answer = Result<[String], Failure>

    /// Takes the first of several answers, even one that comes before anybody waits.
    private final class Once: Sendable {
        private enum State {
            case idle
            case waiting(CheckedContinuation<Answer, Never>)
            case answered(Answer)
        }

        private let state = Mutex(State.idle)

        func wait(_ continuation: CheckedContinuation<Answer, Never>) {
            let early: Answer? = state.withLock { state in
                if case .answered(let answer) = state { return answer }
                state = .waiting(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }

        func resume(_ answer: Answer) {
            let waiting: CheckedContinuation<Answer, Never>? = state.withLock { state in
                switch state {
                case .answered: return nil
                case .idle:
                    state = .answered(answer)
                    return nil
                case .waiting(let continuation):
                    state = .answered(answer)
                    return continuation
                }
            }
            waiting?.resume(returning: answer)
        }
    }

    private static func lookUp(_ host: String) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &found)
        guard status == 0 else { return .failure(.notFound(String(cString: gai_strerror(status)))) }
        defer { freeaddrinfo(found) }

        var addresses: [String] = []
        var entry = found
        while let current = entry {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let info = current.pointee
            if getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                addresses.append(String(decoding: bytes, as: UTF8.self))
            }
            entry = info.ai_next
        }
        return .success(addresses)
    }
}
