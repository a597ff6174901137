import FoundationEssentials

/// The resource policy of a function or a queue, as far as the question goes whether a rule may use it.
///
/// The form is IAM's: where a list may stand, a single value may stand too (IAM user guide, "IAM JSON policy elements").
package struct ResourcePolicy: Sendable, Decodable {
    package enum Verdict: Sendable, Hashable {
        case allowed
        /// No statement allows it, or one denies it.
        case refused
        /// It depends on what cannot be known here, such as a condition key; the text names it.
        case undecided(String)
    }

    private let statements: [Statement]

    private enum Key: String, CodingKey {
        case statements = "Statement"
    }

    package init(from decoder: any Decoder) throws {
        statements = try decoder.container(keyedBy: Key.self).decode(OneOrMany<Statement>.self, forKey: .statements).all
    }

    /// - Parameter text: a JSON document.
    package init(text: String) throws {
        self = try JSONDecoder().decode(ResourcePolicy.self, from: Data(text.utf8))
    }

    /// Whether EventBridge may call `lambda:InvokeFunction` on behalf of the rule.
    package func invocation(byRule arn: String) -> Verdict {
        verdict(on: "lambda:InvokeFunction", resource: nil, rule: arn)
    }

    /// Whether EventBridge may send to the queue what it could not deliver for the rule.
    package func sending(to queue: String?, byRule arn: String) -> Verdict {
        verdict(on: "sqs:SendMessage", resource: queue, rule: arn)
    }

    /// Whether a role of the queue's account may send to it, as far as the queue has a say: the role's own policies are
    /// enough to allow it, and an explicit Deny here refuses it all the same (IAM user guide, "Policy evaluation logic").
    package func sending(to queue: String?, byRole arn: String) -> Verdict {
        let request = Request(
            action: "sqs:SendMessage", resource: queue, role: arn,
            context: ["aws:principalarn": arn, "aws:securetransport": "true", "aws:principalisawsservice": "false"])
        var denies = Application.no
        for statement in statements where statement.effect == "Deny" {
            denies = denies.or(statement.application(to: request))
        }
        return switch denies {
        case .yes: .refused
        case .maybe(let why): .undecided(why)
        case .no: .allowed
        }
    }

    /// A Deny wins, as in IAM; what may apply makes the answer a maybe.
    private func verdict(on action: String, resource: String?, rule arn: String) -> Verdict {
        let account = arn.split(separator: ":", omittingEmptySubsequences: false).dropFirst(4).first.map(String.init) ?? ""
        let request = Request(
            action: action, resource: resource,
            context: [
                "aws:sourcearn": arn, "aws:sourceaccount": account, "aws:securetransport": "true",
                "aws:principalisawsservice": "true", "aws:principalservicename": Request.service,
            ])
        var allows = Application.no
        var denies = Application.no
        for statement in statements {
            let application = statement.application(to: request)
            if statement.effect == "Deny" { denies = denies.or(application) } else { allows = allows.or(application) }
        }
        switch (allows, denies) {
        case (_, .yes), (.no, _): return .refused
        case (_, .maybe(let why)), (.maybe(let why), _): return .undecided(why)
        case (.yes, .no): return .allowed
        }
    }

    // MARK: -

    private struct Request {
        static let service = "events.amazonaws.com"
        var action: String
        /// Nil where every resource is meant.
        var resource: String?
        /// The role that asks; nil where EventBridge does.
        var role: String?
        /// Condition keys, in lower case, as EventBridge's requests carry them.
        var context: [String: String]
    }

    /// Whether something applies to a request.
    private enum Application {
        case yes, no
        case maybe(String)

        func or(_ other: Application) -> Application {
            switch (self, other) {
            case (.yes, _), (_, .yes): .yes
            case (.maybe, _): self
            default: other
            }
        }

        func and(_ other: Application) -> Application {
            switch (self, other) {
            case (.no, _), (_, .no): .no
            case (.maybe, _): self
            default: other
            }
        }

        init(_ holds: Bool) { self = holds ? .yes : .no }
    }

    private struct Statement: Sendable, Decodable {
        var effect: String
        var principal: Principal?
        var notPrincipal: Principal?
        var action: OneOrMany<String>?
        var notAction: OneOrMany<String>?
        var resource: OneOrMany<String>?
        var notResource: OneOrMany<String>?
        var condition: [String: [String: OneOrMany<Scalar>]]?

        enum CodingKeys: String, CodingKey {
            case effect = "Effect"
            case principal = "Principal"
            case notPrincipal = "NotPrincipal"
            case action = "Action"
            case notAction = "NotAction"
            case resource = "Resource"
            case notResource = "NotResource"
            case condition = "Condition"
        }

        func application(to request: Request) -> Application {
            var applies = principals(request).and(actions(request)).and(resources(request))
            for (test, keys) in condition ?? [:] {
                for (key, values) in keys {
                    applies = applies.and(Self.holds(test, key, values.all.map(\.text), in: request.context))
                }
            }
            return applies
        }

        private func principals(_ request: Request) -> Application {
            func names(_ principal: Principal) -> Bool {
                guard let role = request.role else { return principal.services.contains(Request.service) }
                // An account's id and its root stand for everybody in it.
                let account = role.split(separator: ":", omittingEmptySubsequences: false).dropFirst(4).first.map(String.init)
                return principal.accounts.contains { $0 == role || $0 == account || $0 == "arn:aws:iam::\(account ?? ""):root" }
            }
            if let principal { return .init(principal.isAnybody || names(principal)) }
            if let notPrincipal { return .init(!names(notPrincipal)) }
            return .no
        }

        private func actions(_ request: Request) -> Application {
            func names(_ patterns: OneOrMany<String>) -> Bool {
                patterns.all.contains { matches(request.action.lowercased(), pattern: $0.lowercased()) }
            }
            if let action { return .init(names(action)) }
            return notAction.map { .init(!names($0)) } ?? .no
        }

        private func resources(_ request: Request) -> Application {
            guard let wanted = request.resource else { return .yes }
            func names(_ patterns: OneOrMany<String>) -> Bool { patterns.all.contains { matches(wanted, pattern: $0) } }
            if let resource { return .init(names(resource)) }
            return notResource.map { .init(!names($0)) } ?? .yes
        }

        /// One test of a condition (IAM user guide, "Condition operators").
        private static func holds(
            _ test: String, _ key: String, _ values: [String], in context: [String: String]
        ) -> Application {
            var word = test.split(separator: ":").last.map(String.init) ?? test
            if word.hasSuffix("IfExists") { word.removeLast("IfExists".count) }
            let actual = context[key.lowercased()]
            if word == "Null" { return actual == nil ? .maybe(key) : .init(values.contains { $0.lowercased() == "false" }) }
            guard let actual else { return .maybe(key) }
            func any(_ equal: (String) -> Bool) -> Application { .init(values.contains(where: equal)) }
            func none(_ equal: (String) -> Bool) -> Application { .init(!values.contains(where: equal)) }
            switch word {
            case "StringEquals": return any { $0 == actual }
            case "StringNotEquals": return none { $0 == actual }
            case "StringEqualsIgnoreCase", "Bool": return any { $0.lowercased() == actual.lowercased() }
            case "StringNotEqualsIgnoreCase": return none { $0.lowercased() == actual.lowercased() }
            // Of ARNs the two are the same, wildcards included.
            case "StringLike", "ArnLike", "ArnEquals": return any { matches(actual, pattern: $0) }
            case "StringNotLike", "ArnNotLike", "ArnNotEquals": return none { matches(actual, pattern: $0) }
            default: return .maybe("\(test) of \(key)")
            }
        }
    }

    private struct Principal: Sendable, Decodable {
        var services: [String] = []
        var accounts: [String] = []
        var isAnybody = false

        private enum Key: String, CodingKey {
            case service = "Service"
            case account = "AWS"
        }

        init(from decoder: any Decoder) throws {
            if let word = try? decoder.singleValueContainer().decode(String.self) {
                isAnybody = word == "*"
            } else {
                let object = try decoder.container(keyedBy: Key.self)
                services = try object.decodeIfPresent(OneOrMany<String>.self, forKey: .service)?.all ?? []
                accounts = try object.decodeIfPresent(OneOrMany<String>.self, forKey: .account)?.all ?? []
                isAnybody = accounts.contains("*")
            }
        }
    }

    /// What a condition compares with; `false` and `"false"` mean the same.
    private struct Scalar: Sendable, Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                text = String(flag)
            } else if let number = try? container.decode(Int.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    private struct OneOrMany<Value: Sendable & Decodable>: Sendable, Decodable {
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
