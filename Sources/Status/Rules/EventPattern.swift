import Basics
import TaskSystem

/// Whether an event pattern lets the three task events through, as far as that can be told without asking AWS.
///
/// What is known of a task event is its version, source and detail-type, its account and Region, and
/// `detail.eventType`. A pattern that asks for more takes some task events and not others, and that is said. The
/// operators are those of the EventBridge user guide ("Comparison operators for use in event patterns"); one that is
/// not among them makes the answer a maybe, never a guess.
enum EventPattern {
    enum Answer: Sendable, Hashable {
        case all
        case none
        /// The detail-types that do not match.
        case some(missing: [String])
        /// Each may match, and need not: the pattern asks for these members.
        case narrowed(by: [String])
        case unknown(String)
    }

    static func judge(_ text: String, account: String?, region: String) -> Answer {
        guard case .object(let pattern)? = JSONTree(text: text) else { return .unknown("it is not a JSON object") }
        var missing: [String] = []
        var narrowing: Set<String> = []
        for type in TaskEvent.DetailType.allCases {
            var known: [String: String] = [
                "version": "0", "source": TaskEvent.source, "detail-type": type.rawValue, "region": region,
                "detail.eventType": type.eventType,
            ]
            known["account"] = account
            switch matches(pattern, known, path: "") {
            case .yes: break
            case .no: missing.append(type.rawValue)
            case .depends(let keys): narrowing.formUnion(keys)
            case .unknown(let why): return .unknown(why)
            }
        }
        if missing.count == TaskEvent.DetailType.allCases.count { return .none }
        if !missing.isEmpty { return .some(missing: missing) }
        return narrowing.isEmpty ? .all : .narrowed(by: narrowing.sorted())
    }

    // MARK: -

    private enum Match {
        case yes, no
        /// On members of the event that are not known.
        case depends(Set<String>)
        case unknown(String)

        func and(_ other: Match) -> Match {
            switch (self, other) {
            case (.no, _), (_, .no): .no
            case (.unknown, _): self
            case (_, .unknown): other
            case (.depends(let left), .depends(let right)): .depends(left.union(right))
            case (.depends, _): self
            default: other
            }
        }

        func or(_ other: Match) -> Match {
            switch (self, other) {
            case (.yes, _), (_, .yes): .yes
            case (.unknown, _): self
            case (_, .unknown): other
            case (.depends(let left), .depends(let right)): .depends(left.union(right))
            case (.depends, _): self
            default: other
            }
        }
    }

    private static func matches(_ pattern: [String: JSONTree], _ known: [String: String], path: String) -> Match {
        var match = Match.yes
        for (key, value) in pattern {
            let place = path.isEmpty ? key : "\(path).\(key)"
            switch value {
            case .array(let choices) where key == "$or":
                var any = Match.no
                for case .object(let choice) in choices { any = any.or(matches(choice, known, path: path)) }
                match = match.and(any)
            case .array(let choices):
                match = match.and(matches(choices, known[place], place))
            case .object(let members):
                match = match.and(matches(members, known, path: place))
            default:
                return .unknown("the value of \(place) is no list")
            }
        }
        return match
    }

    /// A list matches when one of its choices does.
    private static func matches(_ choices: [JSONTree], _ actual: String?, _ place: String) -> Match {
        var match = Match.no
        for choice in choices {
            switch choice {
            case .object(let test):
                guard test.count == 1, let (word, operand) = test.first else {
                    return .unknown("a test of \(place) is not one operator")
                }
                match = match.or(holds(word, operand, actual, place))
            case .string(let text):
                match = match.or(actual.map { $0 == text ? .yes : .no } ?? .depends([place]))
            default:
                // Of a number or null it is known that a text is none.
                match = match.or(actual == nil ? .depends([place]) : .no)
            }
        }
        return match
    }

    private static func holds(_ word: String, _ operand: JSONTree, _ actual: String?, _ place: String) -> Match {
        guard operators.contains(word) else { return .unknown("the operator \(word) of \(place) is not known here") }
        if case ("exists", .bool(let exists)) = (word, operand), actual != nil || always.contains(place) {
            return exists ? .yes : .no
        }
        guard let actual else { return .depends([place]) }
        switch (word, operand) {
        case ("anything-but", let other):
            guard let matched = isOneOf(other, actual) else { return .unknown("anything-but of \(place) is not known here") }
            return matched ? .no : .yes
        case ("numeric", _), ("cidr", _):
            // Neither our texts nor an account's twelve digits, which are a text, are numbers or addresses.
            return .no
        default:
            guard let holds = compares(word, operand, actual) else {
                return .unknown("the operator \(word) of \(place) is used in a way that is not known here")
            }
            return holds ? .yes : .no
        }
    }

    /// What every event has, whatever its value.
    private static let always: Set = ["id", "time", "account", "detail"]

    private static let operators: Set = [
        "exists", "anything-but", "numeric", "cidr", "prefix", "suffix", "equals-ignore-case", "wildcard",
    ]

    /// `"x"`, `["x", "y"]` or `{"prefix": "x"}` after `anything-but`; nil where it is something else.
    private static func isOneOf(_ operand: JSONTree, _ actual: String) -> Bool? {
        switch operand {
        case .string(let text): return text == actual
        case .number: return false
        case .array(let choices): return choices.contains(.string(actual))
        case .object(let test):
            guard test.count == 1, let (word, inner) = test.first else { return nil }
            return compares(word, inner, actual)
        default: return nil
        }
    }

    private static func compares(_ word: String, _ operand: JSONTree, _ actual: String) -> Bool? {
        switch operand {
        case .array(let choices):
            let answers = choices.map { compares(word, $0, actual) }
            return answers.contains(nil) ? nil : answers.contains(true)
        case .object(let test):
            guard word == "prefix" || word == "suffix", test.count == 1, case .string(let text)? = test["equals-ignore-case"]
            else { return nil }
            return compares(word, .string(text.lowercased()), actual.lowercased())
        case .string(let text):
            switch word {
            case "prefix": return actual.hasPrefix(text)
            case "suffix": return actual.hasSuffix(text)
            case "equals-ignore-case": return actual.lowercased() == text.lowercased()
            case "wildcard": return isWild(text[...], actual[...])
            default: return nil
            }
        default: return nil
        }
    }

    /// `*` stands for any run of characters; `\*` and `\\` for themselves.
    private static func isWild(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return isWild(pattern.dropFirst(), text) || (!text.isEmpty && isWild(pattern, text.dropFirst()))
        }
        var rest = pattern
        if first == "\\", pattern.count > 1 { rest = pattern.dropFirst() }
        guard rest.first == text.first else { return false }
        return isWild(rest.dropFirst(), text.dropFirst())
    }
}
