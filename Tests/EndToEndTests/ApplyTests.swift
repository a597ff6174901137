import FoundationEssentials
import Subprocess
import Testing

extension MonitoringEndToEnd {
    /// `taskops apply` and `taskops import`, the built program against the local stack, read back by others' clients.
    @Suite struct ApplyTests {
        @Test("apply, and boto3 reads every member back as the files say; plan then finds nothing, import neither")
        func roundTrip() async throws {
            try await MonitoringFiles.with(Self.files("whole")) { folder in
                let applied = try await taskops("apply", "--yes", in: folder)
                #expect(applied.exit == 0, "\(applied.output)\(applied.error)")
                #expect(applied.output.contains("created   alarm whole-errors in us-west-2"), "\(applied.output)")
                let planned = try await taskops("plan", in: folder)
                #expect(planned.exit == 0, "\(planned.output)\(planned.error)")
                for region in ["us-east-1", "us-west-2"] { try await readBack("whole", region) }

                let again = try await taskops("apply", "--yes", in: folder)
                #expect(again.exit == 0 && again.output == "nothing to do\n", "\(again.output)\(again.error)")

                // From what is live to files, and back: nothing differs.
                try await MonitoringFiles.with([:]) { empty in
                    let imported = try await taskops("import", "whole-*", in: empty)
                    #expect(imported.exit == 0, "\(imported.output)\(imported.error)")
                    #expect(imported.output.contains("alarms/whole-errors.yaml"), "\(imported.output)")
                    let planned = try await taskops("plan", "whole-*", in: empty)
                    #expect(planned.exit == 0, "\(planned.output)\(planned.error)")
                    let twice = try await taskops("import", "whole-*", in: empty)
                    #expect(twice.exit == 0 && twice.output.contains("in the files already"), "\(twice.output)\(twice.error)")
                }
                try await remove(folder)
            }
        }

        @Test("a saved plan does what it says, and leaves alone what a colleague has changed since")
        func savedPlan() async throws {
            try await MonitoringFiles.with(Self.files("saved")) { folder in
                #expect(try await taskops("apply", "--yes", in: folder).exit == 0)
                try MonitoringFiles.write(Self.files("saved", threshold: 9), into: folder)
                #expect(try await taskops("plan", "--out", "plan.json", in: folder).exit == 2)
                try await Clients.boto3(
                    "us-west-2",
                    """
                    alarms = client('cloudwatch')
                    alarm = alarms.describe_alarms(AlarmNames=['saved-errors'])['MetricAlarms'][0]
                    kept = ('AlarmName', 'AlarmDescription', 'Namespace', 'MetricName', 'Dimensions', 'Statistic', 'Period',
                            'EvaluationPeriods', 'ComparisonOperator')
                    alarms.put_metric_alarm(**{name: alarm[name] for name in kept}, Threshold=77)
                    """)
                let applied = try await taskops("apply", "plan.json", "--yes", in: folder)
                #expect(applied.exit == 1, "\(applied.output)\(applied.error)")
                #expect(applied.output.contains("moved     alarm saved-errors in us-west-2"), "\(applied.output)")
                #expect(applied.output.contains("changed   alarm saved-errors in us-east-1"), "\(applied.output)")
                #expect(applied.error.contains("somebody has changed it since the plan"), "\(applied.error)")
                #expect(try await threshold("saved-errors", "us-west-2") == 77)
                #expect(try await threshold("saved-errors", "us-east-1") == 9)
                let other = try await Console.run("apply", "--sandbox", "plan.json", "--prune", in: folder)
                #expect(other.exit == 64)
                try await remove(folder)
            }
        }

        @Test("nobody to ask and no --yes: 64, before the first call; a file that is no plan: 64")
        func usage() async throws {
            try await MonitoringFiles.with(Self.files("usage")) { folder in
                let before = try await LocalStack.current.control.callsOfClients()
                let ended = try await Console.run("apply", "--sandbox", in: folder)
                #expect(ended.exit == 64 && ended.error.contains("--yes"), "\(ended.error)")
                #expect(try await LocalStack.current.control.callsOfClients() == before)
                let none = try await taskops("apply", "taskops.yaml", "--yes", in: folder)
                #expect(none.exit == 64 && none.error.contains("no plan"), "\(none.error)")
            }
        }

        @Test("what may not be written is said with its action and its place; the rest is done, and the next run ends it")
        func denied() async throws {
            try await MonitoringFiles.with(Self.files("denied")) { folder in
                let fault: [String: JSONValue] = [
                    "kind": "error", "service": "cloudwatch", "operation": "PutMetricAlarm", "region": "us-east-1",
                    "code": "AccessDenied", "status": 403,
                ]
                try await LocalStack.current.control.withFault(fault) {
                    let ended = try await taskops("apply", "--yes", in: folder)
                    #expect(ended.exit == 1)
                    #expect(
                        ended.error.contains("alarms/errors.yaml") && ended.error.contains("PutMetricAlarm"), "\(ended.error)")
                    #expect(ended.output.contains("skipped   composite alarm denied-both in us-east-1"), "\(ended.output)")
                    #expect(ended.output.contains("created   alarm denied-errors in us-west-2"), "\(ended.output)")
                }
                #expect(try await taskops("apply", "--yes", in: folder).exit == 0)
                #expect(try await taskops("plan", in: folder).exit == 0)
                try await remove(folder)
            }
        }

        @Test("killed at every write, and run again: whole, and what is nobody's is as it was", .timeLimit(.minutes(4)))
        func killed() async throws {
            let stray = """
                alarms = client('cloudwatch')
                alarms.put_metric_alarm(
                    AlarmName='stray', Namespace='N', MetricName='M', Statistic='Sum', Period=60, EvaluationPeriods=1,
                    Threshold=1, ComparisonOperator='GreaterThanThreshold', Tags=[{'Key': 'owner', 'Value': 'somebody'}])
                """
            let look = "answer = client('cloudwatch').describe_alarms(AlarmNames=['stray'])['MetricAlarms']"
            try await Clients.boto3("us-east-1", stray)
            let before = try await Clients.boto3("us-east-1", look)
            var number = 1
            while true {
                let name = "cut\(number)"
                var isCut = false
                try await MonitoringFiles.with(Self.files(name)) { folder in
                    let start = try await writes()
                    let ended = try await Programs.run(
                        Console.path, ["--sandbox", "apply", "--yes"], in: folder
                    ) { running in
                        // A program that has ended writes no more.
                        let limit = ContinuousClock.now + .seconds(12)
                        while try await writes() < start + number, ContinuousClock.now < limit {
                            try await Task.sleep(for: .milliseconds(5))
                        }
                        try? running.send(.kill)
                    }
                    isCut = ended.exit != 0
                    let second = try await taskops("apply", "--yes", in: folder)
                    #expect(second.exit == 0, "after \(number): \(second.output)\(second.error)")
                    let plan = try await taskops("plan", in: folder)
                    #expect(plan.exit == 0, "after \(number): \(plan.output)\(plan.error)")
                    try await remove(folder)
                }
                if !isCut || number > 30 { break }
                number += 1
            }
            #expect(number > 8, "the run was over before it could be killed")
            #expect(try await Clients.boto3("us-east-1", look) == before)
            try await Clients.boto3("us-east-1", "client('cloudwatch').delete_alarms(AlarmNames=['stray'])")
        }

        @Test("Ctrl-C ends it after the change at hand, and says what was not reached")
        func interrupted() async throws {
            try await MonitoringFiles.with(Self.files("stop")) { folder in
                let fault: [String: JSONValue] = [
                    "kind": "delay", "service": "cloudwatch", "operation": "PutMetricAlarm", "delayMs": 1500,
                ]
                try await LocalStack.current.control.withFault(fault) {
                    let start = try await writes("PutMetricAlarm")
                    let ended = try await Programs.run(Console.path, ["--sandbox", "apply", "--yes"], in: folder) { running in
                        try await expectSoon("it writes") { try await writes("PutMetricAlarm") > start }
                        try running.interrupt()
                    }
                    #expect(ended.exit == 1, "\(ended.output)\(ended.error)")
                    #expect(ended.output.contains("interrupted") && ended.output.contains("not reached"), "\(ended.output)")
                }
                #expect(try await taskops("apply", "--yes", in: folder).exit == 0)
                try await remove(folder)
            }
        }

        @Test(
            "Terraform, shown the same alarm, finds nothing to change",
            .enabled(
                if: Terraform.isHere, "Terraform is not here, or TASKOPS_TERRAFORM_MIRROR names no mirror of its AWS provider"))
        func terraform() async throws {
            try await MonitoringFiles.with(Self.files("tf")) { folder in
                #expect(try await taskops("apply", "--yes", in: folder).exit == 0)
                let plan = try await Terraform.plan(importing: "tf-errors")
                #expect(plan.exit == 0, "\(plan.output)\(plan.error)")
                #expect(plan.output.contains("1 to import, 0 to add, 0 to change, 0 to destroy"), "\(plan.output)")
                try await remove(folder)
            }
        }

        // MARK: -

        private func taskops(_ words: String..., in folder: String) async throws -> Ended {
            try await Programs.run(Console.path, ["--sandbox"] + words, in: folder)
        }

        /// Takes away what the folder's files have made: with none of them left, all that is the stack's goes.
        private func remove(_ folder: String) async throws {
            for kind in ["alarms", "log-groups", "dashboards"] {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(kind)")
            }
            try FileManager.default.createDirectory(atPath: folder + "/alarms", withIntermediateDirectories: true)
            let ended = try await taskops("apply", "--prune", "--yes", in: folder)
            #expect(ended.exit == 0, "\(ended.output)\(ended.error)")
        }

        /// How many calls that change something came from clients.
        private func writes(_ only: String? = nil) async throws -> Int {
            let names = [
                "PutMetricAlarm", "PutCompositeAlarm", "CreateLogGroup", "PutRetentionPolicy", "PutMetricFilter", "TagResource",
                "PutDashboard",
            ]
            return try await LocalStack.current.control.callsOfClients().reduce(0) { sum, call in
                let operation = String(call.key.split(separator: ":").last ?? "")
                return only.map { $0 == operation } ?? names.contains(operation) ? sum + call.value : sum
            }
        }

        private func threshold(_ alarm: String, _ region: String) async throws -> Double? {
            try await Clients.boto3(
                region, "answer = client('cloudwatch').describe_alarms(AlarmNames=['\(alarm)'])['MetricAlarms'][0]['Threshold']"
            ).number
        }

        /// Every member that the files name, as boto3 answers it.
        private func readBack(_ name: String, _ region: String) async throws {
            let differences = try await Clients.boto3(
                region,
                """
                watch, logs = client('cloudwatch'), client('logs')
                found = watch.describe_alarms(AlarmNamePrefix='\(name)-', AlarmTypes=['MetricAlarm', 'CompositeAlarm'])
                alarms = {alarm['AlarmName']: alarm for alarm in found['MetricAlarms'] + found['CompositeAlarms']}
                group = logs.describe_log_groups(logGroupNamePrefix='/\(name)/log')['logGroups'][0]
                filters = logs.describe_metric_filters(logGroupName='/\(name)/log')['metricFilters']
                for one in filters: one.pop('creationTime', None)
                def tags(arn): return {t['Key']: t['Value'] for t in watch.list_tags_for_resource(ResourceARN=arn)['Tags']}
                wanted = {
                    '\(name)-errors': dict(
                        AlarmDescription='It fails.\\n\\nRunbook: runbooks/errors.md', Namespace='AWS/Lambda', MetricName='Errors',
                        Dimensions=[{'Name': 'FunctionName', 'Value': 'task-processor-dev'}], Statistic='Sum', Period=300,
                        EvaluationPeriods=2, Threshold=5.0, ComparisonOperator='GreaterThanThreshold', ActionsEnabled=True,
                        TreatMissingData='notBreaching', AlarmActions=['arn:aws:sns:\(region):123456789012:on-call'],
                        OKActions=[], InsufficientDataActions=[]),
                    '\(name)-rate': dict(
                        EvaluationPeriods=3, DatapointsToAlarm=2, Threshold=1.5, ComparisonOperator='LessThanThreshold'),
                    '\(name)-both': dict(AlarmRule='ALARM("\(name)-errors") OR ALARM("\(name)-rate")'),
                }
                differences = [
                    (alarm, member, alarms[alarm].get(member))
                    for alarm, members in wanted.items() for member, value in members.items()
                    if alarms[alarm].get(member) != value]
                metrics = {m['Id']: m for m in alarms['\(name)-rate']['Metrics']}
                if metrics['e']['Expression'] != '100 * m1 / m2' or metrics['m1']['MetricStat']['Stat'] != 'p99': differences.append(metrics)
                if group.get('retentionInDays') != 30: differences.append(group)
                if len(filters) != 1 or filters[0]['filterPattern'] != 'ERROR': differences.append(filters)
                for alarm in alarms.values():
                    own = tags(alarm['AlarmArn'])
                    if own.get('team') != 'on-call' or len(own.get('taskops:applied', '')) != 16: differences.append(own)
                body = json.loads(watch.get_dashboard(DashboardName='\(name)-board')['DashboardBody'])
                if body['widgets'][0]['properties']['markdown'] != '# \(name)': differences.append(body)
                answer = [str(one) for one in differences]
                """)
            #expect(differences.items.isEmpty, "\(region): \(differences)")
        }

        /// Alarms on one metric and on an expression, a composite alarm over both, a log group and a dashboard.
        private static func files(_ name: String, threshold: Int = 5) -> [String: String] {
            [
                "alarms/errors.yaml": """
                AlarmName: \(name)-errors
                AlarmDescription: |-
                  It fails.

                  Runbook: runbooks/errors.md
                Namespace: AWS/Lambda
                MetricName: Errors
                Dimensions:
                  - {Name: FunctionName, Value: "${function}"}
                Statistic: Sum
                Period: 300
                EvaluationPeriods: 2
                Threshold: \(threshold)
                ComparisonOperator: GreaterThanThreshold
                TreatMissingData: notBreaching
                AlarmActions:
                  - arn:aws:sns:${region}:${account}:on-call
                Tags:
                  - {Key: team, Value: on-call}

                """,
                "alarms/rates.yaml": """
                defaults:
                  Tags:
                    - {Key: team, Value: on-call}
                alarms:
                  - AlarmName: \(name)-rate
                    runbook: errors
                    Metrics:
                      - {Id: e, Expression: 100 * m1 / m2}
                      - Id: m1
                        ReturnData: false
                        MetricStat: &stat
                          Metric: {Namespace: AWS/Lambda, MetricName: Duration, Dimensions: [{Name: FunctionName, Value: "${function}"}]}
                          Period: 60
                          Stat: p99
                      - Id: m2
                        ReturnData: false
                        MetricStat: *stat
                    EvaluationPeriods: 3
                    DatapointsToAlarm: 2
                    Threshold: 1.5
                    ComparisonOperator: LessThanThreshold
                  - AlarmName: \(name)-both
                    runbook: errors
                    AlarmRule: ALARM("\(name)-errors") OR ALARM("\(name)-rate")

                """,
                "log-groups/log.yaml": """
                for: [us-east-1, us-west-2]
                logGroupName: /\(name)/log
                retentionInDays: 30
                metricFilters:
                  - filterName: errors
                    filterPattern: ERROR
                    metricTransformations:
                      - {metricName: Errors, metricNamespace: Log, metricValue: "1"}

                """,
                "dashboards/\(name)-board.json":
                    ##"{"widgets":[{"type":"text","x":0,"y":0,"width":6,"height":6,"properties":{"markdown":"# \##(name)"}}]}"##,
            ]
        }
    }
}

/// A folder with a taskops.yaml and monitoring files.
enum MonitoringFiles {
    static func with(_ files: [String: String], _ body: (String) async throws -> Void) async throws {
        try await Folder.with { folder in
            let configuration = try String(contentsOfFile: LocalStack.current.configurationFile, encoding: .utf8)
            try write(files.merging(["taskops.yaml": configuration]) { $1 }, into: folder)
            try await body(folder)
        }
    }

    static func write(_ files: [String: String], into folder: String) throws {
        for (name, text) in files {
            let path = "\(folder)/\(name)"
            try FileManager.default.createDirectory(
                atPath: String(path[..<path.lastIndex(of: "/")!]), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }
    }
}

/// HashiCorp's Terraform with a filesystem mirror of its AWS provider, where a machine has them.
enum Terraform {
    private static let program = "/usr/local/bin/terraform"
    /// The folder of the mirror, which has `registry.terraform.io/` in it.
    private static let mirror = ProcessInfo.processInfo.environment["TASKOPS_TERRAFORM_MIRROR"] ?? ""

    static let isHere =
        FileManager.default.isExecutableFile(atPath: program)
        && FileManager.default.fileExists(atPath: mirror + "/registry.terraform.io/hashicorp/aws")

    /// Plans the import of an alarm described as the files of these tests describe it.
    static func plan(importing alarm: String) async throws -> Ended {
        try await Folder.with { folder -> Ended in
            let endpoint = LocalStack.current.variables["AWS_ENDPOINT_URL"] ?? ""
            try Data(
                """
                terraform {
                  required_providers {
                    aws = { source = "hashicorp/aws" }
                  }
                }
                provider "aws" {
                  region = "us-east-1"
                  skip_metadata_api_check = true
                  skip_requesting_account_id = true
                  endpoints { cloudwatch = "\(endpoint)" }
                }
                import {
                  to = aws_cloudwatch_metric_alarm.one
                  id = "\(alarm)"
                }
                resource "aws_cloudwatch_metric_alarm" "one" {
                  alarm_name          = "\(alarm)"
                  alarm_description   = "It fails.\\n\\nRunbook: runbooks/errors.md"
                  namespace           = "AWS/Lambda"
                  metric_name         = "Errors"
                  dimensions          = { FunctionName = "task-processor-dev" }
                  statistic           = "Sum"
                  period              = 300
                  evaluation_periods  = 2
                  threshold           = 5
                  comparison_operator = "GreaterThanThreshold"
                  treat_missing_data  = "notBreaching"
                  alarm_actions       = ["arn:aws:sns:us-east-1:123456789012:on-call"]
                  lifecycle { ignore_changes = [tags, tags_all] }
                }

                """.utf8
            ).write(to: URL(filePath: folder + "/main.tf"))
            let settings = "provider_installation { filesystem_mirror { path = \"\(mirror)\" } }\n"
            try Data(settings.utf8).write(to: URL(filePath: folder + "/terraformrc"))
            let variables = LocalStack.current.variables.merging(
                ["TF_CLI_CONFIG_FILE": folder + "/terraformrc", "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"]
            ) { $1 }
            let initialised = try await Programs.run(
                program, ["init", "-no-color", "-input=false"], variables: variables, in: folder)
            guard initialised.exit == 0 else { return initialised }
            return try await Programs.run(program, ["plan", "-no-color", "-input=false"], variables: variables, in: folder)
        }
    }
}
