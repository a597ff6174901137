package import AWS
import Basics
package import Terminal

/// One attempt at an AWS call, for `-v`.
package enum CallView {
    package static func line(_ event: CallEvent) -> StyledText {
        var line: StyledText =
            "\("aws", .faint)  \(event.service) \(event.operation, .strong)  \(event.region, .name(event.region))"
        line += "  \(event.status.map(String.init) ?? "no answer", event.failure == nil ? .good : .bad)"
        line += "  \(milliseconds(event.duration.milliseconds))"
        if let failure = event.failure { line += "  \(failure, .bad)" }
        if event.attempt > 1 { line += "  attempt \(event.attempt)" }
        if let wait = event.retriesAfter { line += "  \("again in \(milliseconds(wait.milliseconds))", .warning)" }
        if let id = event.requestID { line += "  \(id, .faint)" }
        return line
    }
}
