import Basics
import Database
import FoundationEssentials
import TaskProcessing
import TaskSystem
import Testing

/// Events that cannot be applied: the invocation fails, and nothing of them stays.
@Suite struct FailingEventTests {
    private static let someTask = "0c9c2d3e-1111-4222-8333-444455556666"

    @Test(arguments: [
        ("{}", "Task Created"),
        (#"{"eventType":"task.deleted","taskId":"\#(someTask)"}"#, "Task Deleted"),
        (#"{"eventType":"task.created","taskData":{"title":"t","created_by":"a"}}"#, "Task Updated"),
        (#"{"eventType":"task.created","taskData":{"created_by":"a"}}"#, "Task Created"),
        (#"{"eventType":"task.created","taskData":{"title":"","created_by":"a"}}"#, "Task Created"),
        (#"{"eventType":"task.created","taskData":{"title":"t","created_by":""}}"#, "Task Created"),
        (#"{"eventType":"task.created","taskData":{"title":"nul \u0000","created_by":"a"}}"#, "Task Created"),
        (#"{"eventType":"task.created","taskData":{"title":"t","created_by":"a","due_date":"next week"}}"#, "Task Created"),
        (#"{"eventType":"task.created","taskData":{"title":"t","created_by":"a","project_id":2147483648}}"#, "Task Created"),
        (#"{"eventType":"task.created","taskData":{"title":"t","created_by":"a","project_id":"7"}}"#, "Task Created"),
        (#"{"eventType":"task.updated","taskId":"17","updates":{"title":"t"},"updatedBy":"a"}"#, "Task Updated"),
        (#"{"eventType":"task.updated","taskId":"\#(someTask)","updates":{},"updatedBy":"a"}"#, "Task Updated"),
        (#"{"eventType":"task.updated","taskId":"\#(someTask)","updates":{"title":null},"updatedBy":"a"}"#, "Task Updated"),
        (#"{"eventType":"task.updated","taskId":"\#(someTask)","updates":{"created_by":"b"},"updatedBy":"a"}"#, "Task Updated"),
        (
            #"{"eventType":"task.updated","taskId":"\#(someTask)","updates":{"title = 'x' --":"b"},"updatedBy":"a"}"#,
            "Task Updated"
        ),
        (#"{"eventType":"task.completed","taskId":"\#(someTask)"}"#, "Task Completed"),
    ])
    func whatCannotBeUnderstoodFails(detail: String, detailType: String) async throws {
        let function = Harness(try await Self.database())
        let failure = await #expect(throws: InvocationFailure.self) {
            try await function.invoke(Harness.envelope(detail, detailType: detailType))
        }
        #expect(failure?.errorType == "InvalidEvent")
        #expect(function.lines.records("task event received").count == 1)
        let end = try #require(function.lines.records("task event done").first)
        #expect(end.outcome == "failed" && end.errorType == "InvalidEvent" && end.level == "ERROR")
        #expect(try await function.database.count("tasks") == 0 && function.bus.all.isEmpty)
        #expect(try await function.database.count("processed_events") == 0)
    }

    @Test func aCanaryThatWasRemovedAlreadyRaisesNoAlarm() async throws {
        let function = Harness(try await Self.database())
        let detail = #"{"eventType":"task.completed","taskId":"\#(Self.someTask)","completedBy":"taskops-canary/tasks"}"#
        _ = try await function.invoke(Harness.envelope(detail, detailType: "Task Completed"))
        #expect(try #require(function.lines.records("task event done").first).outcome == "gone")
        #expect(try await function.database.count("processed_events") == 0 && function.bus.all.isEmpty)
    }

    /// Nothing is written by these, so they share one.
    private static func database() async throws -> TaskDatabase { try await shared.value }
    private static let shared = Task { try await TaskDatabase.fresh() }

    @Test(arguments: TaskField.allCases.filter { $0.maximumLength != nil })
    func theLongestValueFitsAndOneMoreIsRefusedByName(field: TaskField) async throws {
        let function = Harness(try await .fresh())
        let length = try #require(field.maximumLength)
        let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        // Two code units each, and one of what the column counts.
        let longest = String(repeating: "\u{e9}", count: length)
        try await function.send(.updated(taskID: id, changes: TaskChanges([field: longest]), by: "ana"))
        let failure = await #expect(throws: InvocationFailure.self) {
            try await function.send(.updated(taskID: id, changes: TaskChanges([field: longest + "e"]), by: "ana"))
        }
        #expect(failure?.errorType == "InvalidEvent" && failure?.message.contains(field.rawValue) == true)
        #expect(failure?.message.contains("\(length)") == true && failure?.message.contains("\u{e9}") == false)
    }

    @Test(arguments: [
        "", "null", "[]", "17", "not json", #"{"a":1}"#,
        #"{"source":"aws.s3","detail-type":"Object Created","id":"x","detail":{}}"#,
        #"{"source":"task.management","detail":{}}"#,
        #"{"source":"task.management","id":"17","detail-type":"Task Created","detail":{}}"#,
        #"{"httpMethod":"GET"}"#, #"{"httpMethod":17,"path":"/tasks"}"#,
    ])
    func whatIsNeitherEventNorRequestNeverSucceeds(payload: String) async throws {
        let function = Harness(try await Self.database())
        let failure = await #expect(throws: InvocationFailure.self) { try await function.invoke(payload) }
        #expect(failure?.errorType == "InvalidEvent")
        #expect(function.lines.records("payload refused").count == 1)
    }

    @Test func anUpdateBeforeItsTaskFailsAndSucceedsOnceTheTaskIsThere() async throws {
        let function = Harness(try await .fresh())
        let (taskID, eventID) = (UUID(), UUID())
        let early = TaskEvent.updated(taskID: taskID, changes: TaskChanges([.status: "in-progress"]), by: "ana")
        let failure = await #expect(throws: InvocationFailure.self) { try await function.send(early, id: eventID) }
        #expect(failure?.errorType == "TaskNotFound")
        #expect(failure?.message.contains(taskID.lowercased) == true)
        #expect(try await function.database.count("processed_events") == 0, "a retry must find nothing in its way")
        #expect(function.bus.all.isEmpty)

        try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")), id: taskID)
        try await function.send(early, id: eventID)
        #expect(try await function.database.count("tasks WHERE id = \(taskID) AND status = 'in-progress'") == 1)
    }

    @Test func anEventFromAFileWithoutAnIDTakesTheRequests() async throws {
        let function = Harness(try await .fresh())
        let requestID = UUID()
        let payload = """
            {"source":"task.management","detail-type":"Task Created","detail":{"eventType":"task.created",\
            "taskData":{"title":"t","created_by":"ana"}}}
            """
        try await function.invoke(payload, requestID: requestID)
        try await function.invoke(payload, requestID: requestID)
        #expect(try await function.database.count("tasks WHERE id = \(requestID)") == 1)
        #expect(function.bus.all.count == 1)
    }
}
