package import Basics
package import Database

/// What stands in the database beside what stands in the files.
package struct SchemaPlan: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable {
        /// Recorded with the same checksum.
        case applied
        /// Not recorded: apply runs it.
        case pending
        /// Recorded with another checksum: edited after it was applied.
        case edited
    }

    package struct Entry: Sendable, Hashable, Codable {
        package var version: Int
        package var name: String
        package var state: State
        /// The titles of the statements that apply would run.
        package var statements: [String]

        package init(version: Int, name: String, state: State, statements: [String]) {
            self.version = version
            self.name = name
            self.state = state
            self.statements = statements
        }
    }

    package var schemaVersion = 1
    package var files: [Entry]

    package init(files: [Entry]) {
        self.files = files
    }

    package var isUpToDate: Bool { files.allSatisfy { $0.state == .applied } }
}

/// Compares files with the database's own record. It reads only.
package struct SchemaPlanner: Sendable {
    private let files: [SchemaFile]
    private let variables: SchemaVariables

    package init(files: [SchemaFile], variables: SchemaVariables) {
        self.files = files
        self.variables = variables
    }

    package func plan(_ connection: DatabaseConnection, deadline: Deadline) async throws -> SchemaPlan {
        let recorded = try await SchemaRecord.read(connection, deadline: deadline)
        var entries: [SchemaPlan.Entry] = []
        for file in files {
            var state: SchemaPlan.State =
                switch recorded[file.version] {
                case nil: .pending
                case file.checksum: .applied
                default: file.runsAlways ? .pending : .edited
                }
            var titles: [String] = []
            if state == .pending || file.runsAlways {
                titles = try await outstanding(file, connection, deadline: deadline).map(\.title)
                if file.runsAlways, !titles.isEmpty { state = .pending }
            }
            entries.append(SchemaPlan.Entry(version: file.version, name: file.name, state: state, statements: titles))
        }
        return SchemaPlan(files: entries)
    }

    private func outstanding(
        _ file: SchemaFile, _ connection: DatabaseConnection, deadline: Deadline
    ) async throws -> [SchemaStatement] {
        var statements: [SchemaStatement] = []
        for statement in try file.statements.flatMap({ try variables.fill($0, in: file) }) {
            if let condition = statement.skipWhen,
                try await !connection.query(.raw(condition), deadline: deadline).isEmpty
            {
                continue
            }
            statements.append(statement)
        }
        return statements
    }
}

/// The table `schema_version`.
enum SchemaRecord {
    /// Checksums by version; empty before the first file was applied.
    static func read(_ connection: DatabaseConnection, deadline: Deadline) async throws -> [Int: String] {
        do {
            let rows = try await connection.query("SELECT version, checksum FROM schema_version", deadline: deadline)
            return try rows.reduce(into: [:]) { $0[try $1["version", as: Int.self]] = try $1["checksum", as: String.self] }
        } catch let error as DatabaseError where error.sqlState == "42P01" {
            return [:]
        }
    }

    /// In a transaction of its own: DSQL mixes no DDL with data.
    static func write(_ file: SchemaFile, _ connection: DatabaseConnection, deadline: Deadline) async throws {
        try await connection.transaction(deadline: deadline) { transaction in
            try await transaction.execute(
                "DELETE FROM schema_version WHERE version = \(file.version)::integer", deadline: deadline)
            try await transaction.execute(
                """
                INSERT INTO schema_version (version, name, checksum)
                VALUES (\(file.version)::integer, \(file.name), \(file.checksum))
                """, deadline: deadline)
        }
    }
}
