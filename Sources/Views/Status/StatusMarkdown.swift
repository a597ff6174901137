import Findings
package import Status
import Terminal

/// The page as Markdown, to be pasted into an incident's channel or issue: GitHub Flavored Markdown's tables, with
/// nothing in them that could begin a table, a link or a line of its own.
package enum StatusMarkdown {
    package static func document(_ report: StatusReport) -> String {
        let title = """
            ## \(escaped(report.stack)) \(escaped(report.environment)): \(symbol(report.health)) \(report.health.rawValue), \
            \(Units.moment(report.at))
            """
        let sections = [
            section(nil, findings(report)), section(nil, parts(report)), section("The last hour", metrics(report)),
            section("Alarms", alarms(report)), section("Differences between Regions", differences(report)),
        ].compactMap(\.self)
        let verdict = "\(StatusText.verdict(report, on: plain).plain); \(StatusText.cost(report.cost))"
        return ([title] + sections + [escaped(verdict)]).joined(separator: "\n\n")
    }

    // MARK: - Tables

    private static func section(_ heading: String?, _ table: [[String]]) -> String? {
        guard table.count > 1 else { return nil }
        let rule = table[0].map { _ in "---" }
        let lines = ([table[0], rule] + table.dropFirst()).map { "| \($0.joined(separator: " | ")) |" }
        return (heading.map { "### \($0)\n\n" } ?? "") + lines.joined(separator: "\n")
    }

    private static func findings(_ report: StatusReport) -> [[String]] {
        let head = ["", "Region", "Part", "What", "Evidence", "Next"]
        return [head]
            + FindingGroup.all(of: report, sparing: true).map { group in
                let finding = group.finding
                return [
                    symbol(finding.health), escaped(group.region), escaped(group.place),
                    escaped([finding.sentence, group.likewise].compactMap(\.self).joined(separator: "; ")),
                    finding.evidence.map(escaped) ?? "", finding.next.map(code) ?? "",
                ]
            }
    }

    private static func parts(_ report: StatusReport) -> [[String]] {
        let parts = StatusRow.Part.allCases.filter { part in report.regions.contains { $0.rows.contains { $0.part == part } } }
        return [["Part"] + report.regions.map { escaped($0.region) }]
            + parts.map { part in
                [StatusText.label(part)]
                    + report.regions.map { region in
                        guard let row = region.rows.first(where: { $0.part == part }) else { return "–" }
                        return "\(symbol(row.health)) \(escaped(row.summary.isEmpty ? row.name : row.summary))"
                    }
            }
    }

    private static func metrics(_ report: StatusReport) -> [[String]] {
        let metrics = StatusMetrics(report: report, profile: plain, isCompact: false)
        let rows = metrics.rows(report.regions, available: 48)
        return [["Metric"] + report.regions.map { escaped($0.region) }]
            + rows.map { row in
                // In a code span the gaps of a graph keep their width.
                [row.label]
                    + row.cells.map { cell in
                        cell.spans.map { $0.tag == .graph ? code($0.text) : escaped($0.text) }.filter { !$0.isEmpty }.joined(
                            separator: " ")
                    }
            }
    }

    private static func alarms(_ report: StatusReport) -> [[String]] {
        let alarms = report.regions.flatMap { region in region.alarms.map { (region: region.region, alarm: $0) } }
        return [["State", "Region", "Alarm", "Since", "Reason", "Runbook"]]
            + alarms.map { region, alarm in
                [
                    escaped(alarm.state), escaped(region), escaped(alarm.name), alarm.since.map(escaped) ?? "",
                    alarm.reason.map(escaped) ?? "", alarm.runbook.map { code("taskops runbook \($0)") } ?? "none",
                ]
            }
    }

    private static func differences(_ report: StatusReport) -> [[String]] {
        [["", "What", "Who has what", "Meaning", "Next"]]
            + report.differences.map { difference in
                let values = StatusText.values(of: difference).map { who, value in
                    "\(escaped(who)): \(value.map { code($0) } ?? StatusText.unread)"
                }
                return [
                    symbol(difference.health), escaped(StatusText.aspect(difference)), values.joined(separator: "<br>"),
                    escaped(difference.sentence), difference.next.map(code) ?? "",
                ]
            }
    }

    // MARK: - Other people's words

    /// Marks and blocks are letters here: there is no colour to say it.
    private static let plain = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)

    private static func symbol(_ health: Health) -> String { health.symbol(unicode: true) }

    /// Any ASCII punctuation may be escaped (CommonMark 2.4); these are the ones that mean something within a cell.
    /// Runs of blanks are kept as one.
    static func escaped(_ text: String) -> String {
        let words = visible(text).split(separator: " ").joined(separator: " ")
        return words.reduce(into: "") { escaped, character in
            if "\\`*_[]<>|~&".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
    }

    /// A code span, whose fence is longer than any run of backticks in it (CommonMark 6.1). A bar is escaped even there
    /// (GFM 4.10), and is then copied as the bar it is.
    static func code(_ text: String) -> String {
        let text = visible(text)
        let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longest + 1)
        let margin = text.hasPrefix("`") || text.hasSuffix("`") ? " " : ""
        return "\(fence)\(margin)\(text.replacing("|", with: "\\|"))\(margin)\(fence)"
    }

    /// One line without control characters.
    private static func visible(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
