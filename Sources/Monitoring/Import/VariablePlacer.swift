/// Puts `${name}` where a variable's value stands in a text: what reads files does, the other way round. Whatever it makes,
/// ``MonitoringVariables/filled(_:in:)`` makes the text of again.
struct VariablePlacer: Sendable {
    private struct Candidate: Sendable {
        let value: String
        /// `${name}`, or two of them.
        let placed: String
        var use = Use.anywhere
    }

    /// The stack and the environment have plain words for names, such as tasks and dev, which descriptions use as words.
    private enum Use: Sendable {
        case anywhere
        /// Where it is the whole text, or a part of a name: `board-dev`.
        case inNames
        /// Where it is the whole text.
        case whole
    }

    /// The longest first: a queue is called after its bus. Of equal ones the name that says most.
    private let candidates: [Candidate]

    /// Shorter values stand in too many words by accident.
    private static let shortest = 3

    /// - Parameters:
    ///   - region: whose values are taken.
    ///   - others: whether those of other Regions are, too, under `${regions.1.name}`: what is made once for all Regions
    ///     names them all.
    init(_ variables: MonitoringVariables, region: String, others: Bool = false) {
        var candidates: [Candidate] = []
        var known: Set<String> = []
        func add(_ name: String, _ value: String?) {
            guard let value, value.count >= Self.shortest, known.insert(value).inserted else { return }
            let use: Use = name == "stack" ? .whole : name == "environment" ? .inNames : .anywhere
            candidates.append(Candidate(value: value, placed: "${\(name)}", use: use))
        }
        let own = Self.ordered(variables.names(in: region))
        for name in own { add(name, variables.value(of: name, in: region)) }
        if let stack = variables.value(of: "stack", in: region), let environment = variables.value(of: "environment", in: region),
            known.insert("\(stack)-\(environment)").inserted
        {
            candidates.append(Candidate(value: "\(stack)-\(environment)", placed: "${stack}-${environment}"))
        }
        if others {
            for (index, other) in variables.regions.enumerated() where other != region {
                add("regions.\(index)", other)
                for name in Self.ordered(variables.names(in: other)) where name != "region" {
                    add("regions.\(index).\(name)", variables.value(of: name, in: other))
                }
            }
        }
        // Sorting keeps what came first before what is as long.
        self.candidates = candidates.enumerated().sorted {
            ($1.element.value.count, $0.offset) < ($0.element.value.count, $1.offset)
        }.map(\.element)
    }

    /// What the team named itself says most; of what is built in, parts of the stack before its name.
    private static func ordered(_ names: [String]) -> [String] {
        let builtIn = [
            "function", "rule", "bus", "deadLetterQueue", "failureQueue", "clusterId", "region", "account", "stack",
            "environment",
        ]
        return names.filter { !builtIn.contains($0) }.sorted() + builtIn.filter(names.contains)
    }

    func placed(_ text: String) -> String {
        var output = ""
        var rest = Substring(text)
        /// What stood before: a value inside a longer word is none, and a `$` would make `${` the two letters themselves.
        var previous: Character?
        while let character = rest.first {
            if character == "$", rest.dropFirst().first == "{" {
                let label = rest.dropFirst(2).prefix { $0 != "}" }
                let isWhole = label.endIndex < rest.endIndex
                if isWhole, previous != "$", DynamicLabel.isOne(String(label)) {
                    output += "${\(label)}"
                    rest = rest[rest.index(after: label.endIndex)...]
                    previous = "}"
                } else {
                    output += "$${"
                    rest = rest.dropFirst(2)
                    previous = "{"
                }
            } else if let candidate = candidate(at: rest, after: previous) {
                output += candidate.placed
                previous = candidate.value.last
                rest = rest.dropFirst(candidate.value.count)
            } else {
                output.append(character)
                previous = character
                rest = rest.dropFirst()
            }
        }
        return output
    }

    private func candidate(at rest: Substring, after previous: Character?) -> Candidate? {
        guard previous != "$" else { return nil }
        return candidates.first { candidate in
            guard rest.hasPrefix(candidate.value) else { return false }
            let next = rest.dropFirst(candidate.value.count).first
            let isWhole = previous == nil && next == nil
            switch candidate.use {
            case .anywhere: break
            case .inNames: guard isWhole || Self.hyphens(previous) || Self.hyphens(next) else { return false }
            case .whole: guard isWhole else { return false }
            }
            return !Self.joins(previous, candidate.value.first) && !Self.joins(candidate.value.last, next)
        }
    }

    private static func hyphens(_ character: Character?) -> Bool { character == "-" || character == "_" || character == "/" }

    /// Whether two characters belong to one word.
    private static func joins(_ left: Character?, _ right: Character?) -> Bool {
        guard let left, let right else { return false }
        return isOfWord(left) && isOfWord(right)
    }

    private static func isOfWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
