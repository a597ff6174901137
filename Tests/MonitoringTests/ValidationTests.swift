import Basics
import Testing

@testable import Monitoring

@Suite struct ValidationTests {
    @Test func nothingIsWrongWithWhatIsRight() throws {
        let findings = try Checkout(Mistake.whole).findings()
        #expect(findings.isEmpty, "\(findings.map(\.problem.description).joined(separator: "\n"))")
    }

    @Test(arguments: Mistake.planted + Mistake.ofFiles + Mistake.ofAlarms + Mistake.ofReferences)
    func aMistakeIsFoundWhereItStands(_ mistake: Mistake) throws {
        try mistake.check()
    }

    @Test(arguments: Mistake.ofExpressions + Mistake.ofLogGroups + Mistake.ofDashboards)
    func aMistakeInsideIsFoundWhereItStands(_ mistake: Mistake) throws {
        try mistake.check()
    }

    @Test func thereAreEnoughOfThem() {
        #expect(Mistake.planted.count >= 14)
        let more = Mistake.ofFiles + Mistake.ofAlarms + Mistake.ofReferences + Mistake.ofExpressions + Mistake.ofLogGroups
        #expect((more + Mistake.ofDashboards).count >= 40)
    }

    @Test func everyKindOfFindingIsTried() {
        let all =
            Mistake.planted + Mistake.ofFiles + Mistake.ofAlarms + Mistake.ofReferences + Mistake.ofExpressions
            + Mistake.ofLogGroups + Mistake.ofDashboards
        let untried = Set(FindingRule.allCases).subtracting(all.map(\.rule))
        #expect(untried.isEmpty, "\(untried.map(\.rawValue).sorted())")
    }

    @Test func allMistakesAreShownAtOnceInTheOrderOfTheFiles() throws {
        var files = Mistake.whole
        files["alarms/errors.yaml"] = Mistake.alarm.replacing("Period: 60", with: "Period: 45").replacing("Errors", with: "Erors")
        files["log-groups/function.yaml"] = Mistake.logGroup.replacing("14", with: "15")
        let places = try Checkout(files).findings().compactMap { $0.problem.location?.description }
        #expect(places == ["alarms/errors.yaml:3:13", "alarms/errors.yaml:7:9", "log-groups/function.yaml:2:18"])
    }

    @Test func whatIsWrongInEveryRegionIsSaidOnce() throws {
        var files = Mistake.whole
        files["alarms/errors.yaml"] = Mistake.alarm.replacing("Period: 60", with: "Periode: 60")
        #expect(try Checkout(files).findings().map(\.rule) == [.unknownKey])
    }

    @Test func whatIsWrongInSeveralRegionsIsOneThingToMend() throws {
        var files = Mistake.whole
        files["alarms/through.yaml"] = "AlarmName: through\nAlarmRule: ALARM(nobody)\n"
        let findings = try Checkout(files).findings()
        #expect(findings.map(\.problem.summary) == ["no file makes an alarm `nobody` in us-east-1, us-west-2"])
    }

    @Test func aPathPicksWhoseProblemsAreShown() throws {
        var files = Mistake.whole
        files["alarms/errors.yaml"] = Mistake.alarm.replacing("Period: 60", with: "Period: 45")
        files["alarms/deep/more.yaml"] = Mistake.alarm.replacing("errors", with: "more").replacing(
            "Period: 60", with: "Period: 45")
        files["log-groups/function.yaml"] = Mistake.logGroup.replacing("14", with: "15")
        files["runbooks/errors.md"] = "#"
        let checkout = try Checkout(files)
        func shown(_ paths: String...) throws -> [String] {
            let report = try ValidationReport.make(
                root: checkout.root, shownAs: "", stack: Checkout.stack, paths: paths.map { "\(checkout.root)/\($0)" })
            return report.findings.filter { $0.rule == .outOfRange }.compactMap(\.problem.location?.description)
        }
        let all = ["alarms/deep/more.yaml:7:9", "alarms/errors.yaml:7:9", "log-groups/function.yaml:2:18"]
        #expect(try shown() == all)
        #expect(try shown(".") == all)
        #expect(try shown("alarms") == Array(all.prefix(2)))
        #expect(try shown("alarms/../alarms/./deep", "log-groups/") == [all[0], all[2]])
        #expect(try shown("dashboards/tasks.json") == [])
        let problem = #expect(throws: Problem.self) { try shown("alarms/eror.yaml") }
        #expect(problem?.kind == .notFound)
        let excerpt = try ValidationReport.make(root: checkout.root, shownAs: "", stack: Checkout.stack).findings.first?.excerpt
        #expect(excerpt == "Period: 45" || excerpt == "AlarmName: ${function}-more")
    }

    /// Each a look at thousands: what is slow here would be slow for people.
    @Test func longChainsOfCompositeAlarmsEnd() throws {
        let chain = (0..<3000).map { "  - AlarmName: c\($0)\n    AlarmRule: ALARM(c\($0 + 1))\n" }.joined()
        let last = "  - AlarmName: c3000\n    AlarmRule: ALARM(c2999)\n"
        let findings = try Checkout(["alarms/chain.yaml": "for: [us-east-1]\nalarms:\n" + chain + last]).findings()
        #expect(findings.map(\.rule) == [.alarmCycle])
        #expect(findings.first?.problem.location?.line == 6002)
    }

    @Test func expressionsThatNameEachOtherManyTimesEnd() throws {
        let items = (1...60).map { "[{\"id\": \"e\($0)\", \"expression\": \"e\($0 - 1) + e\($0 - 1)\"}]" }.joined(separator: ",")
        let body = """
            {"widgets": [{"type": "metric", "properties": {"region": "us-east-1", "metrics": [
            ["My", "metric", {"id": "e0"}], \(items)]}}]}
            """
        #expect(try Checkout(["dashboards/deep.json": body]).findings().isEmpty)
    }
}
