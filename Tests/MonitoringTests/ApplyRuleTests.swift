import Basics
import Testing

@testable import Monitoring

/// The pure parts of apply: order, decisions, steps, time left.
@Suite struct ApplyRuleTests {
    private static let region = "us-east-1"

    private static func id(_ kind: ResourceKind, _ name: String) -> ResourceID { ResourceID(kind, name, region: region) }
    private static func alarm(_ name: String, _ action: Change.Action = .create) -> Change {
        Change(id(.metricAlarm, name), action, fields: action == .delete ? nil : ["Threshold": 1])
    }
    private static func composite(
        _ name: String, _ rule: String, _ action: Change.Action = .create, before: String? = nil, suppressor: String? = nil
    ) -> Change {
        var fields: JSONTree = ["AlarmRule": .string(rule)]
        fields["ActionsSuppressor"] = suppressor.map { .string($0) }
        let differences = before.map { [Difference("/AlarmRule", before: .string($0), after: .string(rule))] } ?? []
        return Change(id(.compositeAlarm, name), action, differences: differences, fields: action == .delete ? nil : fields)
    }

    // MARK: Order

    private func names(_ changes: [Change], live: [ResourceID: String] = [:]) throws -> [String] {
        let order = try ApplyOrder(changes, liveRules: live)
        return (order.writes + order.deletes).map { ($0.change.action == .delete ? "-" : "") + $0.change.id.name }
    }

    @Test func whatOthersNameComesFirstAndGoesLast() throws {
        let changes = [
            Change(Self.id(.dashboard, "d"), .create), Self.composite("top", "ALARM(\"middle\") AND OK(a)"),
            Self.composite("middle", "ALARM(b)"), Self.alarm("b"), Self.alarm("a"),
            Change(Self.id(.logGroup, "g"), .create),
            Change(Self.id(.dashboard, "old-d"), .delete), Change(Self.id(.logGroup, "old-g"), .delete),
            Self.alarm("old-a", .delete), Self.composite("old-low", "", .delete), Self.composite("old-top", "", .delete),
        ]
        let live = [
            Self.id(.compositeAlarm, "old-top"): "ALARM(old-low)", Self.id(.compositeAlarm, "old-low"): "ALARM(old-a)",
        ]
        #expect(
            try names(changes, live: live)
                == ["g", "b", "a", "middle", "top", "d", "-old-d", "-old-top", "-old-low", "-old-a", "-old-g"])
        #expect(try names(changes.reversed(), live: live).suffix(5) == ["-old-d", "-old-top", "-old-low", "-old-a", "-old-g"])
    }

    @Test func aChangeNeedsWhatIsMadeForIt() throws {
        let order = try ApplyOrder(
            [
                Self.alarm("new"), Self.alarm("there", .update), Self.alarm("quiet"),
                Self.composite("c", "ALARM(new) OR ALARM(there) OR ALARM(elsewhere)", suppressor: "quiet"),
            ], liveRules: [:])
        #expect(order.writes.last?.needs.map(\.name) == ["new", "quiet"])
    }

    @Test func aCompositeAlarmIsChangedBeforeWhatItNamedGoes() throws {
        let changes = [
            Self.alarm("gone", .delete), Self.composite("c", "ALARM(a)", .update, before: "ALARM(a) OR ALARM(gone)"),
        ]
        let order = try ApplyOrder(changes, liveRules: [:])
        #expect(order.writes.map(\.change.id.name) == ["c"])
        #expect(order.deletes.map(\.needs) == [[Self.id(.compositeAlarm, "c")]])
        // What is live counts for more than what the plan saw.
        let live = try ApplyOrder(changes, liveRules: [Self.id(.compositeAlarm, "c"): "ALARM(a)"])
        #expect(live.deletes.map(\.needs) == [[]])
    }

    @Test func aCircleIsNamed() throws {
        let circle = [Self.composite("a", "ALARM(b)"), Self.composite("b", "ALARM(c)"), Self.composite("c", "OK(a)")]
        let problem = #expect(throws: Problem.self) { try ApplyOrder(circle, liveRules: [:]) }
        #expect(problem?.summary.contains("a → b → c → a") == true)
        // One that names itself is CloudWatch's to refuse.
        #expect(try names([Self.composite("self", "ALARM(self)")]) == ["self"])
        let gone = [Self.composite("a", "", .delete), Self.composite("b", "", .delete)]
        let live = [Self.id(.compositeAlarm, "a"): "ALARM(b)", Self.id(.compositeAlarm, "b"): "ALARM(a)"]
        #expect(throws: Problem.self) { try ApplyOrder(gone, liveRules: live) }
    }

    @Test func otherRegionsAreOthers() throws {
        var there = Self.alarm("a")
        there.id.region = "us-west-2"
        #expect(try ApplyOrder([there, Self.composite("c", "ALARM(a)")], liveRules: [:]).writes.last?.needs == [])
    }

    @Test(arguments: [
        ("ALARM(a)", ["a"]), ("ALARM(\"a b\") AND NOT OK('c')", ["a b", "c"]), ("TRUE", []), ("", []),
        ("(ALARM (a) OR INSUFFICIENT_DATA( \"b(1)\" ))", ["a", "b(1)"]),
        ("ALARM(\"arn:aws:cloudwatch:us-east-1:111122223333:alarm:x:y\")", ["x:y"]), ("ALARM(\"a\\\"b\")", ["a\"b"]),
        ("NOT (ALARM(a ))", ["a"]), ("ALARM(", [""]), ("ALARM(\"open", ["open"]), ("alarm(a)", []), ("AND(a)", []),
    ])
    func namesInARule(rule: String, names: [String]) {
        #expect(RuleNames.all(in: rule).sorted() == names)
    }

    // MARK: Decisions

    private static let stack = "tasks"
    private static let fields: JSONTree = ["Threshold": 5, "MetricName": "Errors"]
    private static func live(_ fields: JSONTree, _ tags: [String: String]) -> LiveResource {
        LiveResource(id: id(.metricAlarm, "a"), fields: fields, tags: tags, arn: "arn")
    }
    private static let own = [DesiredState.tagKey: stack, Fingerprint.tagKey: "0123"]
    private static func change(_ action: Change.Action, from live: LiveResource? = nil) -> Change {
        Change(
            id(.metricAlarm, "a"), action, live: live.map { Fingerprint.of(live: $0) },
            fields: action == .delete ? nil : fields, tags: action == .delete ? [:] : own.merging(["team": "x"]) { $1 })
    }
    private func decide(_ change: Change, _ found: LiveResource?, namesake: Bool = false) -> ApplyDecision {
        ApplyDecision.of(change, found: found, stack: Self.stack, namesake: namesake)
    }
    private func isMoved(_ decision: ApplyDecision) -> Bool { if case .moved = decision { true } else { false } }

    @Test func ofACreate() {
        let change = Self.change(.create)
        #expect(decide(change, nil) == .make)
        let whole = Self.live(Self.fields, change.tags)
        #expect(decide(change, whole) == .nothing)
        // Cut off before it was marked.
        let unmarked = Self.live(Self.fields, [DesiredState.tagKey: Self.stack])
        #expect(decide(change, unmarked) == .mark(unmarked))
        let half = Self.live(["Threshold": 5], [DesiredState.tagKey: Self.stack, Fingerprint.tagKey: Fingerprint.unfinished])
        #expect(decide(change, half) == .write(over: half))
        #expect(isMoved(decide(change, Self.live(["Threshold": 5], [DesiredState.tagKey: Self.stack]))), "the template's")
        // Somebody else's, whatever it says.
        #expect(isMoved(decide(change, Self.live(Self.fields, [:]))))
        #expect(isMoved(decide(change, Self.live(["Threshold": 9], [:]))))
        #expect(isMoved(decide(change, Self.live(["Threshold": 9], Self.own))))
        #expect(isMoved(decide(change, Self.live(Self.fields, [DesiredState.tagKey: "other"]))))
        #expect(isMoved(decide(change, nil, namesake: true)))
    }

    @Test func ofAnUpdate() {
        let planned = Self.live(["Threshold": 1], Self.own)
        let change = Self.change(.update, from: planned)
        #expect(decide(change, planned) == .write(over: planned))
        #expect(isMoved(decide(change, nil)))
        #expect(isMoved(decide(change, Self.live(["Threshold": 2], Self.own))), "a colleague's change")
        #expect(isMoved(decide(change, Self.live(["Threshold": 1], [DesiredState.tagKey: "other"]))))
        #expect(isMoved(decide(change, Self.live(["Threshold": 1], [:]))), "no longer the stack's")
        #expect(isMoved(decide(change, Self.live(["Threshold": 1], [DesiredState.tagKey: Self.stack, Fingerprint.tagKey: "9"]))))
        // Cut off between the two calls.
        let written = Self.live(Self.fields, Self.own)
        #expect(decide(change, written) == .mark(written))
        #expect(decide(change, Self.live(Self.fields, change.tags)) == .nothing)
    }

    @Test func ofAnUpdateThatThePlanWronglyCallsOurs() {
        let planned = Self.live(["Threshold": 1], [:])
        #expect(isMoved(decide(Self.change(.update, from: planned), planned)), "never without --adopt")
    }

    @Test func ofAdopting() {
        let planned = Self.live(["Threshold": 1], ["team": "y"])
        let change = Self.change(.adopt, from: planned)
        #expect(decide(change, planned) == .write(over: planned))
        #expect(isMoved(decide(change, Self.live(["Threshold": 2], ["team": "y"]))))
        #expect(isMoved(decide(change, Self.live(["Threshold": 1], [DesiredState.tagKey: "other"]))))
        let equal = Self.live(Self.fields, ["team": "y"])
        #expect(decide(change, equal) == .mark(equal))
    }

    @Test func ofADelete() {
        let planned = Self.live(["Threshold": 1], Self.own)
        let change = Self.change(.delete, from: planned)
        #expect(decide(change, planned) == .remove(planned))
        #expect(decide(change, nil) == .nothing)
        #expect(isMoved(decide(change, Self.live(["Threshold": 2], Self.own))))
        #expect(isMoved(decide(change, Self.live(["Threshold": 1], [:]))), "only what carries the stack's tag")
        let template = Self.live(["Threshold": 1], [DesiredState.tagKey: Self.stack])
        #expect(isMoved(decide(Self.change(.delete, from: template), template)), "the template's own, not an apply's")
        #expect(isMoved(decide(change, Self.live(["Threshold": 1], [DesiredState.tagKey: "other", Fingerprint.tagKey: "0123"]))))
    }

    @Test func onlyTagsThatAreMissingAreSet() {
        let change = Self.change(.update)
        #expect(
            ApplyDecision.missingTags(change, on: Self.live([:], Self.own.merging(["team": "y", "else": "z"]) { $1 })) == [
                "team": "x"
            ])
    }

    // MARK: Log groups

    private func steps(_ live: JSONTree, _ wanted: JSONTree) -> [LogGroupStep] { LogGroupStep.from(live, to: wanted) }

    @Test func eachMemberHasItsCall() {
        #expect(steps([:], [:]).isEmpty)
        #expect(steps(["retentionInDays": 7], ["retentionInDays": 7]).isEmpty)
        #expect(steps([:], ["retentionInDays": 7]) == [.retention(7)])
        #expect(steps(["retentionInDays": 7], [:]) == [.retention(nil)])
        #expect(steps(["retentionInDays": 7, "retentionPolicyName": "p"], [:]).isEmpty)
        #expect(steps(["kmsKeyId": "k"], [:]) == [.key(nil)])
        #expect(steps(["kmsKeyId": "k"], ["kmsKeyId": "l"]) == [.key("l")])
        #expect(steps(["deletionProtectionEnabled": false], ["deletionProtectionEnabled": true]) == [.protection(true)])
        #expect(steps(["deletionProtectionEnabled": true], [:]) == [.protection(false)])
    }

    @Test func filtersThatAreNotMentionedAreLeftAlone() {
        let filter: JSONTree = ["filterName": "f", "filterPattern": "x", "applyOnTransformedLogs": false]
        let other: JSONTree = ["filterName": "g", "filterPattern": "y"]
        #expect(steps(["metricFilters": [filter]], [:]).isEmpty)
        #expect(steps(["metricFilters": [filter]], ["metricFilters": []]) == [.deleteMetricFilter("f")])
        #expect(steps(["metricFilters": [filter]], ["metricFilters": [["filterName": "f", "filterPattern": "x"]]]).isEmpty)
        #expect(
            steps(["subscriptionFilters": [filter]], ["subscriptionFilters": [other]])
                == [.deleteSubscriptionFilter("f"), .putSubscriptionFilter(other)])
        #expect(steps([:], ["metricFilters": [filter]]) == [.putMetricFilter(filter)], "as written, defaults and all")
    }

    // MARK: Time left

    @Test func timeIsByAWSsRates() {
        let pace = ApplyPace(share: 0.5)
        let alarms = (0..<30).map { Self.alarm("a\($0)") }
        #expect(pace.left(alarms) == 20)
        // Regions are written at once.
        let there = alarms.map { change -> Change in
            var change = change
            change.id.region = "us-west-2"
            return change
        }
        #expect(pace.left(alarms + there) == 20)
        #expect(pace.left(alarms + [Change(Self.id(.dashboard, "d"), .create)]) == 20.4)
        #expect(pace.left([Change]()) == 0)
    }
}
