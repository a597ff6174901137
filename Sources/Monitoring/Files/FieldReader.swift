import Basics
import TaskSystem
import YAML

/// Turns the nodes of one resource into AWS's members for one Region: variables filled in, every value of the type that
/// AWS's model gives its member, everything that is not so a finding at its place.
struct FieldReader {
    /// As findings name it.
    let file: String
    let region: String
    let variables: MonitoringVariables
    /// JSON says itself what is text; in YAML a member's type does, where nothing is in quotes.
    let isJSON: Bool
    private(set) var findings: [Finding] = []

    init(file: String, region: String, variables: MonitoringVariables) {
        self.file = file
        self.region = region
        self.variables = variables
        isJSON = file.hasSuffix(".json")
    }

    mutating func note(
        _ rule: FindingRule, _ summary: String, hint: String?, at mark: YAMLMark, _ path: DataPath
    ) {
        findings.append(
            Finding(
                rule,
                Problem(
                    .configuration, summary, hint: hint,
                    location: .init(file: file, line: mark.line, column: mark.column)),
                dataPath: path.steps.isEmpty ? nil : path.description))
    }

    /// - Parameter known: names that are no members and may stand here all the same, for suggestions.
    mutating func structure(
        _ node: YAMLNode, _ fields: [Field], _ path: DataPath, known: [String] = []
    ) -> JSONTree? {
        guard case .mapping(let pairs, let mark) = node else {
            wrongType(path, "a mapping of names to values", node)
            return nil
        }
        var members: [String: JSONTree] = [:]
        var seen: Set<String> = []
        // A required member under a misspelt name is not missing as well.
        var meant: Set<String> = []
        for pair in pairs {
            let name = pair.key.anyText
            guard let field = fields.first(where: { $0.name == name }) else {
                if let near = unknown(name, at: pair.key, path, fields.map(\.name) + known) { meant.insert(near) }
                continue
            }
            guard seen.insert(name).inserted else {
                note(.duplicateKey, "\(name) is given twice", hint: "leave one of them", at: pair.key.mark, path / name)
                continue
            }
            members[name] = value(pair.value, field.type, path / name)
        }
        for field in fields where field.isRequired && !seen.contains(field.name) && !meant.contains(field.name) {
            note(.missingMember, "\(field.name) is missing", hint: "AWS requires it here", at: mark, path)
        }
        return .object(members)
    }

    /// Any document, as a dashboard's body: no types to hold it against here.
    mutating func document(_ node: YAMLNode) -> JSONTree {
        var reader = self
        let tree = node.json { text, place in reader.filled(text, at: place, DataPath()) ?? text }
        reader.findDuplicates(in: node, DataPath())
        self = reader
        return tree
    }

    mutating func value(_ node: YAMLNode, _ type: FieldType, _ path: DataPath) -> JSONTree? {
        switch type {
        case .text(let range): return text(node, range, path).map(JSONTree.string)
        case .oneOf(let values):
            guard let text = text(node, 0...Int.max, path) else { return nil }
            if values.contains(text) { return .string(text) }
            var near = closestMatch(to: text, among: values).map { "did you mean \($0)?" }
            if values == AlarmFields.statistics, Statistic.isExtended(text) { near = "write ExtendedStatistic: \(text)" }
            note(
                .unknownValue, "\(name(path)) cannot be `\(text)`", hint: near ?? "one of \(values.joined(separator: ", "))",
                at: node.mark, path)
            return nil
        case .number, .wholeNumber: return number(node, type, path)
        case .boolean:
            if case .scalar(_, isPlain: true, _) = node, case .bool(let value) = node.json() { return .bool(value) }
            if let text = filledVariable(node, path) {
                if text == "true" || text == "false" { return .bool(text == "true") }
            }
            wrongType(path, "true or false", node)
            return nil
        case .map(let range): return map(node, range, path)
        case .list(let element, let range, _):
            guard case .sequence(let items, _) = node else {
                wrongType(path, "a list", node)
                return nil
            }
            count(items.count, range, path, node)
            return .array(items.enumerated().compactMap { value($0.element, element, path / $0.offset) })
        case .structure(let fields): return structure(node, fields, path)
        }
    }

    // MARK: - One value

    private mutating func text(_ node: YAMLNode, _ range: ClosedRange<Int>, _ path: DataPath) -> String? {
        guard case .scalar(let raw, let isPlain, _) = node else {
            wrongType(path, "text", node)
            return nil
        }
        if isPlain, isJSON || node.text == nil {
            if isJSON, node.text != nil {
                note(
                    .wrongType, "\(name(path)) must be text, not \(node.kindName)", hint: "write \"\(raw)\"", at: node.mark, path)
            } else {
                wrongType(path, "text", node)
            }
            return nil
        }
        guard let text = filled(raw, at: node, path) else { return nil }
        let length = text.unicodeScalars.count
        guard range.contains(length) else {
            let limit = length < range.lowerBound ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
            note(
                .outOfRange, "\(name(path)) must have \(limit) character\(limit.hasSuffix(" 1") ? "" : "s"), and has \(length)",
                hint: length == 0 ? "fill it in" : "shorten it", at: node.mark, path)
            return nil
        }
        return text
    }

    private mutating func number(_ node: YAMLNode, _ type: FieldType, _ path: DataPath) -> JSONTree? {
        var value: Double?
        if case .scalar(_, isPlain: true, _) = node, case .number(let number) = node.json() { value = number }
        if value == nil, let text = filledVariable(node, path) { value = YAMLNode.number(text) }
        guard let value else {
            if case .scalar(let text, isPlain: false, _) = node, YAMLNode.number(text) != nil {
                note(.wrongType, "\(name(path)) must be a number, not text", hint: "take the quotes away", at: node.mark, path)
            } else if !hasUnknownVariable(node) {
                wrongType(path, "a number", node)
            }
            return nil
        }
        guard case .wholeNumber(let range) = type else { return .number(value) }
        guard let whole = Int(exactly: value) else {
            wrongType(path, "a whole number", node)
            return nil
        }
        guard range.contains(whole) else {
            note(
                .outOfRange, "\(name(path)) must be from \(range.lowerBound) to \(range.upperBound), and is \(whole)",
                hint: "AWS takes no other", at: node.mark, path)
            return nil
        }
        return .number(value)
    }

    private mutating func map(_ node: YAMLNode, _ range: ClosedRange<Int>, _ path: DataPath) -> JSONTree? {
        guard case .mapping(let pairs, _) = node else {
            wrongType(path, "a mapping of names to text", node)
            return nil
        }
        count(pairs.count, range, path, node)
        var members: [String: JSONTree] = [:]
        for pair in pairs {
            guard let key = text(pair.key, 1...128, path) else { continue }
            guard let value = text(pair.value, 0...256, path / key) else { continue }
            if members.updateValue(.string(value), forKey: key) != nil {
                note(.duplicateKey, "\(key) is given twice", hint: "leave one of them", at: pair.key.mark, path / key)
            }
        }
        return .object(members)
    }

    private mutating func count(_ count: Int, _ range: ClosedRange<Int>, _ path: DataPath, _ node: YAMLNode) {
        guard !range.contains(count) else { return }
        let limit =
            range.lowerBound == range.upperBound
            ? "exactly \(range.lowerBound)"
            : count < range.lowerBound ? "at least \(range.lowerBound)" : "at most \(range.upperBound)"
        // What is too much begins behind the limit.
        var mark = path.mark(in: node)
        if count > range.upperBound, case .sequence(let items, _) = node { mark = items[range.upperBound].mark }
        if count < range.lowerBound { mark = node.mark }
        note(.outOfRange, "\(name(path)) takes \(limit), and has \(count)", hint: "AWS takes no other number", at: mark, path)
    }

    // MARK: - Words

    /// The text with its variables filled in; nil, with a finding, where that fails.
    mutating func filled(_ text: String, at node: YAMLNode, _ path: DataPath) -> String? {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        do throws(VariableText.Flaw) {
            return try variables.filled(text, in: region)
        } catch {
            let words = variables.words(for: error, in: region)
            note(.unknownVariable, words.summary, hint: words.hint, at: node.mark, path)
            return nil
        }
    }

    /// What a scalar without quotes becomes that has a variable in it: a number or a truth may be said by one.
    private mutating func filledVariable(_ node: YAMLNode, _ path: DataPath) -> String? {
        guard case .scalar(let text, _, _) = node, text.contains("${") else { return nil }
        return filled(text, at: node, path)
    }

    private func hasUnknownVariable(_ node: YAMLNode) -> Bool {
        guard case .scalar(let text, _, _) = node, text.contains("${") else { return false }
        return (try? variables.filled(text, in: region)) == nil
    }

    private mutating func wrongType(_ path: DataPath, _ due: String, _ node: YAMLNode) {
        var hint: String?
        if due == "true or false", let text = node.text?.lowercased() {
            if ["yes", "on", "y"].contains(text) { hint = "write true" }
            if ["no", "off", "n"].contains(text) { hint = "write false" }
        }
        if due == "a list" { hint = "each of its items begins with a dash" }
        note(.wrongType, "\(name(path)) must be \(due), not \(node.kindName)", hint: hint, at: node.mark, path)
    }

    /// - Returns: the name that was meant, where one is near.
    private mutating func unknown(_ name: String, at key: YAMLNode, _ path: DataPath, _ known: [String]) -> String? {
        let near = closestMatch(to: name, among: known)
        let hint = near.map { "did you mean `\($0)`?" } ?? "known: \(known.joined(separator: ", "))"
        note(.unknownKey, "unknown key `\(name)`", hint: hint, at: key.mark, path / name)
        return near
    }

    private mutating func findDuplicates(in node: YAMLNode, _ path: DataPath) {
        switch node {
        case .scalar: return
        case .sequence(let items, _):
            for (index, item) in items.enumerated() { findDuplicates(in: item, path / index) }
        case .mapping(let pairs, _):
            var seen: Set<String> = []
            for pair in pairs {
                let name = pair.key.anyText
                if !seen.insert(name).inserted {
                    note(.duplicateKey, "\(name) is given twice", hint: "leave one of them", at: pair.key.mark, path / name)
                }
                findDuplicates(in: pair.value, path / name)
            }
        }
    }

    /// The member's own name; an element is named after its list.
    private func name(_ path: DataPath) -> String {
        var name = "it"
        for step in path.steps {
            switch step {
            case .member(let member): name = member
            case .item(let index): name = "\(name)[\(index)]"
            }
        }
        return name
    }
}
