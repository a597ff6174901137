package import Basics

/// The rules that decide what a failure means for the data. No I/O, no clock: tests read them as tables.
enum TransactionRules {
    /// What is known about the changes after a statement failed.
    ///
    /// A statement that keeps its work when it ends (COMMIT, or any write outside a transaction) leaves a doubt when
    /// its answer is missing. An ERROR is a clear answer, with three exceptions: the server's own "I do not know",
    /// an internal error, and a session that ended (FATAL, PANIC) while it was at it.
    static func outcome(
        statement: StatementKind, inTransaction: Bool, sent: Bool, cause: DatabaseError.Cause, severity: String?,
        sqlState: String?
    ) -> DatabaseError.Outcome {
        let keepsItsWork = statement.commits || (!inTransaction && !statement.onlyReads)
        guard sent, keepsItsWork else { return .notKept }
        switch cause {
        case .closed, .invalidStatement: return .notKept
        case .connectionLost, .deadline, .cancelled: return .unknown
        case .server:
            guard let sqlState else { return .unknown }
            if SQLState.conflicts.contains(sqlState) { return .notKept }
            let doubtful = SQLState.unknownOutcomes.contains(sqlState) || sqlState == SQLState.internalError
            return doubtful || severity == "FATAL" || severity == "PANIC" ? .unknown : .notKept
        }
    }

    enum Retry: Equatable {
        case after(Duration)
        case giveUp
    }

    /// Whether the whole transaction is tried again. Only conflicts are: after a lost connection or an unknown
    /// outcome a second try could apply the change twice.
    static func retry(
        isConflict: Bool, failures: Int, policy: ConflictRetry, remaining: Duration, fraction: Double
    ) -> Retry {
        guard isConflict, failures < policy.maximumAttempts else { return .giveUp }
        let delay = policy.backoff.delay(afterFailure: failures - 1, fraction: fraction)
        return delay < remaining ? .after(delay) : .giveUp
    }

    /// A COMMIT in a transaction that had already failed is answered as a success with the tag ROLLBACK.
    static func commitWasKept(commandTag: String) -> Bool {
        StatementKind(of: commandTag).word != "ROLLBACK"
    }
}

/// How often and how patiently conflicting transactions are tried again.
package struct ConflictRetry: Sendable {
    package var maximumAttempts: Int
    package var backoff: Backoff
    /// Where in each waiting window to land, 0 ..< 1.
    package var fraction: @Sendable () -> Double

    package init(
        maximumAttempts: Int = 10, backoff: Backoff = Backoff(base: .milliseconds(20), cap: .seconds(1)),
        fraction: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.maximumAttempts = maximumAttempts
        self.backoff = backoff
        self.fraction = fraction
    }

    package static let standard = ConflictRetry()
    /// One try: a conflict is the caller's to handle.
    package static let never = ConflictRetry(maximumAttempts: 1)
}
