import Basics
import Synchronization

/// Whether and when a failed attempt is made again: AWS's standard mode in the form that holds since late 2026 (botocore
/// 1.44, `retries/standard.py`, which no longer reads `AWS_NEW_RETRIES_2026`). Pure: status, code and attempt in, decision
/// out.
package struct RetryPolicy: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable {
        case standard
        /// Standard, and requests held back to the rate that AWS was seen to take.
        case adaptive
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

    package init(maxAttempts: Int = 3, mode: Mode = .standard) {
        self.maxAttempts = max(1, maxAttempts)
        self.mode = mode
    }

    static let throttleCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException",
    ]
    /// The last one is STS's alone: the provider of an identity may be slow to answer it.
    static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "IDPCommunicationError",
    ]
    /// What comes with status 429 and is not tried again, because CloudWatch's and AWS Sign-In's models name it as an
    /// error of its own, and not as a throttling one.
    static let notThrottledCodes: Set<String> = ["ConcurrentModificationException", "TooManyRequestsError"]
    static let transientStatuses: Set<Int> = [500, 502, 503, 504]

    private static let transientBackoff = Backoff(base: .milliseconds(50), cap: .seconds(20))
    private static let throttledBackoff = Backoff(base: .seconds(1), cap: .seconds(20))

    package static func sort(_ failure: Failure) -> Sort {
        switch failure {
        case .answered(let status, let code, _):
            if let code, throttleCodes.contains(code) { return .throttled }
            if let code, transientCodes.contains(code) { return .transient }
            // A gateway may say 429 without any code of AWS's.
            if status == 429 { return notThrottledCodes.contains(code ?? "") ? .final : .throttled }
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
