package import FoundationEssentials

/// What travels on the bus from people's tools to the task processor.
package enum TaskEvent: Sendable, Hashable {
    case created(TaskDraft)
    case updated(taskID: UUID, changes: TaskChanges, by: String)
    case completed(taskID: UUID, by: String)

    /// The `source` the rule listens to.
    package static let source = "task.management"

    package var detailType: DetailType {
        switch self {
        case .created: .created
        case .updated: .updated
        case .completed: .completed
        }
    }

    /// EventBridge's `detail-type` of each event.
    package enum DetailType: String, Sendable, Codable, CaseIterable {
        case created = "Task Created"
        case updated = "Task Updated"
        case completed = "Task Completed"

        /// The same word inside `detail`, as `eventType`.
        package var eventType: String {
            switch self {
            case .created: "task.created"
            case .updated: "task.updated"
            case .completed: "task.completed"
            }
        }
    }
}

extension TaskEvent: Codable {
    private enum Key: String, CodingKey {
        case eventType, taskData, taskId, updates, updatedBy, completedBy
    }

    /// Reads the `detail` of an event. An unknown `eventType` is an error: it would otherwise be acknowledged and lost.
    package init(from decoder: any Decoder) throws {
        let detail = try decoder.container(keyedBy: Key.self)
        let word = try detail.decode(String.self, forKey: .eventType)
        switch DetailType.allCases.first(where: { $0.eventType == word }) {
        case .created:
            self = .created(try detail.decode(TaskDraft.self, forKey: .taskData))
        case .updated:
            self = .updated(
                taskID: try detail.decode(UUID.self, forKey: .taskId),
                changes: try detail.decode(TaskChanges.self, forKey: .updates),
                by: try detail.decode(String.self, forKey: .updatedBy))
        case .completed:
            self = .completed(
                taskID: try detail.decode(UUID.self, forKey: .taskId),
                by: try detail.decode(String.self, forKey: .completedBy))
        case nil:
            throw DecodingError.dataCorruptedError(
                forKey: .eventType, in: detail,
                debugDescription: "eventType is none of task.created, task.updated, task.completed: \(word)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var detail = encoder.container(keyedBy: Key.self)
        try detail.encode(detailType.eventType, forKey: .eventType)
        switch self {
        case .created(let draft):
            try detail.encode(draft, forKey: .taskData)
        case .updated(let taskID, let changes, let person):
            try detail.encode(taskID.lowercased, forKey: .taskId)
            try detail.encode(changes, forKey: .updates)
            try detail.encode(person, forKey: .updatedBy)
        case .completed(let taskID, let person):
            try detail.encode(taskID.lowercased, forKey: .taskId)
            try detail.encode(person, forKey: .completedBy)
        }
    }
}

extension UUID {
    /// As EventBridge and PostgreSQL write it; Foundation's own form is upper case.
    package var lowercased: String { uuidString.lowercased() }
}
