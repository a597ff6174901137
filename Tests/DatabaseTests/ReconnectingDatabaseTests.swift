import Basics
import Database
import FoundationEssentials
import TestSupport
import Testing

@Suite("A connection kept between uses")
struct ReconnectingDatabaseTests {
    private func session(_ database: ReconnectingDatabase) async throws -> Int {
        try await database.withConnection(deadline: ample) { connection in
            try await connection.query("SELECT pg_backend_pid() AS pid", deadline: ample)[0]["pid", as: Int.self]
        }
    }

    private func withHolder(
        maximumAge: Duration = .seconds(3000), unquestionedIdle: Duration = .seconds(20),
        body: (ReconnectingDatabase) async throws -> Void
    ) async throws {
        let database = ReconnectingDatabase(try await server(), maximumAge: maximumAge, unquestionedIdle: unquestionedIdle)
        try await body(database)
        await database.close()
    }

    @Test("the next use gets the same session")
    func reused() async throws {
        try await withHolder { database in
            let first = try await session(database)
            let found = try await session(database)
            #expect(found == first)
        }
    }

    @Test("an old connection is replaced before the server ends it")
    func tooOld() async throws {
        try await withHolder(maximumAge: .zero) { database in
            let first = try await session(database)
            let found = try await session(database)
            #expect(found != first)
        }
    }

    @Test("a session that the server ended is replaced without an error")
    func dead() async throws {
        try await withHolder { database in
            let first = try await session(database)
            try await withDatabaseConnection(server(), deadline: ample) { other in
                _ = try await other.query("SELECT pg_terminate_backend(\(first)::int, 10000)", deadline: ample)
            }
            let found = try await session(database)
            #expect(found != first)
        }
    }

    @Test("after a pause the connection is asked first, and kept when it answers")
    func asked() async throws {
        try await withHolder(unquestionedIdle: .zero) { database in
            let first = try await session(database)
            let found = try await session(database)
            #expect(found == first)
        }
    }

    @Test("a connection whose peer went silent is replaced after a pause")
    func silent() async throws {
        try await withProxy { proxy, configuration in
            let database = ReconnectingDatabase(configuration, unquestionedIdle: .zero)
            let first = try await session(database)
            proxy.then(.withholdAnswers)
            let watcher = Task {
                // The question came, and its connection was given up: from now on the proxy forwards again.
                _ = await proxy.clientClosed.happened()
                proxy.then(.forward)
            }
            let second = try? await session(database)
            await watcher.value
            #expect(second != first)
            #expect(proxy.connections >= 2)
            await database.close()
        }
    }

    @Test("uses at the same time do not share a session")
    func concurrent() async throws {
        try await withHolder { database in
            let (outer, inner) = try await database.withConnection(deadline: ample) { connection in
                let outer = try await connection.query("SELECT pg_backend_pid() AS pid", deadline: ample)[0][
                    "pid", as: Int.self]
                return (outer, try await session(database))
            }
            #expect(outer != inner)
        }
    }

    @Test("a use that leaves a transaction open does not hand it to the next one")
    func openTransaction() async throws {
        try await withHolder { database in
            let first = try await session(database)
            try await database.withConnection(deadline: ample) { connection in
                _ = try await connection.execute("BEGIN", deadline: ample)
            }
            let found = try await session(database)
            #expect(found != first)
        }
    }
}
