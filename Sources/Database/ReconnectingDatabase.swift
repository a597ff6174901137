package import Basics

/// Keeps one connection open between uses, for a process that is asked again and again, such as a Lambda function.
///
/// A use is still a scope. It gets the kept connection when that is alive and young enough (Aurora DSQL ends every
/// connection at 60 minutes), and a new one otherwise; uses at the same time get connections of their own, and one
/// of them is kept. After a long pause the connection is asked whether it still answers, because a peer that went
/// away while the process was frozen leaves no trace on the socket.
package actor ReconnectingDatabase {
    private let configuration: DatabaseConfiguration
    private let maximumAge: Duration
    private let unquestionedIdle: Duration
    private var kept: (connection: DatabaseConnection, since: ContinuousClock.Instant)?
    private var isClosed = false

    package init(
        _ configuration: DatabaseConfiguration, maximumAge: Duration = .seconds(50 * 60),
        unquestionedIdle: Duration = .seconds(20)
    ) {
        self.configuration = configuration
        self.maximumAge = maximumAge
        self.unquestionedIdle = unquestionedIdle
    }

    package func withConnection<Result>(
        deadline: Deadline, isolation: isolated (any Actor)? = #isolation,
        body: (DatabaseConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await take(deadline: deadline)
        do {
            let result = try await body(connection)
            await give(back: connection)
            return result
        } catch {
            await give(back: connection)
            throw error
        }
    }

    /// Closes what is kept; uses that still run close theirs when they end.
    package func close() async {
        isClosed = true
        let connection = kept?.connection
        kept = nil
        await connection?.close()
    }

    private func take(deadline: Deadline) async throws -> DatabaseConnection {
        if let (connection, since) = kept {
            kept = nil
            if await isUsable(connection, keptSince: since, deadline: deadline) { return connection }
            await connection.close()
        }
        return try await DatabaseConnection.open(configuration, deadline: deadline)
    }

    private func isUsable(
        _ connection: DatabaseConnection, keptSince: ContinuousClock.Instant, deadline: Deadline
    ) async -> Bool {
        let now = ContinuousClock.now
        guard connection.openedAt.duration(to: now) < maximumAge, await connection.isOpen else { return false }
        guard keptSince.duration(to: now) > unquestionedIdle else { return true }
        let answer = try? await connection.query("SELECT 1", deadline: deadline.clamped(to: .after(.seconds(2))))
        return answer != nil
    }

    private func give(back connection: DatabaseConnection) async {
        if await connection.isIdle, kept == nil, !isClosed {
            kept = (connection, .now)
        } else {
            await connection.close()
        }
    }
}
