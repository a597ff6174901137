import Basics
import Findings
import TaskSystem

/// What is not the same in every Region and should be. Only Regions that could be read are compared.
struct RegionDifferences {
    private let looks: [RegionLook]
    private let stack: TaskStack

    static func all(_ looks: [RegionLook], stack: TaskStack) -> [RegionDifference] {
        guard looks.count > 1 else { return [] }
        let differences = RegionDifferences(looks: looks, stack: stack)
        let all =
            differences.code() + differences.configuration() + differences.environment() + differences.schema()
            + differences.pattern() + differences.retries() + differences.retention() + differences.alarms()
        return all.enumerated().sorted { ($1.element.health, $0.offset) < ($0.element.health, $1.offset) }.map(\.element)
    }

    // MARK: One aspect each

    private func code() -> [RegionDifference] {
        compare(.codeSha256, sentence: "the Regions run different code", next: aws("lambda get-function", "--function-name")) {
            $0.facts.function?.value?.configuration.codeSha256
        }
    }

    private func configuration() -> [RegionDifference] {
        let members: [(String, (RegionLook) -> String?)] = [
            ("Runtime", { $0.function?.runtime }),
            ("Handler", { $0.function?.handler }),
            ("MemorySize", { $0.function?.memorySize.map(String.init) }),
            ("Timeout", { $0.function?.timeout.map(String.init) }),
            ("Architectures", { $0.function?.architectures?.joined(separator: ", ") }),
            ("LogFormat", { $0.function?.loggingConfig?.logFormat }),
            (
                "ReservedConcurrentExecutions",
                { look in
                    look.facts.function?.value.map { $0.concurrency?.reservedConcurrentExecutions.map(String.init) ?? "none" }
                }
            ),
            ("MaximumRetryAttempts", { look in look.asynchronous.map { String($0.maximumRetryAttempts ?? 2) } }),
            ("MaximumEventAgeInSeconds", { look in look.asynchronous.map { String($0.maximumEventAgeInSeconds ?? 21_600) } }),
        ]
        return members.flatMap { subject, value in
            compare(
                .functionConfiguration, subject: subject, sentence: "the functions are configured differently",
                next: aws("lambda get-function", "--function-name"), value)
        }
    }

    /// Values are compared and never shown: each is called by the first Region that has it.
    private func environment() -> [RegionDifference] {
        let read = looks.filter { $0.facts.function?.value != nil }
        let keys = Set(read.flatMap { $0.environment.exposed.keys }).sorted()
        return keys.flatMap { key in
            compare(
                .functionConfiguration, subject: "Environment.\(key)",
                sentence: "the functions are configured differently", next: aws("lambda get-function", "--function-name"),
                equal: { variable(key, $0) }
            ) { look in
                guard let value = variable(key, look) else { return nil }
                if value.isEmpty { return "not set" }
                let first = read.first { variable(key, $0) == value }
                return first?.region == look.region ? "a value of its own" : "as in \(first?.region ?? "")"
            }
        }
    }

    /// A variable as it is compared: empty where it is not set, nil where the function could not be read.
    private func variable(_ key: String, _ look: RegionLook) -> String? {
        guard look.facts.function?.value != nil else { return nil }
        return neutral(look.environment.exposed[key], in: look).map { "=\($0)" } ?? ""
    }

    /// Peers share one catalog, so a difference here says that they do not.
    private func schema() -> [RegionDifference] {
        compare(
            .schemaVersion, .unhealthy, sentence: "the endpoints do not show the same schema", next: "taskops schema plan"
        ) { look in
            look.facts.database?.value.flatMap(\.schemaVersions).map { $0.map(String.init).joined(separator: ", ") }
        }
    }

    private func pattern() -> [RegionDifference] {
        let shown: (RegionLook) -> String? = { $0.facts.rule?.value?.eventPattern }
        return compare(
            .eventPattern, sentence: "the rules do not take the same events", next: aws("events describe-rule", "--name"),
            equal: { look in shown(look).map { neutral(JSONTree(text: $0)?.unordered ?? $0, in: look) ?? $0 } }, shown)
    }

    private func retries() -> [RegionDifference] {
        compare(
            .retryPolicy, sentence: "EventBridge does not try alike", next: aws("events list-targets-by-rule", "--rule")
        ) { look in
            guard let regional = regional(look),
                let target = look.facts.targets?.value?.first(where: { FunctionARN($0.arn)?.name == regional.function })
            else { return nil }
            // What EventBridge does where nothing is said (EventBridge user guide, "Retrying event delivery").
            let attempts = target.retryPolicy?.maximumRetryAttempts ?? 185
            let age = target.retryPolicy?.maximumEventAgeInSeconds ?? 86_400
            return "\(attempts) retries within \(age) s"
        }
    }

    private func retention() -> [RegionDifference] {
        compare(
            .retentionInDays, sentence: "logs are not kept equally long",
            next: aws("logs describe-log-groups", "--log-group-name-prefix /aws/lambda/", joined: true)
        ) { look in
            look.facts.logGroup?.value.map { $0.retentionInDays.map { "\($0) days" } ?? "for ever" }
        }
    }

    /// Names are compared with the Region's own name and the stack's names in it taken out.
    private func alarms() -> [RegionDifference] {
        var names: [String: Set<String>] = [:]
        var asWritten: [String: String] = [:]
        for look in looks {
            guard let alarms = look.facts.alarms?.value else { continue }
            names[look.region] = []
            for alarm in alarms {
                let name = neutral(alarm.alarmName, in: look) ?? alarm.alarmName
                names[look.region]?.insert(name)
                asWritten[name] = asWritten[name] ?? alarm.alarmName
            }
        }
        return asWritten.sorted { $0.key < $1.key }.flatMap { name, written in
            compare(.alarms, subject: written, sentence: "an alarm is not in every Region", next: "taskops alarms") { look in
                names[look.region].map { $0.contains(name) ? "there" : "missing" }
            }
        }
    }

    // MARK: -

    private func compare(
        _ aspect: RegionDifference.Aspect, _ health: Health = .degraded, subject: String? = nil, sentence: String,
        next: String, equal: ((RegionLook) -> String?)? = nil, _ shown: @escaping (RegionLook) -> String?
    ) -> [RegionDifference] {
        let values = looks.map { RegionDifference.Value(region: $0.region, value: shown($0)) }
        let kinds = Set(looks.compactMap(equal ?? shown))
        guard kinds.count > 1 else { return [] }
        return [
            RegionDifference(aspect, health, subject: subject, values: values, sentence: sentence, next: next)
        ]
    }

    /// The command that shows the thing in the first Region.
    private func aws(_ words: String, _ option: String, joined: Bool = false) -> String {
        guard let first = looks.first, let regional = regional(first) else { return "aws \(words)" }
        let isRule = words.hasPrefix("events")
        let name = Shell.quoted(isRule ? regional.rule : regional.function)
        let bus = isRule ? " --event-bus-name \(Shell.quoted(regional.bus))" : ""
        return "aws \(words) \(option)\(joined ? "" : " ")\(name)\(bus) --region \(first.region)"
    }

    private func regional(_ look: RegionLook) -> RegionalStack? {
        stack.regions.first { $0.region == look.region }
    }

    /// A text without what rightly differs from Region to Region: the Region's name, and the stack's names in it.
    private func neutral(_ text: String?, in look: RegionLook) -> String? {
        guard var text, let regional = regional(look) else { return text }
        var names = [
            ("cluster", look.facts.cluster?.value?.identifier), ("function", regional.function), ("bus", regional.bus),
            ("rule", regional.rule), ("deadLetterQueue", regional.deadLetterQueue), ("failureQueue", regional.failureQueue),
            ("region", regional.region),
        ].compactMap { name, value in value.map { (name, $0) } }
        if case .id(let id) = regional.cluster { names.append(("cluster", id.rawValue)) }
        // The longest first: a function's name may be part of its queue's.
        for (name, value) in names.sorted(by: { $0.1.count > $1.1.count }) where !value.isEmpty {
            text = text.replacing(value, with: "${\(name)}")
        }
        return text
    }
}

extension RegionLook {
    fileprivate var function: FunctionFacts.Configuration? { facts.function?.value?.configuration }

    /// Lambda's own settings where nothing was set; nil where that is not known.
    fileprivate var asynchronous: EventInvokeConfigFacts? {
        switch facts.eventInvokeConfig {
        case .read(let config): config
        case .failed(let problem) where problem.kind == .notFound && function != nil: EventInvokeConfigFacts()
        default: nil
        }
    }
}
