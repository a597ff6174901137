import AWS
import AWSSigning
import Basics
import FoundationEssentials
import TestSupport
import Testing

@testable import struct AWS.Lane
@testable import class AWS.Pacer

@Suite struct PacingTests {
    @Test(
        arguments: [
            (AWSService.logs, "FilterLogEvents", "us-east-1", 25.0), (.logs, "FilterLogEvents", "us-west-2", 10),
            (.logs, "FilterLogEvents", "eu-central-1", 5), (.logs, "StartLiveTail", "us-east-1", 5),
            (.logs, "FilterLogEvents", "ap-northeast-3", 5), (.logs, "FilterLogEvents", "ap-southeast-3", 5),
            (.logs, "FilterLogEvents", "ca-west-1", 5), (.logs, "FilterLogEvents", "il-central-1", 5),
            (.logs, "DescribeLogGroups", "us-east-1", 10), (.logs, "DescribeLogStreams", "us-east-1", 25),
            (.logs, "StartQuery", "us-east-1", 10), (.logs, "GetQueryResults", "us-east-1", 10),
            (.cloudWatch, "DescribeAlarms", "us-east-1", 9), (.cloudWatch, "PutMetricAlarm", "us-east-1", 3),
            (.cloudWatch, "PutCompositeAlarm", "us-east-1", 3), (.cloudWatch, "DeleteAlarms", "us-east-1", 3),
            (.cloudWatch, "SetAlarmState", "us-east-1", 3), (.cloudWatch, "EnableAlarmActions", "us-east-1", 3),
            (.cloudWatch, "DisableAlarmActions", "us-east-1", 3), (.cloudWatch, "DescribeAlarmHistory", "us-east-1", 20),
            (.cloudWatch, "PutDashboard", "us-east-1", 10), (.cloudWatch, "GetDashboard", "us-east-1", 10),
            (.cloudWatch, "ListDashboards", "us-east-1", 10), (.cloudWatch, "DeleteDashboards", "us-east-1", 10),
            (.cloudWatch, "GetMetricData", "us-east-1", 500), (.cloudWatch, "GetMetricStatistics", "us-east-1", 400),
            (.cloudWatch, "ListMetrics", "us-east-1", 25), (.cloudWatch, "GetMetricWidgetImage", "us-east-1", 20),
            (.cloudWatch, "PutMetricData", "us-east-1", 500),
            (.eventBridge, "DescribeRule", "us-east-1", 50), (.eventBridge, "PutRule", "us-east-1", 50),
            (.eventBridge, "PutEvents", "us-east-1", nil),
            (.sqs, "GetQueueUrl", "us-east-1", nil), (.lambda, "GetFunction", "us-east-1", 100),
            (.lambda, "GetFunctionConfiguration", "us-east-1", 15), (.lambda, "Invoke", "us-east-1", nil),
        ] as [(AWSService, String, String, Double?)])
    func quotasAreAWSs(service: AWSService, operation: String, region: String, quota: Double?) {
        #expect(Quota.of(service, operation, region: region)?.perSecond == quota)
    }

    /// Sends as fast as the lane lets it, and says when each request went.
    func times(_ lane: inout Lane, _ count: Int, from start: Double = 0) -> [Double] {
        var now = start
        return (0..<count).map { _ in
            now += lane.wait(at: now)
            lane.take()
            return now
        }
    }

    @Test(arguments: [3.0, 9, 25, 10], [0.5, 0.8]) func noSecondHoldsMoreThanTheQuota(quota: Double, share: Double) {
        var lane = Lane(quota: quota, share: share, at: 0)
        let sent = times(&lane, 60)
        for time in sent {
            let within = sent.count { $0 >= time && $0 < time + 1 - 1e-9 }
            #expect(Double(within) <= quota, "\(within) requests in the second from \(time)")
        }
        // And the share is used, not less.
        let atOnce = max(1, quota * (1 - share))
        #expect(abs((sent.last ?? 0) - (60 - atOnce) / (quota * share)) < 1)
    }

    @Test func throttlingHalvesThePaceOncePerBurst() {
        var lane = Lane(quota: 8, share: 0.5, at: 0)
        for hundredth in 0..<20 { lane.throttled(at: Double(hundredth) / 100) }
        #expect(abs(lane.bucket.rate - 2) < 0.02)
        #expect(abs(lane.wait(at: 0.19) - 0.5) < 0.2)
        lane.throttled(at: 2)
        #expect(lane.bucket.rate < 1.2)
        for second in 3..<30 { lane.throttled(at: Double(second)) }
        // It never stands still: a sixteenth goes on.
        #expect(lane.bucket.rate >= 0.25)
    }

    @Test func thePaceComesBackWithinAMinute() {
        var lane = Lane(quota: 8, share: 0.5, at: 0)
        lane.throttled(at: 0)
        #expect(lane.bucket.rate == 2)
        _ = lane.wait(at: 15)
        #expect(abs(lane.bucket.rate - 3) < 1e-9)
        _ = lane.wait(at: 60)
        #expect(lane.bucket.rate == 4)
    }

    @Test func whatSharesAQuotaSharesAPace() {
        let pacer = Pacer(share: 0.5, isAdaptive: false)
        func reserve(_ operation: String) -> Double? {
            pacer.reserve(.lambda, operation, region: "us-east-1", limit: 10, at: 0)
        }
        for _ in 0..<7 { #expect(reserve("GetFunctionConfiguration") == 0) }
        #expect((reserve("GetFunctionEventInvokeConfig") ?? 0) > 0)
        #expect(reserve("GetPolicy") == 0)
        #expect(reserve("Invoke") == 0)
        for operation in ["DescribeRule", "ListTargetsByRule"] {
            for _ in 0..<12 { #expect(pacer.reserve(.eventBridge, operation, region: "r", limit: 10, at: 0) == 0) }
        }
        #expect(pacer.reserve(.eventBridge, "DescribeEventBus", region: "r", limit: 10, at: 0) == 0)
        #expect((pacer.reserve(.eventBridge, "DescribeEventBus", region: "r", limit: 10, at: 0) ?? 0) > 0)
    }

    @Test func regionsAndOperationsHaveTheirOwn() {
        let pacer = Pacer(share: 0.5, isAdaptive: false)
        func reserve(_ operation: String, _ region: String, limit: Double = 10) -> Double? {
            pacer.reserve(.cloudWatch, operation, region: region, limit: limit, at: 0)
        }
        #expect(reserve("PutMetricAlarm", "us-east-1") == 0)
        #expect((reserve("PutMetricAlarm", "us-east-1") ?? 0) > 0)
        #expect(reserve("PutMetricAlarm", "us-west-2") == 0)
        #expect(reserve("DescribeAlarms", "us-east-1") == 0)
        // No place is taken by one who cannot wait that long.
        let next = reserve("PutMetricAlarm", "us-east-1")
        #expect(reserve("PutMetricAlarm", "us-east-1", limit: 0.1) == nil)
        let after = reserve("PutMetricAlarm", "us-east-1")
        #expect(abs((after ?? 0) - (next ?? 0) - 1 / 1.5) < 1e-9)
    }

    static let alarms = LoopbackServer.Reply.json(#"{"MetricAlarms":[],"CompositeAlarms":[]}"#)

    @Test func aClientSpacesItsCalls() async throws {
        try await LoopbackServer.run { _ in
            Self.alarms
        } _: { server in
            let fixture = ClientFixture(server.url)
            for _ in 0..<20 {
                _ = try await fixture.client.cloudWatch("us-east-1").describeAlarms(
                    .init(), deadline: .after(.seconds(60)))
            }
            // 4 at once and half of one saved, then one each 1/4.5 s.
            let waited = fixture.notes.waits.reduce(Duration.zero, +).seconds
            #expect(abs(waited - 15.5 / 4.5) < 0.01)
            #expect(fixture.notes.events.filter { $0.paced > .zero }.count == 16)
        }
    }

    @Test func aTurnBeyondTheDeadlineIsNotWaitedFor() async throws {
        try await LoopbackServer.run { _ in
            Self.alarms
        } _: { server in
            let fixture = ClientFixture(server.url) { $0.quotaShare = 0.01 }
            let alarms = fixture.client.cloudWatch("us-east-1")
            _ = try await alarms.describeAlarms(.init(), deadline: .after(.seconds(60)))
            let error = await #expect(throws: AWSError.self) {
                try await alarms.describeAlarms(.init(), deadline: .after(.seconds(5)))
            }
            #expect(error?.problem.kind == .timedOut)
            #expect(error?.attempts == 0)
            #expect(server.record.requests.count == 1)
        }
    }

    @Test func adaptiveModeSlowsAfterThrottling() async throws {
        let script = Script([
            ClientTests.failure(400, "ThrottlingException"), ClientTests.accepted,
        ])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url) { $0.retry.mode = .adaptive }
            for _ in 0..<3 {
                _ = try await fixture.client.eventBridge("us-east-1").putEvents(
                    ClientTests.entry, deadline: .after(.seconds(60)))
            }
            // PutEvents has no quota here: every wait but the first, the retry's, is the limiter's.
            #expect(fixture.notes.waits.first == .milliseconds(500))
            #expect(fixture.notes.waits.count >= 3)
            #expect(server.record.requests.first?["User-Agent"]?.contains("cfg/retry-mode#adaptive") == true)
        }
    }
}
