import Findings
import Status
import Terminal
import TestSupport
import Testing
import Views

@Suite struct AlarmsViewTests {
    static let regions: [(region: String, alarms: [AlarmStatus])] = [
        (
            "us-east-1",
            [
                AlarmStatus(
                    name: "task-processor-dev-throttles", state: "OK", type: "MetricAlarm", since: "2026-11-20T22:00:00Z",
                    reason: "Threshold Crossed: no datapoints were received", actionsEnabled: true,
                    runbook: "task-processor-throttles"),
                AlarmStatus(
                    name: "task-processor-dev-errors", state: "ALARM", type: "MetricAlarm", since: "2026-11-21T03:02:07Z",
                    reason: "Threshold Crossed: 3 out of the last 5 datapoints [4.0 (21/11/26 03:01:00), 7.0 (21/11/26 03:00:00)]"
                        + " were greater than or equal to the threshold (1.0)",
                    actionsEnabled: false, runbook: "task-processor-errors"),
            ]
        ),
        (
            "us-west-2",
            [
                AlarmStatus(
                    name: "tasks-down", state: "INSUFFICIENT_DATA", type: "CompositeAlarm", since: nil, reason: nil,
                    actionsEnabled: true, runbook: nil)
            ]
        ),
    ]

    @Test(arguments: [("usual", 80), ("narrow", 40), ("pipe", nil)])
    func theAlarmsThatRingComeFirst(name: String, width: Int?) throws {
        let profile = TerminalProfile(isTerminal: width != nil, hasColor: false, hasUnicode: true, width: width)
        let lines = AlarmsView.lines(Self.regions, at: "2026-11-21T03:12:07Z", on: profile)
        try expectGolden(lines.map { Theme.render($0, on: profile) + "\n" }.joined(), "alarms-\(name).txt")
    }

    @Test func withoutUnicodeThereAreOnlyASCIILetters() throws {
        let profile = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: false, width: 80)
        let text = AlarmsView.lines(Self.regions, on: profile).map { Theme.render($0, on: profile) + "\n" }.joined()
        #expect(text.allSatisfy { $0.isASCII }, "\(text)")
    }

    @Test func noAlarmIsASentence() {
        let profile = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: 80)
        #expect(AlarmsView.lines([("us-east-1", [])], on: profile).map(\.plain) == ["no alarm of this stack in 1 Region"])
    }
}
