import Basics
import Database
import FoundationEssentials
import TestSupport

/// The shared server as the tests see it.
func server(
    user: String? = nil, password: String? = nil, host: String? = nil, port: Int? = nil, sslRootCert: String? = nil,
    connectTimeout: Duration = .seconds(15)
) async throws -> DatabaseConfiguration {
    let postgres = try await TemporaryPostgres.shared()
    let secret = password.map { Secret($0) } ?? postgres.password
    return DatabaseConfiguration(
        host: host ?? postgres.host, hostaddr: postgres.hostaddr, port: port ?? postgres.port,
        user: user ?? postgres.user, sslRootCert: sslRootCert ?? postgres.certificateAuthority,
        applicationName: "taskops-tests", connectTimeout: connectTimeout
    ) { _ in secret }
}

/// Long enough never to decide a test that is not about deadlines.
var ample: Deadline { .after(.seconds(60)) }

/// A table of one's own: tests run at the same time on one server.
func withTable<Result>(
    _ columns: SQL = "id uuid PRIMARY KEY, note text", in configuration: DatabaseConfiguration,
    body: (DatabaseConnection, String) async throws -> Result
) async throws -> Result {
    let table = "t_" + UUID().uuidString.lowercased().filter { $0 != "-" }
    return try await withDatabaseConnection(configuration, deadline: ample) { connection in
        try await connection.execute("CREATE TABLE \(identifier: table) (\(columns))", deadline: ample)
        return try await body(connection, table)
    }
}

/// The error a body throws, when it is the database's.
func databaseError(_ body: () async throws -> Void) async -> DatabaseError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? DatabaseError
    }
}

@discardableResult
func insert(_ note: String, into table: String, on connection: DatabaseConnection) async throws -> Int {
    try await connection.execute("INSERT INTO \(identifier: table) VALUES (\(UUID()), \(note))", deadline: ample)
}

func counter(_ table: String, on connection: DatabaseConnection) async throws -> Int {
    let rows = try await connection.query("SELECT count FROM \(identifier: table)", deadline: ample)
    return try rows[0]["count", as: Int.self]
}

func countRows(of table: String) async throws -> Int {
    try await withDatabaseConnection(server(), deadline: ample) { connection in
        let rows = try await connection.query("SELECT count(*) AS count FROM \(identifier: table)", deadline: ample)
        return try rows[0]["count", as: Int.self]
    }
}
