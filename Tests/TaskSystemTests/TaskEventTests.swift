import FoundationEssentials
import TaskSystem
import Testing

@Suite struct TaskEventTests {
    private static let taskID = UUID(uuidString: "0C9C2D3E-1111-4222-8333-444455556666")!

    @Test(arguments: [
        TaskEvent.created(TaskDraft(title: "Write the runbook", createdBy: "ana", priority: "high", projectID: 7)),
        .updated(taskID: taskID, changes: TaskChanges([.status: "in-progress", .dueDate: nil, .projectID: "3"]), by: "ben"),
        .completed(taskID: taskID, by: "ana"),
    ])
    func detailSurvivesTheWire(event: TaskEvent) throws {
        let wire = try JSONEncoder().encode(event)
        #expect(try JSONDecoder().decode(TaskEvent.self, from: wire) == event)
        let text = String(decoding: wire, as: UTF8.self)
        #expect(text.contains("\"eventType\":\"\(event.detailType.eventType)\""))
        #expect(!text.contains("0C9C"), "ids travel in lower case")
    }

    @Test(arguments: [
        #"{"eventType":"task.updated","taskId":"0c9c2d3e-1111-4222-8333-444455556666","updatedBy":"x","updates":{"id = 1; --":"1"}}"#,
        #"{"eventType":"task.updated","taskId":"0c9c2d3e-1111-4222-8333-444455556666","updatedBy":"x","updates":{"created_by":"me"}}"#,
        #"{"eventType":"task.deleted","taskId":"0c9c2d3e-1111-4222-8333-444455556666"}"#,
        #"{"eventType":"task.completed","taskId":"17","completedBy":"x"}"#,
        #"{"eventType":"task.created","taskData":{"title":"no author"}}"#,
    ])
    func whatIsNotUnderstoodIsRefused(detail: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(TaskEvent.self, from: Data(detail.utf8)) }
    }

    @Test func clusterIDsAreTwentySixLowercaseLettersAndDigits() {
        #expect(ClusterID(rawValue: "abc0def1baz2quux3quuux4abc") != nil)
        for wrong in [
            "", "abc0def1baz2quux3quuux4ab", "Abc0def1baz2quux3quuux4abc", "abc0def1baz2quux3quuux4ab-",
            "task-mgmt-cluster-primary",
        ] {
            #expect(ClusterID(rawValue: wrong) == nil, "\(wrong)")
        }
    }
}
