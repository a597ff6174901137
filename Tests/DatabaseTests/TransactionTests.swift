import Basics
import Database
import FoundationEssentials
import Testing
import TestSupport

@Suite("Transactions, on a real server")
struct TransactionTests {
    private func notes(_ table: String) async throws -> [String] {
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            try await connection.query("SELECT note FROM \(identifier: table) ORDER BY note", deadline: ample)
                .map { try $0["note", as: String.self] }
        }
    }

    @Test("what the body did is kept")
    func kept() async throws {
        try await withTable(in: server()) { connection, table in
            let count = try await connection.transaction(deadline: ample) { transaction in
                try await transaction.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'kept')", deadline: ample)
            }
            #expect(count == 1)
            let found = try await notes(table)
            #expect(found == ["kept"])
            #expect(await !connection.isInTransaction)
        }
    }

    @Test("an error from the body rolls back and reaches the caller; the connection goes on")
    func rolledBack() async throws {
        struct Stop: Error {}
        try await withTable(in: server()) { connection, table in
            await #expect(throws: Stop.self) {
                try await connection.transaction(deadline: ample) { transaction in
                    try await transaction.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'gone')", deadline: ample)
                    throw Stop()
                }
            }
            let found = try await notes(table)
            #expect(found == [])
            #expect(await connection.isIdle)
        }
    }

    @Test("a statement's error that the body hides cannot pass for a commit")
    func hiddenError() async throws {
        try await withTable(in: server()) { connection, table in
            let error = await databaseError {
                try await connection.transaction(deadline: ample) { transaction in
                    try await transaction.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'lost')", deadline: ample)
                    _ = try? await transaction.query("SELECT 1/0", deadline: ample)
                }
            }
            #expect(error?.phase == .commit)
            #expect(error?.kind == .failed)
            #expect(error?.outcome == .notKept)
            let found = try await notes(table)
            #expect(found == [])
        }
    }

    @Test("a transaction inside a transaction is a mistake, and is told")
    func nested() async throws {
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            let problem = await #expect(throws: Problem.self) {
                try await connection.transaction(deadline: ample) { outer in
                    try await outer.transaction(deadline: ample) { _ in }
                }
            }
            #expect(problem?.kind == .defect)
            #expect(await connection.isIdle)
        }
    }

    /// Two transactions read the same row, then both write it: the second to write meets 40001.
    @Test("writers that really conflict: the second is run again and both changes hold")
    func conflict() async throws {
        try await withTable("id int PRIMARY KEY, count int", in: server()) { first, table in
            try await first.execute("INSERT INTO \(identifier: table) VALUES (1, 0)", deadline: ample)
            let increment: SQL = "UPDATE \(identifier: table) SET count = count + 1 WHERE id = 1"
            let tries = Counter()
            try await first.transaction(deadline: ample) { transaction in
                tries.increment()
                _ = try await transaction.query("SELECT count FROM \(identifier: table)", deadline: ample)
                if tries.value == 1 {
                    try await withDatabaseConnection(server(), deadline: ample) { second in
                        _ = try await second.execute(increment, deadline: ample)
                    }
                }
                try await transaction.execute(increment, deadline: ample)
            }
            #expect(tries.value == 2)
            let count = try await first.query("SELECT count FROM \(identifier: table)", deadline: ample)[0]["count", as: Int.self]
            #expect(count == 2)
        }
    }

    @Test("a conflict without tries left is told with its code and the number of tries")
    func persistentConflict() async throws {
        try await withTable("id int PRIMARY KEY, count int", in: server()) { first, table in
            try await first.execute("INSERT INTO \(identifier: table) VALUES (1, 0)", deadline: ample)
            let increment: SQL = "UPDATE \(identifier: table) SET count = count + 1 WHERE id = 1"
            let retry = ConflictRetry(maximumAttempts: 3, backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)))
            let error = await databaseError {
                try await first.transaction(deadline: ample, retrying: retry) { transaction in
                    _ = try await transaction.query("SELECT count FROM \(identifier: table)", deadline: ample)
                    try await withDatabaseConnection(server(), deadline: ample) { second in
                        _ = try await second.execute(increment, deadline: ample)
                    }
                    try await transaction.execute(increment, deadline: ample)
                }
            }
            #expect(error?.sqlState == "40001")
            #expect(error?.kind == .conflict)
            #expect(error?.attempts == 3)
            #expect(error?.problem.summary == "UPDATE on postgres.test met conflicting writers 3 times")
            #expect(await first.isIdle)
        }
    }

    @Test("many writers of one row: every change holds once")
    func manyWriters() async throws {
        let configuration = try await server()
        try await withTable("id int PRIMARY KEY, count int", in: configuration) { connection, table in
            try await connection.execute("INSERT INTO \(identifier: table) VALUES (1, 0)", deadline: ample)
            let patient = ConflictRetry(maximumAttempts: 200, backoff: Backoff(base: .milliseconds(2), cap: .milliseconds(50)))
            let failures = await (0..<12).boundedMap(limit: 12) { _ -> String? in
                do {
                    try await withDatabaseConnection(configuration, deadline: ample) { writer in
                        try await writer.transaction(deadline: ample, retrying: patient) { transaction in
                            let count = try await transaction.query("SELECT count FROM \(identifier: table)", deadline: ample)[0]["count", as: Int.self]
                            try await transaction.execute("UPDATE \(identifier: table) SET count = \(count + 1)", deadline: ample)
                        }
                    }
                    return nil
                } catch {
                    return "\(error)"
                }
            }
            #expect(failures.compactMap(\.self) == [])
            let count = try await connection.query("SELECT count FROM \(identifier: table)", deadline: ample)[0]["count", as: Int.self]
            #expect(count == 12)
        }
    }
}

@Suite("Connections that break, at the moment that matters")
struct BrokenConnectionTests {
    private func count(_ table: String) async throws -> Int {
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            try await connection.query("SELECT count(*) AS count FROM \(identifier: table)", deadline: ample)[0]["count", as: Int.self]
        }
    }

    /// Inserts one row through the proxy, which does `plan` to the COMMIT.
    private func commit(_ plan: CuttingProxy.Plan) async throws -> (DatabaseError?, rows: Int, connections: Int) {
        try await withTable(in: server()) { _, table in
            try await withProxy { proxy, configuration in
                let tries = Counter()
                let error = await databaseError {
                    try await withDatabaseConnection(configuration, deadline: ample) { connection in
                        try await connection.transaction(deadline: ample) { transaction in
                            tries.increment()
                            try await transaction.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'x')", deadline: ample)
                            proxy.then(plan)
                        }
                    }
                }
                #expect(tries.value == 1, "a commit in doubt must never be tried again")
                return (error, try await count(table), proxy.connections)
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
                        try await connection.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'x')", deadline: ample)
                        proxy.then(.withholdAnswers)
                        try await connection.execute("COMMIT", deadline: .after(.milliseconds(500)))
                    }
                }
                #expect(error?.kind == .unknownOutcome)
                #expect(error?.problem.cause?.hasPrefix("no answer within") == true)
                // The withheld COMMIT was forwarded before the client gave up.
                #expect(await proxy.requestSeen.happened())
                let found = try await count(table)
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
                            try await transaction.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'x')", deadline: ample)
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
                        try await connection.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'x')", deadline: ample)
                    }
                }
                #expect(error?.kind == .unknownOutcome)
                let found = try await count(table)
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
                        try await transaction.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), 'x')", deadline: ample)
                        inserted.fire()
                        try await Task.sleep(for: .seconds(60))
                    }
                }
            }
            #expect(await inserted.happened())
            task.cancel()
            _ = await task.result
            let found = try await count(table)
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
