import TaskSystem

/// Why one field of a task cannot be what was asked. The sentence names the field, never its value.
package struct FieldProblem: Error, Sendable, Hashable {
    package var field: String
    package var reason: String

    package var sentence: String { "\(field) \(reason)" }
}

/// What is left of a draft or of changes once every value is known to fit its column: the text that is bound to the
/// statement, and that is written to the change log.
///
/// Times and numbers are in the one form in which the columns' present values are compared with them.
struct CheckedFields: Sendable {
    private(set) var values: [(field: TaskField, value: String?)]

    /// Checks a new task. What is not given is left out, so that the columns' defaults hold.
    init(_ draft: TaskDraft) throws(FieldProblem) {
        let given: [(TaskField, String?)] = [
            (.title, draft.title), (.description, draft.description), (.status, draft.status), (.priority, draft.priority),
            (.assignedTo, draft.assignedTo), (.projectID, draft.projectID.map { String($0) }), (.dueDate, draft.dueDate),
        ]
        values = []
        for case (let field, let value?) in given {
            values.append((field, try Self.checked(value, for: field)))
        }
    }

    init(_ changes: TaskChanges) throws(FieldProblem) {
        guard !changes.values.isEmpty else {
            throw FieldProblem(field: "updates", reason: "names no field")
        }
        values = []
        for (field, value) in changes.ordered {
            if value == nil, Self.required.contains(field) {
                throw FieldProblem(field: field.rawValue, reason: "cannot be null")
            }
            values.append((field, try value.map { (text) throws(FieldProblem) in try Self.checked(text, for: field) }))
        }
    }

    /// A person or program that a row is written in the name of.
    static func checkedAuthor(_ name: String, called field: String) throws(FieldProblem) -> String {
        let text = try checked(name, called: field, maximumLength: TaskDraft.maximumAuthorLength)
        guard !text.isEmpty else { throw FieldProblem(field: field, reason: "is empty") }
        return text
    }

    /// The columns that are `NOT NULL`.
    private static let required: Set<TaskField> = [.title, .status, .priority]

    private static func checked(_ value: String, for field: TaskField) throws(FieldProblem) -> String {
        switch field {
        case .title, .status, .priority, .description, .assignedTo:
            let text = try checked(value, called: field.rawValue, maximumLength: field.maximumLength)
            if text.isEmpty, required.contains(field) { throw FieldProblem(field: field.rawValue, reason: "is empty") }
            return text
        case .projectID:
            // The column is a four-byte integer.
            guard let number = Int32(value) else {
                throw FieldProblem(field: field.rawValue, reason: "is not a whole number that fits the column")
            }
            return String(number)
        case .dueDate:
            guard let moment = Timestamp(iso8601: value) else {
                throw FieldProblem(
                    field: field.rawValue,
                    reason: "is not an ISO 8601 date, or date and time with its zone, such as 2026-11-30T17:00:00Z")
            }
            return moment.description
        }
    }

    private static func checked(_ text: String, called field: String, maximumLength: Int?) throws(FieldProblem) -> String {
        // PostgreSQL's text holds every character but this one, and libpq would send only what stands before it.
        guard !text.utf8.contains(0) else {
            throw FieldProblem(field: field, reason: "holds a NUL character, which the database cannot keep")
        }
        // varchar(n) counts code points, not what a reader sees as one character.
        if let maximumLength, text.unicodeScalars.count > maximumLength {
            throw FieldProblem(field: field, reason: "is longer than \(maximumLength) characters")
        }
        // Source: Aurora DSQL user guide, quotas: a column holds at most 1 MiB.
        guard text.utf8.count <= 1 << 20 else {
            throw FieldProblem(field: field, reason: "is larger than 1 MiB")
        }
        return text
    }
}
