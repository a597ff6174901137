import Synchronization

/// Counts the requests that go out while a piece of work runs, retries included, whichever clients it uses.
///
/// Bound with `CallTally.$current.withValue(tally) { … }`: everything called beneath, in child tasks too, counts.
package final class CallTally: Sendable {
    @TaskLocal package static var current: CallTally?

    private let count = Mutex(0)

    package init() {}

    package var requests: Int { count.withLock(\.self) }

    func add() { count.withLock { $0 += 1 } }
}
