package import Basics

/// One connection to a PostgreSQL server or Aurora DSQL, for use inside
/// ``withDatabaseConnection(_:deadline:isolation:body:)``.
///
/// Statements of concurrent tasks take turns, but a transaction belongs to the connection, not to a task: let one task
/// at a time use it. A statement that is given up (its deadline passed, or its task was cancelled) closes the socket,
/// because Aurora DSQL does not act on cancel requests and a half-read answer cannot be skipped.
package actor DatabaseConnection {
    package nonisolated let configuration: DatabaseConfiguration
    package nonisolated let openedAt = ContinuousClock.now
    private nonisolated let executor: ConnectionExecutor
    private nonisolated let wakeup: Wakeup
    private var libpq: LibPQ?
    /// Why it was closed, for whoever uses it afterwards.
    private var closedBecause: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ configuration: DatabaseConfiguration) throws(Problem) {
        self.configuration = configuration
        executor = ConnectionExecutor(label: "taskops.database")
        wakeup = try Wakeup()
    }

    /// False once the server or a failure has ended it.
    package var isOpen: Bool {
        guard let libpq, libpq.isAlive else { return false }
        // Takes up what arrived while nobody was asking: notices, a FATAL, and behind it the end of the stream.
        while wakeup.isReadable(libpq.socket) {
            guard libpq.consumeInput() else { return false }
            libpq.parseIdleInput()
        }
        return libpq.isAlive
    }

    package var isInTransaction: Bool { libpq?.isInTransaction ?? false }

    /// Fit for another use.
    package var isIdle: Bool { isOpen && !isInTransaction }

    /// Says goodbye and closes. Further statements fail; closing twice does nothing.
    package func close() {
        closedBecause = closedBecause ?? "it was closed"
        libpq?.finish()
        libpq = nil
    }

    /// Cuts the connection without a word: whatever was in flight stays unanswered.
    func abort(because reason: String) {
        closedBecause = reason
        libpq?.abort()
        libpq = nil
    }

    // MARK: Statements

    /// Runs one statement and returns its rows.
    package func query(_ sql: SQL, deadline: Deadline) async throws -> [Row] {
        let answer = try await run(sql, deadline: deadline)
        return answer.rows.map { Row(columns: answer.columns, values: $0) }
    }

    /// Runs one statement and returns how many rows it inserted, changed or deleted.
    @discardableResult
    package func execute(_ sql: SQL, deadline: Deadline) async throws -> Int {
        try await run(sql, deadline: deadline).affectedRows
    }

    func run(_ sql: SQL, deadline: Deadline) async throws(DatabaseError) -> LibPQ.Answer {
        let interruption = Interruption(wakeup)
        let result = await withTaskCancellationHandler {
            Result { () throws(DatabaseError) in
                try exchange(Exchange(sql, deadline: deadline, interruption: interruption))
            }
        } onCancel: {
            interruption.raise()
        }
        return try result.get()
    }

    /// One statement on its way: what was asked, and until when.
    private struct Exchange {
        let text: String
        let bindings: [Secret<String?>]
        let kind: StatementKind
        let deadline: Deadline
        let allowed: Duration
        let interruption: Interruption
        var inTransaction = false
        var sent = false

        init(_ sql: SQL, deadline: Deadline, interruption: Interruption) {
            text = sql.text
            bindings = sql.bindings
            kind = StatementKind(of: text)
            self.deadline = deadline
            allowed = deadline.remaining
            self.interruption = interruption
        }

        /// C strings end at a NUL, and PostgreSQL's text cannot hold one: sending it would cut the value short in silence.
        var holdsNUL: String? {
            if text.utf8.contains(0) { return "its text holds a NUL character" }
            let index = bindings.firstIndex { $0.exposed?.utf8.contains(0) == true }
            return index.map { "its value $\($0 + 1) holds a NUL character" }
        }
    }

    private func exchange(_ asked: Exchange) throws(DatabaseError) -> LibPQ.Answer {
        var exchange = asked
        if let reason = exchange.holdsNUL { throw failure(exchange, .invalidStatement, reason) }
        if exchange.interruption.isRaised { throw failure(exchange, .cancelled, "it was not sent") }
        guard exchange.allowed > .zero else { throw failure(exchange, .deadline(allowed: .zero), "it was not sent") }
        guard let libpq, libpq.isAlive else { throw failure(exchange, .closed, closedBecause ?? "the server ended it") }

        exchange.inTransaction = libpq.isInTransaction
        guard libpq.send(exchange.text, exchange.bindings) else {
            if libpq.isAlive { throw failure(exchange, .invalidStatement, libpq.errorMessage) }
            throw lost(exchange)
        }
        exchange.sent = true
        try flush(exchange, libpq)
        let answer = try receive(exchange, libpq)
        if let failed = answer.failure { throw refused(exchange, failed, libpq) }
        if exchange.kind.commits, !TransactionRules.commitWasKept(commandTag: answer.commandTag) {
            throw DatabaseError(
                phase: .commit, cause: .server, message: "the transaction had already failed, so the server rolled it back",
                host: configuration.host, user: configuration.user, statement: exchange.kind)
        }
        return answer
    }

    private func flush(_ exchange: Exchange, _ libpq: LibPQ) throws(DatabaseError) {
        while true {
            switch libpq.flush() {
            case .done: return
            case .failed: throw lost(exchange)
            case .read, .write:
                // The server may have to be read from before it takes more.
                if try wait(exchange, libpq, write: true), !libpq.consumeInput() { throw lost(exchange) }
            }
        }
    }

    private func receive(_ exchange: Exchange, _ libpq: LibPQ) throws(DatabaseError) -> LibPQ.Answer {
        var answer = LibPQ.Answer()
        while !libpq.collect(into: &answer) {
            _ = try wait(exchange, libpq, write: false)
            // After a failed read libpq still hands out what arrived before it, such as the server's last FATAL.
            if !libpq.consumeInput(), !libpq.collect(into: &answer) { break }
        }
        if answer.failure == nil, !answer.isAnswered, !answer.beganCopy { throw lost(exchange) }
        if answer.beganCopy {
            abort(because: "it was closed after a COPY")
            throw failure(exchange, .invalidStatement, "COPY is not supported here")
        }
        return answer
    }

    /// Waits for the socket; true when there is something to read.
    private func wait(_ exchange: Exchange, _ libpq: LibPQ, write: Bool) throws(DatabaseError) -> Bool {
        let outcome = wakeup.wait(
            socket: libpq.socket, write: write, deadline: exchange.deadline, interruption: exchange.interruption)
        switch outcome {
        case .ready(let readable): return readable
        case .deadlinePassed:
            abort(because: "it was closed after \(exchange.kind) got no answer in time")
            throw failure(exchange, .deadline(allowed: exchange.allowed), "")
        case .interrupted:
            abort(because: "it was closed after \(exchange.kind) was cancelled")
            throw failure(exchange, .cancelled, "the task was cancelled")
        }
    }

    // MARK: Failures

    private func lost(_ exchange: Exchange) -> DatabaseError {
        let words = ConnectFailure.plain(libpq?.errorMessage ?? "")
        abort(because: "it broke during \(exchange.kind)")
        return failure(exchange, .connectionLost, words)
    }

    private func refused(_ exchange: Exchange, _ failed: LibPQ.Failure, _ libpq: LibPQ) -> DatabaseError {
        let cause = failed.sqlState == nil ? DatabaseError.Cause.connectionLost : .server
        var error = failure(exchange, cause, ConnectFailure.plain(failed.message), failed)
        error.detail = failed.detail.map { Secret($0) }
        if !libpq.isAlive || failed.severity == "FATAL" || failed.severity == "PANIC" {
            abort(because: "the server ended it during \(exchange.kind)")
        }
        return error
    }

    private func failure(
        _ exchange: Exchange, _ cause: DatabaseError.Cause, _ message: String, _ failed: LibPQ.Failure? = nil
    ) -> DatabaseError {
        DatabaseError(
            phase: exchange.kind.commits ? .commit : .query, cause: cause,
            outcome: TransactionRules.outcome(
                statement: exchange.kind, inTransaction: exchange.inTransaction, sent: exchange.sent, cause: cause,
                severity: failed?.severity, sqlState: failed?.sqlState),
            sqlState: failed?.sqlState, severity: failed?.severity,
            message: Redaction.redact(message, values: exchange.bindings),
            hint: failed?.hint.map { Redaction.redact($0, values: exchange.bindings) },
            host: configuration.host, user: configuration.user, statement: exchange.kind)
    }
}

extension DatabaseConnection {
    /// Takes over what was dialled; see DatabaseConnection+Opening.swift.
    func adopt(_ libpq: LibPQ) {
        self.libpq = libpq
    }

    /// Waits while connecting, on this connection's own executor.
    func waitWhileConnecting(_ libpq: LibPQ, write: Bool, deadline: Deadline, interruption: Interruption) -> Wakeup.Outcome {
        wakeup.wait(socket: libpq.socket, write: write, deadline: deadline, interruption: interruption)
    }

    nonisolated func interruption() -> Interruption { Interruption(wakeup) }
}
