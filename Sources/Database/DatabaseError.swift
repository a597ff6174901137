package import Basics

/// A failure of a database, with everything decisions are made from. The sentence for people is ``problem``.
///
/// Bound values and passwords are not in it: what the server quotes back of a bound value is starred in ``message``,
/// and its DETAIL, which quotes whole keys and rows, is kept as a secret.
package struct DatabaseError: Error, Sendable {
    /// How far the conversation had come.
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        case resolve, connect, tls, authenticate, query, commit
    }

    /// Who ended it.
    package enum Cause: Sendable, Hashable {
        /// The server answered, and the answer is an error.
        case server
        /// The connection broke, or could not be made.
        case connectionLost
        /// The time allowed for this step ran out here; the socket was closed.
        case deadline(allowed: Duration)
        /// The calling task was cancelled; the socket was closed.
        case cancelled
        /// The connection had been closed before.
        case closed
        /// The statement could not be sent as it is.
        case invalidStatement
    }

    /// What is known about the changes that were being made.
    package enum Outcome: String, Sendable, Hashable {
        /// Nothing of it was kept.
        case notKept
        /// The answer to the commit is missing: it may or may not hold.
        case unknown
    }

    package var phase: Phase
    package var cause: Cause
    package var outcome: Outcome = .notKept
    /// The five characters of the SQL standard's error code, when the server sent one.
    package var sqlState: String?
    /// ERROR, FATAL or PANIC, when the server sent one.
    package var severity: String?
    package var message: String
    package var detail: Secret<String>?
    /// The server's own advice.
    package var hint: String?
    package var host: String
    package var user: String
    package var statement: StatementKind?
    /// How often the transaction was tried, when conflicts made it try again.
    package var attempts = 1

    package init(
        phase: Phase, cause: Cause, outcome: Outcome = .notKept, sqlState: String? = nil, severity: String? = nil,
        message: String, detail: Secret<String>? = nil, hint: String? = nil, host: String, user: String,
        statement: StatementKind? = nil
    ) {
        self.phase = phase
        self.cause = cause
        self.outcome = outcome
        self.sqlState = sqlState
        self.severity = severity
        self.message = message
        self.detail = detail
        self.hint = hint
        self.host = host
        self.user = user
        self.statement = statement
    }

    /// Two writers met and nothing was kept: the whole transaction may be tried again.
    package var isConflict: Bool {
        outcome == .notKept && cause == .server && SQLState.conflicts.contains(sqlState ?? "")
    }
}

extension DatabaseError: CustomStringConvertible {
    package var description: String { problem.description }
}
