import Basics
import Testing

@testable import Monitoring

/// What a plan says of each thing, by what the file wants, what is there and whose it is.
@Suite struct PlannerTests {
    private static let fields: JSONTree = [
        "Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    ]

    private func wanted(
        _ kind: ResourceKind = .metricAlarm, _ name: String = "a", _ fields: JSONTree = fields, tags: [String: String] = [:]
    ) -> DesiredResource {
        DesiredResource(
            id: ResourceID(kind, name, region: "us-east-1"), fields: fields, tags: tags,
            place: .init(file: "alarms/a.yaml", line: 3))
    }

    private func live(
        _ kind: ResourceKind = .metricAlarm, _ name: String = "a", _ fields: JSONTree = fields, tags: [String: String]? = [:]
    ) -> LiveResource {
        LiveResource(
            id: ResourceID(kind, name, region: "us-east-1"), fields: fields, tags: tags, arn: "arn:\(name)")
    }

    private func plan(
        _ wanted: [DesiredResource], _ live: LiveState, _ options: Planner.Options = .init()
    ) -> Plan {
        Planner(
            desired: DesiredState(stack: "tasks", regions: ["us-east-1"], resources: wanted), live: live, options: options
        ).plan(account: "123456789012")
    }

    private static let own = [DesiredState.tagKey: "tasks"]
    private static let applied = [DesiredState.tagKey: "tasks", Fingerprint.tagKey: "f"]

    /// With the fingerprint of ``fields``, as after an apply.
    private var settled: [String: String] {
        Self.own.merging([Fingerprint.tagKey: Fingerprint.of(desired: wanted())]) { own, _ in own }
    }

    @Test func whatIsNotThereIsMade() throws {
        let plan = plan([wanted(tags: ["team": "x"])], LiveState())
        let change = try #require(plan.changes.first)
        #expect(change.action == .create)
        #expect(change.live == nil && change.differences.isEmpty && change.writesFields)
        #expect(change.fields == Self.fields)
        #expect(
            change.tags == [
                "team": "x", "taskops:stack": "tasks", "taskops:applied": Fingerprint.of(desired: wanted()),
            ])
        #expect(change.place?.description == "alarms/a.yaml:3")
    }

    @Test func whatCarriesNoTagIsLeftAloneUntilSomebodySaysSo() throws {
        let state = LiveState(resources: [live(.metricAlarm, "a", ["Threshold": 9])])
        let refused = plan([wanted()], state)
        #expect(refused.changes.isEmpty)
        #expect(refused.refused.map(\.reason) == [.notAdopted])
        #expect(!refused.isEmpty)
        let adopted = try #require(plan([wanted()], state, .init(adopts: true)).changes.first)
        #expect(adopted.action == .adopt && adopted.writesFields && adopted.live != nil)
        let equal = try #require(
            plan([wanted()], LiveState(resources: [live()]), .init(adopts: true)).changes.first)
        #expect(equal.action == .adopt && !equal.writesFields)
    }

    @Test(arguments: [false, true])
    func anotherStacksIsNeverTouched(adopts: Bool) {
        let state = LiveState(resources: [live(tags: [DesiredState.tagKey: "other"])])
        let plan = plan([wanted()], state, .init(prunes: true, adopts: adopts))
        #expect(plan.changes.isEmpty)
        #expect(plan.refused.map(\.owner) == ["other"] && plan.refused.map(\.reason) == [.otherStack])
    }

    @Test func whatNoFileWantsGoesOnlyWhenAskedTo() throws {
        let other = LiveState.Other(
            id: ResourceID(.metricAlarm, "old", region: "us-east-1"), arn: "arn:old", fields: "f",
            tags: Self.applied)
        #expect(plan([], LiveState(others: [other])).refused.map(\.reason) == [.notPruned])
        let change = try #require(plan([], LiveState(others: [other]), .init(prunes: true)).changes.first)
        #expect(change.action == .delete && change.arn == "arn:old" && change.fields == nil && change.tags.isEmpty)
        #expect(change.live == Fingerprint.of(fields: "f", tags: Self.applied))
        // Without the stack's tag it is nobody's to delete.
        var unowned = other
        unowned.tags = nil
        let unmanaged = plan([], LiveState(others: [unowned]), .init(prunes: true))
        #expect(unmanaged.isEmpty && unmanaged.unmanaged.map(\.name) == ["old"])
        unowned.tags = [DesiredState.tagKey: "other"]
        #expect(plan([], LiveState(others: [unowned]), .init(prunes: true)).unmanaged.isEmpty)
    }

    /// The stack's template tags all it makes: a log group of CloudFormation's is not to be pruned.
    @Test(arguments: [Self.own, Self.applied.merging(["aws:cloudformation:stack-name": "s"]) { $1 }])
    func whatNoApplyMadeIsNotDeleted(tags: [String: String]) {
        let other = LiveState.Other(
            id: ResourceID(.logGroup, "/aws/lambda/f", region: "us-east-1"), arn: "arn", fields: "f", tags: tags)
        let plan = plan([], LiveState(others: [other]), .init(prunes: true))
        #expect(plan.isEmpty && plan.unmanaged == [other.id])
    }

    /// What a plan is bound to is the same however it was read: whole, or as one of thousands.
    @Test func aMarkIsTheSameForWhatWasKeptAndWhatWasNot() {
        let kept = live(tags: Self.own)
        let fields = Fingerprint.of(normalised: Normaliser.fields(kept.fields, of: .metricAlarm))
        #expect(Fingerprint.of(live: kept) == Fingerprint.of(fields: fields, tags: Self.own))
        var other = kept
        other.tags?["team"] = "x"
        #expect(Fingerprint.of(live: other) == Fingerprint.of(live: kept))
        other.tags?[DesiredState.tagKey] = "theirs"
        #expect(Fingerprint.of(live: other) != Fingerprint.of(live: kept))
    }

    @Test func oneNameIsOneAlarmWhateverItsKind() {
        let composite = wanted(.compositeAlarm, "a", ["AlarmRule": "ALARM(b)"])
        let plan = plan([composite], LiveState(resources: [live(tags: Self.applied)]), .init(prunes: true))
        #expect(plan.refused.map(\.reason) == [.otherAlarmType])
        // Deleted now, made by the next plan.
        #expect(plan.changes.map(\.action) == [.delete])
    }

    @Test func aGroupKeepsItsClass() {
        let state = LiveState(resources: [live(.logGroup, "g", ["logGroupClass": "STANDARD"], tags: Self.own)])
        let plan = plan([wanted(.logGroup, "g", ["logGroupClass": "INFREQUENT_ACCESS", "retentionInDays": 3])], state)
        #expect(plan.changes.isEmpty && plan.refused.map(\.reason) == [.logGroupClass])
    }

    @Test func tagsThatTheFileWantsAreSetAndOthersLeftAlone() throws {
        var tags = settled
        tags["team"] = "old"
        tags["theirs"] = "x"
        let change = try #require(
            plan([wanted(tags: ["team": "new"])], LiveState(resources: [live(tags: tags)])).changes.first)
        #expect(change.action == .update && !change.writesFields && change.reason == nil)
        #expect(change.differences == [Difference("/Tags/team", before: "old", after: "new")])
        #expect(change.tags["theirs"] == nil)
    }

    @Test func whatWasWrittenAndNotMarkedIsMarked() throws {
        for mark in ["0123456789abcdef", Fingerprint.unfinished] {
            let tags = Self.own.merging([Fingerprint.tagKey: mark]) { $1 }
            let change = try #require(plan([wanted()], LiveState(resources: [live(tags: tags)])).changes.first)
            #expect(change.action == .update && !change.writesFields)
            #expect(change.differences.map(\.path) == ["/Tags/taskops:applied"])
        }
        #expect(plan([wanted()], LiveState(resources: [live(tags: settled)])).isEmpty)
        // The template's own is as it should be.
        #expect(plan([wanted()], LiveState(resources: [live(tags: Self.own)])).isEmpty)
    }

    @Test func disabledActionsAreLeftAsTheyAreUnlessTheFileSpeaksOfThem() throws {
        var off = live(tags: settled)
        off.fields["ActionsEnabled"] = false
        #expect(plan([wanted()], LiveState(resources: [off])).isEmpty)
        var other = wanted()
        other.fields["Threshold"] = 2
        #expect(plan([other], LiveState(resources: [off])).changes.first?.fields?["ActionsEnabled"] == false)
        other.fields["ActionsEnabled"] = true
        let change = try #require(plan([other], LiveState(resources: [off])).changes.first)
        #expect(change.differences.map(\.path) == ["/Threshold", "/ActionsEnabled"])
        #expect(change.fields?["ActionsEnabled"] == true)
    }

    // MARK: Who changed it

    @Test(arguments: [
        (1.0, 1.0, 2.0, Change.Reason?.some(.drift)), (1.0, 2.0, 1.0, .file), (1.0, 2.0, 3.0, .both), (nil, 1.0, 2.0, nil),
    ])
    func driftIsToldFromAChangeOfTheFile(applied: Double?, file: Double, aws: Double, reason: Change.Reason?) throws {
        func threshold(_ value: Double) -> JSONTree {
            var fields = Self.fields
            fields["Threshold"] = .number(value)
            return fields
        }
        var tags = Self.own
        tags[Fingerprint.tagKey] = applied.map { Fingerprint.of(desired: wanted(.metricAlarm, "a", threshold($0))) }
        let state = LiveState(resources: [live(.metricAlarm, "a", threshold(aws), tags: tags)])
        let plan = plan([wanted(.metricAlarm, "a", threshold(file))], state)
        #expect(plan.changes.map(\.reason) == [reason])
        #expect(plan.counts.drifted == (reason == .drift || reason == .both ? 1 : 0))
    }

    // MARK: What could not be read

    private func unreadable(_ part: Plan.Unreadable.Part, _ name: String? = nil) -> Plan.Unreadable {
        Plan.Unreadable(region: "us-east-1", part: part, name: name, problem: Problem(.denied, "no"))
    }

    @Test func nothingIsPlannedForWhatCouldNotBeRead() {
        let group = wanted(.logGroup, "g", ["retentionInDays": 3])
        let plan = plan([wanted(), group], LiveState(unreadable: [unreadable(.alarms)]))
        #expect(plan.changes.map(\.id) == [group.id])
        #expect(plan.counts.unreadable == 1)
        let body: JSONTree = ["widgets": []]
        let dashboards = [wanted(.dashboard, "d", body), wanted(.dashboard, "e", body)]
        let one = self.plan(dashboards, LiveState(unreadable: [unreadable(.dashboards, "d")]))
        #expect(one.changes.map(\.id.name) == ["e"])
    }

    @Test func withoutTagsNothingThatIsThereIsTouched() {
        let other = LiveState.Other(id: ResourceID(.logGroup, "g", region: "us-east-1"), arn: "g", fields: "f", tags: nil)
        let state = LiveState(
            resources: [live(.metricAlarm, "a", ["Threshold": 9], tags: nil)], others: [other],
            unreadable: [unreadable(.tags)])
        let plan = plan([wanted(), wanted(.metricAlarm, "b")], state, .init(prunes: true, adopts: true))
        #expect(plan.changes.map { "\($0.action) \($0.id.name)" } == ["create b"])
        #expect(plan.unmanaged.isEmpty && plan.refused.isEmpty)
    }

    @Test func filtersThatCouldNotBeReadHideTheirGroupsAlone() {
        let filters: JSONTree = ["metricFilters": []]
        let groups = [wanted(.logGroup, "g", filters), wanted(.logGroup, "h", ["retentionInDays": 3])]
        let plan = plan(groups, LiveState(unreadable: [unreadable(.metricFilters)]))
        #expect(plan.changes.map(\.id.name) == ["h"])
    }

    // MARK: Names

    @Test(arguments: [
        ("a", "a", true), ("a", "ab", false), ("a*", "ab", true), ("*b", "ab", true), ("*", "", true), ("a*c", "abc", true),
        ("a*c", "ac", true), ("a*c", "ab", false), ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("ab*ba", "aba", false),
        ("/aws/*", "/aws/lambda/f", true), ("*ü*", "aüb", true),
    ])
    func aNameMayHaveStars(pattern: String, name: String, fits: Bool) {
        #expect(NamePattern.matches(pattern, name) == fits)
    }

    @Test func aPlanCanBeNarrowed() {
        let desired = DesiredState(
            stack: "tasks", regions: ["us-east-1"], resources: [wanted(), wanted(.metricAlarm, "b")])
        let planner = Planner(desired: desired, live: LiveState(), options: .init(names: ["b", "nobody"]))
        #expect(planner.plan(account: "1").changes.map(\.id.name) == ["b"])
        #expect(planner.unknownNames == ["nobody"])
    }
}
