import Basics
import Database
import FoundationEssentials
import TaskProcessing
import TaskSystem
import Testing

@Suite struct EventTests {
    private let full = TaskDraft(
        title: "Write the runbook", createdBy: "ana", description: "All of it", status: "in-progress", priority: "high",
        assignedTo: "ben", projectID: 7, dueDate: "2026-11-30T18:00:00+01:00")

    private func changes(_ database: TaskDatabase, of taskID: UUID) async throws -> [String] {
        try await database.query(
            "SELECT field_name, old_value, new_value, updated_by FROM task_updates WHERE task_id = \(taskID) ORDER BY field_name"
        ).map { row in
            let (old, new): (String?, String?) = (try row["old_value"], try row["new_value"])
            let (field, person): (String, String) = (try row["field_name"], try row["updated_by"])
            return "\(field): \(old ?? "NULL") -> \(new ?? "NULL") by \(person)"
        }
    }

    @Test func aCreatedTaskHasTheEventsIDAndEverythingItsSenderSaid() async throws {
        let function = Harness(try await .fresh())
        let id = try await function.send(.created(full))
        let row = try #require(try await function.database.query("SELECT * FROM tasks WHERE id = \(id)").first)
        #expect(try row["title", as: String.self] == "Write the runbook")
        #expect(try row["description", as: String.self] == "All of it")
        #expect(try row["status", as: String.self] == "in-progress")
        #expect(try row["priority", as: String.self] == "high")
        #expect(try row["assigned_to", as: String.self] == "ben")
        #expect(try row["created_by", as: String.self] == "ana")
        #expect(try row["project_id", as: Int.self] == 7)
        #expect(try row["due_date", as: Timestamp.self].description == "2026-11-30T17:00:00Z")
        #expect(try row["completed_at", as: Timestamp?.self] == nil)
        #expect(try await changes(function.database, of: id) == [])

        let notification = try #require(function.bus.all.first)
        #expect(function.bus.all.count == 1)
        #expect(notification.taskId == id.lowercased && notification.eventType == "task.created")
        #expect(notification.changed == ["title", "description", "status", "priority", "assigned_to", "project_id", "due_date"])
    }

    @Test func whatTheSenderLeftOutIsTheColumnsDefault() async throws {
        let function = Harness(try await .fresh())
        let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        let done = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana", status: "completed")))
        let row = try #require(try await function.database.query("SELECT * FROM tasks WHERE id = \(id)").first)
        #expect(try row["status", as: String.self] == "pending" && row["priority", as: String.self] == "medium")
        #expect(try row["description", as: String?.self] == nil)
        #expect(try await function.database.count("tasks WHERE completed_at IS NOT NULL AND id = \(done)") == 1)
    }

    @Test func theLogTellsOneStoryOfOneEvent() async throws {
        let function = Harness(try await .fresh())
        let requestID = UUID()
        let id = UUID()
        let detail = String(decoding: try JSONEncoder().encode(TaskEvent.created(full)), as: UTF8.self)
        try await function.invoke(Harness.envelope(detail, id: id), requestID: requestID)
        let received = function.lines.records("task event received")
        let done = function.lines.records("task event done")
        #expect(received.count == 1 && done.count == 1)
        for line in received + done {
            #expect(line.requestId == requestID.lowercased && line.eventId == id.lowercased)
            #expect(line.region == "us-east-1" && line.detailType == "Task Created" && line.level == "INFO")
        }
        let end = try #require(done.first)
        #expect(end.outcome == "applied" && end.taskId == id.lowercased && end.attempts == 1)
        let (duration, connect, commit) = (try #require(end.durationMs), try #require(end.connectMs), try #require(end.commitMs))
        #expect(connect > 0 && commit > 0 && duration >= connect + commit)
        for secret in ["Write the runbook", "All of it", "ana", "ben"] {
            #expect(!function.lines.all.contains { $0.contains(secret) }, "the log does not repeat what tasks say")
        }
        let row = try #require(try await function.database.query("SELECT * FROM processed_events WHERE event_id = \(id)").first)
        #expect(try row["detail_type", as: String.self] == "Task Created" && row["task_id", as: UUID.self] == id)
        #expect(try row["region", as: String.self] == "us-east-1" && row["request_id", as: String.self] == requestID.lowercased)
        #expect(abs(try row["started_at", as: Date.self].timeIntervalSinceNow) < 60)
    }

    @Test func anUpdateLogsEachChangeWithItsRealOldValue() async throws {
        let function = Harness(try await .fresh())
        let database = function.database
        let id = try await function.send(.created(full))
        let before = try await database.query("SELECT created_at, updated_at FROM tasks WHERE id = \(id)")[0]
        let update = TaskChanges([
            .title: "Read the runbook", .description: nil, .priority: "high", .projectID: "8", .dueDate: "2026-12-24",
            .assignedTo: "ben",
        ])
        try await function.send(.updated(taskID: id, changes: update, by: "cem"))
        #expect(
            try await changes(database, of: id) == [
                "description: All of it -> NULL by cem",
                "due_date: 2026-11-30T17:00:00Z -> 2026-12-24T00:00:00Z by cem",
                "project_id: 7 -> 8 by cem",
                "title: Write the runbook -> Read the runbook by cem",
            ], "what did not change is not logged")
        let row = try await database.query("SELECT * FROM tasks WHERE id = \(id)")[0]
        #expect(try row["title", as: String.self] == "Read the runbook" && row["description", as: String?.self] == nil)
        #expect(try row["status", as: String.self] == "in-progress", "columns that were not named stay")
        #expect(try row["created_at", as: Timestamp.self] == before["created_at"])
        #expect(try row["updated_at", as: Timestamp.self] > before["updated_at"])
        #expect(function.bus.all.last?.changed == ["title", "description", "project_id", "due_date"])
        #expect(function.bus.all.last?.taskId == id.lowercased)
    }

    @Test func aSecondSpellingOfALetterIsAChange() async throws {
        let function = Harness(try await .fresh())
        let id = try await function.send(.created(TaskDraft(title: "caf\u{e9}", createdBy: "ana")))
        try await function.send(.updated(taskID: id, changes: TaskChanges([.title: "cafe\u{301}"]), by: "ben"))
        #expect(try await function.database.count("task_updates WHERE task_id = \(id)") == 1)
    }

    @Test func anUpdateThatChangesNothingIsNoNews() async throws {
        let function = Harness(try await .fresh())
        let id = try await function.send(.created(full))
        let before = try await function.database.query("SELECT updated_at FROM tasks WHERE id = \(id)")[0]
        try await function.send(.updated(taskID: id, changes: TaskChanges([.dueDate: "2026-11-30T17:00:00.000Z"]), by: "ben"))
        let after = try await function.database.query("SELECT updated_at FROM tasks WHERE id = \(id)")[0]
        #expect(try before["updated_at", as: Timestamp.self] == after["updated_at"])
        #expect(try await changes(function.database, of: id) == [])
        #expect(function.bus.all.count == 1)
        #expect(function.lines.records("task event done").last?.outcome == "applied")
    }

    @Test func completingSetsTheTimeAndReopeningClearsIt() async throws {
        let function = Harness(try await .fresh())
        let id = try await function.send(.created(full))
        try await function.send(.completed(taskID: id, by: "dia"))
        let completed = try await function.database.query("SELECT status, completed_at FROM tasks WHERE id = \(id)")[0]
        #expect(try completed["status", as: String.self] == "completed")
        let moment = try completed["completed_at", as: Timestamp.self]
        #expect(try await changes(function.database, of: id) == ["status: in-progress -> completed by dia"])
        #expect(function.bus.all.last?.eventType == "task.completed" && function.bus.all.last?.changed == ["status"])

        try await function.send(.completed(taskID: id, by: "eli"))
        let again = try await function.database.query("SELECT completed_at FROM tasks WHERE id = \(id)")[0]
        #expect(try again["completed_at", as: Timestamp.self] == moment, "completing twice keeps the first time")

        try await function.send(.updated(taskID: id, changes: TaskChanges([.status: "pending"]), by: "ana"))
        #expect(try await function.database.count("tasks WHERE id = \(id) AND completed_at IS NULL AND status = 'pending'") == 1)
    }

    @Test func whatIsWrittenIsTextAndNeverSQL() async throws {
        let function = Harness(try await .fresh())
        let nasty = "'); DROP TABLE tasks; -- $1 \\ \" \u{1f4a5}"
        let id = try await function.send(.created(TaskDraft(title: nasty, createdBy: nasty, description: nasty)))
        try await function.send(.updated(taskID: id, changes: TaskChanges([.assignedTo: nasty]), by: nasty))
        let row = try await function.database.query("SELECT * FROM tasks WHERE id = \(id)")[0]
        #expect(try row["title", as: String.self] == nasty && row["created_by", as: String.self] == nasty)
        #expect(try row["assigned_to", as: String.self] == nasty)
        #expect(try await changes(function.database, of: id) == ["assigned_to: NULL -> \(nasty) by \(nasty)"])
    }
}
