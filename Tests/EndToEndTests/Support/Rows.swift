import AWSSigning
import Basics
import Database
import FoundationEssentials
import TaskSystem

/// The stack's database as its administrator sees it.
enum Rows {
    struct Counts: Hashable, CustomStringConvertible {
        var tasks: Int
        var updates: Int
        var events: Int

        static let none = Counts(tasks: 0, updates: 0, events: 0)

        var description: String { "\(tasks) tasks, \(updates) updates, \(events) processed events" }
    }

    static func counts() async throws -> Counts {
        Counts(
            tasks: try await count("SELECT count(*) AS n FROM tasks"),
            updates: try await count("SELECT count(*) AS n FROM task_updates"),
            events: try await count("SELECT count(*) AS n FROM processed_events"))
    }

    static func count(_ query: SQL) async throws -> Int {
        try await asAdministrator { connection, deadline in
            try await connection.query(query, deadline: deadline).first?["n", as: Int.self] ?? 0
        }
    }

    /// The first row's `id`.
    static func first(_ query: SQL) async throws -> UUID? {
        try await asAdministrator { connection, deadline in
            try await connection.query(query, deadline: deadline).first?["id", as: UUID.self]
        }
    }

    @discardableResult
    static func execute(_ statement: SQL) async throws -> Int {
        try await asAdministrator { connection, deadline in
            try await connection.execute(statement, deadline: deadline)
        }
    }

    /// Takes away what tests left, children first.
    static func removeAll() async throws {
        for table: SQL in ["task_updates", "processed_events", "tasks"] {
            try await execute("DELETE FROM " + table)
        }
    }

    /// A task as a canary of stack `author` would have left it so long ago.
    static func insert(author: String, hoursOld: Int) async throws -> UUID {
        let id = UUID()
        try await execute(
            """
            INSERT INTO tasks (id, title, created_by, created_at)
            VALUES (\(id), 'left over', \(author), now() - make_interval(hours => \(hoursOld)::integer))
            """)
        return id
    }

    static func has(_ task: UUID) async throws -> Bool {
        try await count("SELECT count(*) AS n FROM tasks WHERE id = \(task)") == 1
    }

    private static func asAdministrator<Result: Sendable>(
        _ body: (DatabaseConnection, Deadline) async throws -> Result
    ) async throws -> Result {
        let stack = LocalStack.current
        let regional = stack.configuration.regions[0]
        let host = stack.clusterHost(regional.region)
        let credentials = AWSCredentials(
            accessKeyID: stack.variables["AWS_ACCESS_KEY_ID"] ?? "",
            secretAccessKey: Secret(stack.variables["AWS_SECRET_ACCESS_KEY"] ?? ""))
        let configuration = DatabaseConfiguration(
            host: host, hostaddr: regional.connection.hostaddr, port: regional.connection.port ?? 5432, user: "admin",
            sslRootCert: regional.connection.sslRootCert
        ) { _ in
            DSQLToken.make(
                host: host, region: regional.region, action: .connectAdmin, credentials: credentials, at: Date())
        }
        let deadline = Deadline.after(.seconds(20))
        return try await withDatabaseConnection(configuration, deadline: deadline) { try await body($0, deadline) }
    }
}
