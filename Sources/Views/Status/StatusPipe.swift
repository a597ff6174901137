import Basics
import Findings
import Status
import Terminal

/// The page in a pipe: a fact a line, each with its Region, so that `grep` and mail find all of it; nothing is cut.
struct StatusPipe {
    let report: StatusReport
    let profile: TerminalProfile

    func lines() -> [StyledText] {
        let title: StyledText = """
            status  \(report.health.mark(on: profile)) \(report.health.word)  stack \(report.stack)  \
            \(report.environment)  \(report.at)
            """
        let sections = [findings(), parts(), metrics(), alarms(), differences()].filter { !$0.isEmpty }
        return [title] + sections.flatMap { [""] + $0 } + [
            "", StatusText.verdict(report, on: profile) + "  \(StatusText.cost(report.cost))",
        ]
    }

    // MARK: -

    private func findings() -> [StyledText] {
        FindingGroup.all(of: report, sparing: false).flatMap { group in
            let finding = group.finding
            let head: StyledText = """
                \(finding.health.mark(on: profile)) \(group.region, .name(group.region))  \(group.place, .strong)  \
                \(finding.sentence.onOneLine)
                """
            return [head] + (finding.evidence.map { [StyledText("    \($0.onOneLine)", .faint)] } ?? [])
                + (finding.next.map { [profile.command($0)] } ?? [])
        }
    }

    private func parts() -> [StyledText] {
        let rows = report.regions.flatMap { region in region.rows.map { (region: region.region, row: $0) } }
        let nameWidth = rows.map { displayWidth(of: $0.row.name) }.max() ?? 0
        return rows.map { region, row in
            let part = StyledText(StatusText.label(row.part)).padded(to: 13)
            let health: StyledText = "\(row.health.mark(on: profile)) \(row.health.word)"
            return """
                \(padded(region))  \(part)  \(health.padded(to: 11))  \(StyledText(row.name).padded(to: nameWidth))  \
                \(row.summary.onOneLine)
                """
        }
    }

    private func metrics() -> [StyledText] {
        report.regions.flatMap { region -> [StyledText] in
            let absent = region.metrics.filter { $0.latest == nil }.map { StatusText.label($0.name) }
            let names: [StyledText] =
                absent.isEmpty
                ? [] : ["\(padded(region.region))  \(StyledText("no data").padded(to: 13))  \(absent.joined(separator: ", "))"]
            return region.metrics.compactMap { line($0, in: region.region) } + names
        }
    }

    private func line(_ series: MetricSeries, in region: String) -> StyledText? {
        guard let latest = series.latest, let peak = series.peak else { return nil }
        let graph = Charts.sparkline(series.values, columns: series.values.count, unicode: profile.hasUnicode)
        let label = StyledText(StatusText.label(series.name)).padded(to: 13)
        var line: StyledText = "\(padded(region))  \(label)  \(graph, .graph)  "
        if series.unit == .count {
            line += "total \(Units.count(series.total))  peak \(Units.count(peak))\(StatusMetrics.rate(series.period))"
        } else {
            line += "latest \(Units.text(latest, series.unit))  peak \(Units.text(peak, series.unit))"
        }
        return line + (series.staleness.map { StyledText("  \(Units.age(seconds: $0)) old") } ?? "")
    }

    private func alarms() -> [StyledText] {
        AlarmsView.entries(report.regions.map { ($0.region, $0.alarms) }, at: report.at, on: profile)
    }

    private func differences() -> [StyledText] {
        report.differences.flatMap { difference -> [StyledText] in
            let head: StyledText = """
                \(difference.health.mark(on: profile)) \(StatusText.aspect(difference), .strong)  \
                \(difference.sentence.onOneLine)
                """
            let values = difference.values.map { value -> StyledText in
                "    \(padded(value.region))  \(value.value.map(\.onOneLine) ?? StatusText.unread)"
            }
            return [head] + values + (difference.next.map { [profile.command($0)] } ?? [])
        }
    }

    private func padded(_ region: String) -> StyledText {
        StyledText(region, .name(region)).padded(to: report.regions.map { displayWidth(of: $0.region) }.max() ?? 0)
    }
}
