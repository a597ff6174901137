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
    /// From this long before expiry new ones are sought, and the old ones still serve where none come (botocore's
    /// advisory refresh window); credentials that live shorter are renewed at half their life.
    static let advance: TimeInterval = 15 * 60
    /// How long a source that failed is left alone while the old ones hold.
    static let patience: TimeInterval = 30

    private struct Held {
        var credentials: AWSCredentials
        var renewal: Date
        var expiration: Date
    }

    private let provider: any CredentialProvider
    private let now: @Sendable () -> Date
    private var held: Held?
    private var asking: Task<Result<AWSCredentials, Problem>, Never>?

    init(_ provider: any CredentialProvider, now: @escaping @Sendable () -> Date) {
        self.provider = provider
        self.now = now
    }

    func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
        if let held, now() < held.renewal { return held.credentials }
        while true {
            let isMine = asking == nil
            switch await (asking ?? ask(deadline)).value {
            case .success(let fresh): return fresh
            case .failure(let problem):
                if let held, now() < held.expiration { return held.credentials }
                // Whoever asked had less time, or was stopped: that is no answer to this caller.
                let wasCutShort = problem.kind == .timedOut || problem.kind == .cancelled
                guard wasCutShort, !isMine, !deadline.hasPassed else { throw problem }
            }
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
        switch result {
        case .success(let fresh):
            let expiration = fresh.expiration ?? .distantFuture
            let life = expiration.timeIntervalSince(now())
            let renewal = expiration.addingTimeInterval(-min(Self.advance, life / 2))
            held = Held(credentials: fresh, renewal: renewal, expiration: expiration)
        case .failure:
            held?.renewal = now().addingTimeInterval(Self.patience)
        }
    }
}
