import Basics
import Yams

/// Walks a parsed YAML file, keeping every problem with its place, so that one run shows all of them.
struct YAMLReader {
    let file: String
    private(set) var problems: [Problem] = []

    init(file: String) {
        self.file = file
    }

    /// Parses the text; what libYAML itself objects to is thrown with its line.
    static func parse(_ text: String, file: String) throws -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Problem(.configuration, "not valid YAML", cause: error.brief, location: error.location(in: file))
        }
    }

    mutating func note(_ summary: String, at node: Node?, hint: String? = nil) {
        let mark = node?.mark
        problems.append(
            Problem(
                .configuration, summary, hint: hint,
                location: .init(file: file, line: mark?.line, column: mark?.column)))
    }

    /// The values of a mapping by key. Keys nobody reads are problems: a misspelt key that is ignored is a setting that is not in force.
    mutating func mapping(_ node: Node?, _ what: String, allowing keys: [String]?) -> [String: Node] {
        guard let node else { return [:] }
        guard case .mapping(let mapping) = node else {
            note("\(what) must be a mapping of names to values", at: node)
            return [:]
        }
        var values: [String: Node] = [:]
        for (keyNode, value) in mapping {
            guard let key = keyNode.string else {
                note("a key of \(what) is not text", at: keyNode)
                continue
            }
            if let keys, !keys.contains(key) {
                let suggestion = closestMatch(to: key, among: keys).map { "did you mean `\($0)`?" }
                note("unknown key `\(key)` in \(what)", at: keyNode, hint: suggestion ?? "known: \(keys.joined(separator: ", "))")
                continue
            }
            values[key] = value
        }
        return values
    }

    mutating func text(_ node: Node?, _ what: String) -> String? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty, node.tag != Tag(.null) else {
            note("\(what) must be text", at: node)
            return nil
        }
        return scalar.string
    }

    mutating func required(_ node: Node?, _ what: String, of parent: Node?) -> String? {
        guard node != nil else {
            note("\(what) is missing", at: parent)
            return nil
        }
        return text(node, what)
    }

    mutating func wholeNumber(_ node: Node?, _ what: String, in range: ClosedRange<Int>) -> Int? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node, let number = Int(scalar.string), range.contains(number) else {
            note("\(what) must be a whole number from \(range.lowerBound) to \(range.upperBound)", at: node)
            return nil
        }
        return number
    }

    mutating func duration(_ node: Node?, _ what: String) -> Duration? {
        guard let node, let text = text(node, what) else { return nil }
        guard let duration = Duration(text: text), duration > .zero else {
            note("\(what) is not a length of time: `\(text)`", at: node, hint: Duration.textHint)
            return nil
        }
        return duration
    }
}

extension Node {
    fileprivate var tag: Tag {
        switch self {
        case .scalar(let scalar): scalar.tag
        case .mapping(let mapping): mapping.tag
        case .sequence(let sequence): sequence.tag
        case .alias(let alias): alias.tag
        }
    }
}

extension YamlError {
    /// libYAML's own word for it, without the excerpt of the file it likes to add.
    fileprivate var brief: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
        case .duplicatedKeysInMapping(let keys, _): "given twice: \(keys.joined(separator: ", "))"
        default: description.split(whereSeparator: \.isNewline).first.map(String.init) ?? "unreadable"
        }
    }

    fileprivate func location(in file: String) -> Problem.Location {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            .init(file: file, line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(_, let context):
            .init(file: file, line: context.mark.line, column: context.mark.column)
        default: .init(file: file)
        }
    }
}
