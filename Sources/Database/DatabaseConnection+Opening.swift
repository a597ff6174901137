package import Basics

/// Opens a connection, lets `body` use it, and closes it whatever happens: an error, a cancellation, a return.
package func withDatabaseConnection<Result>(
    _ configuration: DatabaseConfiguration, deadline: Deadline, isolation: isolated (any Actor)? = #isolation,
    body: (DatabaseConnection) async throws -> Result
) async throws -> Result {
    let connection = try await DatabaseConnection.open(configuration, deadline: deadline)
    do {
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

extension DatabaseConnection {
    /// Connects and logs in. Whoever calls it owns the result and must close it; the scopes that do are
    /// ``withDatabaseConnection(_:deadline:isolation:body:)`` and ``ReconnectingDatabase``.
    static func open(_ configuration: DatabaseConfiguration, deadline: Deadline) async throws -> DatabaseConnection {
        let connection = try DatabaseConnection(configuration)
        let allowed = min(configuration.connectTimeout, deadline.remaining)
        let deadline = Deadline.after(allowed)
        let authorities = try CertificateAuthorities.file(configured: configuration.sslRootCert)
        do {
            try await connection.logIn(authorities: authorities, deadline: deadline, allowed: allowed)
        } catch let refusal as DatabaseError where refusal.phase == .authenticate && refusal.kind == .credentials {
            guard await configuration.isLoginWorthRepeating?(deadline) == true else { throw refusal }
            try await connection.logIn(authorities: authorities, deadline: deadline, allowed: allowed)
        }
        return connection
    }

    private func logIn(authorities: String, deadline: Deadline, allowed: Duration) async throws {
        let addresses = try await told { () async throws(DatabaseError) in
            try await configuration.addresses(deadline: deadline, allowed: allowed)
        }
        let password = try await configuration.password(deadline)
        try await told(successToo: true) { () async throws(DatabaseError) in
            try await connect(
                to: addresses, parameters: configuration.parameters(authorities: authorities, password: password),
                deadline: deadline, allowed: allowed)
        }
    }

    /// Does a part of connecting, and tells whoever watches how it went.
    private func told<Success>(
        successToo: Bool = false, _ body: () async throws(DatabaseError) -> Success
    ) async throws(DatabaseError) -> Success {
        let began = ContinuousClock.now
        func tell(_ failure: DatabaseError?) {
            configuration.observer?(
                ConnectionEvent(
                    host: configuration.host, user: configuration.user, duration: .now - began, failure: failure))
        }
        do {
            let result = try await body()
            if successToo { tell(nil) }
            return result
        } catch {
            tell(error)
            throw error
        }
    }

    private func connect(
        to addresses: [String], parameters: Secret<[(key: String, value: String)]>, deadline: Deadline,
        allowed: Duration
    ) async throws(DatabaseError) {
        let interruption = interruption()
        let result = await withTaskCancellationHandler {
            Result { () throws(DatabaseError) in
                try dial(
                    addresses, parameters: parameters, deadline: deadline, allowed: allowed, interruption: interruption)
            }
        } onCancel: {
            interruption.raise()
        }
        adopt(try result.get())
    }

    /// Tries each address in turn. While others are left, one that does not even accept gets its share of the time
    /// only, so that an unreachable IPv6 address of a dual-stack endpoint does not use all of it up.
    private func dial(
        _ addresses: [String], parameters: Secret<[(key: String, value: String)]>, deadline: Deadline,
        allowed: Duration, interruption: Interruption
    ) throws(DatabaseError) -> LibPQ {
        var last: DatabaseError?
        for (index, address) in addresses.enumerated() {
            let share = Deadline.after(deadline.remaining / (addresses.count - index))
            do throws(DatabaseError) {
                return try attempt(
                    LibPQ(parameters: parameters.exposed + [("hostaddr", address)]), deadline: deadline,
                    dialDeadline: share, allowed: allowed, interruption: interruption)
            } catch  where error.phase == .connect && error.cause != .cancelled && !deadline.hasPassed {
                last = error
            }
        }
        throw last ?? configuration.failure(.connect, .connectionLost, "it has no address")
    }

    private func attempt(
        _ libpq: LibPQ, deadline: Deadline, dialDeadline: Deadline, allowed: Duration, interruption: Interruption
    ) throws(DatabaseError) -> LibPQ {
        // The first wait is for writing, before the first PQconnectPoll (libpq manual, "Database Connection Control").
        var progress = libpq.isDead ? LibPQ.Progress.failed : .write
        while true {
            let stage = libpq.stage
            if progress != .failed {
                let until = stage == .dialling ? dialDeadline : deadline
                switch waitWhileConnecting(libpq, write: progress == .write, deadline: until, interruption: interruption) {
                case .ready: break
                case .deadlinePassed: throw configuration.failure(stage.phase, .deadline(allowed: allowed), "")
                case .interrupted: throw configuration.failure(stage.phase, .cancelled, "the task was cancelled")
                }
                progress = libpq.continueConnecting()
            }
            switch progress {
            case .read, .write: continue
            case .done: return libpq
            case .failed: throw configuration.failure(ConnectFailure(stage: stage, text: libpq.errorMessage))
            }
        }
    }
}

extension DatabaseConfiguration {
    fileprivate func addresses(deadline: Deadline, allowed: Duration) async throws(DatabaseError) -> [String] {
        if let hostaddr { return [hostaddr] }
        do throws(Resolver.Failure) {
            return try await Resolver.addresses(of: host, deadline: deadline)
        } catch {
            switch error {
            case .notFound(let reason): throw failure(.resolve, .connectionLost, reason)
            case .deadlinePassed: throw failure(.resolve, .deadline(allowed: allowed), "")
            case .cancelled: throw failure(.resolve, .cancelled, "the task was cancelled")
            }
        }
    }

    fileprivate func parameters(
        authorities: String, password: Secret<String>
    ) -> Secret<[(key: String, value: String)]> {
        Secret([
            ("host", host), ("port", String(port)), ("dbname", database), ("user", user), ("password", password.exposed),
            ("sslmode", "verify-full"), ("sslrootcert", authorities), ("gssencmode", "disable"),
            ("target_session_attrs", "any"), ("client_encoding", "UTF8"), ("application_name", applicationName),
            // What a frozen Lambda environment or a lost route leaves behind is found within a minute.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
        ])
    }

    fileprivate func failure(
        _ phase: DatabaseError.Phase, _ cause: DatabaseError.Cause, _ message: String
    ) -> DatabaseError {
        DatabaseError(phase: phase, cause: cause, message: message, host: host, user: user)
    }

    fileprivate func failure(_ failed: ConnectFailure) -> DatabaseError {
        DatabaseError(
            phase: failed.phase, cause: failed.cause, sqlState: failed.sqlState, severity: failed.severity,
            message: failed.message, detail: failed.detail.map { Secret($0) }, hint: failed.hint, host: host, user: user)
    }
}
