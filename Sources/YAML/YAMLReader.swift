package import Basics

/// Walks a parsed YAML file, keeping every problem with its place, so that one run shows all of them.
package struct YAMLReader {
    package let file: String
    package private(set) var problems: [Problem] = []

    package init(file: String) {
        self.file = file
    }

    package mutating func note(_ summary: String, at node: YAMLNode?, hint: String? = nil) {
        problems.append(
            Problem(
                .configuration, summary, hint: hint,
                location: .init(file: file, line: node?.mark.line, column: node?.mark.column)))
    }

    /// The values of a mapping by key. Keys nobody reads are problems: a misspelt key that is ignored is a setting that is not in force.
    ///
    /// - Parameter keys: the keys there are; nil where any name will do.
    package mutating func mapping(_ node: YAMLNode?, _ what: String, allowing keys: [String]?) -> [String: YAMLNode] {
        guard let node else { return [:] }
        guard case .mapping(let pairs, _) = node else {
            note("\(what) must be a mapping of names to values", at: node)
            return [:]
        }
        var values: [String: YAMLNode] = [:]
        for pair in pairs {
            guard let key = pair.key.text else {
                note("a key of \(what) is not text", at: pair.key)
                continue
            }
            if let keys, !keys.contains(key) {
                let suggestion = closestMatch(to: key, among: keys).map { "did you mean `\($0)`?" }
                note(
                    "unknown key `\(key)` in \(what)", at: pair.key, hint: suggestion ?? "known: \(keys.joined(separator: ", "))")
            } else if values.updateValue(pair.value, forKey: key) != nil {
                note("`\(key)` is given twice in \(what)", at: pair.key)
            }
        }
        return values
    }

    package mutating func text(_ node: YAMLNode?, _ what: String) -> String? {
        guard let node else { return nil }
        guard let text = node.text, !text.isEmpty else {
            note("\(what) must be text", at: node)
            return nil
        }
        return text
    }

    package mutating func required(_ node: YAMLNode?, _ what: String, of parent: YAMLNode?) -> String? {
        guard node != nil else {
            note("\(what) is missing", at: parent)
            return nil
        }
        return text(node, what)
    }

    package mutating func wholeNumber(_ node: YAMLNode?, _ what: String, in range: ClosedRange<Int>) -> Int? {
        guard let node else { return nil }
        guard let number = node.text.flatMap({ Int($0) }), range.contains(number) else {
            note("\(what) must be a whole number from \(range.lowerBound) to \(range.upperBound)", at: node)
            return nil
        }
        return number
    }

    package mutating func duration(_ node: YAMLNode?, _ what: String) -> Duration? {
        guard let node, let text = text(node, what) else { return nil }
        guard let duration = Duration(text: text), duration > .zero else {
            note("\(what) is not a length of time: `\(text)`", at: node, hint: Duration.textHint)
            return nil
        }
        return duration
    }
}
