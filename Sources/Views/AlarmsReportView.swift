package import Basics
import Findings
package import Status
package import Terminal

/// What `taskops alarms` prints around the list.
package enum AlarmsReportView {
    /// - Parameters:
    ///   - shown: the alarms to list.
    ///   - report: all of them, for saying what is not listed.
    package static func lines(
        _ shown: AlarmsReport, of report: AlarmsReport, on profile: TerminalProfile
    ) -> [StyledText] {
        // A Region that could not be read has no number of alarms.
        let read = shown.regions.filter { $0.problem == nil }
        guard !read.isEmpty else { return [] }
        let all = report.regions.reduce(0) { $0 + $1.alarms.count }
        let hidden = all - shown.regions.reduce(0) { $0 + $1.alarms.count }
        let regions = "\(read.count) Region\(read.count == 1 ? "" : "s")"
        if hidden > 0, hidden == all { return ["\(StyledText("\(all) OK", .good)) in \(regions)"] }
        var lines = AlarmsView.lines(read.map { ($0.region, $0.alarms) }, at: report.at, on: profile)
        if hidden > 0 { lines.append(StyledText("\(hidden) more OK: taskops alarms --all", .faint)) }
        return lines
    }

    /// An alarm on a line of its own, with where and when; a Region that could not be read as its problem.
    package struct Record: Sendable, Hashable, Codable {
        package var schemaVersion = 1
        package var stack: String
        package var at: String
        package var region: String
        package var alarm: AlarmStatus?
        package var problem: Problem?
    }

    package static func records(_ report: AlarmsReport) -> [Record] {
        report.regions.flatMap { region in
            let problem = region.problem.map {
                Record(stack: report.stack, at: report.at, region: region.region, problem: $0)
            }
            return (problem.map { [$0] } ?? [])
                + region.alarms.map {
                    Record(stack: report.stack, at: report.at, region: region.region, alarm: $0)
                }
        }
    }
}
