import Findings

/// Which link each of the status page's findings belongs to, and what it means for an event.
enum LinkTable {
    /// How much a finding counts. Declared in the order in which they are named.
    enum Weight: Int, Comparable {
        /// Nothing else can be told before this is mended.
        case blind
        /// No event passes.
        case breaks
        /// Passes for others, perhaps, and not for this machine.
        case refusesUs
        /// Events pass, and would be lost if they did not.
        case weakens
        /// Events pass, late or not all of them.
        case disturbs

        static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
    }

    /// The link of a row's finding; nil where it has nothing to do with whether an event passes.
    static func link(of finding: Finding, in part: StatusRow.Part) -> Link? {
        switch part {
        case .bus: .bus
        case .rule: ruleLink(finding.code)
        case .permission: .permission
        case .function: finding.code == "function-no-failure-destination" ? .failureQueue : .function
        case .deadLetterQueue: .deadLetterQueue
        case .failureQueue: .failureQueue
        case .cluster: peering.contains(finding.code) ? .peer : .cluster
        case .database: databaseLink(finding.code)
        case .clock: .clock
        case .logGroup, .alarms, .metrics: nil
        }
    }

    private static func ruleLink(_ code: String) -> Link {
        if code.hasPrefix("pattern-") || code == "rule-no-pattern" { return .pattern }
        if code.hasPrefix("target-") { return nets.contains(code) ? .deadLetterQueue : .target }
        return ["rule-no-target", "rule-other-target", "rule-repeated-target"].contains(code) ? .target : .rule
    }

    private static func databaseLink(_ code: String) -> Link {
        if code == "database-tls" { return .tls }
        if code == "database-login-refused" { return .token }
        return code.hasPrefix("schema-") || code.hasPrefix("tasks-") ? .table : .endpoint
    }

    private static let peering: Set = ["clusters-not-peered", "peering-one-sided", "witness-differs"]
    private static let nets: Set = ["target-no-dead-letter-queue", "target-other-dead-letter-queue"]

    /// What only says that nobody could look, or that what was read decides nothing.
    static func isUndecided(_ finding: Finding) -> Bool {
        finding.health == .unknown && !refusals.contains(finding.code)
    }

    /// Unknown to the status page, because the fault may be this machine's; to whoever asks why, they are the answer.
    private static let refusals: Set = [
        "database-login-refused", "database-tls", "database-not-resolved", "database-no-answer",
    ]

    /// Of what is merely degraded, these have to do with whether an event passes; the rest is housekeeping.
    private static let telling: Set = [
        "function-pending", "function-inactive", "update-in-progress", "update-failed", "pattern-narrowed",
        "rule-repeated-target", "schema-behind", "clock-wrong", "queue-not-empty", "queue-not-the-destination",
        "target-no-dead-letter-queue", "target-other-dead-letter-queue", "function-no-failure-destination",
    ]

    static func isTelling(_ finding: Finding) -> Bool {
        finding.health != .degraded || telling.contains(finding.code)
    }

    static func weight(_ link: Link, _ health: Health) -> Weight {
        if link == .credentials { return .blind }
        guard link.isOnThePath else { return health == .unhealthy ? .weakens : .disturbs }
        switch health {
        case .unhealthy: return .breaks
        case .unknown: return .refusesUs
        case .degraded, .healthy: return .disturbs
        }
    }

    /// What follows from a finding and is no cause of its own: named by code, or by all of a link.
    static func consequences(of code: String) -> (codes: Set<String>, links: Set<Link>) {
        switch code {
        // Whose policies name the rule cannot be judged where the bus may be another's name.
        case "bus-missing":
            (["permission-unknown", "permission-missing", "queue-policy-refuses"], [.rule, .pattern, .target])
        case "rule-missing": ([], [.pattern, .target])
        case "function-missing": (["permission-no-function", "permission-missing"], [])
        case "cluster-missing", "cluster-creating", "cluster-pending-setup", "cluster-pending-delete", "cluster-deleting",
            "cluster-deleted", "cluster-failed", "cluster-key-inaccessible":
            ([], [.endpoint, .tls, .token, .role, .table])
        default: ([], [])
        }
    }
}
