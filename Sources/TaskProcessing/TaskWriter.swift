import Basics
import Database
import FoundationEssentials
import TaskSystem

/// Everything the processor writes: one transaction for one event or request, and all of its SQL.
///
/// **Why twice is once.** EventBridge and Lambda both deliver at least once, and a commit whose answer was lost may have
/// happened. So the first statement of every transaction records the event's id, which stays the same in all deliveries.
/// If the row is there already, the change is too, because both went in with one commit; if the transaction fails, neither
/// did. No failure is therefore ever guessed about here: the invocation fails, Lambda invokes again, and the id decides.
struct TaskWriter: Sendable {
    /// The database's record of what is being processed.
    struct Origin: Sendable {
        /// The event's id, or the request's.
        var id: UUID
        var detailType: TaskEvent.DetailType
        var region: String
        var requestID: String
        var startedAt: Timestamp
    }

    /// A change whose values fit their columns.
    enum Change: Sendable {
        case create(CheckedFields, by: String)
        case update(taskID: UUID, CheckedFields, by: String)
    }

    enum Result: Sendable, Hashable {
        /// - Parameter changed: the fields whose values are other than before; for a new task those that were given.
        case applied(taskID: UUID, changed: [TaskField])
        /// An earlier delivery did it.
        case duplicate
    }

    /// Thrown inside the transaction, so that the record of the event goes away with it and a retry finds nothing in its way.
    struct NoSuchTask: Error {
        var id: UUID
    }

    /// One attempt of the transaction, and until when.
    private struct Statements {
        let connection: DatabaseConnection
        let deadline: Deadline

        func query(_ sql: SQL) async throws -> [Row] { try await connection.query(sql, deadline: deadline) }
        @discardableResult
        func execute(_ sql: SQL) async throws -> Int { try await connection.execute(sql, deadline: deadline) }
    }

    let origin: Origin

    /// Runs inside a transaction, once for every attempt of it.
    func apply(_ change: Change, in transaction: DatabaseConnection, deadline: Deadline) async throws -> Result {
        let statements = Statements(connection: transaction, deadline: deadline)
        let taskID =
            switch change {
            case .create: origin.id
            case .update(let taskID, _, _): taskID
            }
        guard try await claim(for: taskID, statements) else { return .duplicate }
        switch change {
        case .create(let fields, let author):
            try await insert(taskID, fields, author, statements)
            return .applied(taskID: taskID, changed: fields.values.map(\.field))
        case .update(_, let fields, let author):
            return .applied(taskID: taskID, changed: try await update(taskID, fields, author, statements))
        }
    }

    /// Two deliveries at the same moment: the second waits for the first here (PostgreSQL) or at its commit (DSQL), gets
    /// SQLSTATE 40001, and finds the row when it tries again.
    private func claim(for taskID: UUID, _ statements: Statements) async throws -> Bool {
        let inserted = try await statements.execute(
            """
            INSERT INTO processed_events (event_id, detail_type, task_id, region, request_id, started_at)
            VALUES (\(origin.id), \(origin.detailType.rawValue), \(taskID), \(origin.region), \(origin.requestID), \(origin.startedAt))
            ON CONFLICT DO NOTHING
            """)
        return inserted == 1
    }

    private func insert(
        _ id: UUID, _ fields: CheckedFields, _ author: String, _ statements: Statements
    ) async throws {
        var columns: SQL = "id, created_by"
        var values: SQL = "\(id), \(author)"
        for (field, value) in fields.values {
            columns = columns + ", \(identifier: field.rawValue)"
            values = values + ", \(value as String?)"
        }
        if fields.values.contains(where: { $0.field == .status && $0.value == Self.completed }) {
            columns = columns + ", completed_at"
            values = values + ", now()"
        }
        try await statements.execute("INSERT INTO tasks (\(columns)) VALUES (\(values))")
    }

    private func update(
        _ id: UUID, _ fields: CheckedFields, _ author: String, _ statements: Statements
    ) async throws -> [TaskField] {
        // FOR UPDATE makes a concurrent change of the row a conflict even where this one turns out to change nothing.
        // Source: Aurora DSQL user guide, "Concurrency control": FOR UPDATE needs equality on the primary key.
        let found = try await statements.query(
            """
            SELECT title, description, status, priority, assigned_to, project_id, due_date
            FROM tasks WHERE id = \(id) FOR UPDATE
            """)
        guard let row = found.first else { throw NoSuchTask(id: id) }
        var changes: [(field: TaskField, old: String?, new: String?)] = []
        for (field, new) in fields.values {
            let old = try Self.text(of: field, in: row)
            if !Self.sameText(old, new) { changes.append((field, old, new)) }
        }
        guard !changes.isEmpty else { return [] }

        var assignments: SQL = "updated_at = now()"
        for change in changes {
            assignments = assignments + ", \(identifier: change.field.rawValue) = \(change.new as String?)"
        }
        if let status = changes.first(where: { $0.field == .status }) {
            if status.new == Self.completed {
                assignments = assignments + ", completed_at = now()"
            } else if status.old == Self.completed {
                assignments = assignments + ", completed_at = NULL"
            }
        }
        try await statements.execute("UPDATE tasks SET \(assignments) WHERE id = \(id)")

        var rows: SQL = ""
        for (index, change) in changes.enumerated() {
            let row: SQL = "(\(id), \(change.field.rawValue), \(change.old as String?), \(change.new as String?), \(author))"
            rows = index == 0 ? row : rows + ", \(row)"
        }
        try await statements.execute(
            "INSERT INTO task_updates (task_id, field_name, old_value, new_value, updated_by) VALUES \(rows)")
        return changes.map(\.field)
    }

    /// The column's value in the form that ``CheckedFields`` gives new ones.
    private static func text(of field: TaskField, in row: Row) throws -> String? {
        switch field {
        case .dueDate: try row[field.rawValue, as: Timestamp?.self]?.description
        default: try row[field.rawValue, as: String?.self]
        }
    }

    /// Byte by byte, as the database compares: Swift's `==` takes two spellings of an accented letter for the same text.
    private static func sameText(_ left: String?, _ right: String?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    /// The status that sets `completed_at`.
    static let completed = "completed"
}

extension Timestamp: SQLBindable, ColumnDecodable {
    package var sqlText: String? { description }
    package static var sqlTypeName: String { "a timestamp with time zone" }
    package static func decode(sqlText: String?) -> Timestamp? { sqlText.flatMap { Timestamp(postgres: $0) } }
}
