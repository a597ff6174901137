import Basics

/// Holds a part of a dashboard's body against the members it may have.
///
/// The body's schema is not in AWS's models, only in its documentation, and the console writes members that stand in
/// neither: one nobody knows is an error only where it looks like a slip.
struct DashboardShape {
    struct Member: Sendable {
        var name: String
        /// Nil where more than a type decides, elsewhere.
        var type: FieldType?
        var isRequired: Bool

        init(_ name: String, _ type: FieldType? = nil, isRequired: Bool = false) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }

    let index: Int

    /// Checks members that are there and misses those that are not.
    ///
    /// - Returns: whether it is an object at all.
    @discardableResult
    func check(
        _ tree: JSONTree?, _ members: [Member], _ path: DataPath, _ what: String, _ notes: inout RuleNotes
    ) -> Bool {
        guard let object = tree?.object else {
            notes.note(.wrongType, index, path, "\(what) must be an object", "{…}")
            return false
        }
        var meant: Set<String> = []
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            guard let member = members.first(where: { $0.name == name }) else {
                if let near = unknown(name, members, path, what, &notes) { meant.insert(near) }
                continue
            }
            if let type = member.type { check(value, type, path / name, name, &notes) }
        }
        for member in members where member.isRequired && object[member.name] == nil && !meant.contains(member.name) {
            notes.note(.missingMember, index, path, "\(member.name) is missing in \(what)", "AWS requires it here")
        }
        return true
    }

    /// - Returns: the name that was meant, where one is near.
    private func unknown(
        _ name: String, _ members: [Member], _ path: DataPath, _ what: String, _ notes: inout RuleNotes
    ) -> String? {
        let near = closestMatch(to: name, among: members.map(\.name))
        notes.note(
            .unknownKey, index, path / name, "unknown key `\(name)` in \(what)",
            near.map { "did you mean `\($0)`?" } ?? "known: \(members.map(\.name).joined(separator: ", "))",
            severity: near == nil ? .warning : .error, ofKey: true)
        return near
    }

    func check(_ value: JSONTree, _ type: FieldType, _ path: DataPath, _ name: String, _ notes: inout RuleNotes) {
        func wrong(_ due: String, _ hint: String? = nil) {
            notes.note(.wrongType, index, path, "\(name) must be \(due)", hint)
        }
        switch type {
        case .text(let range):
            guard let text = value.string else { return wrong("text", "put it in quotes") }
            if !range.contains(text.unicodeScalars.count) {
                notes.note(
                    .outOfRange, index, path, "\(name) takes \(range.lowerBound) to \(range.upperBound) characters",
                    "it has \(text.unicodeScalars.count)")
            }
        case .oneOf(let values):
            guard let text = value.string else { return wrong("one of \(values.joined(separator: ", "))") }
            guard !values.contains(text) else { return }
            let near = closestMatch(to: text, among: values).map { "did you mean \($0)?" }
            notes.note(
                .unknownValue, index, path, "\(name) cannot be `\(text)`", near ?? "one of \(values.joined(separator: ", "))")
        case .number: if value.number == nil { wrong("a number", "without quotes") }
        case .wholeNumber(let range):
            guard let number = value.number, let whole = Int(exactly: number) else { return wrong("a whole number") }
            if !range.contains(whole) {
                let limit =
                    range.upperBound == Int.max
                    ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
                notes.note(.outOfRange, index, path, "\(name) must be \(limit), and is \(whole)")
            }
        case .boolean: if value.bool == nil { wrong("true or false", "without quotes") }
        case .map: if value.object == nil { wrong("an object", "{…}") }
        case .list(let element, let range, _):
            guard let items = value.array else { return wrong("a list", "[…]") }
            if !range.contains(items.count) {
                notes.note(
                    .outOfRange, index, items.count > range.upperBound ? path / range.upperBound : path,
                    "\(name) takes \(range.lowerBound) to \(range.upperBound) items, and has \(items.count)")
            }
            for (number, item) in items.enumerated() { check(item, element, path / number, "\(name)[\(number)]", &notes) }
        case .structure(let fields):
            check(
                value, fields.map { Member($0.name, $0.type, isRequired: $0.isRequired) }, path, name, &notes)
        }
    }
}

extension FieldType {
    /// Any text there is.
    static let anyText = FieldType.text(0...Int.max)
}
