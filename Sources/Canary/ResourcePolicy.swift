import FoundationEssentials

/// A function's resource policy, as far as the question goes whether a rule may invoke the function.
///
/// The form is IAM's: where a list may stand, a single value may stand too (IAM user guide, "IAM JSON policy elements").
struct ResourcePolicy: Decodable {
    private let statements: [Statement]

    private enum Key: String, CodingKey {
        case statements = "Statement"
    }

    init(from decoder: any Decoder) throws {
        statements = try decoder.container(keyedBy: Key.self).decode(OneOrMany<Statement>.self, forKey: .statements).all
    }

    /// Whether EventBridge may call `lambda:InvokeFunction` on behalf of the rule. A Deny wins, as in IAM.
    func lets(rule arn: String) -> Bool {
        let matching = statements.filter { $0.isAbout(rule: arn) }
        return matching.contains { $0.effect == "Allow" } && !matching.contains { $0.effect == "Deny" }
    }

    private struct Statement: Decodable {
        var effect: String
        var principal: Principal?
        var action: OneOrMany<String>?
        var condition: [String: [String: OneOrMany<String>]]?

        enum CodingKeys: String, CodingKey {
            case effect = "Effect"
            case principal = "Principal"
            case action = "Action"
            case condition = "Condition"
        }

        func isAbout(rule arn: String) -> Bool {
            let isForEvents = principal.map { $0.services.contains("events.amazonaws.com") || $0.isAnybody } ?? false
            let isInvoke = (action?.all ?? []).contains { matches("lambda:InvokeFunction", pattern: $0) }
            let sources = (condition ?? [:]).values.flatMap { test in
                test.filter { $0.key.lowercased() == "aws:sourcearn" }.values.flatMap(\.all)
            }
            return isForEvents && isInvoke && (sources.isEmpty || sources.contains { matches(arn, pattern: $0) })
        }
    }

    private struct Principal: Decodable {
        var services: [String] = []
        var isAnybody = false

        private enum Key: String, CodingKey {
            case service = "Service"
        }

        init(from decoder: any Decoder) throws {
            if let word = try? decoder.singleValueContainer().decode(String.self) {
                isAnybody = word == "*"
            } else {
                let object = try decoder.container(keyedBy: Key.self)
                services = try object.decodeIfPresent(OneOrMany<String>.self, forKey: .service)?.all ?? []
            }
        }
    }

    private struct OneOrMany<Value: Decodable>: Decodable {
        var all: [Value]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            all = try (try? container.decode([Value].self)) ?? [container.decode(Value.self)]
        }
    }
}

/// IAM's wildcards: `*` for any run of characters, `?` for one.
private func matches(_ text: String, pattern: String) -> Bool {
    func walk(_ text: Substring, _ pattern: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return walk(text, pattern.dropFirst()) || (!text.isEmpty && walk(text.dropFirst(), pattern))
        }
        guard let character = text.first, first == "?" || first == character else { return false }
        return walk(text.dropFirst(), pattern.dropFirst())
    }
    return walk(Substring(text), Substring(pattern))
}
