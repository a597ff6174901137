import Basics
import Findings
import FoundationEssentials
import TaskSystem
import TestSupport
import Testing

@testable import Status

@Suite struct RuleTests {
    @Test func aStackInWhichAllIsWellHasNothingToSay() {
        let report = HealthyStack.report(HealthyStack.looks)
        #expect(report.health == .healthy)
        #expect(report.health.exitCode == 0)
        #expect(report.differences.isEmpty)
        // Every part has a row, but for the clock, which has one only when it is wrong.
        for region in report.regions { #expect(region.rows.map(\.part) == StatusRow.Part.allCases.dropLast()) }
        #expect(report.regions.flatMap(\.rows).flatMap(\.findings).isEmpty)
    }

    @Test(arguments: RuleCase.all)
    func oneThingWrong(_ one: RuleCase) throws {
        var looks = HealthyStack.looks
        one.change(&looks[0])
        let report = HealthyStack.report(looks)
        let row = try #require(report.regions[0].rows.first { $0.part == one.part })
        let finding = row.findings.first { $0.code == one.code }
        #expect(finding?.code == one.code)
        #expect(finding?.health ?? .healthy == one.health)
        let sentence = finding?.sentence ?? row.summary
        #expect(sentence.contains(one.says))
        if one.also.isEmpty {
            #expect(row.health == one.health)
            #expect(report.regions[0].health == one.health)
            let exits: [Health: Int32] = [.healthy: 0, .degraded: 1, .unhealthy: 2, .unknown: 3]
            #expect(report.regions[0].health.exitCode == exits[one.health])
        }
        // Nothing else is said; a peer may say the same of the two.
        let findings = report.regions.flatMap(\.rows).flatMap(\.findings)
        #expect(Set(findings.map(\.code)) == Set([one.code].compactMap(\.self)).union(one.also))
        for finding in findings {
            #expect(finding.next?.isEmpty == false, "\(finding.code) leaves one alone")
            #expect(!finding.sentence.hasSuffix(".") && !finding.sentence.contains("\n"))
        }
    }

    /// The words that programs rely on: each in the rules is met by a case, so that none is lost unnoticed.
    @Test func everyCodeIsMet() throws {
        let folder = Repository.root + "/Sources/Status/Rules"
        var codes: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(file)")), as: UTF8.self)
            // A word with a hyphen, in quotes. The names of options are followed by a colon.
            for match in text.matches(of: /"([a-z]+(?:-[a-z]+)+)"(?!:)/) { codes.insert(String(match.output.1)) }
        }
        codes.subtract(["anything-but", "equals-ignore-case"])
        let met = Set(RuleCase.all.flatMap { [$0.code].compactMap(\.self) + $0.also } + ["clusters-not-peered"])
        #expect(codes.subtracting(met).isEmpty)
        #expect(codes.contains("cluster-pending-setup") && codes.contains("access-refused"))
    }

    // MARK: Peering

    @Test func clustersThatDoNotNameEachOtherShareNothing() {
        var looks = HealthyStack.looks
        for place in looks.indices { looks[place].facts.cluster.change { $0.multiRegionProperties = nil } }
        let rows = HealthyStack.report(looks).regions.compactMap { $0.rows.first { $0.part == .cluster } }
        #expect(rows.map { $0.findings.map(\.code) } == [["clusters-not-peered"], ["clusters-not-peered"]])
        #expect(rows.map(\.health) == [.unhealthy, .unhealthy])
    }

    @Test func aStackOfOneRegionNeedsNoPeer() {
        let stack = TaskStack(name: "tasks", environment: "dev", regions: [HealthyStack.regional("us-east-1")])
        var look = HealthyStack.look("us-east-1")
        look.facts.cluster.change { $0.multiRegionProperties = nil }
        let report = HealthyStack.report([look], stack: stack)
        #expect(report.health == .healthy)
        #expect(report.regions[0].rows.first { $0.part == .cluster }?.summary == "ACTIVE")
    }

    @Test func aPeerThatCouldNotBeReadIsNotJudged() {
        var looks = HealthyStack.looks
        looks[1].facts.cluster = .failed(Problem(.timedOut, "no answer"))
        let report = HealthyStack.report(looks)
        #expect(report.regions.map(\.health) == [.healthy, .unknown])
        #expect(report.health.exitCode == 3)
        // One Region of the two alone.
        #expect(HealthyStack.report([HealthyStack.look("us-east-1")]).health == .healthy)
    }

    // MARK: What to type next

    private func next(_ change: (inout RegionLook) -> Void) throws -> String {
        var looks = HealthyStack.looks
        change(&looks[0])
        return try #require(HealthyStack.report(looks).regions[0].rows.flatMap(\.findings).first?.next)
    }

    @Test func theNextCommandNamesTheThingAndTheRegion() throws {
        let enable = try next { $0.facts.rule.change { $0.state = "DISABLED" } }
        #expect(
            enable == "aws events enable-rule --name task-processing-rule --event-bus-name task-events-dev --region us-east-1")
        let permit = try next { $0.facts.policy = .failed(Problem(.notFound, "none")) }
        #expect(
            permit == "aws lambda add-permission --function-name task-processor-dev --statement-id task-processing-rule"
                + " --action lambda:InvokeFunction --principal events.amazonaws.com"
                + " --source-arn \(HealthyStack.ruleARN("us-east-1")) --region us-east-1")
        let encrypt = try next { $0.facts.deadLetterQueue.change { $0.kmsMasterKeyId = "alias/aws/sqs" } }
        #expect(
            encrypt == "aws sqs set-queue-attributes"
                + " --queue-url https://sqs.us-east-1.amazonaws.com/111122223333/task-events-dev-undelivered"
                + #" --attributes '{"KmsMasterKeyId":"","SqsManagedSseEnabled":"true"}' --region us-east-1"#)
    }

    @Test func anAlarmLeadsToItsRunbookOrItsHistory() throws {
        let page = try next { $0.facts.alarms.change { $0[0].stateValue = "ALARM" } }
        #expect(page == "taskops runbook task-processor-errors")
        let history = try next { look in
            look.facts.alarms.change { alarms in
                alarms[0].stateValue = "ALARM"
                alarms[0].alarmDescription = nil
                alarms[0].alarmName = "it's bad"
            }
        }
        #expect(
            history == #"aws cloudwatch describe-alarm-history --alarm-name 'it'\''s bad'"#
                + " --history-item-type StateUpdate --region us-east-1")
    }

    @Test func onlyAlarmsThatStandAreListedTheLoudestFirst() {
        var looks = HealthyStack.looks
        let states = ["a": "OK", "b": "INSUFFICIENT_DATA", "c": "ALARM"]
        looks[0].facts.alarms = .read(
            ["a", "b", "c"].map { name in
                var alarm = HealthyStack.alarm(name)
                alarm.stateValue = states[name]
                return alarm
            })
        let alarms = HealthyStack.report(looks).regions[0].alarms
        #expect(alarms.map(\.name) == ["c", "b"])
        #expect(alarms.map(\.runbook) == ["task-processor-errors", "task-processor-errors"])
    }

    // MARK: The report as a value

    @Test func withoutTheFilesNothingIsSaidOfTheSchemasAge() {
        var looks = HealthyStack.looks
        for place in looks.indices { looks[place].facts.database.change { $0.schemaVersions = [0, 1] } }
        let report = HealthyStack.report(looks, schemaVersions: nil)
        #expect(report.health == .healthy)
        #expect(report.regions[0].rows.first { $0.part == .database }?.summary == "answers, schema 1")
    }

    @Test func aReportSurvivesBeingWrittenAndRead() throws {
        var looks = HealthyStack.looks
        looks[0].facts.function = .failed(Problem(.denied, "the action lambda:GetFunction is refused", cause: "no"))
        let report = HealthyStack.report(looks)
        let text = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(StatusReport.self, from: text) == report)
        #expect(String(decoding: text, as: UTF8.self).contains("lambda:GetFunction"), "what failed is in the JSON too")
        #expect(!String(decoding: text, as: UTF8.self).contains("hush"), "the environment's values stay where they are")
    }
}
