package import Basics

/// What was read about one Region, before anybody judged it.
///
/// Member names are AWS's own, in lower camel case, and hold what AWS said: what another client reads from the same
/// stack agrees field by field. Times are ISO 8601 in UTC, to the second. A member that AWS left out is left out here.
/// A source is nil where it was not asked for, because the stack has no such thing.
package struct RegionFacts: Sendable, Hashable, Codable {
    package var bus: Reading<BusFacts>?
    package var rule: Reading<RuleFacts>?
    package var targets: Reading<[TargetFacts]>?
    package var function: Reading<FunctionFacts>?
    /// The function's resource policy.
    package var policy: Reading<PolicyFacts>?
    package var eventInvokeConfig: Reading<EventInvokeConfigFacts>?
    package var logGroup: Reading<LogGroupFacts>?
    package var deadLetterQueue: Reading<QueueFacts>?
    package var failureQueue: Reading<QueueFacts>?
    package var cluster: Reading<ClusterFacts>?
    package var database: Reading<DatabaseFacts>?
    /// How far a connection came that failed: `resolve`, `connect`, `tls`, `authenticate`, `query`.
    package var databasePhase: String?
    /// The SQLSTATE of a login or question that the database refused.
    package var databaseSQLState: String?
    /// This stack's alarms, whatever their state.
    package var alarms: Reading<[AlarmFacts]>?
    /// Seconds to add to this machine's clock to get AWS's; nil until AWS has refused a signature for it.
    package var clockOffset: Int?

    package init() {}
}

/// One source's answer, or why there is none. A source that failed never hides the others.
package enum Reading<Value: Sendable & Hashable & Codable>: Sendable, Hashable {
    case read(Value)
    case failed(Problem)

    package var value: Value? {
        if case .read(let value) = self { value } else { nil }
    }

    package var problem: Problem? {
        if case .failed(let problem) = self { problem } else { nil }
    }
}

// In JSON: `{"read": …}` or `{"failed": {"kind": …, "summary": …}}`.
extension Reading: Codable {
    private enum Key: String, CodingKey {
        case read, failed
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        if let problem = try object.decodeIfPresent(Problem.self, forKey: .failed) {
            self = .failed(problem)
        } else {
            self = .read(try object.decode(Value.self, forKey: .read))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        switch self {
        case .read(let value): try object.encode(value, forKey: .read)
        case .failed(let problem): try object.encode(problem, forKey: .failed)
        }
    }
}
