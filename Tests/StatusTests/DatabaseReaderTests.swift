import Basics
import Database
import Findings
import FoundationEssentials
import TaskSystem
import TestSupport
import Testing

@testable import Status

/// What the reader asks the database, against a real server.
@Suite struct DatabaseReaderTests {
    private static let ample = Duration.seconds(60)

    /// A database of the test's own.
    private func fresh(_ statements: [SQL]) async throws -> DatabaseConfiguration {
        let server = try await TemporaryPostgres.shared()
        let name = "status_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        func configuration(_ database: String) -> DatabaseConfiguration {
            DatabaseConfiguration(
                host: server.host, hostaddr: server.hostaddr, port: server.port, user: server.user, database: database,
                sslRootCert: server.certificateAuthority
            ) { _ in server.password }
        }
        let deadline = Deadline.after(Self.ample)
        try await withDatabaseConnection(configuration("postgres"), deadline: deadline) { connection in
            _ = try await connection.execute("CREATE DATABASE \(identifier: name)", deadline: deadline)
        }
        try await withDatabaseConnection(configuration(name), deadline: deadline) { connection in
            for statement in statements { try await connection.execute(statement, deadline: deadline) }
        }
        return configuration(name)
    }

    private static let versions: [SQL] = [
        "CREATE TABLE schema_version (version integer PRIMARY KEY)", "INSERT INTO schema_version VALUES (1), (0)",
    ]
    private static let tasks: [SQL] = ["CREATE TABLE tasks (created_by text NOT NULL, created_at timestamptz NOT NULL)"]

    private func look(_ database: DatabaseConfiguration) async throws -> StatusReport {
        try await LoopbackServer.run(FakeRegion.answer) { server in
            await FakeRegion.run([FakeRegion.target(server.url, database: database)]).look(within: Self.ample)
        }
    }

    @Test func itAnswersIsCurrentAndHoldsWhatCanariesLeft() async throws {
        let database = try await fresh(
            Self.versions + Self.tasks + [
                "INSERT INTO tasks SELECT 'taskops-canary/tasks', now() - interval '2 hours' FROM generate_series(1, 3)",
                "INSERT INTO tasks VALUES ('taskops-canary/tasks', now()), ('taskops-canary/other', '2020-01-01')",
            ])
        let report = try await look(database)
        let facts = try #require(report.regions[0].facts.database?.value)
        #expect(facts.schemaVersions == [0, 1])
        #expect(facts.canaryRowsLeftBehind == 3)
        #expect(facts.host == "postgres.test" && facts.ms > 0)
        #expect(report.cost.connections == 1)
        let row = report.regions[0].rows.first { $0.part == .database }
        #expect(row?.summary == "answers, schema 1, current")
        #expect(row?.findings.map(\.code) == ["canary-rows-left"])
    }

    @Test func anEmptyRecordAndNoLeftoversAreTold() async throws {
        let database = try await fresh([Self.versions[0]] + Self.tasks)
        let facts = try await look(database).regions[0].facts.database?.value
        #expect(facts?.schemaVersions == [])
        #expect(facts?.canaryRowsLeftBehind == 0)
    }

    @Test func whichTableIsMissingIsTold() async throws {
        let neither = try await look(fresh([]))
        #expect(neither.regions[0].facts.database?.value?.schemaProblem?.kind == .notFound)
        #expect(neither.regions[0].rows.first { $0.part == .database }?.findings.map(\.code) == ["schema-missing"])
        let noTasks = try await look(fresh(Self.versions))
        #expect(noTasks.regions[0].facts.database?.value?.schemaVersions == [0, 1])
        #expect(noTasks.regions[0].rows.first { $0.part == .database }?.findings.map(\.code) == ["tasks-missing"])
    }

    @Test func theConnectionIsKeptBetweenLooks() async throws {
        let database = try await fresh(Self.versions + Self.tasks)
        try await LoopbackServer.run(FakeRegion.answer) { server in
            let run = FakeRegion.run([FakeRegion.target(server.url, database: database)])
            #expect(await run.look(within: Self.ample).cost.connections == 1)
            #expect(await run.look(within: Self.ample).cost.connections == 0)
            await run.close()
            #expect(await run.look(within: Self.ample).cost.connections == 1)
            await run.close()
        }
    }

    @Test func aRefusedLoginSpeaksOfTheProber() async throws {
        var database = try await fresh([])
        database.password = { _ in Secret("not the password") }
        let report = try await look(database)
        let row = report.regions[0].rows.first { $0.part == .database }
        #expect(row?.findings.map(\.code) == ["database-login-refused"])
        #expect(row?.health == .unknown)
        #expect(report.regions[0].facts.databasePhase == "authenticate")
    }
}
