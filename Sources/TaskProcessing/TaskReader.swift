import Basics
import Database
import FoundationEssentials
import TaskSystem

/// What the processor reads for requests, and its SQL.
enum TaskReader {
    /// A task as requests answer it: the columns under their own names.
    struct TaskRecord: Sendable, Hashable, Encodable {
        var id: UUID
        var title: String
        var description: String?
        var status: String
        var priority: String
        var assignedTo: String?
        var createdBy: String
        var createdAt: Timestamp
        var updatedAt: Timestamp
        var projectID: Int?
        var dueDate: Timestamp?
        var completedAt: Timestamp?
    }

    struct Page: Sendable, Hashable {
        var tasks: [TaskRecord]
        /// Nil on the last page.
        var next: PageCursor?
    }

    private static let columns: SQL = """
        id, title, description, status, priority, assigned_to, created_by, created_at, updated_at, project_id, due_date,
        completed_at
        """

    /// Newest first. The page begins behind the cursor's row instead of counting rows, so that tasks which come or go
    /// between two pages neither repeat nor hide others.
    static func page(
        limit: Int, after cursor: PageCursor?, on connection: DatabaseConnection, deadline: Deadline
    ) async throws -> Page {
        let behind: SQL = cursor.map { "WHERE (created_at, id) < (\($0.createdAt)::timestamptz, \($0.id)::uuid)" } ?? ""
        // One more than asked tells whether there is a next page.
        let rows = try await connection.query(
            "SELECT \(columns) FROM tasks \(behind) ORDER BY created_at DESC, id DESC LIMIT \(limit + 1)::bigint",
            deadline: deadline)
        let tasks = try rows.prefix(limit).map(record)
        let next = rows.count > limit ? tasks.last.map { PageCursor(createdAt: $0.createdAt, id: $0.id) } : nil
        return Page(tasks: tasks, next: next)
    }

    static func task(_ id: UUID, on connection: DatabaseConnection, deadline: Deadline) async throws -> TaskRecord? {
        try await connection.query("SELECT \(columns) FROM tasks WHERE id = \(id)", deadline: deadline).first.map(record)
    }

    private static func record(_ row: Row) throws -> TaskRecord {
        TaskRecord(
            id: try row["id"], title: try row["title"], description: try row["description"], status: try row["status"],
            priority: try row["priority"], assignedTo: try row["assigned_to"], createdBy: try row["created_by"],
            createdAt: try row["created_at"], updatedAt: try row["updated_at"], projectID: try row["project_id"],
            dueDate: try row["due_date"], completedAt: try row["completed_at"])
    }
}

extension TaskReader.TaskRecord {
    private enum CodingKeys: String, CodingKey {
        case id, title, description, status, priority
        case assignedTo = "assigned_to"
        case createdBy = "created_by"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case projectID = "project_id"
        case dueDate = "due_date"
        case completedAt = "completed_at"
    }

    /// Columns that are NULL are written as null: a reader can tell "not set" from "not asked for".
    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(id.lowercased, forKey: .id)
        try object.encode(title, forKey: .title)
        try object.encode(description, forKey: .description)
        try object.encode(status, forKey: .status)
        try object.encode(priority, forKey: .priority)
        try object.encode(assignedTo, forKey: .assignedTo)
        try object.encode(createdBy, forKey: .createdBy)
        try object.encode(createdAt.description, forKey: .createdAt)
        try object.encode(updatedAt.description, forKey: .updatedAt)
        try object.encode(projectID, forKey: .projectID)
        try object.encode(dueDate?.description, forKey: .dueDate)
        try object.encode(completedAt?.description, forKey: .completedAt)
    }
}

extension TaskReader.Page: Encodable {
    private enum CodingKeys: String, CodingKey { case tasks, nextCursor }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(tasks, forKey: .tasks)
        try object.encode(next?.encoded, forKey: .nextCursor)
    }
}

/// The row a page ended with. Opaque to clients: base64 of `created_at,id`.
struct PageCursor: Sendable, Hashable {
    var createdAt: Timestamp
    var id: UUID

    init(createdAt: Timestamp, id: UUID) {
        self.createdAt = createdAt
        self.id = id
    }

    /// Nil for anything ``encoded`` did not make.
    init?(encoded: String) {
        // The URL-safe alphabet needs no escaping in a query string; base64 proper wants its padding back.
        var base64 = String(encoded.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64) else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let createdAt = Timestamp(iso8601: String(parts[0])), let id = UUID(uuidString: String(parts[1]))
        else { return nil }
        self.init(createdAt: createdAt, id: id)
    }

    var encoded: String {
        let base64 = Data("\(createdAt),\(id.lowercased)".utf8).base64EncodedString()
        return String(base64.compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }
}
