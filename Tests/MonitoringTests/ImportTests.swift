import Basics
import FoundationEssentials
import TaskSystem
import TestSupport
import Testing

@testable import Monitoring

/// Files written from what is live, and read again.
@Suite(.serialized) struct ImportTests {
    static let stack = TaskStack(
        name: "tasks", environment: "dev",
        regions: [
            RegionalStack(
                region: "us-east-1", cluster: .id(ClusterID(rawValue: "abcdefghijklmnopqrstuvwx01")!), bus: "task-events-dev",
                rule: "task-processing-rule", function: "task-processor", deadLetterQueue: "task-events-dev-undelivered"),
            RegionalStack(
                region: "us-west-2", cluster: .id(ClusterID(rawValue: "abcdefghijklmnopqrstuvwx02")!), bus: "task-events-dev",
                rule: "task-processing-rule", function: "task-processor", deadLetterQueue: "task-events-dev-undelivered"),
        ])

    static func variables() throws -> MonitoringVariables {
        try MonitoringVariables(stack: stack, account: FakeAWS.account)
    }

    // MARK: Variables

    @Test(arguments: [
        ("task-processor-errors", "${function}-errors"), ("/aws/lambda/task-processor", "/aws/lambda/${function}"),
        ("task-events-dev-undelivered", "${deadLetterQueue}"), ("task-events-dev", "${bus}"),
        ("arn:aws:sns:us-east-1:111122223333:on-call", "arn:aws:sns:${region}:${account}:on-call"),
        ("us-west-2", "us-west-2"), ("device", "device"), ("dev", "${environment}"), ("board-dev", "board-${environment}"),
        ("for dev only", "for dev only"), ("taskspace", "taskspace"),
        ("tasks: all", "tasks: all"), ("tasks", "${stack}"),
        ("tasks-dev-tasks-stuck", "${stack}-${environment}-tasks-stuck"), ("$task-processor", "$task-processor"),
        ("cost: $5 ${LABEL}", "cost: $5 ${LABEL}"),
        ("${region}", "$${region}"), ("${", "$${"), ("$${LABEL}", "$$${LABEL}"), ("${LABEL", "$${LABEL"), ("$", "$"),
        ("${PROP('Dim.FunctionName')} task-processor", "${PROP('Dim.FunctionName')} ${function}"), ("", ""),
        ("abcdefghijklmnopqrstuvwx01", "${clusterId}"), ("task-processor task-processor", "${function} ${function}"),
    ])
    func valuesBecomeVariables(text: String, expected: String) throws {
        let variables = try Self.variables()
        let placed = VariablePlacer(variables, region: "us-east-1").placed(text)
        #expect(placed == expected)
        #expect(try variables.filled(placed, in: "us-east-1") == text)
    }

    @Test func whatIsMadeOnceNamesOtherRegionsToo() throws {
        let placer = VariablePlacer(try Self.variables(), region: "us-east-1", others: true)
        #expect(placer.placed("us-west-2 us-east-1") == "${regions.1} ${region}")
        #expect(placer.placed("abcdefghijklmnopqrstuvwx02") == "${regions.1.clusterId}")
    }

    @Test func randomTextsComeBack() throws {
        let variables = try Self.variables()
        var random = SeededNumbers(seed: 0x696D)
        let pieces = [
            "task-processor", "task-events-dev", "dev", "tasks", "us-east-1", "us-west-2", "$", "{", "}", "${", "$${", "LABEL",
            "${LABEL}", "${x}", "-", "a", " ", "é", "111122223333", "\u{301}",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int(random.next() % 7)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            for (region, others) in [("us-east-1", false), ("us-west-2", false), ("us-east-1", true)] {
                let placed = VariablePlacer(variables, region: region, others: others).placed(text)
                #expect(try variables.filled(placed, in: region) == text, "\(text) became \(placed)")
            }
        }
    }

    // MARK: Files

    private func live(_ kind: ResourceKind, _ name: String, _ region: String, _ fields: JSONTree, tags: [String: String] = [:])
        -> LiveResource
    {
        let id = ResourceID(kind, name, region: region)
        return LiveResource(id: id, fields: fields, tags: tags, arn: FakeAWS.arn(id))
    }

    @Test func theSameAlarmInBothRegionsIsOneTidyFile() throws {
        let alarms = ["us-west-2", "us-east-1"].map { region in
            live(
                .metricAlarm, "task-processor-errors", region,
                [
                    "AlarmDescription": "It fails.\nRunbook: runbooks/task-processor-errors.md", "ActionsEnabled": true,
                    "OKActions": [], "InsufficientDataActions": [], "Namespace": "AWS/Lambda", "MetricName": "Errors",
                    "AlarmActions": [.string("arn:aws:sns:\(region):\(FakeAWS.account):on-call")], "Statistic": "Sum",
                    "Dimensions": [["Name": "FunctionName", "Value": "task-processor"]], "Period": 600, "Threshold": 5,
                    "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "ComparisonOperator": "GreaterThanThreshold",
                    "TreatMissingData": "notBreaching",
                ], tags: [DesiredState.tagKey: "tasks", Fingerprint.tagKey: "1", "team": "on-call"])
        }
        let files = ImportDraft(variables: try Self.variables()).files(alarms)
        #expect(files.map(\.path) == ["alarms/function-errors.yaml"])
        #expect(files[0].resources.map(\.region) == ["us-east-1", "us-west-2"])
        #expect(
            files[0].text == """
                runbook: task-processor-errors
                AlarmName: ${function}-errors
                AlarmDescription: |-
                  It fails.
                  Runbook: runbooks/${function}-errors.md
                Namespace: AWS/Lambda
                MetricName: Errors
                Dimensions:
                  - Name: FunctionName
                    Value: ${function}
                Statistic: Sum
                Period: 600
                EvaluationPeriods: 1
                Threshold: 5
                ComparisonOperator: GreaterThanThreshold
                TreatMissingData: notBreaching
                AlarmActions:
                  - arn:aws:sns:${region}:${account}:on-call
                Tags:
                  - Key: team
                    Value: on-call

                """, "\(files[0].text)")
    }

    @Test func whatDiffersStandsInTwoFilesEachForItsRegion() throws {
        let groups = [("us-east-1", 7.0), ("us-west-2", 30)].map { region, days in
            live(
                .logGroup, "/aws/lambda/task-processor", region, ["retentionInDays": .number(days), "logGroupClass": "STANDARD"])
        }
        let files = ImportDraft(variables: try Self.variables()).files(groups)
        #expect(files.map(\.path) == ["log-groups/aws-lambda-function.yaml", "log-groups/aws-lambda-function-2.yaml"])
        #expect(
            files[1].text == """
                for:
                  - us-west-2
                logGroupName: /aws/lambda/${function}
                retentionInDays: 30

                """)
    }

    @Test func aDashboardIsItsSourceAsTheConsoleShowsIt() throws {
        let body: JSONTree = [
            "widgets": [["type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": ["markdown": "# all"]]]
        ]
        let files = ImportDraft(variables: try Self.variables()).files([live(.dashboard, "overview", "us-east-1", body)])
        #expect(files.map(\.path) == ["dashboards/overview.json"])
        #expect(files[0].text.hasPrefix("{\n  \"widgets\": [\n    {\n      \"type\": \"text\",\n      \"x\": 0,"))
        let named = ImportDraft(variables: try Self.variables()).files([live(.dashboard, "board-dev", "us-east-1", body)])
        #expect(named[0].path == "dashboards/board-environment.json")
        #expect(named[0].text.hasPrefix("{\n  \"DashboardName\": \"board-${environment}\",\n  \"DashboardBody\": {"))
    }

    @Test(arguments: [
        ("/aws/lambda/${function}", "aws-lambda-function"), ("${function}-errors", "function-errors"), (".hidden", "hidden"),
        ("", "unnamed"), ("ä", "unnamed"), ("a b/c:d", "a-b-c-d"), ("a.test", "a-test"), ("a..b", "a-b"),
        ("---", "unnamed"), ("a-", "a"),
    ])
    func namesOfFiles(name: String, base: String) {
        #expect(FileName.base(name) == base)
    }

    // MARK: Round trips

    @Test("importing, then planning, gives nothing", arguments: 1...20)
    func importThenPlan(seed: Int) async throws {
        try await ApplyWorld.run { world in
            var generator = DesiredGenerator(seed: UInt64(1000 + seed))
            let desired = generator.state(alarms: 16, groups: 8, dashboards: 3)
            try await world.settle(desired)
            let live = try await ImportReader(stack: "tasks", live: world.reader).read(.stack, deadline: .after(.seconds(60)))
            #expect(live.problems.isEmpty)
            #expect(live.resources.count == desired.resources.count)
            let variables = try Self.variables()
            let files = ImportDraft(variables: variables).files(live.resources)
            try TemporaryFolder.with { folder in
                try TemporaryFolder.write(files, into: folder)
                let read = try MonitoringFolder.read(root: folder, variables: variables, stack: Self.stack)
                #expect(read.desired.resources.count == desired.resources.count)
                let plan = Planner(desired: read.desired, live: LiveState(resources: live.resources)).plan(
                    account: FakeAWS.account)
                // The marks of the files that were applied may be others than these files': nothing else may be.
                #expect(plan.changes.allSatisfy { $0.differences.allSatisfy(\.isOfTags) }, "\(plan.changes.map(\.differences))")
                #expect(plan.refused.isEmpty)
            }
        }
    }
}

enum TemporaryFolder {
    static func with(_ body: (String) throws -> Void) throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/import-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    static func write(_ files: [ImportedFile], into folder: String) throws {
        for file in files {
            let path = "\(folder)/\(file.path)"
            try FileManager.default.createDirectory(
                atPath: String(path[..<path.lastIndex(of: "/")!]), withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: URL(filePath: path))
        }
    }
}
