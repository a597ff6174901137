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
}
