package import AWSSigning
package import Basics
package import FoundationEssentials
import Synchronization

/// Makes signed, paced, retried, observed calls to AWS. One client serves every Region; services are views on it.
package struct AWSClient: Sendable {
    package struct Configuration: Sendable {
        package var credentials: any CredentialProvider
        /// Used where a call names no Region.
        package var region: String
        package var endpoints = EndpointSettings()
        package var retry = RetryPolicy()
        /// How long one attempt may take, so that a hung connection leaves time for another.
        package var attemptTimeout = Duration.seconds(20)
        package var connectTimeout = Duration.seconds(5)
        package var caBundle: String?
        /// Nil leaves proxies to libcurl, which reads the environment itself.
        package var proxy: ProxySettings?
        package var userAgent = UserAgent()
        /// The profile in use where one was named, for hints.
        package var profile: String?
        /// The part of AWS's published quotas this client may use; what is left belongs to the account's other tools.
        package var quotaShare = 0.5
        /// Told of every attempt.
        package var observer: (@Sendable (CallEvent) -> Void)?
        package var transport = HTTPTransport.shared
        package var now: @Sendable () -> Date = { Date() }
        /// Seconds of a clock that never jumps, for pacing.
        package var uptime: @Sendable () -> Double = Uptime.seconds
        package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        package var random: @Sendable () -> Double = { .random(in: 0..<1) }

        package init(credentials: any CredentialProvider, region: String) {
            self.credentials = credentials
            self.region = region
        }

        /// `AWS_SDK_UA_APP_ID`.
        package var appID: String? {
            get { userAgent.appID }
            set { userAgent.appID = newValue }
        }
    }

    /// What the calls of one client share.
    private final class Shared: Sendable {
        let budget = RetryBudget()
        let pacer: Pacer
        let clock = Mutex((offset: TimeInterval(0), isKnown: false))

        init(_ configuration: Configuration) {
            pacer = Pacer(share: configuration.quotaShare, isAdaptive: configuration.retry.mode == .adaptive)
        }
    }

    package let configuration: Configuration
    private let cache: CredentialCache
    private let shared: Shared
    private let userAgents: (plain: String, overridden: String)

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        cache = CredentialCache(configuration.credentials, now: configuration.now)
        shared = Shared(configuration)
        let mode = configuration.retry.mode
        userAgents = (
            configuration.userAgent.text(retryMode: mode, hasEndpointOverride: false),
            configuration.userAgent.text(retryMode: mode, hasEndpointOverride: true)
        )
    }

    /// Credentials that still hold, for signing what is not sent through this client.
    package func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
        try await cache.credentials(deadline: deadline)
    }

    /// What has to be added to this machine's time to get AWS's; zero until AWS has refused a signature for it.
    package var clockOffset: TimeInterval { shared.clock.withLock(\.offset) }

    /// AWS's time, as far as it is known: what signatures are made with.
    package var signingTime: Date { configuration.now().addingTimeInterval(clockOffset) }

    /// Whether this machine's clock was found to be off, for what is signed here and sent by others: a database that
    /// refuses its token tells no time to correct it by. Asks AWS where no call has shown it yet, with a call that
    /// needs no permission (IAM user guide, "GetCallerIdentity").
    package func hasCorrectedClock(in region: String, deadline: Deadline) async -> Bool {
        if !shared.clock.withLock(\.isKnown) { _ = try? await sts(region).getCallerIdentity(deadline: deadline) }
        return clockOffset != 0
    }

    func userAgent(for service: AWSService) -> String {
        configuration.endpoints.configuredURL(for: service) == nil ? userAgents.plain : userAgents.overridden
    }

    /// Where a call stands between its attempts.
    struct Progress {
        /// Of the attempt at hand, from 1.
        var number = 1
        /// What the last retry had cost.
        var lastCost: Int?
        var hasCorrectedClock = false
    }

    /// Makes a call, retrying as the policy says; everything ends by the deadline.
    package func call<Output>(
        _ operation: AWSOperation<Output>, in region: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> Output {
        let attempt = Attempt(
            client: self, operation: operation, region: region ?? configuration.region, deadline: deadline)
        var progress = Progress()
        while true {
            let paced = try await turn(attempt, number: progress.number)
            let started = ContinuousClock.now
            let record = await attempt.make(progress.number)
            var event = attempt.event(record, number: progress.number, took: .now - started)
            event.paced = paced
            switch record.outcome {
            case .success(let response):
                succeed(attempt, progress, event)
                return try attempt.decode(response, attempts: progress.number)
            case .failure(let failure):
                try await again(after: failure, attempt, &progress, event)
            }
        }
    }

    func succeed<Output>(_ attempt: Attempt<Output>, _ progress: Progress, _ event: CallEvent) {
        note(nil, attempt)
        configuration.observer?(event)
        shared.budget.succeed(cost: progress.lastCost)
        shared.clock.withLock { $0.isKnown = true }
    }

    /// Waits for the next attempt, or throws where there is none.
    func again<Output>(
        after failure: AttemptFailure, _ attempt: Attempt<Output>, _ progress: inout Progress, _ event: CallEvent
    ) async throws(AWSError) {
        note(failure, attempt)
        let number = progress.number
        let plan: (wait: Duration, cost: Int)?
        if let offset = failure.skew, !progress.hasCorrectedClock, number < configuration.retry.maxAttempts {
            // The same request, signed with AWS's time, is not expected to fail: it costs nothing.
            progress.hasCorrectedClock = true
            shared.clock.withLock { $0.offset = offset }
            plan = (.zero, 0)
        } else {
            plan = retryPlan(failure, attempt: number, deadline: attempt.deadline)
        }
        var event = event
        event.retriesAfter = plan?.wait
        configuration.observer?(event)
        guard let plan else {
            throw attempt.error(
                failure.reason, attempts: failure.attempts(number), validation: failure.validation)
        }
        if plan.cost > 0 { progress.lastCost = plan.cost }
        try await pause(plan.wait, attempt, attempts: number)
        progress.number += 1
    }

    /// Waits until the operation's pace allows another request.
    func turn<Output>(_ attempt: Attempt<Output>, number: Int) async throws(AWSError) -> Duration {
        guard
            let seconds = shared.pacer.reserve(
                attempt.operation.service, attempt.operation.name, region: attempt.region,
                limit: attempt.deadline.remaining.seconds,
                at: configuration.uptime())
        else {
            // A deadline that has passed is the transport's to report.
            if attempt.deadline.hasPassed { return .zero }
            throw attempt.error(.unprepared(attempt.outOfTurn), attempts: number - 1)
        }
        guard seconds > 0 else { return .zero }
        let wait = Duration.seconds(seconds)
        try await pause(wait, attempt, attempts: number - 1)
        return wait
    }

    private func pause<Output>(
        _ wait: Duration, _ attempt: Attempt<Output>, attempts: Int
    ) async throws(AWSError) {
        guard wait > .zero else { return }
        do { try await configuration.sleep(wait) } catch {
            throw attempt.error(.transport(attempt.cancelled), attempts: attempts)
        }
    }

    /// Lets the pace follow what AWS answers; no failure is a success.
    private func note<Output>(_ failure: AttemptFailure?, _ attempt: Attempt<Output>) {
        var isThrottled = false
        if let failure {
            guard let seen = failure.seen else { return }
            isThrottled = RetryPolicy.sort(seen) == .throttled
        }
        shared.pacer.answered(
            attempt.operation.service, attempt.operation.name, region: attempt.region, throttled: isThrottled,
            at: configuration.uptime())
    }

    /// Nil to give up: the policy says so, the budget is spent, or the deadline would pass during the wait.
    private func retryPlan(
        _ failure: AttemptFailure, attempt: Int, deadline: Deadline
    ) -> (wait: Duration, cost: Int)? {
        guard let seen = failure.seen,
            case .retry(let wait, let cost) = configuration.retry.decide(
                seen, attempt: attempt, fraction: configuration.random()),
            wait < deadline.remaining, shared.budget.spend(cost)
        else { return nil }
        return (wait, cost)
    }
}

/// Seconds since this program first asked.
package enum Uptime {
    private static let start = ContinuousClock.now
    package static let seconds: @Sendable () -> Double = { start.duration(to: .now).seconds }
}
