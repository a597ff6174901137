import AWSSigning
import Basics
import FoundationEssentials

/// Asks its source once, and again before what it holds expires. All who wait share one asking.
///
/// The two windows are botocore's (`RefreshableCredentials`): in the advisory one a single caller asks and the others
/// go on with what is held; in the mandatory one everybody waits. What is held serves in both where the asking fails.
actor CredentialCache {
    static let advisory: TimeInterval = 15 * 60
    static let mandatory: TimeInterval = 10 * 60
    /// How long a source that failed is left alone while the old ones hold.
    static let patience: TimeInterval = 30

    private struct Held {
        var found: FoundCredentials
        var renewal: Date
        var waiting: Date
        var expiration: Date
    }

    typealias Ask = @Sendable (Deadline) async throws(Problem) -> FoundCredentials

    private let ask: Ask
    private let now: @Sendable () -> Date
    private var held: Held?
    private var asking: Task<Result<FoundCredentials, Problem>, Never>?

    init(ask: @escaping Ask, now: @escaping @Sendable () -> Date) {
        self.ask = ask
        self.now = now
    }

    init(_ provider: any CredentialProvider, now: @escaping @Sendable () -> Date) {
        self.init(
            ask: { (deadline) async throws(Problem) in
                FoundCredentials(try await provider.credentials(deadline: deadline), source: "")
            }, now: now)
    }

    func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
        try await find(deadline: deadline).credentials
    }

    func find(deadline: Deadline) async throws(Problem) -> FoundCredentials {
        while true {
            if let held {
                let now = now()
                if now < held.renewal || (asking != nil && now < held.waiting) { return held.found }
            }
            let isMine = asking == nil
            switch await (asking ?? start(deadline)).value {
            case .success(let fresh): return fresh
            case .failure(let problem):
                if let held, now() < held.expiration { return held.found }
                // Whoever asked had less time, or was stopped: that is no answer to this caller.
                let wasCutShort = problem.kind == .timedOut || problem.kind == .cancelled
                guard wasCutShort, !isMine, !deadline.hasPassed else { throw problem }
            }
        }
    }

    /// The task is held until it has answered; it ends by the first caller's deadline.
    private func start(_ deadline: Deadline) -> Task<Result<FoundCredentials, Problem>, Never> {
        let task = Task { [ask] in
            let result: Result<FoundCredentials, Problem>
            do throws(Problem) { result = .success(try await ask(deadline)) } catch { result = .failure(error) }
            self.settle(result)
            return result
        }
        asking = task
        return task
    }

    /// Credentials that live shorter than the windows are renewed at half their life.
    private func settle(_ result: Result<FoundCredentials, Problem>) {
        asking = nil
        switch result {
        case .success(let fresh):
            let expiration = fresh.credentials.expiration ?? .distantFuture
            let life = expiration.timeIntervalSince(now())
            held = Held(
                found: fresh, renewal: expiration.addingTimeInterval(-min(Self.advisory, life / 2)),
                waiting: expiration.addingTimeInterval(-min(Self.mandatory, life / 3)), expiration: expiration)
        case .failure:
            held?.renewal = now().addingTimeInterval(Self.patience)
        }
    }
}
