import AWS
import AWSSigning
import Basics
import Dispatch
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import Monitoring

/// The reader against Regions on a real socket, whose answers come in pages.
@Suite struct LiveReaderTests {
    private static let alarmPage = #"""
        {"MetricAlarms": [{"AlarmName": "%a", "AlarmArn": "arn:aws:cloudwatch:%r:1:alarm:%a", "StateValue": "OK",
          "StateReason": "r", "Threshold": 5.0, "EvaluationWindow": {"SlidingWindow": {}}, "SomethingNew": 1,
          "AlarmConfigurationUpdatedTimestamp": 1.7e9}],
         "CompositeAlarms": [{"AlarmName": "c%a", "AlarmArn": "arn:c", "AlarmRule": "TRUE"}]%t}
        """#

    /// Answers as AWS would, a page at a time; nil leaves an operation to the test.
    private static func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let operation = request["X-Amz-Target"]?.split(separator: ".").last.map(String.init) ?? ""
        let region = request["Authorization"]?.split(separator: "/").dropFirst(2).first.map(String.init) ?? ""
        let body = String(decoding: request.body, as: UTF8.self)
        func page(_ first: String, _ rest: String) -> LoopbackServer.Reply {
            .json((body.contains("\"t1\"") ? rest : first).replacing("%r", with: region))
        }
        switch operation {
        case "DescribeAlarms":
            let text = alarmPage
            return page(
                text.replacing("%a", with: "a").replacing("%t", with: #", "NextToken": "t1""#),
                text.replacing("%a", with: "b").replacing("%t", with: ""))
        case "DescribeLogGroups":
            return page(
                #"{"logGroups": [{"logGroupName": "g", "arn": "arn:g:*", "retentionInDays": 3}], "nextToken": "t1"}"#,
                #"{"logGroups": [{"logGroupName": "h", "arn": "arn:h:*", "logGroupArn": "arn:h"}]}"#)
        case "DescribeMetricFilters":
            return page(
                #"{"metricFilters": [{"filterName": "f", "logGroupName": "g", "metricTransformations": []}], "nextToken": "t1"}"#,
                #"{"metricFilters": [{"filterName": "f2", "logGroupName": "g"}, {"filterName": "x", "logGroupName": "h"}]}"#)
        case "DescribeSubscriptionFilters":
            return page(#"{"subscriptionFilters": [{"filterName": "s", "destinationArn": "arn:d"}]}"#, "{}")
        case "ListDashboards":
            return page(
                #"{"DashboardEntries": [{"DashboardName": "d", "DashboardArn": "arn:d/d"}], "NextToken": "t1"}"#,
                #"{"DashboardEntries": [{"DashboardName": "e", "DashboardArn": "arn:d/e"}, {"DashboardName": "own", "DashboardArn": "arn:d/own"}]}"#
            )
        case "GetDashboard": return page(#"{"DashboardBody": "{\"widgets\": []}"}"#, "")
        case "GetResources":
            return page(
                #"{"PaginationToken": "t1", "ResourceTagMappingList": [{"ResourceARN": "arn:g:*", "Tags": [{"Key": "taskops:stack", "Value": "tasks"}, {"Key": "x", "Value": "1"}]}]}"#,
                #"{"PaginationToken": "", "ResourceTagMappingList": [{"ResourceARN": "arn:aws:cloudwatch:%r:1:alarm:b", "Tags": [{"Key": "taskops:stack", "Value": "other"}]}]}"#
            )
        case "ListTagsForResource":
            if body.contains("arn:d/own") { return .json(#"{"Tags": [{"Key": "taskops:stack", "Value": "tasks"}]}"#) }
            return .json(
                body.contains("resourceArn") ? #"{"tags": {"late": "1"}}"# : #"{"Tags": [{"Key": "late", "Value": "1"}]}"#)
        default: return .json("{}", status: 400)
        }
    }

    private func reader(_ server: LoopbackServer, _ regions: [String]) -> LiveReader {
        let targets = regions.map { region in
            let credentials = AWSCredentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("secret"), sessionToken: nil)
            var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: region)
            configuration.endpoints = EndpointSettings(override: server.url)
            configuration.transport = HTTPTransport()
            configuration.sleep = { _ in }
            return LiveReader.Target(region: region, client: AWSClient(configuration))
        }
        return LiveReader(targets, home: targets.first)
    }

    private func id(_ kind: ResourceKind, _ name: String, _ region: String = "us-east-1") -> ResourceID {
        ResourceID(kind, name, region: region)
    }

    private func operations(_ server: LoopbackServer) -> [String: Int] {
        server.record.requests.reduce(into: [:]) { counts, request in
            counts[request["X-Amz-Target"]?.split(separator: ".").last.map(String.init) ?? "", default: 0] += 1
        }
    }

    @Test func everyPageIsReadAndWhatNobodyWantsIsAFingerprint() async throws {
        try await LoopbackServer.run(Self.answer) { server in
            var request = LiveRequest(
                stack: "tasks", kept: [id(.metricAlarm, "a"), id(.logGroup, "g"), id(.dashboard, "d")],
                metricFilterGroups: [id(.logGroup, "g")], subscriptionFilterGroups: [id(.logGroup, "g")])
            request.asksForTags = { _ in true }
            let state = await reader(server, ["us-east-1", "us-west-2"]).read(request, deadline: .after(.seconds(60)))
            #expect(state.unreadable.isEmpty)
            #expect(Set(state.resources.keys.map(\.name)) == ["a", "g", "d"])

            let alarm = try #require(state.resources[id(.metricAlarm, "a")])
            // State, times and what no file can say are left behind.
            #expect(alarm.fields == ["Threshold": 5, "EvaluationWindow": ["SlidingWindow": [:]]])
            // The index did not know it; its own service did.
            #expect(alarm.tags == ["late": "1"])
            let group = try #require(state.resources[id(.logGroup, "g")])
            #expect(group.arn == "arn:g" && group.tags == ["taskops:stack": "tasks", "x": "1"])
            #expect(group.fields["metricFilters"]?.array?.map { $0["filterName"]?.string } == ["f", "f2"])
            #expect(group.fields["subscriptionFilters"]?.array?.count == 1)

            let others = Dictionary(grouping: state.others) { "\($0.id.kind.rawValue) \($0.id.name)" }
            #expect(
                Set(others.keys) == [
                    "alarm a", "alarm b", "composite alarm ca", "composite alarm cb", "log group g", "log group h", "dashboard e",
                    "dashboard own",
                ])
            #expect(others["alarm b"]?.map { $0.tags?["taskops:stack"] } == ["other", "other"])
            // Of a dashboard that no file wants the body is read where it is the stack's, and only there.
            #expect(others["dashboard own"]?.first?.fields != nil && others["dashboard e"]?.first?.fields == nil)
            #expect(
                operations(server) == [
                    "DescribeAlarms": 4, "DescribeLogGroups": 4, "DescribeMetricFilters": 2, "DescribeSubscriptionFilters": 1,
                    "ListDashboards": 2, "GetDashboard": 2, "GetResources": 4, "ListTagsForResource": 4,
                ])
        }
    }

    @Test func everythingIsAskedForAtOnce() async throws {
        // Each of the two Regions has three sources, and the dashboards are a seventh.
        let gate = Gate(7)
        try await LoopbackServer.run { request in
            gate.arrive()
            return Self.answer(request)
        } _: { server in
            let state = await reader(server, ["us-east-1", "us-west-2"])
                .read(LiveRequest(stack: "tasks", kept: []), deadline: .after(.seconds(60)))
            #expect(gate.most >= 7)
            #expect(state.unreadable.isEmpty)
        }
    }

    @Test(arguments: [
        ("DescribeAlarms", Plan.Unreadable.Part.alarms), ("DescribeLogGroups", .logGroups), ("GetResources", .tags),
        ("DescribeMetricFilters", .metricFilters), ("ListDashboards", .dashboards), ("GetDashboard", .dashboards),
        ("DescribeSubscriptionFilters", .subscriptionFilters), ("ListTagsForResource", .tags),
    ])
    func whatIsRefusedHidesNothingElse(operation: String, part: Plan.Unreadable.Part) async throws {
        try await LoopbackServer.run { request in
            let isRefused = request["X-Amz-Target"]?.hasSuffix(".\(operation)") == true
            guard isRefused, request["Authorization"]?.contains("us-east-1") == true else { return Self.answer(request) }
            return .json(#"{"__type": "AccessDeniedException", "message": "not authorized"}"#, status: 400)
        } _: { server in
            let state = await reader(server, ["us-east-1", "us-west-2"])
                .read(
                    LiveRequest(stack: "tasks", kept: nil, metricFilterGroups: nil, subscriptionFilterGroups: nil),
                    deadline: .after(.seconds(60)))
            #expect(!state.unreadable.isEmpty)
            #expect(Set(state.unreadable.map(\.part)) == [part])
            #expect(state.unreadable.allSatisfy { $0.region == "us-east-1" && $0.problem.kind == .denied })
            #expect(state.unreadable.first?.problem.hint == "taskops permissions plan")
            #expect(state.resources[id(.metricAlarm, "a", "us-west-2")] != nil)
            #expect((state.resources[id(.metricAlarm, "a")] == nil) == (part == .alarms))
        }
    }

    /// Holds every answer back until as many requests have come as are to come at once.
    private final class Gate: Sendable {
        private let wanted: Int
        private let state = Mutex<(waiting: [DispatchSemaphore], most: Int)>(([], 0))

        init(_ wanted: Int) { self.wanted = wanted }

        var most: Int { state.withLock(\.most) }

        /// Those after the first ones pass, and so does whoever has waited for five seconds: then they never came.
        func arrive() {
            let turn = DispatchSemaphore(value: 0)
            let released = state.withLock { state -> [DispatchSemaphore] in
                if state.most >= wanted { return [turn] }
                state.waiting.append(turn)
                state.most = max(state.most, state.waiting.count)
                return state.most >= wanted ? state.waiting : []
            }
            for one in released { one.signal() }
            _ = turn.wait(timeout: .now() + 5)
        }
    }
}
