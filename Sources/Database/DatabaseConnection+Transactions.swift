package import Basics

extension DatabaseConnection {
    /// Runs `body` between BEGIN and COMMIT, and the whole of it again when it meets a conflicting writer.
    ///
    /// `body` may run several times, so it must have no effect but on the database. An error from it rolls back. After
    /// a lost connection nothing is sent any more: the server rolls back by itself. When COMMIT was sent and its
    /// answer is missing, the error's kind is `unknownOutcome`, and nothing is tried again.
    package func transaction<Result>(
        deadline: Deadline, retrying policy: ConflictRetry = .standard, isolation: isolated (any Actor)? = #isolation,
        body: (DatabaseConnection) async throws -> Result
    ) async throws -> Result {
        try await DatabaseConnection.retryingConflicts(policy, deadline: deadline) {
            guard await !isInTransaction else {
                throw Problem(.defect, "a transaction was begun inside another one", hint: "please report this")
            }
            try await execute("BEGIN", deadline: deadline)
            let result: Result
            do {
                result = try await body(self)
            } catch {
                await rollBack(deadline: deadline)
                throw error
            }
            do {
                try await execute("COMMIT", deadline: deadline)
            } catch {
                // A COMMIT that was never sent leaves the transaction open.
                await rollBack(deadline: deadline)
                throw error
            }
            return result
        }
    }

    /// Runs `operation` until it ends without a conflict, waiting a random time that grows between tries, within the
    /// deadline. For a single statement outside a transaction, or several transactions that belong together.
    package static func retryingConflicts<Result>(
        _ policy: ConflictRetry = .standard, deadline: Deadline, isolation: isolated (any Actor)? = #isolation,
        operation: () async throws -> Result
    ) async throws -> Result {
        var failures = 0
        while true {
            do {
                return try await operation()
            } catch var error as DatabaseError {
                failures += 1
                error.attempts = failures
                let decision = TransactionRules.retry(
                    isConflict: error.isConflict, failures: failures, policy: policy, remaining: deadline.remaining,
                    fraction: policy.fraction())
                guard case .after(let delay) = decision else { throw error }
                try await Task.sleep(for: delay)
            }
        }
    }

    /// Ends a transaction that failed. Where there is no time or no task left to ask for it, closing does the same.
    private func rollBack(deadline: Deadline) async {
        guard isOpen, isInTransaction else { return }
        if Task.isCancelled || deadline.hasPassed {
            abort(because: "it was closed to roll back")
            return
        }
        do {
            try await execute("ROLLBACK", deadline: deadline)
        } catch {
            abort(because: "it was closed to roll back")
        }
    }
}
