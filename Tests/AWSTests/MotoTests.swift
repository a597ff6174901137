import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// The same answers read by botocore and by this room: moto, a stand-in for AWS that others wrote, serves both.
@Suite struct MotoTests {
    static let python: String = {
        let own = Repository.root + "/.taskops/venv/bin/python"
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }()

    static let isThere: @Sendable () async -> Bool = {
        let result = try? await run(
            .name("env"), arguments: [python, "-c", "import boto3, flask, moto.server"], output: .discarded)
        return result?.terminationStatus.isSuccess ?? false
    }

    /// Fills the stand-in, prints what botocore reads back from it, and serves until its input ends.
    static let script = #"""
        import datetime, io, json, logging, os, sys, zipfile
        os.environ.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="s", AWS_EC2_METADATA_DISABLED="true")
        import boto3
        from botocore.exceptions import ClientError
        from moto.server import ThreadedMotoServer
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        url = "http://%s:%d" % server.get_host_and_port()
        answers = {}

        def client(name):
            return boto3.client(name, region_name="us-east-1", endpoint_url=url)

        def note(name, answer):
            answer.pop("ResponseMetadata", None)
            answers[name] = answer

        bus, account = "task-events-dev", "123456789012"
        events = client("events")
        events.create_event_bus(Name=bus)
        events.put_rule(Name="r", EventBusName=bus, EventPattern='{"source":["task.management"]}', State="DISABLED")
        events.put_targets(Rule="r", EventBusName=bus, Targets=[{
            "Id": "1", "Arn": f"arn:aws:lambda:us-east-1:{account}:function:f",
            "DeadLetterConfig": {"Arn": f"arn:aws:sqs:us-east-1:{account}:q"},
            "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 60}}])
        note("DescribeEventBus", events.describe_event_bus(Name=bus))
        note("DescribeRule", events.describe_rule(Name="r", EventBusName=bus))
        note("ListTargetsByRule", events.list_targets_by_rule(Rule="r", EventBusName=bus))
        note("ListEventBuses", events.list_event_buses())
        note("ListRules", events.list_rules(EventBusName=bus))
        dsql = client("dsql")
        cluster = dsql.create_cluster(tags={"Name": "täsks"})
        note("GetCluster", dsql.get_cluster(identifier=cluster["identifier"]))
        note("DSQL.ListTagsForResource", dsql.list_tags_for_resource(resourceArn=cluster["arn"]))
        alarms = client("cloudwatch")
        for name in ("a", "b"):
            alarms.put_metric_alarm(
                AlarmName=name, MetricName="Errors", Namespace="AWS/Lambda", Statistic="Sum", Period=60, Threshold=1.5,
                EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold",
                Dimensions=[{"Name": "FunctionName", "Value": "f"}])
        note("DescribeAlarms", alarms.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"]))
        logs = client("logs")
        logs.create_log_group(logGroupName="/aws/lambda/f")
        logs.put_retention_policy(logGroupName="/aws/lambda/f", retentionInDays=7)
        logs.create_log_stream(logGroupName="/aws/lambda/f", logStreamName="s")
        now = int(datetime.datetime.now().timestamp() * 1000)
        logs.put_log_events(logGroupName="/aws/lambda/f", logStreamName="s", logEvents=[
            {"timestamp": now, "message": f"héllo \t\"{n}\""} for n in range(5)])
        note("FilterLogEvents", logs.filter_log_events(logGroupName="/aws/lambda/f"))
        note("DescribeLogGroups", logs.describe_log_groups())
        sqs = client("sqs")
        sqs.create_queue(QueueName="q")
        note("GetQueueUrl", sqs.get_queue_url(QueueName="q"))
        queue = answers["GetQueueUrl"]["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        note("GetQueueAttributes", sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"]))
        role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr("bootstrap", "#!/bin/sh")
        function = client("lambda")
        function.create_function(
            FunctionName="f", Runtime="provided.al2023", Role=role, Handler="bootstrap", Tags={"k": "v"},
            Code={"ZipFile": archive.getvalue()}, Environment={"Variables": {"STACK_NAME": "tasks"}})
        function.add_permission(
            FunctionName="f", StatementId="1", Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
        function.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1, MaximumEventAgeInSeconds=300)
        note("GetFunction", function.get_function(FunctionName="f"))
        note("GetFunctionConfiguration", function.get_function_configuration(FunctionName="f"))
        note("GetPolicy", function.get_policy(FunctionName="f"))
        note("GetFunctionEventInvokeConfig", function.get_function_event_invoke_config(FunctionName="f"))

        class Dates(json.JSONEncoder):
            def default(self, value):
                return value.timestamp() if isinstance(value, datetime.datetime) else super().default(value)

        print(json.dumps({"url": url, "cluster": cluster["identifier"], "clusterARN": cluster["arn"], "queue": queue,
                          "answers": answers}, cls=Dates), flush=True)
        sys.stdin.read()
        """#

    struct Served: Decodable {
        let url: String
        let cluster: String
        let clusterARN: String
        let queue: String
        let answers: [String: JSONValue]
    }

    /// Any JSON, for comparing.
    enum JSONValue: Decodable, Equatable, CustomStringConvertible {
        case object([String: JSONValue])
        case array([JSONValue])
        case text(String)
        case number(Double)
        case bool(Bool)
        case null

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([JSONValue].self) {
                self = .array(value)
            } else {
                self = .object(try container.decode([String: JSONValue].self))
            }
        }

        var description: String {
            switch self {
            case .object(let members): "{\(members.map { "\($0): \($1)" }.sorted().joined(separator: ", "))}"
            case .array(let elements): "\(elements)"
            case .text(let text): "\"\(text)\""
            case .number(let number): "\(number)"
            case .bool(let value): "\(value)"
            case .null: "null"
            }
        }

        /// Every member here is there too, with the same value.
        func differences(from other: JSONValue?, at path: String) -> [String] {
            switch (self, other) {
            case (.object(let mine), .object(let theirs)?):
                mine.flatMap { $1.differences(from: theirs[$0], at: "\(path).\($0)") }
            case (.array(let mine), .array(let theirs)?) where mine.count == theirs.count:
                zip(mine, theirs).enumerated().flatMap { $1.0.differences(from: $1.1, at: "\(path)[\($0)]") }
            case (.number(let mine), .number(let theirs)?) where abs(mine - theirs) < 0.0011: []
            default:
                self == other ? [] : ["\(path): \(self) against \(other.map(String.init(describing:)) ?? "nothing")"]
            }
        }
    }

    @Test(.enabled("python3 with boto3 and moto's server is not here", isThere))
    func answersAreReadAsBotocoreReadsThem() async throws {
        _ = try await run(
            .name("env"), arguments: [Self.python, "-c", Self.script], input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var line: String?
            for try await text in execution.standardOutput.strings() {
                line = text
                break
            }
            let served = try JSONDecoder().decode(Served.self, from: Data(try #require(line).utf8))
            try await compare(served)
            try await execution.standardInputWriter.finish()
        }
    }

    func compare(_ served: Served) async throws {
        let fixture = ClientFixture(served.url)
        let (client, deadline) = (fixture.client, fixture.deadline)
        func check(_ name: String, _ mine: some Encodable) throws {
            let tree = try JSONDecoder().decode(JSONValue.self, from: try AWSJSON.encode(mine))
            #expect(tree.differences(from: served.answers[name], at: name) == [])
        }

        let events = client.eventBridge("us-east-1")
        let bus = "task-events-dev"
        try check("DescribeEventBus", try await events.describeEventBus(.init(name: bus), deadline: deadline))
        let rule = try await events.describeRule(.init(name: "r", eventBusName: bus), deadline: deadline)
        #expect(rule.state == .disabled)
        try check("DescribeRule", rule)
        let targets = try await events.listTargetsByRule(.init(rule: "r", eventBusName: bus), deadline: deadline)
        #expect(targets.targets?.first?.retryPolicy?.maximumRetryAttempts == 3)
        try check("ListTargetsByRule", targets)
        try check("ListEventBuses", try await events.listEventBuses(deadline: deadline))
        #expect(try await events.allEventBuses(deadline: deadline).map(\.name) == ["default", bus])
        try check("ListRules", try await events.listRules(.init(eventBusName: bus), deadline: deadline))
        #expect(try await events.allRules(onBus: bus, deadline: deadline).map(\.name) == ["r"])

        let put = try await events.putEvents(
            .init(entries: [.init(source: "s", detailType: "t", detail: "{}", eventBusName: bus, time: Date())]),
            deadline: deadline)
        #expect(put.failedEntryCount == 0)
        #expect(put.entries.first?.eventID?.isEmpty == false)

        let dsql = client.dsql("us-east-1")
        let cluster = try await dsql.getCluster(identifier: served.cluster, deadline: deadline)
        #expect(cluster.status.isServing)
        #expect(cluster.tags == ["Name": "täsks"])
        try check("GetCluster", cluster)
        try check(
            "DSQL.ListTagsForResource", try await dsql.listTagsForResource(arn: served.clusterARN, deadline: deadline))

        let alarms = try await client.cloudWatch("us-east-1").allAlarms(deadline: deadline)
        #expect(alarms.metricAlarms?.map(\.alarmName) == ["a", "b"])
        try check("DescribeAlarms", alarms)

        let logs = client.logs("us-east-1")
        var messages: [String?] = []
        for try await page in logs.filterLogEventsPages(
            .init(logGroupName: "/aws/lambda/f", limit: 2), deadline: deadline)
        {
            messages += page.map(\.message)
        }
        #expect(messages == (0..<5).map { "héllo \t\"\($0)\"" })
        try check(
            "FilterLogEvents", try await logs.filterLogEvents(.init(logGroupName: "/aws/lambda/f"), deadline: deadline))
        try check("DescribeLogGroups", try await logs.describeLogGroups(.init(), deadline: deadline))

        let sqs = client.sqs("us-east-1")
        try check("GetQueueUrl", try await sqs.getQueueURL(.init(queueName: "q"), deadline: deadline))
        let attributes = try await sqs.getQueueAttributes(
            .init(queueURL: served.queue, attributeNames: ["All"]), deadline: deadline)
        #expect(attributes.approximateNumberOfMessages == 1)
        try check("GetQueueAttributes", attributes)
        let missing = await #expect(throws: AWSError.self) {
            try await sqs.getQueueURL(.init(queueName: "nowhere"), deadline: deadline)
        }
        #expect(missing?.problem.kind == .notFound)

        let lambda = client.lambda("us-east-1")
        let function = try await lambda.getFunction(name: "f", deadline: deadline)
        #expect(function.configuration?.environment?.variables == ["STACK_NAME": "tasks"])
        try check("GetFunction", function)
        let configuration = try await lambda.getFunctionConfiguration(name: "f", deadline: deadline)
        #expect(configuration.state == .active)
        try check("GetFunctionConfiguration", configuration)
        try check("GetPolicy", try await lambda.getPolicy(name: "f", deadline: deadline))
        try check(
            "GetFunctionEventInvokeConfig", try await lambda.getFunctionEventInvokeConfig(name: "f", deadline: deadline)
        )
        let absent = await #expect(throws: AWSError.self) {
            try await lambda.getFunction(name: "absent", deadline: deadline)
        }
        #expect(absent?.code == "ResourceNotFoundException")
        #expect(absent?.problem.kind == .notFound)

        let identity = try await client.sts("us-east-1").getCallerIdentity(deadline: deadline)
        #expect(identity.account == "123456789012")
    }
}
