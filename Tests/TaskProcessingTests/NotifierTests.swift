import AWS
import AWSSigning
import Basics
import Database
import FoundationEssentials
import TaskProcessing
import TaskSystem
import Testing

@Suite struct NotifierTests {
    private struct Down: Error {}

    @Test func aFailedNotificationNeverUndoesTheCommit() async throws {
        let function = Harness(try await .fresh()) { _, _, _ in throw Down() }
        let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        #expect(try await function.database.count("tasks WHERE id = \(id)") == 1)
        #expect(function.lines.records("task event done").map(\.outcome) == ["applied"])
        let warning = try #require(function.lines.records("notification failed").first)
        #expect(warning.level == "WARN" && warning.eventId == id.lowercased)
    }

    @Test func whatGoesOnTheBusSaysWhichTaskAndWhatChanged() async throws {
        let server = try LoopbackServer { _ in
            .init(
                status: 200, headers: [("Content-Type", "application/x-amz-json-1.1")],
                body: Data(#"{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}"#.utf8))
        }
        let function = Harness(try await .fresh(), publish: bus(server))
        let id = UUID()
        try await function.invoke(
            Harness.envelope(#"{"eventType":"task.created","taskData":{"title":"secret title","created_by":"ana"}}"#, id: id),
            traceID: "Root=1-2-3;Sampled=1")
        #expect(function.lines.records("notification failed").isEmpty)
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1 && request.headers["x-amz-target"] == "AWSEvents.PutEvents")
        struct Body: Decodable {
            var entries: [[String: String]]
            enum CodingKeys: String, CodingKey { case entries = "Entries" }
        }
        let entry = try #require(try JSONDecoder().decode(Body.self, from: request.body).entries.first)
        #expect(entry["Source"] == "task.management.notifications" && entry["DetailType"] == "Task Notification")
        #expect(entry["EventBusName"] == "task-events-dev" && entry["TraceHeader"] == "Root=1-2-3;Sampled=1")
        let detail = try #require(entry["Detail"])
        let notification = try JSONDecoder().decode(TaskNotification.self, from: Data(detail.utf8))
        #expect(
            notification.taskId == id.lowercased && notification.eventType == "task.created" && notification.changed == ["title"])
        #expect(!detail.contains("secret"))
    }

    @Test(arguments: [
        (200, #"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"later"}]}"#, "InternalFailure"),
        (400, #"{"__type":"AccessDeniedException","Message":"no"}"#, "AccessDeniedException"),
    ])
    func whatEventBridgeRefusesIsLoggedWithItsCode(status: Int, body: String, code: String) async throws {
        let server = try LoopbackServer { _ in
            .init(status: status, headers: [("Content-Type", "application/x-amz-json-1.1")], body: Data(body.utf8))
        }
        let function = Harness(try await .fresh(), publish: bus(server))
        let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
        #expect(function.lines.records("notification failed").map(\.code) == [code])
        #expect(try await function.database.count("tasks WHERE id = \(id)") == 1)
        #expect(!function.lines.all.contains { $0.contains("SECRETKEY") })
    }

    private func bus(_ server: LoopbackServer) -> Notifier.Publish {
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("SECRETKEY"))
        var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
        configuration.endpoints = EndpointSettings(override: "http://\(server.address)")
        return Notifier.bus("task-events-dev", in: "us-east-1", client: AWSClient(configuration))
    }
}
