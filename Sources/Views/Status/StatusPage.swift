import Basics
import Findings
import Status
import Terminal

/// The page on a terminal. Red comes first; then the parts, Region beside Region; then what the last hour was like.
struct StatusPage {
    let report: StatusReport
    let profile: TerminalProfile
    let density: Density

    /// How close it stands, from everything to a healthy stack of two Regions on 80 × 24.
    enum Density: CaseIterable {
        case roomy
        /// Without what another figure on the page shows too.
        case close
        /// And without blank lines.
        case tight
    }

    var width: Int { profile.width ?? 80 }

    func lines() -> [StyledText] {
        let sections = [findings(), grid(), alarms(), differences()].filter { !$0.isEmpty }
        let blank: [StyledText] = density == .tight ? [] : [""]
        return title() + sections.flatMap { blank + $0 } + blank + verdict()
    }

    private func title() -> [StyledText] {
        let title: StyledText = """
            \("status", .heading)  \(report.health.mark(on: profile)) \(report.health.word.padded(to: 9))  \
            stack \(report.stack, .strong)  \(report.environment)  \(Units.moment(report.at), .faint)
            """
        return title.fitted(to: width, indent: 8)
    }

    // MARK: - Findings

    private func findings() -> [StyledText] {
        let groups = FindingGroup.all(of: report, sparing: true)
        let regionWidth = groups.map { displayWidth(of: $0.region) }.max() ?? 0
        let partWidth = min(18, groups.map { displayWidth(of: $0.place) }.max() ?? 0)
        return groups.flatMap { group -> [StyledText] in
            var head: StyledText = "\(group.finding.health.mark(on: profile)) "
            let region = StyledText(group.region, .name(group.region))
            let place = StyledText(group.place, .strong)
            if width >= 100 {
                head += "\(region.padded(to: regionWidth))  \(place.padded(to: partWidth))  "
            } else {
                head += "\(region)  \(place)  "
            }
            head += StyledText(group.finding.sentence.onOneLine)
            var lines = head.fitted(to: width, indent: 4)
            if let evidence = group.finding.evidence {
                lines += StyledText("    " + evidence.onOneLine, .faint).fitted(to: width, indent: 4)
            }
            if let likewise = group.likewise { lines += StyledText("    \(likewise)", .faint).fitted(to: width, indent: 4) }
            if let next = group.finding.next { lines.append(profile.command(next)) }
            return lines
        }
    }

    // MARK: - Alarms and differences

    private func alarms() -> [StyledText] {
        let alarms = report.regions.map { (region: $0.region, alarms: $0.alarms) }
        // What a finding says with the same words need not be said twice on one page.
        let findings = report.regions.flatMap(\.rows).flatMap(\.findings)
        let said = Set((findings.compactMap(\.evidence) + findings.compactMap(\.next)).map(\.onOneLine))
        let entries = AlarmsView.entries(alarms, at: report.at, said: said, on: profile)
        return entries.isEmpty ? [] : [StyledText("alarms", .heading)] + entries
    }

    private func differences() -> [StyledText] {
        let lines = report.differences.flatMap { difference -> [StyledText] in
            let head: StyledText = """
                \(difference.health.mark(on: profile)) \(StatusText.aspect(difference), .strong)  \
                \(difference.sentence.onOneLine)
                """
            let values = StatusText.values(of: difference)
            let widest = values.map { displayWidth(of: $0.who) }.max() ?? 0
            let told = values.flatMap { who, value -> [StyledText] in
                let indent = min(widest + 6, width / 2)
                let line: StyledText =
                    "    \(StyledText(who, .name(who)).padded(to: widest))  \(value.map(\.onOneLine) ?? StatusText.unread)"
                return line.fitted(to: width, indent: indent)
            }
            return head.fitted(to: width, indent: 4) + told + (difference.next.map { [profile.command($0)] } ?? [])
        }
        return lines.isEmpty ? [] : StyledText("differences between Regions", .heading).fitted(to: width) + lines
    }

    /// What the look cost stands behind the verdict where there is room.
    private func verdict() -> [StyledText] {
        let verdict = StatusText.verdict(report, on: profile)
        let cost = StyledText("  \(StatusText.cost(report.cost))", .faint)
        let whole = verdict + cost
        return whole.width <= width ? [whole] : verdict.fitted(to: width, indent: 2) + cost.fitted(to: width, indent: 2)
    }

    private func grid() -> [StyledText] {
        StatusGrid(report: report, profile: profile, width: width, density: density).lines()
    }
}
