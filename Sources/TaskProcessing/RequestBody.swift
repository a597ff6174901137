import FoundationEssentials
import TaskSystem

/// The JSON object in the body of a request, field by field, so that every refusal can name the field it is about.
struct RequestBody {
    /// The only values a task's fields have.
    private enum Scalar: Decodable {
        case null
        case text(String)
        case whole(Int)
        case other

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let number = try? value.decode(Int.self) {
                self = .whole(number)
            } else {
                self = .other
            }
        }
    }

    private var fields: [String: Scalar]

    init(_ data: Data) throws(FieldProblem) {
        do {
            fields = try JSONDecoder().decode([String: Scalar].self, from: data)
        } catch {
            throw FieldProblem(field: "the body", reason: "is not a JSON object")
        }
    }

    /// A new task. Unlike in events, which others may read too, a name that is no field is refused here: it is a field misspelt.
    func draft() throws(FieldProblem) -> TaskDraft {
        try refuseNames(otherThan: TaskField.allCases.map(\.rawValue) + ["created_by"])
        guard let title = try text("title") else { throw FieldProblem(field: "title", reason: "is missing") }
        guard let author = try text("created_by") else { throw FieldProblem(field: "created_by", reason: "is missing") }
        return TaskDraft(
            title: title, createdBy: author, description: try text("description"), status: try text("status"),
            priority: try text("priority"), assignedTo: try text("assigned_to"), projectID: try whole("project_id"),
            dueDate: try text("due_date"))
    }

    /// New values for a task's fields, and who says so.
    func changes() throws(FieldProblem) -> (changes: TaskChanges, author: String?) {
        try refuseNames(otherThan: TaskField.allCases.map(\.rawValue) + ["updated_by"])
        var values: [TaskField: String?] = [:]
        for field in TaskField.allCases where fields[field.rawValue] != nil {
            let value = field == .projectID ? try whole(field.rawValue).map { String($0) } : try text(field.rawValue)
            values[field] = .some(value)
        }
        return (TaskChanges(values), try text("updated_by"))
    }

    private func refuseNames(otherThan known: [String]) throws(FieldProblem) {
        if let unknown = fields.keys.sorted().first(where: { !known.contains($0) }) {
            throw FieldProblem(field: unknown, reason: "is not a field; there are \(known.joined(separator: ", "))")
        }
    }

    private func text(_ name: String) throws(FieldProblem) -> String? {
        switch fields[name] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw FieldProblem(field: name, reason: "is not text")
        }
    }

    private func whole(_ name: String) throws(FieldProblem) -> Int? {
        switch fields[name] {
        case nil, .null: return nil
        case .whole(let number): return number
        default: throw FieldProblem(field: name, reason: "is not a whole number")
        }
    }
}
