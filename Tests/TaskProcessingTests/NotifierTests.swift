import AWS
import AWSSigning
import Basics
import Database
import FoundationEssentials
import TaskProcessing
import TaskSystem
import TestSupport
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
        let id = UUID()
        let requests = try await LoopbackServer.run { _ in
            .json(#"{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}"#)
        } _: { server in
            let function = Harness(try await .fresh(), publish: bus(server))
            try await function.invoke(
                Harness.envelope(
                    #"{"eventType":"task.created","taskData":{"title":"secret title","created_by":"ana"}}"#, id: id),
                traceID: "Root=1-2-3;Sampled=1")
            #expect(function.lines.records("notification failed").isEmpty)
            return server.record.requests
        }
        let request = try #require(requests.first)
        #expect(requests.count == 1 && request["x-amz-target"] == "AWSEvents.PutEvents")
        struct Body: Decodable {
            var entries: [[String: String]]
            enum CodingKeys: String, CodingKey { case entries = "Entries" }
        }
        let entry = try #require(try JSONDecoder().decode(Body.self, from: Data(request.body)).entries.first)
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
        try await LoopbackServer.run { _ in
            .json(body, status: status)
        } _: { server in
            let function = Harness(try await .fresh(), publish: bus(server))
            let id = try await function.send(.created(TaskDraft(title: "t", createdBy: "ana")))
            #expect(function.lines.records("notification failed").map(\.code) == [code])
            #expect(try await function.database.count("tasks WHERE id = \(id)") == 1)
            #expect(!function.lines.all.contains { $0.contains("SECRETKEY") })
        }
    }

    private func bus(_ server: LoopbackServer) -> Notifier.Publish {
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("SECRETKEY"))
        var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
        configuration.endpoints = EndpointSettings(override: server.url)
        return Notifier.bus("task-events-dev", in: "us-east-1", client: AWSClient(configuration))
    }
}
