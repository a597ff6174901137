package import AWSSigning
package import Basics
package import FoundationEssentials

/// Makes signed, retried, observed calls to AWS. One client serves every Region; services are views on it.
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
        /// `AWS_SDK_UA_APP_ID`.
        package var appID: String?
        /// The profile in use where one was named, for hints.
        package var profile: String?
        /// Told of every attempt.
        package var observer: (@Sendable (CallEvent) -> Void)?
        package var transport = HTTPTransport.shared
        package var now: @Sendable () -> Date = { Date() }
        package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        package var random: @Sendable () -> Double = { .random(in: 0..<1) }

        package init(credentials: any CredentialProvider, region: String) {
            self.credentials = credentials
            self.region = region
        }
    }

    package let configuration: Configuration
    private let cache: CredentialCache
    private let budget = RetryBudget()

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        cache = CredentialCache(configuration.credentials, now: configuration.now)
    }

    /// Credentials that still hold, for signing what is not sent through this client.
    package func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
        try await cache.credentials(deadline: deadline)
    }

    /// Makes a call, retrying as the policy says; everything ends by the deadline.
    package func call<Output>(
        _ operation: AWSOperation<Output>, in region: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> Output {
        let attempt = Attempt(
            client: self, operation: operation, region: region ?? configuration.region, deadline: deadline)
        var lastCost: Int?
        var number = 1
        while true {
            let started = ContinuousClock.now
            let outcome = await attempt.make(number)
            var event = attempt.event(outcome, number: number, took: .now - started)
            switch outcome {
            case .success(let response):
                configuration.observer?(event)
                budget.succeed(cost: lastCost)
                return try attempt.decode(response, attempts: number)
            case .failure(let failure):
                let plan = retryPlan(failure, attempt: number, deadline: deadline)
                event.retriesAfter = plan?.wait
                configuration.observer?(event)
                guard let plan else { throw attempt.error(failure.reason, attempts: failure.attempts(number)) }
                lastCost = plan.cost
                do { try await configuration.sleep(plan.wait) } catch {
                    throw attempt.error(.transport(attempt.cancelled), attempts: number)
                }
                number += 1
            }
        }
    }

    /// Nil to give up: the policy says so, the budget is spent, or the deadline would pass during the wait.
    private func retryPlan(
        _ failure: AttemptFailure, attempt: Int, deadline: Deadline
    ) -> (wait: Duration, cost: Int)? {
        guard let seen = failure.seen,
            case .retry(let wait, let cost) = configuration.retry.decide(
                seen, attempt: attempt, fraction: configuration.random()),
            wait < deadline.remaining, budget.spend(cost)
        else { return nil }
        return (wait, cost)
    }
}
