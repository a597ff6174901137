import Basics
import Database
import FoundationEssentials
import TestSupport
import Testing

@Suite("Connections that break, at the moment that matters")
struct BrokenConnectionTests {
    /// Inserts one row through the proxy, which does `plan` to the COMMIT.
    private func commit(
        _ plan: CuttingProxy.Plan
    ) async throws -> (error: DatabaseError?, rows: Int, connections: Int) {
        try await withTable(in: server()) { _, table in
            try await withProxy { proxy, configuration in
                let tries = Counter()
                let error = await databaseError {
                    try await withDatabaseConnection(configuration, deadline: ample) { connection in
                        try await connection.transaction(deadline: ample) { transaction in
                            tries.increment()
                            try await insert("x", into: table, on: transaction)
                            proxy.then(plan)
                        }
                    }
                }
                #expect(tries.value == 1, "a commit in doubt must never be tried again")
                return (error, try await countRows(of: table), proxy.connections)
            }
        }
    }

    @Test("COMMIT is cut off before it arrives: the outcome is unknown, and nothing was kept")
    func commitLost() async throws {
        let (error, rows, connections) = try await commit(.swallowNextRequest)
        #expect(error?.kind == .unknownOutcome)
        #expect(error?.phase == .commit)
        #expect(error?.cause == .connectionLost)
        #expect(rows == 0)
        #expect(connections == 1)
    }

    @Test("COMMIT's answer is cut off: the outcome is unknown, and it was kept")
    func answerLost() async throws {
        let (error, rows, connections) = try await commit(.swallowNextAnswer)
        #expect(error?.kind == .unknownOutcome)
        #expect(error?.problem.hint == "read the rows again before you repeat it")
        #expect(rows == 1)
        #expect(connections == 1)
    }

    @Test("COMMIT's answer never comes: the deadline ends it as unknown")
    func answerWithheld() async throws {
        try await withTable(in: server()) { _, table in
            try await withProxy { proxy, configuration in
                let error = await databaseError {
                    try await withDatabaseConnection(configuration, deadline: ample) { connection in
                        try await connection.execute("BEGIN", deadline: ample)
                        try await insert("x", into: table, on: connection)
                        proxy.then(.withholdAnswers)
                        try await connection.execute("COMMIT", deadline: .after(.milliseconds(500)))
                    }
                }
                #expect(error?.kind == .unknownOutcome)
                #expect(error?.problem.cause?.hasPrefix("no answer within") == true)
                // The withheld COMMIT was forwarded before the client gave up.
                #expect(await proxy.requestSeen.happened())
                let found = try await countRows(of: table)
                #expect(found == 1)
            }
        }
    }

    @Test("a connection cut before COMMIT is a failure with a known outcome")
    func cutBeforeCommit() async throws {
        try await withTable(in: server()) { _, table in
            try await withProxy { proxy, configuration in
                let error = await databaseError {
                    try await withDatabaseConnection(configuration, deadline: ample) { connection in
                        try await connection.transaction(deadline: ample) { transaction in
                            proxy.then(.swallowNextRequest)
                            try await insert("x", into: table, on: transaction)
                        }
                    }
                }
                #expect(error?.kind == .unreachable)
                #expect(error?.outcome == .notKept)
                #expect(error?.cause == .connectionLost)
                #expect(proxy.connections == 1)
            }
        }
    }

    @Test("a single write whose answer is cut off is unknown too")
    func autocommit() async throws {
        try await withTable(in: server()) { _, table in
            try await withProxy { proxy, configuration in
                let error = await databaseError {
                    try await withDatabaseConnection(configuration, deadline: ample) { connection in
                        _ = try await connection.query("SELECT 1", deadline: ample)
                        proxy.then(.swallowNextAnswer)
                        try await insert("x", into: table, on: connection)
                    }
                }
                #expect(error?.kind == .unknownOutcome)
                let found = try await countRows(of: table)
                #expect(found == 1)
            }
        }
    }

    @Test("a statement without an answer: the deadline closes the socket and says statement, time and host")
    func statementDeadline() async throws {
        try await withProxy { proxy, configuration in
            try await withDatabaseConnection(configuration, deadline: ample) { connection in
                let error = await databaseError {
                    _ = try await connection.query("SELECT pg_sleep(60)", deadline: .after(.milliseconds(200)))
                }
                #expect(error?.kind == .timedOut)
                #expect(error?.problem.description.hasPrefix("SELECT on postgres.test got no answer within ") == true)
                #expect(await proxy.clientClosed.happened())
                #expect(await !connection.isOpen)
            }
        }
    }

    @Test("cancelling the task closes the socket at once")
    func cancellation() async throws {
        try await withProxy { proxy, configuration in
            let task = Task {
                await databaseError {
                    try await withDatabaseConnection(configuration, deadline: ample) { connection in
                        _ = try await connection.query("SELECT 1", deadline: ample)
                        proxy.then(.withholdAnswers)
                        _ = try await connection.query("SELECT 2", deadline: ample)
                    }
                }
            }
            #expect(await proxy.requestSeen.happened())
            task.cancel()
            #expect(await task.value?.kind == .cancelled)
            #expect(await proxy.clientClosed.happened())
        }
    }

    @Test("cancelling inside a transaction leaves nothing behind")
    func cancelledTransaction() async throws {
        try await withTable(in: server()) { _, table in
            let configuration = try await server()
            let inserted = Signal()
            let task = Task {
                try await withDatabaseConnection(configuration, deadline: ample) { connection in
                    try await connection.transaction(deadline: ample) { transaction in
                        try await insert("x", into: table, on: transaction)
                        inserted.fire()
                        try await Task.sleep(for: .seconds(60))
                    }
                }
            }
            #expect(await inserted.happened())
            task.cancel()
            _ = await task.result
            let found = try await countRows(of: table)
            #expect(found == 0)
        }
    }

    @Test("the server ends the session: the next statement says so, and nothing hangs")
    func terminated() async throws {
        try await withDatabaseConnection(server(), deadline: ample) { victim in
            let pid = try await victim.query("SELECT pg_backend_pid() AS pid", deadline: ample)[0]["pid", as: Int.self]
            try await withDatabaseConnection(server(), deadline: ample) { other in
                // The second argument waits until the session is gone.
                _ = try await other.query("SELECT pg_terminate_backend(\(pid)::int, 10000)", deadline: ample)
            }
            let error = await databaseError { _ = try await victim.query("SELECT 1", deadline: ample) }
            #expect(error?.kind == .unreachable)
            #expect(error?.sqlState == "57P01")
            #expect(await !victim.isOpen)
        }
    }
}
