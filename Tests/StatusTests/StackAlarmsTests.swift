import AWS
import Findings
import FoundationEssentials
import TaskSystem
import Testing

@testable import Status

/// Which of an account's alarms are the stack's.
@Suite struct StackAlarmsTests {
    private static let stack = HealthyStack.regional("us-east-1")

    private func metricAlarm(_ name: String, _ namespace: String, _ dimensions: [String: String]) throws -> AlarmSource {
        let pairs = dimensions.map { #"{"Name":"\#($0.key)","Value":"\#($0.value)"}"# }.joined(separator: ",")
        let text =
            #"{"AlarmName":"\#(name)","Namespace":"\#(namespace)","MetricName":"M","Dimensions":[\#(pairs)],"StateValue":"OK"}"#
        return AlarmSource(try AWSJSON.decode(CloudWatch.MetricAlarm.self, Data(text.utf8)))
    }

    private func composite(_ name: String, _ rule: String) throws -> AlarmSource {
        let quoted = rule.replacing("\"", with: "\\\"")
        let text = #"{"AlarmName":"\#(name)","AlarmArn":"arn:\#(name)","AlarmRule":"\#(quoted)"}"#
        return AlarmSource(try AWSJSON.decode(CloudWatch.CompositeAlarm.self, Data(text.utf8)))
    }

    private func isOurs(_ namespace: String, _ dimensions: [String: String]) throws -> Bool {
        let alarms = StackAlarms(Self.stack, cluster: ClusterID(rawValue: HealthyStack.clusters["us-east-1"]!))
        return try !alarms.of([metricAlarm("a", namespace, dimensions)]).isEmpty
    }

    @Test func whatWatchesOneOfItsThingsIsTheStacks() throws {
        let cluster = HealthyStack.clusters["us-east-1"]!
        #expect(try isOurs("AWS/Lambda", ["FunctionName": "task-processor-dev", "Resource": "task-processor-dev:live"]))
        #expect(try isOurs("AWS/Events", ["EventBusName": "task-events-dev", "RuleName": "task-processing-rule"]))
        #expect(try isOurs("AWS/Events", ["EventBusName": "task-events-dev"]))
        #expect(try isOurs("AWS/SQS", ["QueueName": "task-processor-dev-failed"]))
        #expect(try isOurs("AWS/AuroraDSQL", ["ClusterId": cluster]))
        #expect(try isOurs("AWS/Usage", ["ResourceId": "cluster/\(cluster)", "Service": "AuroraDSQL"]))
        #expect(try isOurs("TaskOps/Canary", [:]))
        #expect(try isOurs("TaskOps/task-processor-dev", [:]))
    }

    @Test func whatWatchesAnothersIsNot() throws {
        #expect(try !isOurs("AWS/Lambda", ["FunctionName": "task-processor-dev-2"]))
        #expect(try !isOurs("AWS/Events", ["EventBusName": "other", "RuleName": "task-processing-rule"]))
        #expect(try !isOurs("AWS/Events", ["EventBusName": "task-events-dev", "RuleName": "other"]))
        #expect(try !isOurs("AWS/Events", ["RuleName": "task-processing-rule"]), "that is the default bus's")
        #expect(try !isOurs("AWS/SQS", ["QueueName": "orders"]))
        #expect(try !isOurs("AWS/AuroraDSQL", ["ClusterId": HealthyStack.clusters["us-west-2"]!]))
        #expect(try !isOurs("AWS/EC2", [:]))
        #expect(try !isOurs("TaskOps/task-processor-dev-2", [:]))
    }

    @Test func anAlarmOnAFormulaIsTheStacksWhenOneOfItsMetricsIs() throws {
        let text = """
            {"AlarmName": "ratio", "Metrics": [
                {"Id": "r", "Expression": "e / i"},
                {"Id": "e", "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {"Namespace": "AWS/Lambda",
                    "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "task-processor-dev"}]}}}]}
            """
        let source = AlarmSource(try AWSJSON.decode(CloudWatch.MetricAlarm.self, Data(text.utf8)))
        #expect(StackAlarms(Self.stack, cluster: nil).of([source]).map(\.alarmName) == ["ratio"])
    }

    @Test func aCompositeIsTheStacksWhenItRefersToOneThatIs() throws {
        let all = try [
            metricAlarm("errors", "AWS/Lambda", ["FunctionName": "task-processor-dev"]),
            metricAlarm("foreign", "AWS/EC2", ["InstanceId": "i-1"]),
            composite("top", #"ALARM("middle") AND NOT OK(foreign)"#),
            composite("middle", "INSUFFICIENT_DATA('x') OR ( ALARM ( errors ) )"),
            composite("elsewhere", #"ALARM("foreign") OR ALARM("errors-2")"#),
            composite("by-arn", #"ALARM("arn:middle")"#),
        ]
        let ours = StackAlarms(Self.stack, cluster: nil).of(all)
        #expect(ours.map(\.alarmName) == ["by-arn", "errors", "middle", "top"])
        #expect(ours.map(\.alarmType) == ["CompositeAlarm", "MetricAlarm", "CompositeAlarm", "CompositeAlarm"])
    }

    @Test(arguments: [
        ("Failed. Runbook: runbooks/task-processor-errors.md", "task-processor-errors"),
        ("Runbook: runbooks/a.md and more", "a"), ("Runbook: runbooks/.md", nil), ("see runbooks/a.md", nil), (nil, nil),
    ])
    func theRunbookIsNamedInTheDescription(text: String?, page: String?) {
        var alarm = AlarmFacts(alarmName: "a", alarmType: "MetricAlarm")
        alarm.alarmDescription = text
        #expect(alarm.runbook == page)
    }
}
