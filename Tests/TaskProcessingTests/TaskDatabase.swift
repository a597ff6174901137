import Basics
import Database
import FoundationEssentials
import Schema
import TaskProcessing
import TestSupport

/// A database of a test's own on the shared server, with the project's schema in it.
struct TaskDatabase: Sendable {
    /// As the function connects: with the role that the schema gives it, so that its rights are tested too.
    let processor: DatabaseConfiguration
    let administrator: DatabaseConfiguration

    static func fresh() async throws -> TaskDatabase { try await Maker.shared.fresh() }

    func store(retry: ConflictRetry = .standard) -> TaskStore {
        TaskStore(database: ReconnectingDatabase(processor), retry: retry)
    }

    func query(_ sql: SQL) async throws -> [Row] {
        try await withDatabaseConnection(administrator, deadline: ample) { try await $0.query(sql, deadline: ample) }
    }

    func count(_ sql: SQL) async throws -> Int {
        try await query("SELECT count(*) AS n FROM \(sql)").first?["n"] ?? -1
    }

    /// Roles belong to the whole server, so databases are made one after the other.
    private actor Maker {
        static let shared = Maker()
        private var last: Task<TaskDatabase, any Error>?

        func fresh() async throws -> TaskDatabase {
            let task = Task { [last] in
                _ = await last?.result
                return try await TaskDatabase.make()
            }
            last = task
            return try await task.value
        }
    }

    private static func make() async throws -> TaskDatabase {
        let server = try await TemporaryPostgres.shared()
        let name = "tasks_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        func configuration(_ user: String, _ database: String) -> DatabaseConfiguration {
            DatabaseConfiguration(
                host: server.host, hostaddr: server.hostaddr, port: server.port, user: user, database: database,
                sslRootCert: server.certificateAuthority
            ) { _ in server.password }
        }
        try await withDatabaseConnection(configuration(server.user, "postgres"), deadline: ample) { connection in
            _ = try await connection.execute("CREATE DATABASE \(identifier: name)", deadline: ample)
        }
        let administrator = configuration(server.user, name)
        let files = try SchemaFile.load(folder: Repository.root + "/schema")
        try await withDatabaseConnection(administrator, deadline: ample) { connection in
            for statement in files.flatMap(\.statements) where !statement.text.hasPrefix("AWS IAM ") {
                if let done = statement.skipWhen, try await !connection.query(.raw(done), deadline: ample).isEmpty { continue }
                // What DSQL builds in the background, PostgreSQL builds at once.
                try await connection.execute(.raw(statement.text.replacing("INDEX ASYNC ", with: "INDEX ")), deadline: ample)
            }
            // The server takes passwords, not IAM tokens.
            try await connection.execute("ALTER ROLE task_processor PASSWORD '\(raw: server.password.exposed)'", deadline: ample)
        }
        return TaskDatabase(processor: configuration("task_processor", name), administrator: administrator)
    }
}

/// Long enough never to decide a test that is not about deadlines.
var ample: Deadline { .after(.seconds(60)) }
