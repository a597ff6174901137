import AWS
import Basics
import FoundationEssentials
import Synchronization
import Testing

@testable import Monitoring

/// Plans made of a stand-in for AWS, and applied to it.
@Suite(.serialized) struct ApplyTests {
    @Test("applying, then planning, gives nothing: new, changed, removed", arguments: 1...20)
    func roundTrip(seed: Int) async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: UInt64(seed))
            let first = generator.state(alarms: 16, groups: 10, dashboards: 4)
            let report = try await world.apply(await world.plan(first))
            #expect(report.isWhole, "\(report.results.filter { !$0.isDone })")
            let again = await world.plan(first)
            #expect(again.isEmpty, "\(again.changes.map(\.differences))")
            // Most of it is another, and some is in no file any more.
            let second = generator.state(alarms: 12, groups: 8, dashboards: 3)
            let change = await world.plan(second)
            #expect(change.counts.update > 0 && change.counts.delete > 0)
            let changed = try await world.apply(change)
            #expect(changed.isWhole, "\(changed.results.filter { !$0.isDone })")
            let settled = await world.plan(second)
            #expect(settled.isEmpty, "\(settled.changes.map(\.differences))")
            #expect(world.aws.state.things.count == second.resources.count)
        }
    }

    @Test("what is written stands in AWS as it is wanted, with its marks")
    func written() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 7)
            let desired = generator.state(alarms: 8, groups: 4, dashboards: 2)
            try await world.apply(await world.plan(desired))
            for resource in desired.resources {
                let tags = try #require(world.aws.state.tags[FakeAWS.arn(resource.id)])
                #expect(tags[DesiredState.tagKey] == "tasks")
                #expect(tags[Fingerprint.tagKey] == Fingerprint.of(desired: resource))
                for (key, value) in resource.tags { #expect(tags[key] == value) }
            }
        }
    }

    @Test("log groups, alarms, composite alarms, dashboards; the other way round when they go")
    func order() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 3)
            let desired = generator.state(alarms: 4, groups: 1, dashboards: 1)
            try await world.apply(await world.plan(desired))
            func order(_ operations: Set<String>) -> [String] {
                world.aws.writes.filter { $0.hasSuffix("us-east-1") }.map { String($0.prefix { $0 != " " }) }
                    .filter(operations.contains)
            }
            let kinds: Set = ["CreateLogGroup", "PutMetricAlarm", "PutCompositeAlarm", "PutDashboard"]
            #expect(
                order(kinds) == ["CreateLogGroup"] + Array(repeating: "PutMetricAlarm", count: 4)
                    + ["PutCompositeAlarm", "PutDashboard"])
            world.aws.mend()
            let empty = DesiredState(stack: "tasks", regions: ApplyWorld.regions, resources: [])
            let report = try await world.apply(await world.plan(empty))
            #expect(report.isWhole && world.aws.state.things.isEmpty)
            // The alarms of a Region go in one call, after the composite alarm that holds them.
            #expect(
                order(["DeleteDashboards", "DeleteAlarms", "DeleteLogGroup"]) == [
                    "DeleteDashboards", "DeleteAlarms", "DeleteAlarms", "DeleteLogGroup",
                ])
        }
    }

    // MARK: Killed

    /// About sixty changes: new, changed, adopted, removed; beside them what is nobody's, and another stack's.
    private func sixty(_ world: ApplyWorld) async throws -> (initial: FakeAWS.State, desired: DesiredState) {
        var generator = DesiredGenerator(seed: 60)
        let old = generator.state(alarms: 12, groups: 7, dashboards: 2)
        try await world.settle(old)
        var desired = generator.state(alarms: 15, groups: 8, dashboards: 3)
        desired.resources.removeAll { $0.id.name == "alarm-7" && $0.id.region == "us-west-2" || $0.id.name == "/aws/lambda/f5" }
        world.aws.change { state in
            for region in ApplyWorld.regions {
                let stray = ResourceID(.metricAlarm, "stray", region: region)
                state.things[FakeAWS.key(stray)] = .init(kind: .metricAlarm, fields: ["Threshold": 1])
                state.tags[FakeAWS.arn(stray)] = ["owner": "somebody"]
                let other = ResourceID(.logGroup, "/other", region: region)
                state.things[FakeAWS.key(other)] = .init(kind: .logGroup, fields: ["retentionInDays": 1])
                state.tags[FakeAWS.arn(other)] = [DesiredState.tagKey: "another"]
                // Made by hand, and wanted now.
                let adopted = ResourceID(.metricAlarm, "alarm-13", region: region)
                state.things[FakeAWS.key(adopted)] = .init(kind: .metricAlarm, fields: ["Threshold": 1])
                state.tags[FakeAWS.arn(adopted)] = ["made-by": "hand"]
            }
        }
        return (world.aws.state, desired)
    }

    /// The log of a state without the order of lists that have none.
    private func settled(_ state: FakeAWS.State) -> [String: JSONTree] {
        state.things.mapValues {
            Normaliser.fields($0.kind == .dashboard ? DashboardText.tree($0.fields.string ?? "") : $0.fields, of: $0.kind)
        }
    }

    @Test("killed at every write, and run again: the same end, and nothing unmanaged is touched")
    func killed() async throws {
        try await ApplyWorld.run { world in
            let (initial, desired) = try await sixty(world)
            let plan = await world.plan(desired, adopts: true)
            #expect((50...80).contains(plan.changes.count), "\(plan.changes.count)")
            try await world.apply(plan)
            let writes = world.aws.writes.count
            let end = world.aws.state
            #expect(await world.plan(desired).isEmpty)
            // A write that happened and nobody heard of is, for AWS, the same as a kill before the next one.
            for number in 0..<writes {
                world.aws.mend()
                world.aws.change { $0 = initial }
                world.aws.die(after: number, losingAnAnswer: true)
                let cut = try await world.apply(plan)
                #expect(!cut.isWhole)
                world.aws.mend()
                let rest = await world.plan(desired, adopts: true)
                let second = try await world.apply(rest)
                #expect(second.isWhole, "\(number) \(second.results.filter { !$0.isDone })")
                #expect(settled(world.aws.state) == settled(end), "after \(number) writes")
                #expect(world.aws.state.tags == end.tags, "after \(number) writes")
            }
        }
    }

    @Test("a saved plan that was cut off overwrites nothing when it is run again")
    func savedPlanAgain() async throws {
        try await ApplyWorld.run { world in
            let (initial, desired) = try await sixty(world)
            let plan = await world.plan(desired, adopts: true)
            for number in stride(from: 0, to: 60, by: 7) {
                world.aws.mend()
                world.aws.change { $0 = initial }
                world.aws.die(after: number, losingAnAnswer: true)
                try await world.apply(plan)
                world.aws.mend()
                let again = try await world.apply(plan)
                // A log group that was left half changed is for a new plan; everything else goes on.
                #expect(again.results.allSatisfy { $0.isDone || $0.outcome == .moved && $0.id.kind == .logGroup })
                let last = try await world.apply(await world.plan(desired, adopts: true))
                #expect(last.isWhole)
                #expect(await world.plan(desired).isEmpty)
            }
        }
    }

    @Test("Ctrl-C ends it after the change at hand; the next run goes on")
    func stopped() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 12)
            let desired = generator.state(alarms: 12, groups: 0, dashboards: 1)
            let plan = await world.plan(desired)
            let stop = StopSignal()
            let seen = Mutex(0)
            world.aws.before { _, operation in
                if operation == "PutMetricAlarm",
                    seen.withLock({
                        $0 += 1
                        return $0
                    }) == 5
                {
                    stop.request()
                }
            }
            let report = try await world.apply(plan, stop: stop)
            #expect(report.isInterrupted && report.counts.notReached > 0 && report.counts.failed == 0)
            #expect(report.counts.done == world.aws.state.things.count)
            world.aws.mend()
            let second = try await world.apply(plan)
            #expect(second.isWhole && second.results.contains { $0.outcome == .already })
            #expect(await world.plan(desired).isEmpty)
        }
    }

    // MARK: Others

    @Test("a colleague's change between plan and apply is never overwritten")
    func colleague() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 5)
            let old = generator.state(alarms: 6, groups: 3, dashboards: 2)
            try await world.settle(old)
            let desired = generator.state(alarms: 8, groups: 4, dashboards: 3)
            let plan = await world.plan(desired)
            // Somebody changes each thing that the plan is about, one after the other.
            let before = world.aws.state
            for change in plan.changes {
                world.aws.change { state in
                    state = before
                    let key = FakeAWS.key(change.id)
                    switch change.id.kind {
                    case .dashboard: state.things[key] = .init(kind: .dashboard, fields: #"{"widgets":[]}"#)
                    case .logGroup: state.things[key] = .init(kind: .logGroup, fields: ["retentionInDays": 545])
                    default: state.things[key] = .init(kind: change.id.kind, fields: ["Threshold": 424242])
                    }
                    if state.tags[FakeAWS.arn(change.id)] == nil { state.tags[FakeAWS.arn(change.id)] = [:] }
                }
                let theirs = world.aws.state.things[FakeAWS.key(change.id)]
                let report = try await world.apply(plan)
                #expect(world.aws.state.things[FakeAWS.key(change.id)] == theirs, "\(change.id)")
                let result = report.results.first { $0.id == change.id }
                #expect(result?.outcome == .moved, "\(change.id): \(String(describing: result))")
            }
        }
    }

    @Test("two at once: each thing is written by one of them, and the other says what moved")
    func twoAtOnce() async throws {
        try await ApplyWorld.run { world in
            let (_, desired) = try await sixty(world)
            let plan = await world.plan(desired, adopts: true)
            async let one = world.apply(plan)
            async let other = world.apply(plan)
            for report in [try await one, try await other] {
                #expect(
                    report.results.allSatisfy {
                        $0.isDone || $0.outcome == .moved || $0.outcome == .failed || $0.outcome == .skipped
                    })
            }
            let last = try await world.apply(await world.plan(desired, adopts: true))
            #expect(last.isWhole, "\(last.results.filter { !$0.isDone })")
            #expect(await world.plan(desired).isEmpty)
        }
    }

    @Test("without the stack's tag nothing is overwritten, and nothing deleted")
    func unowned() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 9)
            let desired = generator.state(alarms: 4, groups: 2, dashboards: 1)
            try await world.settle(desired)
            world.aws.change { state in for arn in state.tags.keys { state.tags[arn] = ["team": "x"] } }
            let before = world.aws.state
            let changed = generator.state(alarms: 4, groups: 2, dashboards: 1)
            let plan = await world.plan(changed)
            #expect(plan.changes.isEmpty && !plan.refused.isEmpty)
            let report = try await world.apply(plan)
            #expect(!report.isWhole)
            #expect(world.aws.state == before)
            let empty = DesiredState(stack: "tasks", regions: ApplyWorld.regions, resources: [])
            try await world.apply(await world.plan(empty))
            #expect(world.aws.state == before)
        }
    }

    @Test("other people's tags and switched-off actions stay")
    func leftAlone() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 11)
            var desired = generator.state(alarms: 3, groups: 2, dashboards: 1)
            for index in desired.resources.indices { desired.resources[index].fields["ActionsEnabled"] = nil }
            try await world.settle(desired)
            world.aws.change { state in
                for arn in state.tags.keys { state.tags[arn]?["cost-centre"] = "42" }
                for (key, thing) in state.things where thing.kind.isAlarm { state.things[key]?.fields["ActionsEnabled"] = false }
            }
            #expect(await world.plan(desired).isEmpty)
            for index in desired.resources.indices where desired.resources[index].id.kind.isAlarm {
                desired.resources[index].fields["AlarmDescription"] = "another"
            }
            let report = try await world.apply(await world.plan(desired))
            #expect(report.isWhole && report.results.count == 6)
            #expect(world.aws.state.tags.values.allSatisfy { $0["cost-centre"] == "42" })
            for thing in world.aws.state.things.values where thing.kind.isAlarm {
                #expect(thing.fields["ActionsEnabled"] == false && thing.fields["AlarmDescription"] == "another")
            }
        }
    }

    // MARK: Failures

    @Test("what may not be written fails alone; what needs it is skipped, and told why")
    func denied() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 2)
            let desired = generator.state(alarms: 4, groups: 2, dashboards: 2)
            let plan = await world.plan(desired)
            world.aws.fail("PutMetricAlarm", 403, "AccessDenied")
            let report = try await world.apply(plan)
            #expect(report.counts.failed == 8 && report.counts.skipped == 2, "\(report.counts)")
            let failed = try #require(report.results.first { $0.outcome == .failed })
            #expect(failed.problem?.kind == .denied && failed.problem?.hint == "taskops permissions apply")
            #expect(failed.problem?.location?.file.hasPrefix("alarms/") == true)
            #expect(report.results.first { $0.outcome == .skipped }?.because?.kind == .metricAlarm)
            #expect(report.results.filter { $0.id.kind == .logGroup || $0.id.kind == .dashboard }.allSatisfy { $0.isDone })
            world.aws.mend()
            let rest = try await world.apply(await world.plan(desired))
            #expect(rest.isWhole)
        }
    }

    @Test("throttled throughout, it ends and says so, and the next run goes on", arguments: ["Throttling", "ExpiredToken"])
    func throttled(code: String) async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 4)
            let desired = generator.state(alarms: 6, groups: 1, dashboards: 1)
            let plan = await world.plan(desired)
            world.aws.fail("PutMetricAlarm", 400, code)
            let report = try await world.apply(plan)
            // One in each Region tried; the rest would have met the same.
            #expect(report.counts.failed == 2 && report.counts.notReached > 0, "\(report.counts)")
            #expect(!report.isInterrupted && !report.isWhole)
            #expect(report.results.first { $0.outcome == .notReached }?.problem != nil)
            world.aws.mend()
            let whole = try await world.apply(plan)
            #expect(whole.isWhole)
        }
    }

    @Test("throttled for a while, in looking and in writing, it waits and goes on")
    func throttledForAWhile() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 5)
            let desired = generator.state(alarms: 6, groups: 1, dashboards: 1)
            let plan = await world.plan(desired)
            let calls = ["DescribeAlarms", "PutMetricAlarm", "DescribeLogGroups", "GetDashboard", "PutDashboard"]
            for call in calls { world.aws.fail(call, 400, "ThrottlingException", times: 2) }
            let report = try await world.apply(plan, retry: BusyRetry(pauses: [.zero, .zero]))
            #expect(report.isWhole, "\(report.results.compactMap(\.problem))")
        }
    }

    @Test("a hundred and fifty alarms go in two calls; one that another stack's composite alarm names stays, with the reason")
    func manyDeletes() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 8)
            let resources = (0..<150).map { generator.alarm("old-\($0)", "us-east-1") }
            let desired = DesiredState(stack: "tasks", regions: ApplyWorld.regions, resources: resources)
            try await world.settle(desired)
            let empty = DesiredState(stack: "tasks", regions: ApplyWorld.regions, resources: [])
            let before = world.aws.state
            let plan = await world.plan(empty)
            let whole = try await world.apply(plan)
            #expect(whole.isWhole)
            #expect(world.aws.writes == ["DeleteAlarms us-east-1", "DeleteAlarms us-east-1"])

            world.aws.change { state in
                state = before
                let holder = ResourceID(.compositeAlarm, "theirs", region: "us-east-1")
                state.things[FakeAWS.key(holder)] = .init(kind: .compositeAlarm, fields: ["AlarmRule": "ALARM(old-7)"])
                state.tags[FakeAWS.arn(holder)] = [:]
            }
            let report = try await world.apply(plan)
            #expect(report.counts.failed == 1 && report.counts.done == 149)
            let held = try #require(report.results.first { $0.outcome == .failed })
            #expect(held.id.name == "old-7" && held.problem?.hint?.contains("--parents-of-alarm-name 'old-7'") == true)
            #expect(world.aws.state.things.count == 2)
        }
    }

    @Test("a protected log group is not deleted, and the command that lifts it is named")
    func protected() async throws {
        try await ApplyWorld.run { world in
            let id = ResourceID(.logGroup, "/kept", region: "us-east-1")
            let wanted = DesiredResource(id: id, fields: ["deletionProtectionEnabled": true], place: .init(file: "f"))
            let desired = DesiredState(stack: "tasks", regions: ApplyWorld.regions, resources: [wanted])
            try await world.settle(desired)
            let empty = DesiredState(stack: "tasks", regions: ApplyWorld.regions, resources: [])
            let report = try await world.apply(await world.plan(empty))
            #expect(report.counts.failed == 1 && world.aws.writes.isEmpty)
            #expect(report.results[0].problem?.hint?.contains("put-log-group-deletion-protection") == true)
        }
    }

    @Test("errors in a dashboard's body come item by item, with their paths")
    func dashboardErrors() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 6)
            let desired = generator.state(alarms: 0, groups: 0, dashboards: 1)
            world.aws.fail(
                "PutDashboard", 400,
                #"DashboardInvalidInputError","dashboardValidationMessages":[{"DataPath":"/widgets/0/x","Message":"too far"}],"x":""#
            )
            let report = try await world.apply(await world.plan(desired))
            #expect(report.results[0].messages == [.init(dataPath: "/widgets/0/x", message: "too far")])
        }
    }

    @Test("progress counts to the end, and the time left never grows")
    func progress() async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: 1)
            let desired = generator.state(alarms: 8, groups: 2, dashboards: 2)
            let plan = await world.plan(desired)
            let seen = Mutex([ApplyProgress]())
            try await world.apply(plan) { progress in seen.withLock { $0.append(progress) } }
            let all = seen.withLock(\.self)
            #expect(all.count == plan.changes.count && all.allSatisfy { $0.total == plan.changes.count })
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.left >= $1.left && $0.done <= $1.done })
        }
    }
}
