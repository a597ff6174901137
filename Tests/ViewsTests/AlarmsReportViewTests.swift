import Basics
import Findings
import Status
import Terminal
import Testing
import Views

@Suite struct AlarmsReportViewTests {
    private let pipe = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)

    private func alarm(_ name: String, _ state: String, actions: Bool = true) -> AlarmStatus {
        AlarmStatus(
            name: name, state: state, type: "MetricAlarm", since: nil, reason: nil, actionsEnabled: actions, runbook: nil)
    }

    private func text(_ report: AlarmsReport, all: Bool = false) -> [String] {
        AlarmsReportView.lines(all ? report : report.standing, of: report, on: pipe).map(\.plain)
    }

    private func report(_ regions: [RegionAlarms]) -> AlarmsReport {
        AlarmsReport(stack: "tasks", at: "2026-11-25T03:00:00Z", regions: regions)
    }

    @Test func nothingIsSaidOfWhatWasNotRead() {
        let lost = RegionAlarms(region: "us-west-2", alarms: [], problem: Problem(.denied, "no"))
        #expect(text(report([lost])).isEmpty)
        #expect(text(report([.init(region: "us-east-1", alarms: [alarm("a", "OK")]), lost])) == ["1 OK in 1 Region"])
        #expect(text(report([.init(region: "us-east-1", alarms: [])])) == ["no alarm of this stack in 1 Region"])
    }

    @Test func whatIsHiddenIsCounted() {
        let report = report([.init(region: "us-east-1", alarms: [alarm("a", "ALARM"), alarm("b", "OK"), alarm("c", "OK")])])
        #expect(text(report).last == "2 more OK: taskops alarms --all")
        #expect(!text(report).contains { $0.contains(" b") })
        #expect(text(report, all: true).contains { $0.contains(" b") })
        #expect(text(report, all: true).last?.contains("more OK") == false)
    }

    @Test(arguments: [
        ([("ALARM", true)], false, Int32(2)), ([("ALARM", true)], true, 2), ([("INSUFFICIENT_DATA", true)], false, 1),
        ([("OK", false)], false, 1), ([("OK", true)], false, 0), ([], false, 0), ([("OK", true)], true, 3),
        ([("INSUFFICIENT_DATA", true)], true, 3), ([("SOMETHING_NEW", true)], false, 3),
    ])
    func theExitCodeIsTheWorst(states: [(String, Bool)], oneRegionFailed: Bool, code: Int32) {
        var regions = [
            RegionAlarms(
                region: "us-east-1",
                alarms: states.enumerated().map { alarm("a\($0.offset)", $0.element.0, actions: $0.element.1) })
        ]
        if oneRegionFailed {
            regions.append(.init(region: "us-west-2", alarms: [], problem: Problem(.timedOut, "no answer")))
        }
        #expect(report(regions).health.exitCode == code)
    }

    @Test func aRecordForEachAlarmAndEachFailure() {
        let records = AlarmsReportView.records(
            report([
                .init(region: "us-east-1", alarms: [alarm("a", "ALARM"), alarm("b", "OK")]),
                .init(region: "us-west-2", alarms: [], problem: Problem(.denied, "no")),
            ]))
        #expect(records.map(\.region) == ["us-east-1", "us-east-1", "us-west-2"])
        #expect(records.map { $0.alarm?.name } == ["a", "b", nil])
        #expect(records.last?.problem?.kind == .denied)
    }
}
