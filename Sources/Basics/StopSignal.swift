import Synchronization

/// The user's wish to stop (Ctrl-C), as a value handed down instead of a cancelled task.
///
/// Cancellation reaches everything beneath a task, clean-up included. Work that must tidy up after itself runs its
/// interruptible part inside ``run(_:)`` and its clean-up outside.
package final class StopSignal: Sendable {
    private struct State {
        var isRequested = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var isRequested: Bool { state.withLock(\.isRequested) }

    /// Tells everybody who waits. Further calls change nothing.
    package func request() {
        let waiters = state.withLock { state in
            state.isRequested = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when a stop was requested or the calling task is cancelled.
    package func wait() async {
        let ticket = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isRequested || Task.isCancelled { return true }
                    state.waiters[ticket] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
    }

    /// Runs `body` until it ends, or cancels it when a stop is requested; returns what it returned either way.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) async -> Result {
        await withTaskGroup(of: Result?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await self.wait()
                return nil
            }
            var answer: Result?
            while answer == nil, let ended = await group.next() {
                // The first to end decides; either way the other one has no more business here.
                group.cancelAll()
                answer = ended
            }
            return answer!
        }
    }
}
