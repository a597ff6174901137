/// The columns of `tasks` that people may set. Nothing else in an event or a request ever becomes part of a statement.
package enum TaskField: String, Sendable, Codable, CaseIterable {
    case title
    case description
    case status
    case priority
    case assignedTo = "assigned_to"
    case projectID = "project_id"
    case dueDate = "due_date"

    /// The longest text the column takes, in characters; nil where it is unlimited or not text.
    package var maximumLength: Int? {
        switch self {
        case .title: 255
        case .status: 50
        case .priority: 20
        case .assignedTo: 100
        case .description, .projectID, .dueDate: nil
        }
    }
}

/// A new task as its sender describes it (`taskData` of an event, the body of `POST /tasks`).
package struct TaskDraft: Sendable, Hashable, Codable {
    package var title: String
    package var description: String?
    package var status: String?
    package var priority: String?
    package var assignedTo: String?
    package var createdBy: String
    package var projectID: Int?
    package var dueDate: String?

    package init(
        title: String, createdBy: String, description: String? = nil, status: String? = nil, priority: String? = nil,
        assignedTo: String? = nil, projectID: Int? = nil, dueDate: String? = nil
    ) {
        self.title = title
        self.createdBy = createdBy
        self.description = description
        self.status = status
        self.priority = priority
        self.assignedTo = assignedTo
        self.projectID = projectID
        self.dueDate = dueDate
    }

    private enum CodingKeys: String, CodingKey {
        case title, description, status, priority
        case assignedTo = "assigned_to"
        case createdBy = "created_by"
        case projectID = "project_id"
        case dueDate = "due_date"
    }

    /// The longest `created_by` the column takes.
    package static let maximumAuthorLength = 100
}

/// New values for some fields of a task. A field that is present with nil is set to NULL.
package struct TaskChanges: Sendable, Hashable {
    package var values: [TaskField: String?]

    package init(_ values: [TaskField: String?]) {
        self.values = values
    }

    /// In the order of the columns, so that statements and change logs come out the same every time.
    package var ordered: [(field: TaskField, value: String?)] {
        TaskField.allCases.compactMap { field in values[field].map { (field, $0) } }
    }
}

extension TaskChanges: Codable {
    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Refuses names that are not columns people may set; text and whole numbers are the only values there are.
    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Name.self)
        var values: [TaskField: String?] = [:]
        for key in object.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            guard let field = TaskField(rawValue: key.stringValue) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: object, debugDescription: "\(key.stringValue) is not a field that can be updated")
            }
            if try object.decodeNil(forKey: key) {
                values[field] = .some(nil)
            } else if field == .projectID {
                values[field] = String(try object.decode(Int.self, forKey: key))
            } else {
                values[field] = try object.decode(String.self, forKey: key)
            }
        }
        self.init(values)
    }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Name.self)
        for (field, value) in ordered {
            let key = Name(stringValue: field.rawValue)
            if field == .projectID, let number = value.flatMap({ Int($0) }) {
                try object.encode(number, forKey: key)
            } else {
                try object.encode(value, forKey: key)
            }
        }
    }
}
