package import Findings

/// Where to read on.
package enum Runbook {
    /// Pages of `runbooks/` about a link, the nearest first; whoever has the pages takes the first there is.
    package static func names(_ link: Link, _ code: String) -> [String] {
        switch link {
        case .credentials, .clock: ["canary-failing"]
        case .bus, .rule, .pattern: ["rule-events-lost", "tasks-do-not-get-through"]
        case .target, .permission: ["rule-failed-invocations", "rule-dead-lettered", "tasks-do-not-get-through"]
        case .function:
            code == "function-throttled"
                ? ["task-processor-throttles", "task-processor-errors"] : ["task-processor-event-age", "task-processor-errors"]
        case .invocation: ["task-processor-errors"]
        case .conflicts: ["database-conflicts", "task-processor-errors"]
        case .cluster, .endpoint, .tls, .token, .role, .table, .peer: ["tasks-do-not-get-through", "task-processor-errors"]
        case .deadLetterQueue: ["dead-letter-queue", "rule-dead-lettered"]
        case .failureQueue: ["failure-queue", "task-processor-events-lost"]
        }
    }
}
