import Basics
import Database
import FoundationEssentials
import TestSupport
import Testing

@Suite("Statements and rows, on a real server")
struct QueryTests {
    @Test("values come back as they were bound, whatever they hold")
    func roundTrip() async throws {
        let id = UUID()
        let text = "Robert'); DROP TABLE tasks;-- \"ü\" 🚀\n$1 \\"
        let moment = Date(timeIntervalSince1970: 1_795_228_348.123456)
        let row = try await withDatabaseConnection(server(), deadline: ample) { connection in
            try await connection.query(
                """
                SELECT \(id)::uuid AS id, \(text)::text AS text, \(-7)::int AS number, \(2.5)::float8 AS fraction,
                       \(true)::boolean AS flag, \(moment)::timestamptz AS moment, \(String?.none)::text AS nothing
                """, deadline: ample
            ).first
        }
        let found = try #require(row)
        #expect(try found["id", as: UUID.self] == id)
        #expect(try found["text", as: String.self] == text)
        #expect(try found["number", as: Int.self] == -7)
        #expect(try found["fraction", as: Double.self] == 2.5)
        #expect(try found["flag", as: Bool.self])
        #expect(abs(try found["moment", as: Date.self].timeIntervalSince(moment)) < 1e-6)
        #expect(try found["nothing", as: String?.self] == nil)
    }

    @Test("the server sees parameters, not pasted text")
    func parameters() async throws {
        try await withTable(in: server()) { connection, table in
            let id = UUID()
            let inserted = try await connection.execute(
                "INSERT INTO \(identifier: table) VALUES (\(id), \("x' OR '1'='1")), (\(UUID()), \(String?.none))",
                deadline: ample)
            #expect(inserted == 2)
            let rows = try await connection.query(
                "SELECT note FROM \(identifier: table) WHERE id IN (\(list: [id, UUID()]))", deadline: ample)
            #expect(try rows.map { try $0["note", as: String.self] } == ["x' OR '1'='1"])
            let none = try await connection.query(
                "SELECT note FROM \(identifier: table) WHERE id IN (\(list: [UUID]()))", deadline: ample)
            #expect(none.isEmpty)
        }
    }

    @Test("a large answer arrives whole")
    func large() async throws {
        let rows = try await withDatabaseConnection(server(), deadline: ample) { connection in
            try await connection.query(
                "SELECT n, repeat('x', 1000) AS filler FROM generate_series(1, \(20_000)::int) n", deadline: ample)
        }
        #expect(rows.count == 20_000)
        #expect(try rows[19_999]["n", as: Int.self] == 20_000)
    }

    @Test("a large value is sent whole")
    func largeValue() async throws {
        let value = String(repeating: "taskops ", count: 500_000)
        let length = try await withDatabaseConnection(server(), deadline: ample) { connection in
            try await connection.query("SELECT length(\(value)::text) AS length", deadline: ample).first?[
                "length", as: Int.self]
        }
        #expect(length == value.count)
    }

    @Test("a failed statement leaves the connection usable")
    func failureKeepsConnection() async throws {
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            let error = await databaseError { _ = try await connection.query("SELECT * FROM nowhere", deadline: ample) }
            #expect(error?.sqlState == "42P01")
            #expect(error?.kind == .notFound)
            #expect(error?.phase == .query)
            let rows = try await connection.query("SELECT 1 AS one", deadline: ample)
            #expect(rows.count == 1)
        }
    }

    @Test("a column that is absent, NULL or of another type is named")
    func columnErrors() async throws {
        let row = try await withDatabaseConnection(server(), deadline: ample) { connection in
            try await connection.query("SELECT 'soon' AS due, NULL::text AS title", deadline: ample)[0]
        }
        #expect(throws: ColumnError(column: "id", failure: .absent(present: ["due", "title"]))) {
            try row["id", as: UUID.self]
        }
        #expect(throws: ColumnError(column: "title", failure: .null)) { try row["title", as: String.self] }
        #expect(throws: ColumnError(column: "due", failure: .unreadable(expected: "a timestamp with time zone"))) {
            try row["due", as: Date.self]
        }
    }

    @Test("a NUL character is refused instead of cutting the value short")
    func nul() async throws {
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            let error = await databaseError {
                try await connection.execute("SELECT \("ok")::text, \("a\0b")::text", deadline: ample)
            }
            #expect(error?.cause == .invalidStatement)
            #expect(error?.message == "its value $2 holds a NUL character")
            #expect(await connection.isOpen)
        }
    }

    @Test("two statements in one are refused, as in Aurora DSQL")
    func oneStatement() async throws {
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            let error = await databaseError { try await connection.execute("SELECT 1; SELECT 2", deadline: ample) }
            #expect(error?.sqlState == "42601")
        }
    }

    @Test("COPY ends the connection with a clear error")
    func copy() async throws {
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            let error = await databaseError { try await connection.execute("COPY pg_class TO STDOUT", deadline: ample) }
            #expect(error?.cause == .invalidStatement)
            #expect(await !connection.isOpen)
        }
    }

    @Test("a closed connection says why it is closed")
    func closed() async throws {
        let connection = try await withDatabaseConnection(server(), deadline: ample) { $0 }
        let error = await databaseError { try await connection.execute("SELECT 1", deadline: ample) }
        #expect(error?.cause == .closed)
        #expect(error?.problem.description == "the connection to postgres.test is closed: it was closed")
    }

    @Test("many connections at once share no thread of the cooperative pool")
    func concurrently() async throws {
        let configuration = try await server()
        let sums = await (0..<40).boundedMap(limit: 40) { number in
            try? await withDatabaseConnection(configuration, deadline: ample) { connection in
                try await connection.query("SELECT \(number)::int + 1 AS next, pg_sleep(0.05)", deadline: ample)[0][
                    "next", as: Int.self]
            }
        }
        #expect(sums == (1...40).map(Optional.some))
    }
}
