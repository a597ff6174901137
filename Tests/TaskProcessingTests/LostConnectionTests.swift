import Basics
import Database
import FoundationEssentials
import TaskProcessing
import TaskSystem
import Testing

/// The database goes away at the worst moments.
@Suite struct LostConnectionTests {
    @Test func theConnectionIsKeptBetweenInvocations() async throws {
        let function = Harness(try await .fresh())
        for _ in 0..<3 { try await function.send(.created(TaskDraft(title: "t", createdBy: "ana"))) }
        #expect(try await Self.connections(function.database) == 1)
    }

    @Test func aKeptConnectionThatDiedIsReplaced() async throws {
        let function = Harness(try await .fresh())
        try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        for _ in 0..<3 {
            _ = try await function.database.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'task_processor' AND datname = current_database()"
            )
            try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        }
        #expect(try await function.database.count("tasks") == 4)
    }

    /// The server ends the session while it commits. Whether the change holds is not known then, and the function does not guess:
    /// it fails, and the next delivery finds out by the event's id.
    @Test(arguments: [true, false])
    func aCommitWithoutAnAnswerFailsAndTheNextDeliveryDecides(isKept: Bool) async throws {
        let function = Harness(try await .fresh())
        let database = function.database
        let id = UUID()
        let event = TaskEvent.created(TaskDraft(title: "t", createdBy: "ana"))
        _ = try await database.query(
            .raw(
                """
                CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
                """))
        _ = try await database.query(
            .raw(
                """
                CREATE CONSTRAINT TRIGGER dies_at_commit AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION die()
                """))
        let failure = await #expect(throws: InvocationFailure.self) { try await function.send(event, id: id) }
        #expect(failure?.errorType == "DatabaseOutcomeUnknown")
        #expect(function.bus.all.isEmpty)

        _ = try await database.query("DROP TRIGGER dies_at_commit ON tasks")
        if isKept {
            // As it would stand there, had the answer alone been lost.
            try await Harness(database).send(event, id: id)
        }
        try await function.send(event, id: id)
        #expect(function.lines.records("task event done").map(\.outcome) == ["failed", isKept ? "duplicate" : "applied"])
        #expect(try await database.count("tasks") == 1)
        #expect(try await database.count("processed_events") == 1)
    }

    @Test func aDatabaseThatDoesNotAnswerFailsByTheDeadline() async throws {
        let function = Harness(try await .fresh())
        let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        try await withDatabaseConnection(function.database.administrator, deadline: ample) { other in
            try await other.execute("BEGIN", deadline: ample)
            try await other.execute("UPDATE tasks SET title = 'theirs' WHERE id = \(id)", deadline: ample)
            let failure = await #expect(throws: InvocationFailure.self) {
                try await function.send(.completed(taskID: id, by: "ben"), deadline: .after(.milliseconds(300)))
            }
            #expect(failure?.errorType == "DatabaseTimedOut")
        }
        #expect(function.lines.records("task event done").last?.outcome == "failed")
    }

    @Test func nobodyThereIsSaidWithoutSecrets() async throws {
        let database = try await TaskDatabase.fresh()
        var unreachable = database.processor
        unreachable.port = 1
        let password = try await unreachable.password(ample).exposed
        let function = Harness(TaskDatabase(processor: unreachable, administrator: database.administrator))
        let failure = await #expect(throws: InvocationFailure.self) {
            try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        }
        #expect(failure?.errorType == "DatabaseUnreachable")
        #expect(!function.lines.all.contains { $0.contains(password) } && failure?.message.contains(password) == false)

        let answer = try await function.ask("GET", "/tasks")
        #expect(answer.statusCode == 503 && answer.headers["Retry-After"] == "1")
        #expect(answer.error?.contains("postgres") == false, "what is inside stays inside")
        #expect(function.lines.records("request failed").map(\.errorType) == ["DatabaseUnreachable"])
    }

    private static func connections(_ database: TaskDatabase) async throws -> Int {
        try await database.count("pg_stat_activity WHERE usename = 'task_processor' AND datname = current_database()")
    }
}
