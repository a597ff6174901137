import AWS
import AWSSigning
import Basics
import Database
import Dispatch
import Findings
import FoundationEssentials
import Synchronization
import TaskSystem
import TestSupport

@testable import Status

/// A Region that answers what the status page asks, over a real socket: healthy, but for what a test changes.
enum FakeRegion {
    static let region = "us-east-1"

    /// The operation a request is for, by its target or its path.
    static func operation(_ request: LoopbackServer.Request) -> String {
        if let target = request["X-Amz-Target"] { return String(target.split(separator: ".").last ?? "") }
        let path = request.target.prefix { $0 != "?" }
        switch path.split(separator: "/").last {
        case "policy": return "GetPolicy"
        case "event-invoke-config": return "GetFunctionEventInvokeConfig"
        case "cluster": return "ListClusters"
        default: break
        }
        if path.hasPrefix("/tags/") { return "ListTagsForResource" }
        return path.hasPrefix("/cluster/") ? "GetCluster" : "GetFunction"
    }

    static func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let account = HealthyStack.account
        let function = HealthyStack.functionARN(region)
        let quoted = { (text: String) in "\"" + text.replacing("\"", with: "\\\"") + "\"" }
        switch operation(request) {
        case "DescribeEventBus": return .json(#"{"Name":"task-events-dev"}"#)
        case "DescribeRule":
            return .json(
                #"{"Name":"task-processing-rule","Arn":"\#(HealthyStack.ruleARN(region))","State":"ENABLED","#
                    + #""EventPattern":\#(quoted(HealthyStack.pattern))}"#)
        case "ListTargetsByRule":
            return .json(
                #"{"Targets":[{"Id":"t","Arn":"\#(function)","DeadLetterConfig":{"Arn":"#
                    + #""\#(HealthyStack.queueARN("task-events-dev-undelivered", region))"}}]}"#)
        case "GetFunction":
            return .json(
                #"{"Configuration":{"FunctionName":"task-processor-dev","FunctionArn":"\#(function)","State":"Active","#
                    + #""LastUpdateStatus":"Successful","CodeSha256":"abc=","Environment":{"Variables":{"API_KEY":"hush","#
                    + #""STACK_NAME":"tasks","ENVIRONMENT":"dev","#
                    + #""EVENT_BUS_NAME":"task-events-dev","DATABASE_ROLE":"task_processor","CLUSTER_ENDPOINT":"#
                    + #""\#(HealthyStack.clusters[region]!).dsql.\#(region).on.aws"}},"#
                    + #""LoggingConfig":{"LogFormat":"Text","LogGroup":"/tasks/processor"}},"#
                    + #""Concurrency":{"ReservedConcurrentExecutions":7}}"#)
        case "GetPolicy":
            return .json(#"{"Policy":\#(quoted(HealthyStack.policy("lambda:InvokeFunction", function, region)))}"#)
        case "GetFunctionEventInvokeConfig":
            let queue = HealthyStack.queueARN("task-processor-dev-failed", region)
            return .json(#"{"MaximumRetryAttempts":2,"DestinationConfig":{"OnFailure":{"Destination":"\#(queue)"}}}"#)
        case "DescribeLogGroups":
            return .json(
                #"{"logGroups":[{"logGroupName":"/tasks/processor-2"},{"logGroupName":"/tasks/processor","retentionInDays":7}]}"#)
        case "GetQueueUrl":
            let name = String(decoding: request.body, as: UTF8.self).contains("undelivered") ? "undelivered" : "failed"
            return .json(#"{"QueueUrl":"http://sqs/\#(account)/\#(name)"}"#)
        case "GetQueueAttributes":
            let isDeadLetters = String(decoding: request.body, as: UTF8.self).contains("undelivered")
            let name = isDeadLetters ? "task-events-dev-undelivered" : "task-processor-dev-failed"
            let arn = HealthyStack.queueARN(name, region)
            return .json(
                #"{"Attributes":{"QueueArn":"\#(arn)","ApproximateNumberOfMessages":"0","SqsManagedSseEnabled":"true","#
                    + #""MessageRetentionPeriod":"1209600","Policy":"#
                    + #"\#(quoted(HealthyStack.policy("sqs:SendMessage", arn, region)))}}"#)
        case "GetCluster":
            return .json(
                #"{"identifier":"\#(HealthyStack.clusters[region]!)","arn":"\#(HealthyStack.clusterARN(region))","#
                    + #""status":"ACTIVE","creationTime":1767323045,"deletionProtectionEnabled":true}"#)
        case "ListClusters":
            let other = "zzz0def1baz2quux3quuux4zzz"
            return .json(
                #"{"clusters":[{"identifier":"\#(other)","arn":"arn:aws:dsql:us-east-1:1:cluster/\#(other)"},"#
                    + #"{"identifier":"\#(HealthyStack.clusters[region]!)","arn":"\#(HealthyStack.clusterARN(region))"}]}"#)
        case "ListTagsForResource":
            let isOurs = request.target.contains(HealthyStack.clusters[region]!)
            return .json(#"{"tags":{"Name":"\#(isOurs ? "task-mgmt-dev" : "another")"}}"#)
        case "DescribeAlarms":
            return .json(
                #"{"MetricAlarms":[{"AlarmName":"mine","StateValue":"OK","Dimensions":[{"Name":"FunctionName","#
                    + #""Value":"task-processor-dev"}],"MetricName":"Errors"},{"AlarmName":"other","MetricName":"CPU"}]}"#)
        case "GetMetricData":
            return .json(#"{"MetricDataResults":[{"Id":"invocations","Timestamps":[],"Values":[],"StatusCode":"Complete"}]}"#)
        default: return .json("{}", status: 500)
        }
    }

    static func denied(_ action: String) -> LoopbackServer.Reply {
        .json(#"{"__type":"AccessDeniedException","message":"not authorized to perform: \#(action)"}"#, status: 400)
    }

    // MARK: Who asks

    static func client(_ url: String) -> AWSClient {
        let credentials = AWSCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("secret"), sessionToken: nil)
        var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: region)
        configuration.endpoints = EndpointSettings(override: url)
        configuration.transport = HTTPTransport()
        configuration.sleep = { _ in }
        return AWSClient(configuration)
    }

    /// - Parameter database: nil for one at whose address nobody listens.
    static func target(
        _ url: String, region: String = region, cluster: ClusterReference? = nil, database: DatabaseConfiguration? = nil
    ) -> StatusTarget {
        var stack = HealthyStack.regional(region)
        if let cluster { stack.cluster = cluster }
        return StatusTarget(stack: stack, client: client(url)) { id in
            database
                ?? DatabaseConfiguration(host: id.endpoint(in: region), hostaddr: "127.0.0.1", port: 1, user: "taskops") { _ in
                    Secret("token")
                }
        }
    }

    static func run(_ targets: [StatusTarget], sourceTimeout: Duration = .seconds(20)) -> StatusRun {
        StatusRun(
            stack: TaskStack(name: "tasks", environment: "dev", regions: targets.map(\.stack)), targets: targets,
            schemaVersions: [0, 1], sourceTimeout: sourceTimeout)
    }
}

extension StatusRun {
    func look(within time: Duration = .seconds(30), stop: StopSignal = StopSignal()) async -> StatusReport {
        await run(deadline: .after(time), stop: stop) { _ in }
    }
}

/// Holds every answer back until all of a round's requests have come: what needs an answer first is of a later round.
///
/// A reader that asks one after the other never completes the first round, and gets no answer at all.
final class Rounds: Sendable {
    private struct State {
        var expected: [Int]
        var waiting: [DispatchSemaphore] = []
        var seen: [[String]] = [[]]
        var isOpen = false
    }

    private let state: Mutex<State>

    /// - Parameter expected: how many requests each round has.
    init(_ expected: [Int]) {
        state = Mutex(State(expected: expected))
    }

    /// The operations of each round, sorted.
    var seen: [[String]] { state.withLock { $0.seen.map { $0.sorted() } } }

    func hold(_ operation: String) {
        let turn = DispatchSemaphore(value: 0)
        let released = state.withLock { state -> [DispatchSemaphore] in
            state.seen[state.seen.count - 1].append(operation)
            guard !state.isOpen, let expected = state.expected.first else { return [turn] }
            state.waiting.append(turn)
            guard state.waiting.count == expected else { return [] }
            state.expected.removeFirst()
            if !state.expected.isEmpty { state.seen.append([]) }
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in released { one.signal() }
        turn.wait()
    }

    /// Lets everybody go, at the end of a test.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.signal() }
    }
}
