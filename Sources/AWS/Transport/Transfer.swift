import FoundationEssentials
import Synchronization

/// One request on its way, shared by curl's thread (which feeds it) and the one task that waits for it.
final class Transfer: Sendable {
    let request: HTTPRequest
    let address: URLAddress
    /// When curl gives up by itself; nil waits for ever.
    let expiry: ContinuousClock.Instant?
    private let shared: Mutex<Shared>

    private struct Shared {
        var state: TransferState
        /// Looks at the state, and resumes its task when it finds there what it waits for.
        var waiter: (@Sendable (inout TransferState) -> Bool)?
    }

    init(request: HTTPRequest, address: URLAddress, expiry: ContinuousClock.Instant?, state: TransferState) {
        self.request = request
        self.address = address
        self.expiry = expiry
        shared = Mutex(Shared(state: state, waiter: nil))
    }

    /// Changes the state, then wakes the waiting task if what it waits for has come.
    @discardableResult
    func update<Result: Sendable>(_ change: (inout TransferState) -> Result) -> Result {
        shared.withLock { shared in
            let result = change(&shared.state)
            if let waiter = shared.waiter, waiter(&shared.state) { shared.waiter = nil }
            return result
        }
    }

    /// Suspends until `condition` finds what it looks for; it is asked under the lock, so nothing slips past. One task at a time may wait.
    func wait<Result: Sendable>(for condition: @escaping @Sendable (inout TransferState) -> Result?) async -> Result {
        await withCheckedContinuation { continuation in
            shared.withLock { shared in
                precondition(shared.waiter == nil, "two tasks wait for one transfer")
                if let found = condition(&shared.state) {
                    continuation.resume(returning: found)
                } else {
                    shared.waiter = { state in
                        guard let found = condition(&state) else { return false }
                        continuation.resume(returning: found)
                        return true
                    }
                }
            }
        }
    }

    /// Ends the transfer as timed out at that moment, unless the task is cancelled or anything arrives before.
    func expire(
        at instant: ContinuousClock.Instant, on loop: CurlLoop, _ detail: String, whateverArrives: Bool = false
    ) -> Task<Void, Never> {
        let seen = update(\.arrivals)
        return Task {
            do { try await Task.sleep(until: instant, clock: .continuous) } catch { return }
            let isOver = self.update { state in
                guard whateverArrives || state.arrivals == seen else { return false }
                state.finish(.failure(self.failure(.timedOut, detail)))
                return true
            }
            if isOver { loop.cancel(self) }
        }
    }

    func failure(_ kind: TransportError.Kind, _ detail: String) -> TransportError {
        TransportError(kind: kind, host: address.host, port: address.port, detail: detail)
    }
}
