package import FoundationEssentials

/// What the processor publishes after a commit, for whoever wants to follow tasks.
package struct TaskNotification: Sendable, Hashable, Codable {
    package static let source = "task.management.notifications"
    package static let detailType = "Task Notification"

    package var eventType: String
    package var taskId: String
    /// The names of the fields that changed; the values stay in the database.
    package var changed: [String]
    /// ISO 8601, UTC, the processor's clock.
    package var timestamp: String

    package init(eventType: String, taskID: UUID, changed: [String], timestamp: String) {
        self.eventType = eventType
        taskId = taskID.lowercased
        self.changed = changed
        self.timestamp = timestamp
    }
}
