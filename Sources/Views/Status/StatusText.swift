import Findings
import Status
import Terminal

/// The words that the page, the pipe and the Markdown share.
enum StatusText {
    /// A part as it stands at the left of the grid.
    static func label(_ part: StatusRow.Part) -> String {
        switch part {
        case .bus: "bus"
        case .rule: "rule"
        case .permission: "permission"
        case .function: "function"
        case .logGroup: "log group"
        case .deadLetterQueue: "DLQ"
        case .failureQueue: "failure queue"
        case .cluster: "cluster"
        case .database: "database"
        case .alarms: "alarms"
        case .metrics: "metrics"
        case .clock: "clock"
        }
    }

    /// Where there is no room for more than a column's head.
    static func shortLabel(_ part: StatusRow.Part) -> String {
        switch part {
        case .permission: "perm"
        case .function: "func"
        case .logGroup: "logs"
        case .failureQueue: "fail"
        case .cluster: "clus"
        case .database: "data"
        case .alarms: "alrm"
        case .metrics: "metr"
        case .clock: "clck"
        default: label(part)
        }
    }

    static func label(_ metric: MetricSeries.Name) -> String {
        switch metric {
        case .matchedEvents: "matched"
        case .failedInvocations: "undelivered"
        case .deadLettered: "dead-lettered"
        case .deadLetteringFailed: "DLQ failed"
        case .deliveryLatency: "delivery"
        case .invocations: "invocations"
        case .errors: "errors"
        case .throttles: "throttles"
        case .durationP50: "duration p50"
        case .durationP95: "duration p95"
        case .asyncEventAge: "event age"
        case .asyncEventsDropped: "dropped"
        case .destinationDeliveryFailures: "queue failed"
        case .deadLetterQueueSent: "DLQ sent"
        case .deadLetterQueueAge: "DLQ age"
        case .failureQueueSent: "failure sent"
        case .failureQueueAge: "failure age"
        case .transactions: "transactions"
        case .occConflicts: "OCC conflicts"
        case .queryTimeouts: "timeouts"
        case .commitLatency: "commit"
        case .storage: "storage"
        }
    }

    static func aspect(_ difference: RegionDifference) -> String {
        let aspect =
            switch difference.aspect {
            case .codeSha256: "code"
            case .functionConfiguration: "configuration"
            case .schemaVersion: "schema"
            case .eventPattern: "event pattern"
            case .retryPolicy: "retry policy"
            case .retentionInDays: "retention"
            case .alarms: "alarms"
            }
        return difference.subject.map { "\(aspect) \($0)" } ?? aspect
    }

    static let unread = "could not be looked at"

    /// Who has what. With more than two Regions those that agree share a line, the smallest company first: that is
    /// where the odd one stands.
    static func values(of difference: RegionDifference) -> [(who: String, value: String?)] {
        guard difference.values.count > 2 else { return difference.values.map { ($0.region, $0.value) } }
        var companies: [(value: String?, who: [String])] = []
        for value in difference.values {
            if let index = companies.firstIndex(where: { $0.value == value.value }) {
                companies[index].who.append(value.region)
            } else {
                companies.append((value.value, [value.region]))
            }
        }
        let sorted = companies.indices.sorted { (companies[$0].who.count, $0) < (companies[$1].who.count, $1) }
        return sorted.map { index in
            let who = companies[index].who
            return (who.count > 3 ? "\(who.count) Regions" : who.joined(separator: ", "), companies[index].value)
        }
    }

    /// The last line: how it is, and how much of it.
    static func verdict(_ report: StatusReport, on profile: TerminalProfile) -> StyledText {
        let healths = report.regions.flatMap { $0.rows.map(\.health) }
        let counts = Health.allCases.reversed().compactMap { health -> StyledText? in
            let count = healths.count { $0 == health }
            return count == 0 ? nil : "\(count) \(StyledText(health.rawValue, health == .healthy ? .plain : health.tag))"
        }
        let parts: StyledText = counts.dropFirst().reduce(counts.first ?? "no part") { $0 + ", " + $1 }
        let regions = report.regions.count
        var line: StyledText = "\(report.health.mark(on: profile)) \(report.health.word) \("(\(exit(report.health)))", .faint)"
        line += "  \(parts) in \(regions) Region\(regions == 1 ? "" : "s")"
        if !report.differences.isEmpty {
            line += ", \(report.differences.count) difference\(report.differences.count == 1 ? "" : "s")"
        }
        return line
    }

    static func exit(_ health: Health) -> String {
        "exit \(health.exitCode)" + (health == .unknown ? ", could not tell" : "")
    }

    static func cost(_ cost: StatusReport.Cost) -> String {
        let requests = "\(cost.requests) request\(cost.requests == 1 ? "" : "s")"
        let connections = cost.connections == 0 ? "" : ", \(cost.connections) connection\(cost.connections == 1 ? "" : "s")"
        return "\(requests)\(connections), \(milliseconds(cost.ms))"
    }
}
