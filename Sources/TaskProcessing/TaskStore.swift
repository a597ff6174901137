import Basics
package import Database
import FoundationEssentials
import TaskSystem

/// The way from a handler to the database: a kept connection, a transaction or a read on it, and what it cost.
package struct TaskStore: Sendable {
    private let database: ReconnectingDatabase
    private let retry: ConflictRetry

    package init(database: ReconnectingDatabase, retry: ConflictRetry = .standard) {
        self.database = database
        self.retry = retry
    }

    /// What a write took, for the log.
    struct Cost: Sendable {
        /// How long it took to have a connection: next to nothing for a kept one.
        var connect: Duration = .zero
        /// From sending COMMIT to its answer.
        var commit: Duration = .zero
        /// How often the transaction was tried; more than once after conflicts.
        var attempts = 0
    }

    func apply(
        _ change: TaskWriter.Change, _ origin: TaskWriter.Origin, deadline: Deadline
    ) async throws -> (TaskWriter.Result, Cost) {
        let writer = TaskWriter(origin: origin)
        return try await onConnection(deadline: deadline) { connection, connect in
            var cost = Cost(connect: connect)
            var written = ContinuousClock.now
            let result = try await connection.transaction(deadline: deadline, retrying: retry) { transaction in
                cost.attempts += 1
                let result = try await writer.apply(change, in: transaction, deadline: deadline)
                written = .now
                return result
            }
            cost.commit = written.duration(to: .now)
            return (result, cost)
        }
    }

    func page(limit: Int, after cursor: PageCursor?, deadline: Deadline) async throws -> TaskReader.Page {
        try await onConnection(deadline: deadline) { connection, _ in
            try await TaskReader.page(limit: limit, after: cursor, on: connection, deadline: deadline)
        }
    }

    func task(_ id: UUID, deadline: Deadline) async throws -> TaskReader.TaskRecord? {
        try await onConnection(deadline: deadline) { connection, _ in
            try await TaskReader.task(id, on: connection, deadline: deadline)
        }
    }

    /// A connection kept from an earlier invocation may have died while the environment was frozen, which shows only when it
    /// is used. If nothing was kept by the server, that is no reason to fail: a new connection gets one try.
    private func onConnection<Value>(
        deadline: Deadline, _ body: (DatabaseConnection, _ connect: Duration) async throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        var isOld = false
        func use() async throws -> Value {
            try await database.withConnection(deadline: deadline) { connection in
                isOld = connection.openedAt < start
                return try await body(connection, start.duration(to: .now))
            }
        }
        do {
            return try await use()
        } catch let error as DatabaseError where isOld && error.outcome == .notKept && error.kind == .unreachable {
            return try await use()
        }
    }
}

extension InvocationFailure {
    /// A failure of the database in the words of ``errorType``; alarms and people tell them apart by it.
    static func database(_ error: any Error) -> InvocationFailure {
        let problem =
            switch error {
            case let error as DatabaseError: error.problem
            case let error as ColumnError: error.problem
            case let error as Problem: error
            default: Problem(.defect, "an unexpected error", cause: String(describing: type(of: error)))
            }
        let type =
            switch problem.kind {
            case .unknownOutcome: "DatabaseOutcomeUnknown"
            case .conflict: "DatabaseConflict"
            case .timedOut: "DatabaseTimedOut"
            case .unreachable: "DatabaseUnreachable"
            case .credentials, .denied: "DatabaseAccessDenied"
            case .throttled: "DatabaseThrottled"
            default: "DatabaseFailed"
            }
        return InvocationFailure(errorType: type, message: problem.description)
    }
}
