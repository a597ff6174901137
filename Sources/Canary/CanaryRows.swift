import Basics
import Database
import FoundationEssentials
import TaskSystem

/// The canary's view of the database at one endpoint: it reads what the processor wrote, and removes its own rows.
struct CanaryRows: Sendable {
    private let database: Result<ReconnectingDatabase, Problem>
    private let mark: CanaryMark

    init(_ database: Result<DatabaseConfiguration, Problem>, mark: CanaryMark) {
        self.database = database.map { ReconnectingDatabase($0) }
        self.mark = mark
    }

    /// Why there is no database to ask; nil when there is one, whether it answers or not.
    var missing: Problem? {
        if case .failure(let problem) = database { problem } else { nil }
    }

    func close() async {
        if case .success(let database) = database { await database.close() }
    }

    /// Rows of `tasks` one sweep removes at the most. DSQL changes at most 3,000 rows in a transaction, and a canary
    /// has up to five of them with their index entries.
    private static let sweepLimit = 100

    /// Opens the connection, so that the first read does not pay for it.
    func greet(deadline: Deadline) async throws {
        try await database.get().withConnection(deadline: deadline) { connection in
            _ = try await connection.query("SELECT 1", deadline: deadline)
        }
    }

    /// When the function took the event up, by its own clock; nil while the event's change cannot be read here.
    func startOfCommitted(
        _ step: CanaryHop.Step, event: UUID, task: UUID, deadline: Deadline
    ) async throws -> Date? {
        let rows = try await database.get().withConnection(deadline: deadline) { connection in
            switch step {
            case .create:
                try await connection.query(
                    """
                    SELECT p.started_at FROM processed_events p JOIN tasks t ON t.id = p.task_id
                    WHERE p.event_id = \(event) AND t.id = \(task)
                    """, deadline: deadline)
            case .complete:
                try await connection.query(
                    """
                    SELECT p.started_at FROM processed_events p JOIN tasks t ON t.id = p.task_id
                    WHERE p.event_id = \(event) AND t.id = \(task) AND t.status = 'completed'
                    """, deadline: deadline)
            }
        }
        return try rows.first?["started_at", as: Date.self]
    }

    /// Removes one canary with all that hangs on it, and returns how many tasks that were: 0 or 1.
    ///
    /// - Throws: ``Problem`` when the row does not carry the mark: somebody's task is never deleted.
    func remove(_ task: UUID, deadline: Deadline) async throws -> Int {
        try await database.get().withConnection(deadline: deadline) { connection in
            try await connection.transaction(deadline: deadline) { transaction in
                let rows = try await transaction.query(
                    "SELECT created_by FROM tasks WHERE id = \(task)", deadline: deadline)
                guard let author = try rows.first?["created_by", as: String.self] else { return 0 }
                guard author == mark.author else {
                    throw Problem(
                        .failed, "row \(task.lowercased) of tasks does not carry the mark \(mark) and was left alone",
                        hint: "somebody else made a task with this id: find out who before deleting anything")
                }
                return try await delete([task], in: transaction, deadline: deadline)
            }
        }
    }

    /// Rows one look at the past takes at the most.
    private static let pastLimit = 1000

    /// What is here of the canaries that the question names. Those that have told all are removed in the same transaction,
    /// so that none is told of twice.
    func past(
        _ question: CanaryPast.Question, deadline: Deadline
    ) async throws -> (rows: [CanaryPast.Row], isWhole: Bool) {
        try await database.get().withConnection(deadline: deadline) { connection in
            try await connection.transaction(deadline: deadline) { transaction in
                let found = try await transaction.query(
                    """
                    SELECT t.id, t.status, max(p.processed_at) AS processed_at
                    FROM tasks t LEFT JOIN processed_events p ON p.task_id = t.id
                    WHERE t.created_by = \(mark.author)
                    GROUP BY t.id, t.status, t.created_at ORDER BY t.created_at LIMIT \(Self.pastLimit)::integer
                    """, deadline: deadline)
                let known = try found.map { row in
                    CanaryPast.Row(
                        task: try row["id", as: UUID.self].lowercased,
                        isCompleted: try row["status", as: String.self] == "completed",
                        processedAt: try row["processed_at", as: Date?.self].map { Int64($0.timeIntervalSince1970 * 1000) })
                }.filter { question.pending[$0.task] != nil || question.closed.contains($0.task) }
                let over = known.filter(question.removes)
                let removed = over.prefix(Self.sweepLimit)
                if !removed.isEmpty {
                    _ = try await delete(
                        removed.compactMap { UUID(uuidString: $0.task) }, in: transaction, deadline: deadline)
                }
                return (
                    known.filter { !question.removes($0) } + removed,
                    over.count == removed.count && found.count < Self.pastLimit
                )
            }
        }
    }

    /// Removes canaries that earlier runs left behind, and returns how many.
    func sweep(leaving awaited: [UUID] = [], deadline: Deadline) async throws -> Int {
        let age = Int(CanaryMark.leftoverAge.components.seconds)
        return try await database.get().withConnection(deadline: deadline) { connection in
            try await connection.transaction(deadline: deadline) { transaction in
                let rows = try await transaction.query(
                    """
                    SELECT id FROM tasks
                    WHERE created_by = \(mark.author) AND created_at < now() - make_interval(secs => \(age)::integer)
                    ORDER BY created_at LIMIT \(Self.sweepLimit + awaited.count)::integer
                    """, deadline: deadline)
                let tasks = try rows.map { try $0["id", as: UUID.self] }.filter { !awaited.contains($0) }
                    .prefix(Self.sweepLimit)
                return tasks.isEmpty ? 0 : try await delete(Array(tasks), in: transaction, deadline: deadline)
            }
        }
    }

    func has(_ task: UUID, deadline: Deadline) async throws -> Bool {
        try await database.get().withConnection(deadline: deadline) { connection in
            try await !connection.query("SELECT 1 AS there FROM tasks WHERE id = \(task)", deadline: deadline).isEmpty
        }
    }

    /// Removes canaries, as many as one transaction takes at a time, and returns how many there were.
    func removeAll(_ tasks: [UUID], deadline: Deadline) async throws -> Int {
        var removed = 0
        var rest = tasks[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.sweepLimit))
            rest = rest.dropFirst(Self.sweepLimit)
            removed += try await database.get().withConnection(deadline: deadline) { connection in
                try await connection.transaction(deadline: deadline) { transaction in
                    try await delete(some, in: transaction, deadline: deadline)
                }
            }
        }
        return removed
    }

    /// Children first: the foreign key wants it so.
    private func delete(_ tasks: [UUID], in transaction: DatabaseConnection, deadline: Deadline) async throws -> Int {
        try await transaction.execute(
            "DELETE FROM task_updates WHERE task_id IN (\(list: tasks))", deadline: deadline)
        try await transaction.execute(
            "DELETE FROM processed_events WHERE task_id IN (\(list: tasks))", deadline: deadline)
        return try await transaction.execute(
            "DELETE FROM tasks WHERE id IN (\(list: tasks)) AND created_by = \(mark.author)", deadline: deadline)
    }
}
