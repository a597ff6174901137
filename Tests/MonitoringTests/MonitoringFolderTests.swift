import Basics
import Testing

@testable import Monitoring

@Suite struct MonitoringFolderTests {
    static let alarm = """
        AlarmName: ${function}-errors
        Namespace: AWS/Lambda
        MetricName: Errors
        Dimensions:
          - {Name: FunctionName, Value: "${function}"}
        Statistic: Sum
        Period: 60
        EvaluationPeriods: 5
        Threshold: ${limit}
        ComparisonOperator: GreaterThanThreshold
        AlarmActions: ["${topic}"]

        """

    private func read(_ files: [String: String]) throws -> [DesiredResource] {
        try Checkout(files).read().desired.resources
    }

    @Test func oneFileIsOneAlarmInEachRegionWithItsVariables() throws {
        let resources = try read(["alarms/errors.yaml": Self.alarm])
        #expect(
            resources.map(\.id.description) == [
                "alarm task-processor-dev-errors in us-east-1", "alarm task-processor-west-errors in us-west-2",
            ])
        let west = try #require(resources.last)
        #expect(west.fields["AlarmActions"] == ["arn:aws:sns:us-west-2:123456789012:on-call"])
        #expect(west.fields["Threshold"] == 7, "what a member's type is decides, also behind a variable")
        #expect(west.fields["Dimensions"] == [["Name": "FunctionName", "Value": "task-processor-west"]])
        #expect(west.fields["AlarmName"] == nil)
        #expect(west.runbook == "errors")
        #expect(west.place == .init(file: "alarms/errors.yaml", line: 1, column: 1))
    }

    @Test func aListHasDefaultsAndEachEntryItsOwnWord() throws {
        let text = """
            x-anchors: {base: &base {Namespace: AWS/SQS, MetricName: ApproximateNumberOfMessagesVisible}}
            for: [us-west-2]
            runbook: queues
            defaults:
              <<: *base
              Statistic: Maximum
              Period: 60
              EvaluationPeriods: 1
              TreatMissingData: breaching
              Tags: [{Key: team, Value: tasks}, {Key: level, Value: low}]
            alarms:
              - AlarmName: a
                Period: 300
                Tags: [{Key: level, Value: high}]
              - AlarmName: b
                for: each Region
                runbook: own.md
                Metrics:
                  - {Id: m1, Expression: "SELECT SUM(Errors) FROM \\"AWS/Lambda\\""}
              - AlarmName: c
                AlarmRule: ALARM(a)
                for: ["${regions.0}"]
            """
        let resources = try read(["alarms/many.yaml": text])
        #expect(
            resources.map(\.id.description) == [
                "alarm a in us-west-2", "alarm b in us-east-1", "alarm b in us-west-2", "composite alarm c in us-east-1",
            ])
        #expect(resources[0].fields["Namespace"] == "AWS/SQS")
        #expect(resources[0].fields["Period"] == 300)
        #expect(resources[0].tags == ["team": "tasks", "level": "high"])
        #expect(resources[0].runbook == "queues")
        #expect(resources[1].fields["Namespace"] == nil, "AWS forbids it beside Metrics, so the default is left out")
        #expect(resources[1].fields["TreatMissingData"] == "breaching")
        #expect(resources[1].runbook == "own")
        #expect(resources[3].fields["Period"] == nil)
    }

    @Test func aDashboardIsItsBodyAndStandsOnce() throws {
        let body =
            #"{"widgets": [{"type": "text", "properties": {"markdown": "${us-west-2.function} ${LABEL} $${x} ${regions.1}"}}]}"#
        let resources = try read([
            "dashboards/whole.json": body,
            "dashboards/named.yaml":
                "DashboardName: ${stack}-${region}\nfor: each Region\ntags: {a: b}\nDashboardBody: |\n  \(body)\n",
        ])
        #expect(resources.map(\.id.name) == ["tasks-us-east-1", "tasks-us-west-2", "whole"])
        #expect(Set(resources.map(\.id.region)) == ["us-east-1"])
        #expect(resources[0].tags == ["a": "b"])
        let text = resources[2].fields["widgets"]?.array?.first?["properties"]?["markdown"]
        #expect(text == "task-processor-west ${LABEL} ${x} us-west-2")
        #expect(resources[0].fields == resources[2].fields)
    }

    @Test func logGroupsKeepTheirTagsApart() throws {
        let text = """
            logGroups:
              - logGroupName: /aws/lambda/${function}
                retentionInDays: 14
                tags: {number: 007}
                metricFilters:
                  - filterName: errors
                    filterPattern: '{ $.level = "error" }'
                    metricTransformations: [{metricName: LoggedErrors, metricNamespace: Tasks, metricValue: 1}]
            """
        let resources = try read(["log-groups/all.yml": text])
        #expect(resources.map(\.id.name) == ["/aws/lambda/task-processor-dev", "/aws/lambda/task-processor-west"])
        #expect(resources[0].tags == ["number": "007"], "letters as they stand in the file")
        #expect(resources[0].fields["retentionInDays"] == 14)
        let filter = resources[0].fields["metricFilters"]?.array?.first
        #expect(filter?["metricTransformations"]?.array?.first?["metricValue"] == "1")
        #expect(filter?["filterPattern"] == #"{ $.level = "error" }"#)
    }

    @Test func testFilesHiddenOnesAndPagesAreNoResources() throws {
        let resources = try read([
            "alarms/errors.yaml": Self.alarm, "alarms/errors.test.yaml": "alarm: x\n", "alarms/.swp.yaml": ":",
            "alarms/README.md": "# words", "alarms/queue/deep.yaml": Self.alarm.replacing("-errors", with: "-deep"),
        ])
        #expect(resources.count == 4)
    }

    @Test func aFolderWithoutAnyOfTheThreeIsSaid() throws {
        let problem = #expect(throws: Problem.self) { try Checkout([:]).read() }
        #expect(problem?.summary.hasPrefix("no alarms/, dashboards/ or log-groups/ in ") == true)
    }
}
