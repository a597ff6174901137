package import AWS
package import Basics
import FoundationEssentials
import TaskSystem

/// Walks from a Region's buses over rules and targets to functions and queues.
package struct PathSurvey: Sendable {
    let region: String
    let client: AWSClient
    /// Names known already: only what fits them is looked at.
    let known: [PathName: String]

    /// Rules that say nothing of task events are offered as choices; so many of them are more than anybody reads.
    private static let mostOffered = 50

    package init(region: String, client: AWSClient, known: [PathName: String]) {
        self.region = region
        self.client = client
        self.known = known
    }

    package func run(deadline: Deadline) async -> PathReading {
        var reading = PathReading()
        let rules = await rules(&reading, deadline: deadline)
        let taking = rules.filter { Self.takesTaskEvents($0.pattern) }
        reading.takesTasks = !taking.isEmpty || known[.rule] != nil
        // The default bus is full of AWS's own rules: one that does not name task events is nobody's guess.
        let chosen = taking.isEmpty ? rules.filter { known[.rule] != nil || $0.bus != "default" } : taking
        let found = await chosen.prefix(Self.mostOffered).map(\.self).boundedMap(limit: 8) { rule in
            await paths(of: rule, deadline: deadline)
        }
        for (paths, unread) in found {
            reading.paths += paths
            reading.unread += unread
        }
        return reading
    }

    // MARK: -

    private struct FoundRule: Sendable {
        var bus: String
        var name: String
        var pattern: String

        /// Nil for a rule that only has a schedule.
        init?(_ rule: EventBridge.Rule, on bus: String) {
            guard let name = rule.name, let pattern = rule.eventPattern else { return nil }
            self.bus = bus
            self.name = name
            self.pattern = pattern
        }
    }

    private func rules(_ reading: inout PathReading, deadline: Deadline) async -> [FoundRule] {
        let events = client.eventBridge(region)
        var buses = known[.bus].map { [$0] } ?? []
        if buses.isEmpty {
            let listed = await asking("events:ListEventBuses", in: region) { () async throws(AWSError) in
                try await events.allEventBuses(deadline: deadline).compactMap(\.name)
            }
            switch listed {
            case .success(let names): buses = names.sorted()
            case .failure(let unread): reading.unread.append(unread)
            }
        }
        let answers = await buses.boundedMap(limit: 8) { bus in
            await asking("events:ListRules", in: region) { () async throws(AWSError) in
                try await events.allRules(onBus: bus, deadline: deadline).compactMap { FoundRule($0, on: bus) }
            }
        }
        var found: [FoundRule] = []
        for answer in answers {
            switch answer {
            case .success(let rules): found += rules.filter { known[.rule] == nil || known[.rule] == $0.name }
            case .failure(let unread): reading.unread.append(unread)
            }
        }
        return found
    }

    private func paths(of rule: FoundRule, deadline: Deadline) async -> ([EventPath], [Unread]) {
        let answer = await asking("events:ListTargetsByRule", in: region) { () async throws(AWSError) in
            // Five at most (EventBridge quotas): there is no second page.
            try await client.eventBridge(region).listTargetsByRule(
                .init(rule: rule.name, eventBusName: rule.bus), deadline: deadline
            ).targets ?? []
        }
        switch answer {
        case .failure(let unread):
            let open = Setting.open(unread.reason)
            return (
                [EventPath(bus: rule.bus, rule: rule.name, function: open, deadLetterQueue: open, failureQueue: open)],
                [unread]
            )
        case .success(let targets):
            var paths: [EventPath] = []
            var refused: [Unread] = []
            for target in targets {
                guard let function = Self.functionName(target.arn, in: region),
                    known[.function] == nil || known[.function] == function
                else { continue }
                let (failureQueue, unread) = await failureQueue(of: function, deadline: deadline)
                if let unread { refused.append(unread) }
                paths.append(
                    EventPath(
                        bus: rule.bus, rule: rule.name,
                        function: .found(function, from: "target \(target.id) of rule \(rule.name)"),
                        deadLetterQueue: Self.queue(
                            target.deadLetterConfig?.arn, "the dead-letter queue of target \(target.id)",
                            none: "target \(target.id) of rule \(rule.name) has none"),
                        failureQueue: failureQueue))
            }
            return (paths, refused)
        }
    }

    /// Lambda has two places to name it: the on-failure destination, and the older dead-letter queue.
    private func failureQueue(of function: String, deadline: Deadline) async -> (Setting, Unread?) {
        let lambda = client.lambda(region)
        let destination = await asking("lambda:GetFunctionEventInvokeConfig", in: region) {
            () async throws(AWSError) -> String? in
            do throws(AWSError) {
                return try await lambda.getFunctionEventInvokeConfig(name: function, deadline: deadline)
                    .destinationConfig?.onFailure?.arn
            } catch {
                // A function without such a configuration answers 404.
                if error.problem.kind == .notFound { return nil }
                throw error
            }
        }
        switch destination {
        case .failure(let unread): return (.open(unread.reason), unread)
        case .success(let arn?):
            return (Self.queue(arn, "the on-failure destination of \(function)", none: ""), nil)
        case .success(nil): break
        }
        let configured = await asking("lambda:GetFunctionConfiguration", in: region) { () async throws(AWSError) in
            try await lambda.getFunctionConfiguration(name: function, deadline: deadline).deadLetterConfig?.targetARN
        }
        switch configured {
        case .failure(let unread): return (.open(unread.reason), unread)
        case .success(let arn):
            return (
                Self.queue(
                    arn, "the dead-letter queue of \(function)", none: "\(function) has no on-failure destination"), nil
            )
        }
    }

    // MARK: - Pure

    /// Whether a pattern asks for the task system's own source. A prefix or another filter that lets it through as well
    /// is not understood, and the rule then only offered.
    static func takesTaskEvents(_ pattern: String) -> Bool {
        struct Pattern: Decodable {
            struct Filter: Decodable {
                var text: String?
                init(from decoder: any Decoder) throws {
                    text = try? decoder.singleValueContainer().decode(String.self)
                }
            }
            var source: [Filter]?
        }
        let parsed = try? JSONDecoder().decode(Pattern.self, from: Data(pattern.utf8))
        return parsed?.source?.contains { $0.text == TaskEvent.source } ?? false
    }

    /// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, perhaps with a version or an alias behind it.
    static func functionName(_ arn: String, in region: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[2] == "lambda", parts[3] == region, parts[5] == "function" else { return nil }
        return String(parts[6])
    }

    static func queue(_ arn: String?, _ from: String, none: String) -> Setting {
        guard let arn else { return .absent(none) }
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "sqs" else { return .absent("\(from) is not a queue but \(arn)") }
        return .found(String(parts[5]), from: from)
    }
}
