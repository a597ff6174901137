package import AWS
import Basics
package import Terminal

/// What goes on between this program and AWS, for `-v` and `-vv`.
package enum CallView {
    /// How much of a call is shown.
    package enum Detail: Sendable, Hashable {
        /// One line.
        case call
        /// And the header fields that went out and came back.
        case headers
    }

    /// One attempt at an AWS call.
    package static func lines(_ event: CallEvent, _ detail: Detail, on profile: TerminalProfile) -> [StyledText] {
        let lines = fitted(call(event), indent: 5, on: profile)
        guard detail == .headers else { return lines }
        return lines + exchange(event).flatMap { fitted($0, indent: 4, on: profile) }
    }

    /// One attempt to open a database connection, by the word that IAM has for it.
    /// - Parameters:
    ///   - action: `DbConnect` or `DbConnectAdmin`.
    ///   - refusal: the SQLSTATE or the kind of failure; nil where the connection came about.
    package static func lines(
        action: String, as user: String, at host: String, in region: String, took: Duration, refusal: String?,
        on profile: TerminalProfile
    ) -> [StyledText] {
        var line: StyledText = "\("aws", .faint)  Aurora DSQL \(action, .strong)  \(region, .name(region))"
        line += "  \(refusal == nil ? "connected" : "refused", refusal == nil ? .good : .bad)"
        line += "  \(milliseconds(took.milliseconds))"
        if let refusal { line += "  \(refusal, .bad)" }
        line += "  \("\(user) at \(host)", .faint)"
        return fitted(line, indent: 5, on: profile)
    }

    private static func call(_ event: CallEvent) -> StyledText {
        var line: StyledText =
            "\("aws", .faint)  \(event.service) \(event.operation, .strong)  \(event.region, .name(event.region))"
        line += "  \(status(event))  \(milliseconds(event.duration.milliseconds))"
        if let failure = event.failure { line += "  \(failure, .bad)" }
        if event.attempt > 1 { line += "  attempt \(event.attempt)" }
        if event.paced > .zero { line += "  \("paced \(milliseconds(event.paced.milliseconds))", .warning)" }
        if let wait = event.retriesAfter { line += "  \("again in \(milliseconds(wait.milliseconds))", .warning)" }
        if let id = event.requestID { line += "  \(id, .faint)" }
        return line
    }

    private static func exchange(_ event: CallEvent) -> [StyledText] {
        var lines: [StyledText] = []
        if let sent = event.sent {
            lines.append("\(">", .faint) \(sent.method, .strong) \(sent.url)")
            lines += sent.headers.map { "\(">", .faint) \($0.name): \($0.value)" }
        }
        if event.status != nil {
            lines.append("\("<", .faint) \(status(event))")
            lines += event.received.map { "\("<", .faint) \($0.name): \($0.value)" }
        }
        return lines
    }

    private static func status(_ event: CallEvent) -> StyledText {
        StyledText(event.status.map(String.init) ?? "no answer", event.failure == nil ? .good : .bad)
    }

    private static func fitted(_ line: StyledText, indent: Int, on profile: TerminalProfile) -> [StyledText] {
        line.wrapped(to: profile.width ?? .max, indent: indent)
    }
}
