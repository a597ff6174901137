import Basics

/// Compares two normalised values, member by member.
enum TreeComparison {
    /// - Parameter fields: the table whose order the differences follow; other members come after, by name.
    static func differences(
        from before: JSONTree?, to after: JSONTree?, at path: String, fields: [Field] = [], widget: String? = nil
    ) -> [Difference] {
        if before == after { return [] }
        switch (before, after) {
        case (.object(let old), .object(let new)):
            let known = fields.map(\.name)
            let names = known.filter { old[$0] != nil || new[$0] != nil }
            let others = Set(old.keys).union(new.keys).subtracting(known).sorted()
            return (names + others).flatMap { name in
                differences(from: old[name], to: new[name], at: "\(path)/\(name)", widget: widget)
            }
        case (.array(let old), .array(let new)):
            if let pairs = named(old, new) {
                return pairs.flatMap { name, old, new in
                    differences(from: old, to: new, at: "\(path)/\(name)", widget: widget)
                }
            }
            guard old.allSatisfy(\.isPlain), new.allSatisfy(\.isPlain) else { break }
            let removed = old.filter { !new.contains($0) }.map { Difference(path, .removed, widget: widget, before: $0) }
            let added = new.filter { !old.contains($0) }.map { Difference(path, .added, widget: widget, after: $0) }
            if !(removed + added).isEmpty { return removed + added }
        default: break
        }
        return [Difference(path, widget: widget, before: before, after: after)]
    }

    /// Members by which the elements of AWS's lists are told apart.
    private static let nameMembers = ["Id", "filterName", "Name", "Key"]

    /// Elements that have a name, each beside the one of the other side; nil where they have none, or one twice.
    private static func named(
        _ old: [JSONTree], _ new: [JSONTree]
    ) -> [(name: String, old: JSONTree?, new: JSONTree?)]? {
        guard let first = old.first ?? new.first, let member = nameMembers.first(where: { first[$0]?.string != nil })
        else { return nil }
        func byName(_ list: [JSONTree]) -> [String: JSONTree]? {
            var found: [String: JSONTree] = [:]
            for element in list {
                guard let name = element[member]?.string, found[name] == nil else { return nil }
                found[name] = value(of: element, without: member)
            }
            return found
        }
        guard let old = byName(old), let new = byName(new) else { return nil }
        return Set(old.keys).union(new.keys).sorted().map { ($0, old[$0], new[$0]) }
    }

    /// Of a pair of name and value the value alone, as people say it.
    private static func value(of element: JSONTree, without member: String) -> JSONTree {
        var rest = element
        rest[member] = nil
        if let members = rest.object, members.count == 1, let value = members["Value"] { return value }
        return rest
    }
}

extension JSONTree {
    /// Neither an object nor a list.
    var isPlain: Bool { object == nil && array == nil }
}
