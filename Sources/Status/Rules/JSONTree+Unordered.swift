import Basics

extension JSONTree {
    /// One text for all documents that differ only in the order of keys and of lists. In an event pattern and in a list
    /// of names the order of a list means nothing.
    var unordered: String {
        switch self {
        case .null: "null"
        case .bool(let value): String(value)
        case .number(let value): String(value)
        case .string(let value): "\"\(value)\""
        case .array(let values): "[\(values.map(\.unordered).sorted().joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\"\($0.key)\":\($0.value.unordered)" }.sorted().joined(separator: ","))}"
        }
    }
}
