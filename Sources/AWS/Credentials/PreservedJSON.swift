/// Any JSON, for files whose other members somebody else needs: they are written back as they came, whole numbers beyond
/// what a double holds among them.
enum PreservedJSON: Sendable, Hashable, Codable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case array([PreservedJSON])
    case object([String: PreservedJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // What there is most of comes first: every wrong guess makes an error.
        if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([String: PreservedJSON].self) {
            self = .object(value)
        } else if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .array(try container.decode([PreservedJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// A member of an object; nil where there is none, or this is no object. Setting one of what is no object does nothing.
    subscript(member: String) -> PreservedJSON? {
        get { if case .object(let members) = self { members[member] } else { nil } }
        set {
            guard case .object(var members) = self else { return }
            members[member] = newValue
            self = .object(members)
        }
    }

    var text: String? { if case .text(let value) = self { value } else { nil } }
}
