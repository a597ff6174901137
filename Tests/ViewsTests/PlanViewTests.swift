import Basics
import Monitoring
import Terminal
import TestSupport
import Testing
import Views

@Suite struct PlanViewTests {
    private static let wide = TerminalProfile(isTerminal: true, hasColor: true, hasUnicode: true, width: 120)
    private static let narrow = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: 48)
    private static let pipe = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)

    private static func id(_ kind: ResourceKind, _ name: String, _ region: String = "us-east-1") -> ResourceID {
        ResourceID(kind, name, region: region)
    }

    private static let place = Problem.Location(file: "alarms/task-processor-errors.yaml", line: 3, column: 1)

    private static let plan = Plan(
        stack: "tasks", account: "123456789012", regions: ["us-east-1", "us-west-2"],
        changes: [
            Change(id(.metricAlarm, "task-processor-errors"), .create, place: place),
            Change(
                id(.metricAlarm, "queue-not-empty"), .update, reason: .drift,
                differences: [
                    Difference("/Threshold", before: 5, after: 10),
                    Difference("/AlarmActions", .added, after: "arn:aws:sns:us-east-1:123456789012:on-call"),
                    Difference("/AlarmActions", .removed, before: "arn:aws:sns:us-east-1:123456789012:nobody"),
                    Difference("/DatapointsToAlarm", before: 2), Difference("/AlarmDescription", after: "two\nlines"),
                    Difference("/Metrics/e1/Expression", before: "m0 * 100", after: "m0 / m1 * 100"),
                ]),
            Change(
                id(.compositeAlarm, "tasks-do-not-get-through", "us-west-2"), .update, reason: .both,
                differences: [
                    Difference(
                        "/AlarmRule", before: "ALARM(\"canary-failing\") OR ALARM(\"queue-not-empty\") OR ALARM(\"errors\")",
                        after: "ALARM(\"canary-failing\") OR ALARM(\"queue-not-empty\") OR ALARM(\"throttles\")")
                ]),
            Change(
                id(.logGroup, "/aws/lambda/task-processor"), .adopt,
                differences: [Difference("/retentionInDays", after: 30), Difference("/tags/team", after: "tasks")]),
            Change(id(.metricAlarm, "left-over", "us-west-2"), .delete),
            Change(
                id(.dashboard, "tasks"), .update, reason: .file,
                differences: [
                    Difference("/start", before: "-PT3H", after: "-PT6H"),
                    Difference("/widgets/0/properties/stat", widget: "Errors", before: "Sum", after: "Average"),
                    Difference(
                        "/widgets/1", .moved, widget: "Duration", before: ["x": 0, "y": 6, "width": 12, "height": 6],
                        after: ["x": 12, "y": 6, "width": 12, "height": 6]),
                    Difference(
                        "/widgets/2", .moved, widget: "Lag", before: ["width": 6, "height": 6], after: ["width": 12, "height": 6]),
                    Difference(
                        "/widgets/0/properties/metrics/2", .added, widget: "Errors",
                        after: ["AWS/Lambda", "Throttles", "FunctionName", "f", ["stat": "Sum"]]),
                    Difference("/widgets/0/properties/metrics/0/label", widget: "Errors", before: "a", after: "b"),
                    Difference("/widgets/3/properties/metrics", .moved, widget: "Both"),
                    Difference("/widgets/4", .added, widget: "New", after: ["type": "text"]),
                    Difference("/widgets/9", .removed, widget: "Old", before: ["type": "text"]),
                ]),
        ],
        refused: [
            Refusal(
                id(.metricAlarm, "handmade"), .notAdopted, differences: [Difference("/Period", before: 300, after: 60)],
                place: place),
            Refusal(id(.metricAlarm, "theirs"), .otherStack, owner: "billing"),
            Refusal(id(.logGroup, "/aws/lambda/old", "us-west-2"), .notPruned, owner: "tasks"),
            Refusal(id(.compositeAlarm, "both"), .otherAlarmType, owner: "tasks"),
            Refusal(id(.logGroup, "/aws/lambda/rare"), .logGroupClass, owner: "tasks"),
        ],
        unmanaged: [id(.metricAlarm, "x"), id(.metricAlarm, "y"), id(.logGroup, "z")],
        unreadable: [
            Plan.Unreadable(
                region: "us-west-2", part: .metricFilters,
                problem: Problem(
                    .denied, "CloudWatch Logs refused DescribeMetricFilters in us-west-2", cause: "not authorized",
                    hint: "taskops permissions plan")),
            Plan.Unreadable(
                region: "us-east-1", part: .dashboards, name: "big", problem: Problem(.timedOut, "no answer in time")),
        ], unchanged: 42)

    private func text(_ plan: Plan, _ profile: TerminalProfile) -> String {
        PlanView.lines(plan, on: profile).map { Theme.render($0, on: profile) + "\n" }.joined()
            .replacing("\u{1B}", with: "ESC")
    }

    @Test func withoutUnicodeThereAreOnlyASCIILetters() {
        let profile = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: false, width: 60)
        #expect(text(Self.plan, profile).allSatisfy { $0.isASCII })
    }

    @Test func everythingAtOnce() throws {
        try expectGolden(text(Self.plan, Self.wide), "plan-wide.txt")
        try expectGolden(text(Self.plan, Self.narrow), "plan-narrow.txt")
        try expectGolden(text(Self.plan, Self.pipe), "plan-pipe.txt")
    }

    @Test func theJSONIsWhatScriptsRelyOn() throws {
        var plan = Self.plan
        plan.changes = Array(plan.changes.prefix(2))
        plan.refused = Array(plan.refused.prefix(1))
        plan.changes[0].fields = ["Threshold": 5, "Period": 60]
        plan.changes[0].tags = ["taskops:stack": "tasks", "taskops:applied": "0123456789abcdef"]
        plan.changes[1].live = "fedcba9876543210"
        plan.changes[1].arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:queue-not-empty"
        try expectGolden(try JSONView.document(plan) + "\n", "plan.json")
    }

    @Test func nothingDiffersOnOneLine() {
        let plan = Plan(stack: "tasks", account: "1", regions: ["us-east-1", "us-west-2"], unchanged: 1020)
        #expect(text(plan, Self.pipe) == "nothing differs: 1020 resources in 2 Regions\n")
        let one = Plan(stack: "tasks", account: "1", regions: ["us-east-1"], unchanged: 1)
        #expect(text(one, Self.pipe) == "nothing differs: 1 resource in 1 Region\n")
    }

    @Test func whatCouldNotBeSeenIsNotCalledEqual() {
        let plan = Plan(
            stack: "tasks", account: "1", regions: ["us-east-1"],
            unreadable: [.init(region: "us-east-1", part: .alarms, problem: Problem(.throttled, "CloudWatch asks to slow down"))])
        #expect(
            text(plan, Self.pipe) == """
                could not be looked at
                  ? us-east-1 alarms: CloudWatch asks to slow down
                nothing differs of what could be looked at: 0 resources in 1 Region

                """)
    }

    @Test func noLineIsWiderThanTheTerminal() {
        for line in PlanView.lines(Self.plan, on: Self.narrow) { #expect(line.width <= 48, "\(line.plain)") }
    }

    /// Two long texts: what is shown of them differs, too.
    @Test func theDifferenceOfLongTextsIsToBeSeen() throws {
        let lines = PlanView.lines(Self.plan, on: Self.narrow).map(\.plain).joined(separator: " ")
        #expect(lines.contains("errors") && lines.contains("throttl"))
    }
}
