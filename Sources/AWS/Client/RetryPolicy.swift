import Basics
import Synchronization

/// Whether and when a failed attempt is made again: AWS's standard mode (botocore 1.43, `retries/standard.py`).
/// Pure: status, code and attempt in, decision out.
package struct RetryPolicy: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable {
        case standard
        /// Standard, and requests held back to the rate that AWS was seen to take.
        case adaptive
    }

    /// AWS announced new waits and costs for late 2026; `AWS_NEW_RETRIES_2026` chooses between them and the old ones.
    package enum Form: Sendable, Hashable {
        /// Short waits after failures that pass, longer ones after throttling; the service may ask for more.
        case current
        /// One scale of waits for all, and time-outs dearer than the rest.
        case before2026
    }

    /// What a failure looks like from outside.
    package enum Failure: Sendable, Hashable {
        /// The service answered.
        case answered(status: Int, code: String?, retryAfter: Duration?)
        /// No whole answer came.
        case transport(TransportError.Kind)
    }

    package enum Sort: Sendable, Hashable {
        case throttled, transient, final
    }

    package enum Decision: Sendable, Hashable {
        case giveUp
        /// Try again after the wait, if that many tokens are left.
        case retry(after: Duration, cost: Int)
    }

    /// All attempts, the first included.
    package var maxAttempts: Int
    package var mode: Mode
    package var form: Form

    package init(maxAttempts: Int = 3, mode: Mode = .standard, form: Form = .current) {
        self.maxAttempts = max(1, maxAttempts)
        self.mode = mode
        self.form = form
    }

    static let throttleCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException",
    ]
    static let transientCodes: Set<String> = ["RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"]
    static let transientStatuses: Set<Int> = [500, 502, 503, 504]

    private static let transientBackoff = Backoff(base: .milliseconds(50), cap: .seconds(20))
    private static let throttledBackoff = Backoff(base: .seconds(1), cap: .seconds(20))

    package static func sort(_ failure: Failure) -> Sort {
        switch failure {
        case .answered(let status, let code, _):
            if let code, throttleCodes.contains(code) { return .throttled }
            if let code, transientCodes.contains(code) { return .transient }
            // A gateway may say 429 without any code of AWS's.
            if status == 429 { return .throttled }
            return transientStatuses.contains(status) ? .transient : .final
        case .transport(.unreachable), .transport(.interrupted), .transport(.timedOut):
            return .transient
        case .transport:
            return .final
        }
    }

    /// - Parameters:
    ///   - attempt: how many attempts have been made, from 1.
    ///   - fraction: where in the window of waits to land, 0 ..< 1.
    package func decide(_ failure: Failure, attempt: Int, fraction: Double) -> Decision {
        let sort = Self.sort(failure)
        guard sort != .final, attempt < maxAttempts else { return .giveUp }
        guard form == .current else {
            let wait = Self.throttledBackoff.delay(afterFailure: attempt - 1, fraction: fraction)
            return .retry(after: wait, cost: failure == .transport(.timedOut) ? 10 : 5)
        }
        let isThrottled = sort == .throttled
        var wait = (isThrottled ? Self.throttledBackoff : Self.transientBackoff)
            .delay(afterFailure: attempt - 1, fraction: fraction)
        if case .answered(_, _, let asked?) = failure {
            // The service may lengthen the wait, by at most five seconds, and never shorten it.
            wait = max(wait, min(asked, wait + .seconds(5)))
        }
        return .retry(after: wait, cost: isThrottled ? 5 : 14)
    }
}

/// Keeps a client from multiplying an outage: every retry costs tokens, and only successes bring them back.
///
/// Shared by all calls of a client, whatever the service.
final class RetryBudget: Sendable {
    static let capacity = 500
    private let tokens = Mutex(RetryBudget.capacity)

    var available: Int { tokens.withLock(\.self) }

    func spend(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// - Parameter cost: what the last retry of the call that succeeded had cost; nil when it needed none.
    func succeed(cost: Int?) {
        tokens.withLock { $0 = min(Self.capacity, $0 + (cost ?? 1)) }
    }
}
