import AWS
import Basics
import Findings
import FoundationEssentials
import Synchronization
import TaskSystem
import TestSupport
import Testing

@testable import Status

/// The reader against a Region on a real socket. No database listens here; see DatabaseReaderTests.
@Suite struct ReaderTests {
    private static let firstRound = [
        "DescribeAlarms", "DescribeEventBus", "DescribeRule", "GetCluster", "GetFunction", "GetFunctionEventInvokeConfig",
        "GetMetricData", "GetPolicy", "GetQueueUrl", "GetQueueUrl", "ListTargetsByRule",
    ]
    private static let secondRound = ["DescribeLogGroups", "GetQueueAttributes", "GetQueueAttributes"]

    private func row(_ report: StatusReport, _ part: StatusRow.Part, in region: Int = 0) -> StatusRow? {
        report.regions[region].rows.first { $0.part == part }
    }

    /// Rows that could not be looked at or that say something is wrong, but for the database's.
    private func noted(_ report: StatusReport, in region: Int = 0) -> Set<StatusRow.Part> {
        Set(report.regions[region].rows.filter { $0.health != .healthy }.map(\.part)).subtracting([.database])
    }

    // MARK: Rounds

    @Test func twoRoundsOfCallsReadARegion() async throws {
        let rounds = Rounds([Self.firstRound.count, Self.secondRound.count])
        try await LoopbackServer.run { request in
            rounds.hold(FakeRegion.operation(request))
            return FakeRegion.answer(request)
        } _: { server in
            defer { rounds.open() }
            let report = await FakeRegion.run([FakeRegion.target(server.url)]).look()
            #expect(rounds.seen == [Self.firstRound, Self.secondRound])
            #expect(noted(report).isEmpty)
            #expect(report.cost.requests == 14)

            let facts = report.regions[0].facts
            #expect(facts.logGroup?.value?.retentionInDays == 7, "the group the function names, not one that begins like it")
            #expect(facts.function?.value?.concurrency?.reservedConcurrentExecutions == 7)
            #expect(facts.function?.value?.configuration.environmentVariableNames?.first == "API_KEY")
            #expect(facts.deadLetterQueue?.value?.messageRetentionPeriod == 1_209_600)
            #expect(facts.cluster?.value?.creationTime == "2026-01-02T03:04:05Z")
            #expect(facts.alarms?.value?.map(\.alarmName) == ["mine"])
            #expect(report.regions[0].metrics.count == MetricSeries.Name.allCases.count)
            let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
            #expect(!text.contains("hush"))
        }
    }

    @Test func aTagTakesTwoMoreRoundsOnce() async throws {
        let byID = Self.firstRound.filter { $0 != "GetCluster" && $0 != "GetMetricData" }
        let rounds = Rounds([byID.count + 1, Self.secondRound.count + 2, 2, Self.firstRound.count, Self.secondRound.count])
        try await LoopbackServer.run { request in
            rounds.hold(FakeRegion.operation(request))
            return FakeRegion.answer(request)
        } _: { server in
            defer { rounds.open() }
            let tag = ClusterReference.tag(key: "Name", value: "task-mgmt-dev")
            let run = FakeRegion.run([FakeRegion.target(server.url, cluster: tag)])
            let first = await run.look()
            #expect(noted(first).isEmpty)
            #expect(first.regions[0].facts.cluster?.value?.identifier == HealthyStack.clusters["us-east-1"])
            let second = await run.look()
            #expect(noted(second).isEmpty)
            #expect(
                rounds.seen == [
                    (byID + ["ListClusters"]).sorted(),
                    (Self.secondRound + ["ListTagsForResource", "ListTagsForResource"]).sorted(),
                    ["GetCluster", "GetMetricData"], Self.firstRound, Self.secondRound,
                ])
            #expect(second.cost.requests == 14)
        }
    }

    @Test func aTagThatNobodyHasIsSaid() async throws {
        try await LoopbackServer.run(FakeRegion.answer) { server in
            let tag = ClusterReference.tag(key: "Name", value: "nobody")
            let report = await FakeRegion.run([FakeRegion.target(server.url, cluster: tag)]).look()
            let cluster = row(report, .cluster)
            #expect(cluster?.name == "Name=nobody")
            #expect(cluster?.findings.map(\.code) == ["cluster-missing"])
            #expect(cluster?.findings.first?.evidence == "no cluster in us-east-1 has the tag Name=nobody")
            // All that is not the cluster's is there.
            #expect(noted(report) == [.cluster])
        }
    }

    @Test func aSearchThatHangsTakesOnlyTheClusterWithIt() async throws {
        try await LoopbackServer.run { request in
            FakeRegion.operation(request) == "ListClusters" ? .hang : FakeRegion.answer(request)
        } _: { server in
            let tag = ClusterReference.tag(key: "Name", value: "task-mgmt-dev")
            let run = FakeRegion.run([FakeRegion.target(server.url, cluster: tag)], sourceTimeout: .seconds(10))
            let report = await run.look(within: .seconds(60))
            #expect(row(report, .cluster)?.findings.map(\.code) == ["no-answer"])
            #expect(noted(report) == [.cluster])
            #expect(!report.regions[0].metrics.isEmpty)
        }
    }

    @Test func aVersionAsTargetHasItsOwnPolicyAndRetries() async throws {
        let asked = Mutex<[String]>([])
        try await LoopbackServer.run { request in
            if request.target.contains("Qualifier=live") { asked.withLock { $0.append(FakeRegion.operation(request)) } }
            guard FakeRegion.operation(request) == "ListTargetsByRule" else { return FakeRegion.answer(request) }
            return .json(#"{"Targets":[{"Id":"t","Arn":"\#(HealthyStack.functionARN("us-east-1")):live"}]}"#)
        } _: { server in
            let report = await FakeRegion.run([FakeRegion.target(server.url)]).look()
            #expect(asked.withLock { $0.sorted() } == ["GetFunctionEventInvokeConfig", "GetPolicy"])
            #expect(report.cost.requests == 16)
        }
    }

    // MARK: What fails

    @Test func aSourceThatHangsEndsAtItsDeadlineAndHidesNothing() async throws {
        try await LoopbackServer.run { request in
            FakeRegion.operation(request) == "DescribeAlarms" ? .hang : FakeRegion.answer(request)
        } _: { server in
            // Ample for those that answer, on a busy machine too.
            let deadline = Deadline.after(.seconds(60))
            let run = FakeRegion.run([FakeRegion.target(server.url)], sourceTimeout: .seconds(6))
            let report = await run.run(deadline: deadline, stop: StopSignal()) { _ in }
            #expect(!deadline.hasPassed)
            #expect(noted(report) == [.alarms])
            #expect(row(report, .alarms)?.findings.map(\.code) == ["no-answer"])
            #expect(row(report, .alarms)?.health == .unknown)
            #expect(report.regions[0].facts.alarms?.problem?.kind == .timedOut)
        }
    }

    @Test func aRefusalNamesTheAction() async throws {
        try await LoopbackServer.run { request in
            switch FakeRegion.operation(request) {
            case "GetFunction": FakeRegion.denied("lambda:GetFunction")
            case "DescribeAlarms": FakeRegion.denied("cloudwatch:DescribeAlarms")
            default: FakeRegion.answer(request)
            }
        } _: { server in
            let report = await FakeRegion.run([FakeRegion.target(server.url)]).look()
            let finding = try #require(row(report, .function)?.findings.first)
            #expect(finding.code == "access-refused")
            #expect(finding.sentence.contains("the action lambda:GetFunction is refused in us-east-1"))
            #expect(finding.evidence == "not authorized to perform: lambda:GetFunction")
            #expect(finding.next == "taskops permissions status")
            #expect(row(report, .alarms)?.findings.first?.sentence.contains("cloudwatch:DescribeAlarms") == true)
            // The log group was looked for where functions usually log; that none is there says nothing.
            #expect(row(report, .logGroup)?.findings.map(\.code) == ["access-refused"])
            #expect(row(report, .logGroup)?.findings.first?.sentence.contains("is not known") == true)
            #expect(noted(report) == [.function, .alarms, .logGroup])
        }
    }

    @Test func whatIsNotThereIsNoFailureOfTheReader() async throws {
        try await LoopbackServer.run { request in
            switch FakeRegion.operation(request) {
            case "GetPolicy", "GetFunctionEventInvokeConfig", "DescribeRule", "ListTargetsByRule":
                .json(#"{"__type":"ResourceNotFoundException","message":"not there"}"#, status: 404)
            case "GetQueueUrl":
                .json(#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"not there"}"#, status: 400)
            default: FakeRegion.answer(request)
            }
        } _: { server in
            let report = await FakeRegion.run([FakeRegion.target(server.url)]).look()
            let codes = Set(report.regions[0].rows.filter { $0.part != .database }.flatMap(\.findings).map(\.code))
            #expect(codes == ["permission-missing", "function-no-failure-destination", "rule-missing", "queue-missing"])
            #expect(report.regions[0].health == .unhealthy)
        }
    }

    @Test func oneRegionUnreachableLeavesTheOtherWhole() async throws {
        try await LoopbackServer.run(FakeRegion.answer) { server in
            let targets = [FakeRegion.target(server.url), FakeRegion.target("http://127.0.0.1:1", region: "us-west-2")]
            let report = await FakeRegion.run(targets).look()
            #expect(report.regions.map(\.region) == ["us-east-1", "us-west-2"])
            #expect(noted(report).isEmpty)
            let silent = report.regions[1].rows.filter { $0.part != .database }
            #expect(silent.count == 10 && silent.allSatisfy { $0.findings.map(\.code) == ["unreachable"] })
            #expect(silent.allSatisfy { $0.health == .unknown })
            #expect(report.differences.isEmpty, "nothing is compared with what was not read")
        }
    }

    @Test func aDatabaseAtWhoseAddressNobodyListensIsRed() async throws {
        try await LoopbackServer.run(FakeRegion.answer) { server in
            let report = await FakeRegion.run([FakeRegion.target(server.url)]).look()
            #expect(row(report, .database)?.findings.map(\.code) == ["database-unreachable"])
            #expect(row(report, .cluster)?.health == .healthy, "that it exists is another fact")
            #expect(report.regions[0].facts.databasePhase == "connect")
            #expect(report.health.exitCode == 2)
        }
    }

    // MARK: Stopping, and telling how far it is

    @Test func aStopEndsTheLookAtOnce() async throws {
        try await LoopbackServer.run { request in
            FakeRegion.operation(request) == "GetFunction" ? .hang : FakeRegion.answer(request)
        } _: { server in
            let stop = StopSignal()
            let run = FakeRegion.run([FakeRegion.target(server.url)], sourceTimeout: .seconds(60))
            async let report = run.look(within: .seconds(60), stop: stop)
            await server.wait { $0.requests.contains { FakeRegion.operation($0) == "GetFunction" } }
            stop.request()
            let function = await row(report, .function)
            #expect(function?.findings.map(\.code) == ["interrupted"])
            #expect(function?.health == .unknown)
        }
    }

    @Test func whoeverWatchesSeesWhatIsStillAwaited() async throws {
        try await LoopbackServer.run(FakeRegion.answer) { server in
            let seen = Mutex<[StatusProgress]>([])
            let run = FakeRegion.run([FakeRegion.target(server.url)])
            _ = await run.run(deadline: .after(.seconds(30)), stop: StopSignal()) { progress in
                seen.withLock { $0.append(progress) }
            }
            let steps = seen.withLock(\.self)
            #expect(steps.first?.awaited == StatusSource.allCases)
            #expect(steps.contains { $0.awaited.isEmpty })
            #expect(steps.count == StatusSource.allCases.count + 1)
        }
    }

    @Test func manyLooksCostTheSameEach() async throws {
        try await LoopbackServer.run(FakeRegion.answer) { server in
            let run = FakeRegion.run([FakeRegion.target(server.url)])
            for _ in 0..<5 { #expect(await run.look().cost.requests == 14) }
            // One connection for each request of the widest round at the most, and none for each look.
            #expect(server.record.connections <= Self.firstRound.count + Self.secondRound.count)
        }
    }
}
