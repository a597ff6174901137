import Basics
import Monitoring
import Terminal
import Testing
import Views

@Suite struct ApplyViewTests {
    private static func change(_ kind: ResourceKind, _ name: String, _ action: Change.Action) -> Change {
        Change(ResourceID(kind, name, region: "us-east-1"), action)
    }

    private static let denied = Problem(
        .denied, "CloudWatch PutMetricAlarm in us-east-1 failed: AccessDenied (status 403)", hint: "taskops permissions apply")

    private static func report(_ results: [ChangeResult], refused: [Refusal] = [], interrupted: Bool = false) -> ApplyReport {
        ApplyReport(
            Plan(stack: "tasks", account: "111122223333", regions: ["us-east-1"], refused: refused), at: "2026-11-26T04:00:00Z",
            results: results, isInterrupted: interrupted)
    }

    private func text(_ report: ApplyReport) -> [String] { ApplyView.lines(report).map(\.plain) }

    @Test func eachChangeIsALine() {
        let report = Self.report([
            ChangeResult(Self.change(.logGroup, "/g", .create), .done),
            ChangeResult(Self.change(.metricAlarm, "a", .update), .done),
            ChangeResult(Self.change(.metricAlarm, "b", .create), .failed, problem: Self.denied),
            ChangeResult(
                Self.change(.compositeAlarm, "c", .create), .skipped, because: ResourceID(.metricAlarm, "b", region: "us-east-1")),
            ChangeResult(
                Self.change(.dashboard, "d", .create), .done,
                messages: [.init(dataPath: "/widgets/0", message: "Should have a title")]),
            ChangeResult(Self.change(.metricAlarm, "e", .delete), .already),
            ChangeResult(Self.change(.metricAlarm, "f", .adopt), .moved, problem: Problem(.conflict, "moved")),
        ])
        #expect(
            text(report) == [
                "created   log group /g in us-east-1", "changed   alarm a in us-east-1", "failed    alarm b in us-east-1",
                "skipped   composite alarm c in us-east-1: needs b, which failed", "created   dashboard d",
                "          /widgets/0  Should have a title", "there     alarm e in us-east-1", "moved     alarm f in us-east-1",
                "not all done: 4 made, 2 failed, 1 skipped",
            ])
        #expect(ApplyView.problems(report).map(\.summary) == [Self.denied.summary, "moved"])
    }

    @Test func whatWasNotReachedIsCounted() {
        let stopped = Self.report(
            [
                ChangeResult(Self.change(.metricAlarm, "a", .create), .done),
                ChangeResult(Self.change(.metricAlarm, "b", .create), .notReached),
            ], interrupted: true)
        #expect(
            text(stopped) == [
                "created   alarm a in us-east-1", "interrupted: 1 made, 1 not reached; taskops apply goes on where it ended",
            ])
        let throttled = Self.report([
            ChangeResult(Self.change(.metricAlarm, "a", .create), .failed, problem: Self.denied),
            ChangeResult(Self.change(.metricAlarm, "b", .create), .notReached, problem: Self.denied),
        ])
        #expect(ApplyView.problems(throttled).count == 1, "once, and not for all that it stopped")
    }

    @Test func whatIsLeftAloneIsNoSuccess() {
        let refusal = Refusal(ResourceID(.metricAlarm, "a", region: "us-east-1"), .notAdopted)
        #expect(!Self.report([], refused: [refusal]).isWhole)
        #expect(ApplyView.problems(Self.report([], refused: [refusal])).first?.hint?.contains("--adopt") == true)
        let unpruned = Refusal(ResourceID(.metricAlarm, "a", region: "us-east-1"), .notPruned)
        #expect(text(Self.report([], refused: [unpruned])) == ["nothing to do"])
    }

    @Test(
        arguments: [
            (0, "0 bytes"), (999, "999 bytes"), (1000, "1 KB"), (1_234_567, "1.2 MB"), (5_000_000_000, "5 GB"),
        ] as [(Int64, String)])
    func whatIsLostForEver(bytes: Int64, size: String) {
        let loss = DeletionLoss(id: ResourceID(.logGroup, "/g", region: "us-east-1"), bytes: bytes)
        let words =
            bytes == 0 ? "log group /g in us-east-1 is empty" : "log group /g in us-east-1 is deleted with \(size) of events"
        #expect(ApplyView.losses([loss]).map(\.plain) == [words])
    }

    @Test func progressSaysHowLongItWillTake() {
        func line(_ left: Double) -> String {
            ApplyView.progress(
                ApplyProgress(
                    done: 11, total: 60, left: left, current: ResourceID(.metricAlarm, "a", region: "us-east-1"), action: .create)
            ).plain
        }
        #expect(line(32) == "12 of 60  creating alarm a in us-east-1  about 32 s left")
        #expect(line(1) == "12 of 60  creating alarm a in us-east-1")
        #expect(line(200).hasSuffix("about 3 min left"))
    }

    @Test func theQuestionNamesTheAccount() {
        let plan = Plan(
            stack: "tasks", account: "111122223333", regions: ["us-east-1"],
            changes: [Self.change(.metricAlarm, "a", .create), Self.change(.metricAlarm, "b", .delete)])
        #expect(ApplyView.question(plan).plain == "In account 111122223333: 1 to create, 1 to delete. Type yes to go on: ")
    }
}

@Suite struct DrillViewTests {
    private static let topic = "arn:aws:sns:us-east-1:111122223333:on-call"

    private func text(_ change: (inout RegionDrill) -> Void) -> [String] {
        var region = RegionDrill(region: "us-east-1", outcome: .rang)
        region.formerState = "OK"
        region.reachedAlarm = true
        region.actions = [DrillAction(arn: Self.topic, result: .succeeded)]
        region.restored = .putBack
        change(&region)
        return DrillView.lines(DrillReport(alarm: "a", by: "arn", at: "now", regions: [region])).map(\.plain)
    }

    @Test func whatBecameOfIt() {
        #expect(text { _ in } == ["us-east-1  rang  1 of 1 actions taken; put back to OK", "           called  \(Self.topic)"])
        #expect(
            text {
                $0.outcome = .silent
                $0.actions[0] = DrillAction(arn: Self.topic, result: .failed, error: "not authorized to perform: SNS:Publish")
            } == [
                "us-east-1  silent  0 of 1 actions taken; put back to OK",
                "           failed  \(Self.topic): not authorized to perform: SNS:Publish",
            ])
        #expect(
            text {
                $0.outcome = .silent
                $0.actions = []
                $0.silence = .actionsDisabled
                $0.restored = .byItself
            } == ["us-east-1  silent  its actions are switched off, so it calls nobody; CloudWatch has evaluated it since"])
        #expect(
            text {
                $0.outcome = .unknown
                $0.reachedAlarm = false
                $0.actions = []
                $0.restored = .untouched
            } == ["us-east-1  unknown  the history does not tell that it went into ALARM; it was not touched"])
    }

    @Test func whatWillHappenIsSaidBefore() {
        let alarm = DrillAlarm(
            region: "us-east-1", name: "a", state: "OK", actions: [Self.topic], parents: ["all"])
        #expect(
            DrillView.announcement([alarm]).map(\.plain) == [
                "us-east-1  a goes from OK into ALARM, and back", "  calls \(Self.topic)", "  may make ring: all",
            ])
    }
}
