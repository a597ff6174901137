import Basics

/// JSON as the console shows a dashboard's source: two blanks deep, a widget's members in the order in which people read them.
enum DashboardWriter {
    private static let order = [
        "DashboardName", "DashboardBody", "tags", "start", "end", "periodOverride", "variables", "widgets", "type", "x", "y",
        "width", "height", "properties", "title", "view", "stacked", "region", "metrics", "stat", "period",
    ]
    private static let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })

    static func text(_ value: JSONTree) -> String {
        var output = ""
        write(value, indent: 0, to: &output)
        return output + "\n"
    }

    private static func write(_ value: JSONTree, indent: Int, to output: inout String) {
        let pad = String(repeating: " ", count: indent + 2)
        switch value {
        case .array(let elements) where elements.allSatisfy(\.isScalar):
            // A metric is a line: namespace, name, dimensions.
            output += "[" + elements.map(CanonicalJSON.text).joined(separator: ", ") + "]"
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                output += (index == 0 ? "[\n" : ",\n") + pad
                write(element, indent: indent + 2, to: &output)
            }
            output += "\n" + String(repeating: " ", count: indent) + "]"
        case .object(let members) where members.isEmpty: output += "{}"
        case .object(let members):
            for (index, member) in sorted(members).enumerated() {
                output += (index == 0 ? "{\n" : ",\n") + pad + CanonicalJSON.text(.string(member.key)) + ": "
                write(member.value, indent: indent + 2, to: &output)
            }
            output += "\n" + String(repeating: " ", count: indent) + "}"
        default: output += CanonicalJSON.text(value)
        }
    }

    private static func sorted(_ members: [String: JSONTree]) -> [(key: String, value: JSONTree)] {
        members.sorted { left, right in
            let (one, other) = (rank[left.key] ?? order.count, rank[right.key] ?? order.count)
            return (one, left.key) < (other, right.key)
        }
    }
}

extension JSONTree {
    fileprivate var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
