import Basics
import FoundationEssentials
import Testing

@testable import AWS
@testable import Monitoring

/// What was applied and is read back is the same, whatever AWS and its console make of the form.
@Suite struct RoundTripTests {
    /// Each kind so often; every resource is the same again in the next run.
    static let seeds = ProcessInfo.processInfo.environment["TASKOPS_FUZZ"].flatMap { Int($0) } ?? 1000

    private func state(_ resource: DesiredResource) -> DesiredState {
        DesiredState(stack: "tasks", regions: ["us-east-1", "us-west-2"], resources: [resource])
    }

    private func plan(_ resource: DesiredResource, _ live: LiveResource) -> Plan {
        Planner(desired: state(resource), live: LiveState(resources: [live])).plan(account: "123456789012")
    }

    @Test(arguments: ResourceKind.allCases)
    func appliedThenPlannedIsEmpty(kind: ResourceKind) {
        for seed in 0..<Self.seeds {
            var random = RandomResources(seed: seed)
            var aws = ModelAWS(seed: seed)
            let resource = random.resource(kind)
            let live = aws.answer(resource, stack: "tasks")
            let plan = plan(resource, live)
            guard plan.isEmpty, plan.counts.unchanged == 1 else {
                Issue.record("seed \(seed): \(plan.changes.first?.differences ?? [])\n\(resource.fields)\n\(live.fields)")
                return
            }
            // What a later drift is told apart by.
            let fingerprint = Fingerprint.of(desired: resource)
            #expect(
                Leaving.variants(of: live).contains { Fingerprint.of(normalised: $0) == fingerprint }, "seed \(seed)")
        }
    }

    @Test(arguments: ResourceKind.allCases)
    func normalisingTwiceIsNormalisingOnce(kind: ResourceKind) {
        for seed in 0..<Self.seeds {
            var random = RandomResources(seed: seed)
            let once = Normaliser.fields(random.resource(kind).fields, of: kind)
            #expect(Normaliser.fields(once, of: kind) == once, "seed \(seed)")
        }
    }

    /// The other way round: nothing that means something is normalised away.
    @Test(arguments: ResourceKind.allCases)
    func everyChangeOfAFileIsSeen(kind: ResourceKind) {
        var seen = 0
        for seed in 0..<Self.seeds {
            var random = RandomResources(seed: seed)
            var aws = ModelAWS(seed: seed)
            let resource = random.resource(kind)
            let live = aws.answer(resource, stack: "tasks")
            var changed = resource
            guard Mutation.change(&changed.fields, of: kind, &random) else { continue }
            seen += 1
            let plan = plan(changed, live)
            guard plan.changes.count == 1, plan.changes[0].action == .update, !plan.changes[0].differences.isEmpty else {
                Issue.record("seed \(seed): \(changed.fields)\n\(live.fields)\n\(plan)")
                return
            }
            #expect(plan.changes[0].reason == .file, "seed \(seed)")
            // Somebody else did the same in AWS: the file is as it was applied.
            var drifted = live
            drifted.fields = changed.fields
            let drift = self.plan(resource, drifted).changes.first
            #expect(drift?.reason == .drift, "seed \(seed)")
            #expect(drift?.differences.count == plan.changes[0].differences.count, "seed \(seed)")
        }
        #expect(seen > Self.seeds / 2)
    }

    @Test(arguments: ResourceKind.allCases)
    func theOrderOfKeysAndTheFormOfNumbersMeanNothing(kind: ResourceKind) throws {
        for seed in 0..<Self.seeds {
            var random = RandomResources(seed: seed)
            let fields = random.resource(kind).fields
            let text = Scrambled.text(fields, &random)
            #expect(try AWSJSON.tree(Data(text.utf8)) == fields, "seed \(seed): \(text)")
        }
    }

    @Test func aPlanIsTheSameAgainOutOfItsFile() throws {
        for seed in 0..<Self.seeds {
            var random = RandomResources(seed: seed)
            let resource = random.resource(random.one(of: ResourceKind.allCases))
            let plan = Planner(desired: state(resource), live: LiveState()).plan(account: "123456789012")
            #expect(plan.changes.map(\.action) == [.create])
            #expect(try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan)) == plan, "seed \(seed)")
        }
    }
}

/// One change that means something.
enum Mutation {
    static func change(_ fields: inout JSONTree, of kind: ResourceKind, _ random: inout RandomResources) -> Bool {
        switch kind {
        case .metricAlarm:
            switch random.count(0...4) {
            case 0: fields["EvaluationPeriods"] = .number((fields["EvaluationPeriods"]?.number ?? 1) + 7)
            case 1:
                guard let value = fields["Threshold"]?.number else { return false }
                fields["Threshold"] = .number(value + 0.25)
            case 2: fields["AlarmDescription"] = "another one"
            case 3: fields["AlarmActions"] = .array((fields["AlarmActions"]?.array ?? []).dropLast() + ["arn:other"])
            default:
                guard let metrics = fields["Metrics"]?.array else { return false }
                fields["Metrics"] = .array(metrics + [["Id": "m9", "Expression": "m0", "ReturnData": false]])
            }
        case .compositeAlarm:
            guard let rule = fields["AlarmRule"]?.string else { return false }
            if random.maybe() { fields["AlarmRule"] = .string("NOT (\(rule))") } else { fields["OKActions"] = ["arn:other"] }
        case .logGroup:
            if fields["metricFilters"]?.array?.isEmpty == false, random.maybe() {
                var filters = fields["metricFilters"]?.array ?? []
                filters[0]["filterPattern"] = "another"
                fields["metricFilters"] = .array(filters)
            } else {
                fields["retentionInDays"] = fields["retentionInDays"] == 14 ? nil : 14
            }
        case .dashboard:
            guard var widgets = fields["widgets"]?.array, !widgets.isEmpty else { return false }
            let index = random.count(0...widgets.count - 1)
            switch random.count(0...3) {
            case 0: widgets[index]["x"] = .number((widgets[index]["x"]?.number ?? 0) + 1)
            case 1: widgets[index]["properties"]?["title"] = "another title"
            case 2: widgets.remove(at: index)
            default: widgets.append(["type": "text", "x": 0, "y": 99, "properties": ["markdown": "new"]])
            }
            fields["widgets"] = .array(widgets)
        }
        return true
    }
}

/// JSON written in a way of its own each time.
enum Scrambled {
    static func text(_ value: JSONTree, _ random: inout RandomResources) -> String {
        switch value {
        case .null: return "null"
        case .bool(let value): return "\(value)"
        case .number(let value):
            let whole = Int64(exactly: value)
            return random.maybe() ? whole.map { "\($0)" } ?? "\(value)" : whole.map { "\($0).0" } ?? "\(value * 10)e-1"
        case .string: return CanonicalJSON.text(value)
        case .array(let elements):
            return "[\(elements.map { text($0, &random) }.joined(separator: random.maybe() ? "," : " , "))]"
        case .object(let members):
            let pairs = members.shuffled(using: &random).map {
                "\(CanonicalJSON.text(.string($0.key))):\(text($0.value, &random))"
            }
            return "{\(pairs.joined(separator: random.maybe() ? "," : ",\n  "))}"
        }
    }
}
