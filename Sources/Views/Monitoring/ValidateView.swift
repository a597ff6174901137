import Basics
package import Monitoring
package import Terminal

/// What `taskops validate` prints: for people file by file with the line itself, for programs a line for each finding.
package enum ValidateView {
    package static func lines(_ report: ValidationReport, on profile: TerminalProfile) -> [StyledText] {
        let findings =
            profile.isTerminal ? grouped(report.findings, on: profile) : report.findings.map { line($0) }
        return findings + [summary(report)]
    }

    /// What plan and apply say of findings that keep nobody from applying.
    package static func remarks(_ count: Int) -> StyledText {
        StyledText("taskops validate has \(count == 1 ? "a remark" : "\(count) remarks") about the files", .faint)
    }

    // MARK: - One line each

    /// `alarms/a.yaml:3:13: error: what; how to mend it [rule]`, the form that editors and compilers share.
    static func line(_ finding: Finding) -> StyledText {
        let problem = finding.problem
        var text: StyledText = ""
        if let place = problem.location { text += "\(place.description, .strong): " }
        text += "\(word(finding)): \(problem.summary.onOneLine)"
        if let cause = problem.causeInLine { text += ": \(cause)" }
        if let hint = problem.hint { text += "; \(hint.onOneLine)" }
        return text + StyledText(" [\(finding.rule.rawValue)]", .faint)
    }

    private static func word(_ finding: Finding) -> StyledText {
        finding.severity == .error ? StyledText("error", .bad) : StyledText("warning", .warning)
    }

    // MARK: - File by file

    private static func grouped(_ findings: [Finding], on profile: TerminalProfile) -> [StyledText] {
        var lines: [StyledText] = []
        var file: String?
        for finding in findings {
            let place = finding.problem.location
            if place?.file != file {
                if file != nil { lines.append("") }
                file = place?.file
                lines.append(StyledText(file ?? "", .strong))
            }
            lines += block(finding, on: profile)
        }
        return lines.isEmpty ? [] : lines + [""]
    }

    private static func block(_ finding: Finding, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? 80
        let problem = finding.problem
        var head: StyledText = "  "
        if let line = problem.location?.line {
            head += StyledText("\(line):\(problem.location?.column ?? 1)", .faint) + "  "
        }
        head += "\(word(finding))  \(problem.summary.onOneLine)"
        if let cause = problem.cause { head += ": \(cause.onOneLine)" }
        head += StyledText("  \(finding.rule.rawValue)", .faint)
        var lines = head.fitted(to: width, indent: 6)
        lines += excerpt(finding, width: width, on: profile)
        if let path = finding.dataPath, path.hasPrefix("/widgets/") || path.hasPrefix("/variables/") {
            lines += StyledText("      \(path)", .faint).fitted(to: width, indent: 6)
        }
        if let hint = problem.hint {
            let arrow = profile.hasUnicode ? "→" : "->"
            lines += ("      " + StyledText("\(arrow) ", .faint) + StyledText(hint.onOneLine, .good))
                .fitted(to: width, indent: 8)
        }
        return lines
    }

    /// The line, and a mark beneath the place. Of a long line the part around it.
    private static func excerpt(_ finding: Finding, width: Int, on profile: TerminalProfile) -> [StyledText] {
        guard let text = finding.excerpt, let column = finding.problem.location?.column else { return [] }
        let letters = Array(text.unicodeScalars)
        // A place behind the end is where something is missing.
        let place = min(max(0, column - 1), letters.count)
        let room = max(10, width - 6)
        var begin = letters.firstIndex { $0 != " " && $0 != "\t" } ?? 0
        begin = min(begin, place)
        func shown(_ range: Range<Int>) -> String {
            String(String.UnicodeScalarView(letters[range].map { $0 == "\t" ? " " : $0 }))
        }
        var before = shown(begin..<place)
        while displayWidth(of: before) > room * 2 / 3, begin < place {
            begin += 1
            before = shown(begin..<place)
        }
        let line = StyledText(shown(begin..<letters.count)).truncated(to: room, ellipsis: profile.hasUnicode ? "…" : "...")
        guard line.width > 0 else { return [] }
        let caret = StyledText(String(repeating: " ", count: displayWidth(of: before)) + "^", .bad)
        return ["      " + line, "      " + caret]
    }

    // MARK: - The end

    static func summary(_ report: ValidationReport) -> StyledText {
        let what = "\(count(report.files, "file")), \(count(report.resources, "resource"))"
        if report.findings.isEmpty { return "\("valid", .good): \(what)" }
        let files = Set(report.findings.compactMap { $0.problem.location?.file }).count
        var parts: [StyledText] = []
        if report.errors > 0 { parts.append(StyledText(count(report.errors, "error"), .bad)) }
        if report.warnings > 0 { parts.append(StyledText(count(report.warnings, "warning"), .warning)) }
        let found = parts.dropFirst().reduce(parts[0]) { $0 + ", " + $1 }
        return found + " in \(count(files, "file")) (\(what))"
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
}
