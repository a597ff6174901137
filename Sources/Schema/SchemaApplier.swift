package import Basics
package import Database

/// What apply is doing, for whoever watches.
package enum SchemaEvent: Sendable, Hashable {
    case running(version: Int, name: String, statement: String)
    case waiting(version: Int, name: String, statement: String)
    /// All of a file's statements are done; `ran` of them had to be run.
    case applied(version: Int, name: String, ran: Int)
}

/// Runs what is outstanding, statement by statement, in the order of the files.
package struct SchemaApplier: Sendable {
    private let files: [SchemaFile]
    private let variables: SchemaVariables

    package init(files: [SchemaFile], variables: SchemaVariables) {
        self.files = files
        self.variables = variables
    }

    /// - Throws: ``Problem`` with the file and line of the statement that failed. What was done before it stays, and
    ///   the next apply goes on from there.
    package func apply(
        _ connection: DatabaseConnection, deadline: Deadline, report: (SchemaEvent) -> Void
    ) async throws {
        let recorded = try await SchemaRecord.read(connection, deadline: deadline)
        for file in files {
            if let checksum = recorded[file.version], checksum != file.checksum, !file.runsAlways {
                throw Problem(
                    .configuration, "the file was edited after it was applied",
                    hint: "put it back as it was, and write the change into a new file", location: .init(file: file.path))
            }
            if recorded[file.version] != nil, !file.runsAlways { continue }
            var ran = 0
            for statement in try file.statements.flatMap({ try variables.fill($0, in: file) }) {
                do {
                    ran += try await run(statement, of: file, connection, deadline: deadline, report: report) ? 1 : 0
                } catch let error as DatabaseError {
                    throw failure(of: statement, in: file, error.problem)
                }
            }
            if recorded[file.version] != file.checksum {
                try await SchemaRecord.write(file, connection, deadline: deadline)
            }
            if ran > 0 || recorded[file.version] == nil {
                report(.applied(version: file.version, name: file.name, ran: ran))
            }
        }
    }

    /// - Returns: whether it had to be run.
    private func run(
        _ statement: SchemaStatement, of file: SchemaFile, _ connection: DatabaseConnection, deadline: Deadline,
        report: (SchemaEvent) -> Void
    ) async throws -> Bool {
        if let condition = statement.skipWhen,
            try await !connection.query(.raw(condition), deadline: deadline).isEmpty
        {
            return false
        }
        report(.running(version: file.version, name: file.name, statement: statement.title))
        // Another session's DDL shows as a conflict of the catalog (OC001), once: then the statement goes through.
        let answer = try await DatabaseConnection.retryingConflicts(deadline: deadline) {
            try await connection.query(.raw(statement.text), deadline: deadline)
        }
        // What runs in the background answers with its job (Aurora DSQL user guide, "Asynchronous indexes").
        let job = try? answer.first?["job_id", as: String.self]
        guard let condition = statement.doneWhen else { return true }
        report(.waiting(version: file.version, name: file.name, statement: statement.title))
        var pause = Duration.milliseconds(10)
        while try await connection.query(.raw(condition), deadline: deadline).isEmpty {
            try await checkJob(job, of: statement, in: file, connection, deadline: deadline)
            guard deadline.remaining > pause else {
                throw Problem(
                    .timedOut, "\(statement.title) was begun and has not finished",
                    hint: "look at its job: SELECT * FROM sys.jobs; then run taskops schema apply again",
                    location: .init(file: file.path, line: statement.line))
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
        return true
    }

    /// A job that failed never comes to its end; an index it leaves behind is invalid and in the way.
    private func checkJob(
        _ job: String?, of statement: SchemaStatement, in file: SchemaFile, _ connection: DatabaseConnection,
        deadline: Deadline
    ) async throws {
        guard let job else { return }
        let rows = try await connection.query(
            "SELECT details FROM sys.jobs WHERE job_id = \(job) AND status = 'failed'", deadline: deadline)
        guard let row = rows.first else { return }
        throw Problem(
            .failed, "\(statement.title) failed in the background", cause: try row["details", as: String?.self],
            hint: "drop what it left (DROP INDEX …), mend the cause and run taskops schema apply again",
            location: .init(file: file.path, line: statement.line))
    }

    private func failure(of statement: SchemaStatement, in file: SchemaFile, _ problem: Problem) -> Problem {
        Problem(
            problem.kind, "\(statement.title) failed",
            cause: [problem.summary, problem.cause].compactMap(\.self).joined(separator: ": "),
            hint: "mend it and run taskops schema apply again: it goes on where it stopped",
            location: .init(file: file.path, line: statement.line))
    }
}
