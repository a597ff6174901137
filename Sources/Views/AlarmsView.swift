import Basics
import Findings
package import Status
package import Terminal

/// The alarms of a stack over its Regions, those that ring first.
package enum AlarmsView {
    /// - Parameters:
    ///   - alarms: the Regions in the order they are named in taskops.yaml.
    ///   - at: when they were read, ISO 8601 in UTC; with it a line also says how long the state has lasted.
    package static func lines(
        _ alarms: [(region: String, alarms: [AlarmStatus])], at: String? = nil, on profile: TerminalProfile
    ) -> [StyledText] {
        let listed = entries(alarms, at: at, on: profile)
        let counted = verdict(alarms).wrapped(to: profile.lineWidth, indent: 2)
        return listed + (listed.isEmpty || !profile.isTerminal ? [] : [""]) + counted
    }

    /// The list alone, for a page that says the rest itself; what is in `said` already stands on it.
    static func entries(
        _ alarms: [(region: String, alarms: [AlarmStatus])], at: String?, said: Set<String> = [],
        on profile: TerminalProfile
    ) -> [StyledText] {
        let entries = alarms.flatMap { region, alarms in alarms.map { (region: region, alarm: $0) } }
        let states = entries.map { rank($0.alarm) }
        let sorted = entries.indices.sorted { (states[$0], $0) < (states[$1], $1) }.map { entries[$0] }
        // On a narrow screen every column counts.
        let isNarrow = profile.lineWidth < 60
        let stateWidth = isNarrow ? 0 : entries.map { displayWidth(of: $0.alarm.state) }.max() ?? 0
        let regionWidth = isNarrow ? 0 : entries.map { displayWidth(of: $0.region) }.max() ?? 0
        return sorted.flatMap { region, alarm in
            var line: StyledText = "\(health(alarm).mark(on: profile)) "
            line += StyledText(alarm.state, health(alarm).tag).padded(to: stateWidth) + "  "
            line += StyledText(region, .name(region)).padded(to: regionWidth)
            line += "  \(alarm.name, .strong)"
            return profile.isTerminal ? terminalLines(line, alarm, at: at, said: said, on: profile) : [pipeLine(line, alarm)]
        }
    }

    // MARK: -

    private static func terminalLines(
        _ head: StyledText, _ alarm: AlarmStatus, at: String?, said: Set<String>, on profile: TerminalProfile
    ) -> [StyledText] {
        let width = profile.lineWidth
        var head = head
        if let since = alarm.since {
            head += StyledText("  since \(Units.since(since, at: at))", .faint)
        }
        if !alarm.actionsEnabled { head += StyledText("  actions off", .warning) }
        var lines = head.fitted(to: width, indent: 4)
        guard rank(alarm) < 2 else { return lines }
        if let reason = alarm.reason.map(\.onOneLine), !reason.isEmpty, !said.contains(reason) {
            lines += StyledText("    " + reason, .faint).fitted(to: width, indent: 4)
        }
        if let command = alarm.runbook.map({ "taskops runbook \($0)" }), !said.contains(command) {
            lines.append(profile.command(command))
        }
        return lines
    }

    /// All of it on one line, so that `grep` finds the alarm and its reason together.
    private static func pipeLine(_ head: StyledText, _ alarm: AlarmStatus) -> StyledText {
        var line = head
        if let since = alarm.since { line += "  since \(since)" }
        if !alarm.actionsEnabled { line += "  actions off" }
        if let runbook = alarm.runbook { line += "  runbook \(runbook)" }
        if let reason = alarm.reason, !reason.isEmpty { line += "  \(reason.onOneLine)" }
        return line
    }

    private static func verdict(_ alarms: [(region: String, alarms: [AlarmStatus])]) -> StyledText {
        let all = alarms.flatMap(\.alarms)
        let regions = "\(alarms.count) Region\(alarms.count == 1 ? "" : "s")"
        guard !all.isEmpty else { return "no alarm of this stack in \(regions)" }
        let counts: [(String, Health, Int)] = [
            ("ALARM", .unhealthy, all.count { $0.state == "ALARM" }),
            ("INSUFFICIENT_DATA", .unknown, all.count { $0.state == "INSUFFICIENT_DATA" }),
            ("OK", .healthy, all.count { $0.state == "OK" }),
        ]
        let said = counts.filter { $0.2 > 0 }.map { word, health, count in
            "\(count) \(StyledText(word, health.tag))" as StyledText
        }
        let other = all.count - counts.reduce(0) { $0 + $1.2 }
        let parts = said + (other > 0 ? ["\(other) in a state unknown to this version"] : [])
        return parts.dropFirst().reduce(parts[0]) { $0 + ", " + $1 } + " in \(regions)"
    }

    /// What rings comes first, then what cannot tell.
    private static func rank(_ alarm: AlarmStatus) -> Int {
        switch alarm.state {
        case "ALARM": 0
        case "OK": 2
        default: 1
        }
    }

    private static func health(_ alarm: AlarmStatus) -> Health {
        switch alarm.state {
        case "ALARM": .unhealthy
        case "OK": .healthy
        default: .unknown
        }
    }
}
