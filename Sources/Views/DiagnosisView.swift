import Basics
package import Diagnosis
import Findings
package import Terminal

/// Draws a ``DiagnosisReport`` for people: the cause first, what else was found, and what could not be looked at.
package enum DiagnosisView {
    package static func lines(_ report: DiagnosisReport, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        let title: StyledText = "\("diagnose", .heading)  stack \(report.stack, .strong)  \(report.at, .faint)"
        var lines = title.wrapped(to: width, indent: 10) + [""]
        for region in report.regions { lines += regionLines(region, on: profile) + [""] }
        return lines + verdict(report).wrapped(to: width, indent: 2)
    }

    /// What is shown while it looks.
    package static func progress(_ regions: [String]) -> StyledText {
        "following the path in \(regions.joined(separator: ", "))"
    }

    /// One finding: what is broken, how that is known, where to read on, what to type. Also under a failed canary.
    ///
    /// - Parameter isSaid: whether the line above has said the sentence.
    static func finding(_ finding: LinkFinding, isSaid: Bool = false, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        let certainty: StyledText = finding.certainty == .likely ? " \("(likely)", .faint)" : ""
        let head: StyledText =
            "  \(mark(finding.health, profile)) \(finding.link.words, .strong): \(finding.sentence.onOneLine)\(certainty)"
        var lines = isSaid ? [] : head.wrapped(to: width, indent: 4)
        for evidence in finding.evidence {
            lines += ("    \(evidence.onOneLine, .faint)" as StyledText).wrapped(to: width, indent: 6)
        }
        // The commands stay on one line, however long: they are there to be copied.
        let arrow = profile.hasUnicode ? "→" : "->"
        if let next = finding.next { lines.append("    \(arrow, .faint) \(next)") }
        if let runbook = finding.runbook { lines.append("    \(arrow, .faint) taskops runbook \(runbook)") }
        return lines
    }

    // MARK: -

    private static func regionLines(_ region: RegionDiagnosis, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        var head: StyledText = "\(region.region, .name(region.region))  \(word(region.health))"
        if let event = region.event, let fate = region.fate { head += "  \("event \(event)", .faint) \(fate.words)" }
        var lines = head.wrapped(to: width, indent: 2)
        for one in region.findings { lines += finding(one, on: profile) }
        for link in region.links where link.state == .notLooked {
            let line: StyledText =
                "  \("?", .warning) \(link.link.words, .strong): could not look: \((link.why ?? "").onOneLine)"
            lines += line.wrapped(to: width, indent: 4)
            if let next = link.next { lines.append("    \(profile.hasUnicode ? "→" : "->", .faint) \(next)") }
        }
        let fine = region.links.filter { $0.state == .fine }.map(\.link.words)
        if !fine.isEmpty {
            lines += ("  \("looked at, and fine: \(fine.joined(separator: ", "))", .faint)" as StyledText)
                .wrapped(to: width, indent: 4)
        }
        return lines
    }

    private static func verdict(_ report: DiagnosisReport) -> StyledText {
        let number = report.regions.reduce(0) { $0 + $1.findings.count }
        let blind = report.regions.reduce(0) { $0 + $1.links.count { $0.state == .notLooked } }
        var line: StyledText = "\(word(report.health))  "
        line += number == 0 ? "no broken link found" : "\(number) finding\(number == 1 ? "" : "s"), the likeliest cause first"
        if blind > 0 { line += "; \(blind) link\(blind == 1 ? "" : "s") could not be looked at" }
        return line
    }

    private static func word(_ health: Health) -> StyledText {
        switch health {
        case .healthy: StyledText("ok", .good)
        case .degraded: StyledText("degraded", .warning)
        case .unknown: StyledText("unknown", .warning)
        case .unhealthy: StyledText("broken", .bad)
        }
    }

    private static func mark(_ health: Health, _ profile: TerminalProfile) -> StyledText {
        health == .unhealthy ? StyledText(profile.hasUnicode ? "✗" : "x", .bad) : StyledText("!", .warning)
    }
}

extension Link {
    /// As people call it.
    var words: String {
        switch self {
        case .credentials: "credentials"
        case .clock: "clock"
        case .bus: "bus"
        case .rule: "rule"
        case .pattern: "pattern"
        case .target: "target"
        case .permission: "permission"
        case .function: "function"
        case .invocation: "invocation"
        case .cluster: "cluster"
        case .endpoint: "endpoint"
        case .tls: "TLS"
        case .token: "token"
        case .role: "database role"
        case .table: "table"
        case .conflicts: "conflicts"
        case .peer: "peer"
        case .deadLetterQueue: "dead-letter queue"
        case .failureQueue: "failure queue"
        }
    }
}

extension EventFate {
    fileprivate var words: StyledText {
        switch self {
        case .processed: StyledText("was processed", .good)
        case .failed: StyledText("failed in the function", .bad)
        case .taken: StyledText("was taken up by the function", .warning)
        case .undelivered: StyledText("could not be delivered", .bad)
        case .unseen: StyledText("left no trace", .warning)
        }
    }
}
