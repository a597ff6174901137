import Basics
import Database
import FoundationEssentials
import Synchronization
import TaskProcessing
import TaskSystem
import Testing

/// EventBridge and Lambda deliver at least once, in any order, and writers meet.
@Suite struct DeliveredTwiceTests {
    @Test func theSecondDeliveryOfEachEventChangesNothing() async throws {
        let function = Harness(try await .fresh())
        let database = function.database
        let (taskID, updateID, completeID) = (UUID(), UUID(), UUID())
        let events: [(TaskEvent, UUID)] = [
            (.created(TaskDraft(title: "t", createdBy: "ana")), taskID),
            (.updated(taskID: taskID, changes: TaskChanges([.title: "u"]), by: "ben"), updateID),
            (.completed(taskID: taskID, by: "cem"), completeID),
        ]
        for (event, id) in events { try await function.send(event, id: id) }
        let row = try await database.query("SELECT * FROM tasks")
        // Late deliveries, long after others have changed the task.
        try await function.send(.updated(taskID: taskID, changes: TaskChanges([.title: "v"]), by: "dia"))
        for (event, id) in events { try await function.send(event, id: id) }

        #expect(try await database.count("tasks") == 1 && row.count == 1)
        #expect(try await database.count("tasks WHERE title = 'v'") == 1, "an old update does not come back")
        #expect(try await database.count("task_updates") == 3)
        #expect(try await database.count("processed_events") == 4)
        #expect(function.bus.all.count == 4, "the news is told once")
        #expect(function.lines.records("task event done").map(\.outcome).suffix(3) == ["duplicate", "duplicate", "duplicate"])
    }

    @Test func eightDeliveriesAtOnceWriteOnce() async throws {
        let database = try await TaskDatabase.fresh()
        // Eight environments, as Lambda would start them: each has its own connection.
        let functions = (0..<8).map { _ in Harness(database) }
        let taskID = UUID()
        let event = TaskEvent.created(TaskDraft(title: "t", createdBy: "ana"))
        await Self.atOnce(functions) { try await $0.send(event, id: taskID) }
        #expect(try await database.count("tasks") == 1)
        #expect(functions.flatMap(\.bus.all).count == 1)
        let outcomes = functions.flatMap { $0.lines.records("task event done") }.compactMap(\.outcome)
        #expect(outcomes.count { $0 == "applied" } == 1 && outcomes.count { $0 == "duplicate" } == 7)

        let updateID = UUID()
        let update = TaskEvent.updated(taskID: taskID, changes: TaskChanges([.title: "u", .priority: "high"]), by: "ben")
        await Self.atOnce(functions) { try await $0.send(update, id: updateID) }
        #expect(try await database.count("task_updates") == 2)
        #expect(functions.flatMap(\.bus.all).count == 2)
    }

    @Test func differentUpdatesAtOnceAreAllKeptInOneOrder() async throws {
        let database = try await TaskDatabase.fresh()
        let functions = (0..<6).map { _ in Harness(database, retry: ConflictRetry(maximumAttempts: 50)) }
        let taskID = try await functions[0].send(.created(TaskDraft(title: "0", createdBy: "ana")))
        let indexed = functions.enumerated().map { ($0, $1) }
        await Self.atOnce(indexed) { index, function in
            try await function.send(.updated(taskID: taskID, changes: TaskChanges([.title: "\(index + 1)"]), by: "ben"))
        }
        // Each change's old value is another's new one: the log is a chain from the first title to the present one.
        let rows = try await database.query("SELECT old_value, new_value FROM task_updates")
        var next: [String: String] = [:]
        for row in rows { next[try row["old_value"]] = try row["new_value", as: String.self] }
        var title = "0"
        for _ in rows { title = try #require(next[title]) }
        #expect(rows.count == 6 && next.count == 6)
        #expect(try await database.count("tasks WHERE title = \(title)") == 1)
    }

    @Test func aConflictIsTriedAgain() async throws {
        let function = Harness(try await .fresh())
        let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        try await Self.whileSomebodyElseWrites(id, function.database) {
            try await function.send(.updated(taskID: id, changes: TaskChanges([.title: "u"]), by: "ben"))
        }
        let done = try #require(function.lines.records("task event done").last)
        #expect(done.outcome == "applied" && done.attempts == 2)
        let change = try await function.database.query("SELECT old_value, new_value FROM task_updates")
        #expect(change.count == 1)
        #expect(try change[0]["old_value", as: String.self] == "theirs", "the second try read the row again")
    }

    @Test func aConflictThatDoesNotEndFailsAndLeavesNothing() async throws {
        let function = Harness(try await .fresh(), retry: .never)
        let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        await #expect(throws: InvocationFailure.self) {
            try await Self.whileSomebodyElseWrites(id, function.database) {
                try await function.send(.updated(taskID: id, changes: TaskChanges([.title: "u"]), by: "ben"))
            }
        }
        #expect(function.lines.records("task event done").last?.errorType == "DatabaseConflict")
        #expect(try await function.database.count("processed_events") == 1)
        #expect(try await function.database.count("task_updates") == 0 && function.bus.all.count == 1)
    }

    /// Runs `body` into a row that another transaction has changed, and lets that one commit once `body` waits for it:
    /// PostgreSQL then answers `body` with SQLSTATE 40001, as DSQL would at its commit.
    private static func whileSomebodyElseWrites(
        _ id: UUID, _ database: TaskDatabase, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withDatabaseConnection(database.administrator, deadline: ample) { other in
            try await other.execute("BEGIN", deadline: ample)
            try await other.execute("UPDATE tasks SET title = 'theirs' WHERE id = \(id)", deadline: ample)
            async let ours: Void = body()
            var isWaiting = false
            let patience = ample
            while !isWaiting, !patience.hasPassed {
                isWaiting =
                    try await database.count(
                        "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0
            }
            try await other.execute("COMMIT", deadline: ample)
            try await ours
        }
    }

    private static func atOnce<Element: Sendable>(
        _ elements: [Element], _ body: @escaping @Sendable (Element) async throws -> Void
    ) async {
        let failures = await elements.boundedMap { element -> String? in
            do {
                try await body(element)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(failures.compactMap(\.self) == [])
    }
}
