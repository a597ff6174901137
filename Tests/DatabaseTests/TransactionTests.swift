import Basics
import Database
import FoundationEssentials
import TestSupport
import Testing

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
                try await insert("kept", into: table, on: transaction)
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
                    try await insert("gone", into: table, on: transaction)
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
                    try await insert("lost", into: table, on: transaction)
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
                _ = try await counter(table, on: transaction)
                if tries.value == 1 {
                    try await withDatabaseConnection(server(), deadline: ample) { second in
                        _ = try await second.execute(increment, deadline: ample)
                    }
                }
                try await transaction.execute(increment, deadline: ample)
            }
            #expect(tries.value == 2)
            let count = try await counter(table, on: first)
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
                    _ = try await counter(table, on: transaction)
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
            let patient = ConflictRetry(
                maximumAttempts: 200, backoff: Backoff(base: .milliseconds(2), cap: .milliseconds(50)))
            let failures = await (0..<12).boundedMap(limit: 12) { _ -> String? in
                do {
                    try await withDatabaseConnection(configuration, deadline: ample) { writer in
                        try await writer.transaction(deadline: ample, retrying: patient) { transaction in
                            let count = try await counter(table, on: transaction)
                            try await transaction.execute(
                                "UPDATE \(identifier: table) SET count = \(count + 1)", deadline: ample)
                        }
                    }
                    return nil
                } catch {
                    return "\(error)"
                }
            }
            #expect(failures.compactMap(\.self) == [])
            let count = try await counter(table, on: connection)
            #expect(count == 12)
        }
    }
}
