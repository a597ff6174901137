import Basics
import Findings
package import Status
package import Terminal

/// What changed, a line each: for a pipe that goes on until somebody looks.
package enum StatusChangeView {
    /// The line before the first change: from where they count.
    package static func opening(_ report: StatusReport, on profile: TerminalProfile) -> StyledText {
        let regions = report.regions.count
        return """
            \(Units.clock(report.at), .faint)  stack \(report.stack, .strong)  \(report.environment)  \
            \(report.health.mark(on: profile)) \(report.health.word)  \(regions) Region\(regions == 1 ? "" : "s")
            """
    }

    package static func line(_ change: StatusChange, on profile: TerminalProfile) -> StyledText {
        var line: StyledText = """
            \(Units.clock(change.at), .faint)  \(change.region, .name(change.region))  \
            \(StatusText.label(change.part), .strong)  \(change.from.word) \(profile.arrow) \(change.to.word)  \
            \(change.sentence.onOneLine)
            """
        if let next = change.next { line += "  \(profile.arrow, .faint) \(next.onOneLine)" }
        return line
    }
}
