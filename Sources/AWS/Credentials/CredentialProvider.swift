package import AWSSigning
package import Basics
import FoundationEssentials

/// A source of credentials. It says in its problem what it tried.
package protocol CredentialProvider: Sendable {
    func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials
}

/// Credentials known beforehand.
package struct StaticCredentials: CredentialProvider {
    let held: AWSCredentials

    package init(_ credentials: AWSCredentials) {
        held = credentials
    }

    package func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials { held }
}

/// Asks its provider once, and again before what it holds expires. All who wait share one asking.
actor CredentialCache {
    /// From here before expiry on, new ones are sought, and the old ones still serve where none come
    /// (botocore's advisory refresh window).
    static let advance: TimeInterval = 15 * 60

    private let provider: any CredentialProvider
    private let now: @Sendable () -> Date
    private var held: AWSCredentials?
    private var asking: Task<Result<AWSCredentials, Problem>, Never>?

    init(_ provider: any CredentialProvider, now: @escaping @Sendable () -> Date) {
        self.provider = provider
        self.now = now
    }

    func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
        if let held, remaining(held) > Self.advance { return held }
        let task = asking ?? ask(deadline)
        let result = await task.value
        switch result {
        case .success(let fresh): return fresh
        case .failure(let problem):
            if let held, remaining(held) > 0 { return held }
            throw problem
        }
    }

    /// The task is held until it has answered; it ends by the first caller's deadline.
    private func ask(_ deadline: Deadline) -> Task<Result<AWSCredentials, Problem>, Never> {
        let task = Task { [provider] in
            let result: Result<AWSCredentials, Problem>
            do throws(Problem) { result = .success(try await provider.credentials(deadline: deadline)) } catch {
                result = .failure(error)
            }
            self.settle(result)
            return result
        }
        asking = task
        return task
    }

    private func settle(_ result: Result<AWSCredentials, Problem>) {
        asking = nil
        if case .success(let fresh) = result { held = fresh }
    }

    private func remaining(_ credentials: AWSCredentials) -> TimeInterval {
        credentials.expiration.map { $0.timeIntervalSince(now()) } ?? .infinity
    }
}
