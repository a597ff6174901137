import FoundationEssentials
import TaskSystem
import TestSupport
import Testing

extension MonitoringEndToEnd {
    /// `taskops plan` against what boto3 has put there.
    @Suite struct PlanTests {
        @Test("what is not there is to be made, in each Region, and the plan file says all of it")
        func create() async throws {
            try await withFiles { folder in
                let ended = try await plan(in: folder)
                #expect(ended.exit == 2)
                #expect(
                    ended.output.contains("us-east-1  alarms") && ended.output.contains("us-west-2  alarms"), "\(ended.output)")
                #expect(ended.output.contains("+ plan-errors  alarms/errors.yaml:2:1"))
                #expect(ended.lines.last == "5 to create; taskops apply makes it so")
                let out = folder + "/plan.json"
                let json = try await plan("--output", "json", "--out", out, in: folder)
                #expect(json.exit == 2)
                #expect(try json.output == String(contentsOfFile: out, encoding: .utf8))
                let value = try JSONValue(json.output)
                #expect(value["account"] == "123456789012" && value["schemaVersion"] == 1)
                #expect(value["changes"]?.items.map { $0["action"]?.text } == Array(repeating: "create", count: 5))
                let alarm = value["changes"]?.items.first { $0["id"]?["kind"] == "alarm" }
                #expect(alarm?["fields"]?["Dimensions"]?.items.first?["Value"]?.text?.hasPrefix("task-processor") == true)
                #expect(alarm?["tags"]?["taskops:stack"]?.text == stack)
            }
        }

        @Test("what boto3 made as the files say is equal, also after the console has rewritten the dashboard")
        func equal() async throws {
            try await withFiles { folder in
                try await put(folder)
                let calls = try await LocalStack.current.control.callsOfClients()
                let same = try await plan(in: folder)
                #expect(same.exit == 0, "\(same.output)")
                #expect(same.lines.first == "nothing differs: 5 resources in 2 Regions")
                let after = try await LocalStack.current.control.callsOfClients()
                // It only reads, and by the page.
                let made = after.filter { $0.value != calls[$0.key] }.keys.map { $0.split(separator: ":")[1] }
                #expect(made.allSatisfy { $0.hasPrefix("Describe") || $0.hasPrefix("List") || $0.hasPrefix("Get") }, "\(made)")
                try await putDashboard(
                    """
                    {"widgets": [
                      {"type": "text", "x": 0, "y": 6, "width": 6, "height": 2, "properties": {"markdown": "# Tasks"}},
                      {"height": 6.0, "width": 12, "y": 0, "x": 0, "type": "metric", "properties": {
                        "view": "timeSeries", "stacked": false, "region": "us-east-1", "period": 300, "title": "Errors",
                        "metrics": [["AWS/Lambda", "Errors", {"stat": "Sum"}], [".", "Throttles", {"stat": "Sum"}]]}}]}
                    """)
                let rewritten = try await plan(in: folder)
                #expect(rewritten.exit == 0, "\(rewritten.output)")
            }
        }

        @Test("drift is told from a change of the file; a disabled alarm is left alone")
        func drift() async throws {
            try await withFiles { folder in
                try await put(folder)
                try await boto3("client('cloudwatch').disable_alarm_actions(AlarmNames=['plan-errors'])")
                #expect(try await plan(in: folder).exit == 0)
                try await boto3(
                    """
                    c = client('cloudwatch')
                    alarm = c.describe_alarms(AlarmNames=['plan-errors'])['MetricAlarms'][0]
                    names = c.meta.service_model.operation_model('PutMetricAlarm').input_shape.members
                    c.put_metric_alarm(**{k: v for k, v in alarm.items() if k in names} | {'Threshold': 99})
                    client('logs').put_retention_policy(logGroupName='plan-group', retentionInDays=3)
                    """)
                try write(folder, "log-groups/plan.yaml", Self.group.replacing("30", with: "60"))
                let ended = try await plan(in: folder)
                #expect(ended.exit == 2)
                #expect(
                    ended.output.contains("plan-errors  changed in AWS since it was applied\n      Threshold 99 → 5"),
                    "\(ended.output)")
                #expect(ended.output.contains("plan-group  changed in the file, and in AWS since it was applied"))
                #expect(ended.output.contains("retentionInDays 3 → 60"))
            }
        }

        @Test("what somebody made by hand is refused, and taken over when that is said; what is left over goes only with --prune")
        func ownership() async throws {
            try await withFiles { folder in
                try await put(folder)
                try await boto3(
                    """
                    c = client('cloudwatch')
                    arn = c.describe_alarms(AlarmNames=['plan-errors'])['MetricAlarms'][0]['AlarmArn']
                    c.untag_resource(ResourceARN=arn, TagKeys=['taskops:stack'])
                    """)
                try FileManager.default.removeItem(atPath: folder + "/dashboards/plan-tasks.json")
                let ended = try await plan(in: folder)
                #expect(ended.exit == 2)
                #expect(
                    ended.output.contains("! plan-errors  is there without a stack's tag: --adopt takes it over"),
                    "\(ended.output)")
                #expect(ended.output.contains("! plan-tasks  is in no file: --prune deletes it"))
                let both = try await plan("--adopt", "--prune", in: folder)
                #expect(
                    both.output.contains("~ plan-errors  taken over") && both.output.contains("- plan-tasks"), "\(both.output)")
                #expect(both.lines.last == "1 to take over, 1 to delete, 3 unchanged; taskops apply makes it so")
            }
        }

        @Test("a Region that refuses one call is a row, the rest is planned, and it ends 1")
        func refused() async throws {
            try await withFiles { folder in
                try await put(folder)
                for (service, operation, part) in [
                    ("cloudwatch", "DescribeAlarms", "alarms"), ("resourcegroupstaggingapi", "GetResources", "tags"),
                    ("logs", "DescribeLogGroups", "log groups"),
                ] {
                    let fault: [String: JSONValue] = [
                        "kind": "error", "service": .string(service), "operation": .string(operation), "region": "us-west-2",
                        "code": "AccessDeniedException", "status": 400,
                    ]
                    try await LocalStack.current.control.withFault(fault) {
                        let ended = try await plan("--prune", in: folder)
                        #expect(ended.exit == 1)
                        #expect(ended.output.contains("? us-west-2 \(part): "), "\(ended.output)")
                        #expect(ended.output.contains("taskops permissions plan"))
                        #expect(ended.output.contains("nothing differs of what could be looked at"), "\(ended.output)")
                    }
                }
            }
        }

        @Test("throttled throughout, it says so and plans nothing there")
        func throttled() async throws {
            try await withFiles { folder in
                let fault: [String: JSONValue] = ["kind": "throttle", "service": "cloudwatch", "operation": "DescribeAlarms"]
                try await LocalStack.current.control.withFault(fault) {
                    let ended = try await plan("--timeout", "6s", in: folder)
                    #expect(ended.exit == 1)
                    #expect(
                        ended.output.contains("? us-east-1 alarms: ") && !ended.output.contains("+ plan-errors"),
                        "\(ended.output)")
                    #expect(ended.output.contains("+ plan-group"))
                }
            }
        }

        @Test("mistakes are said before AWS is asked, with their place; an unknown name is bad usage")
        func mistakes() async throws {
            try await withFiles { folder in
                let unknown = try await Console.run("--sandbox", "plan", "plan-erors", in: folder)
                #expect(unknown.exit == 64)
                #expect(unknown.error.contains("did you mean plan-errors?"), "\(unknown.error)")
                try write(folder, "alarms/errors.yaml", Self.alarm + "Treshold: 3\n")
                let ended = try await plan(in: folder)
                #expect(ended.exit == 1)
                #expect(ended.error.contains("alarms/errors.yaml:") && ended.error.contains("Threshold"), "\(ended.error)")
            }
        }

        @Test("what AWS would refuse is said by plan and apply, with its place, before AWS is asked anything")
        func refusedBeforehand() async throws {
            try await withFiles { folder in
                try write(folder, "alarms/errors.yaml", Self.alarm.replacing("Period: 60", with: "Period: 45"))
                let before = try await LocalStack.current.control.callsOfClients()
                for words in [["plan"], ["apply", "--yes"]] {
                    let ended = try await Programs.run(Console.path, ["--sandbox"] + words, in: folder)
                    #expect(ended.exit == 1 && ended.output.isEmpty, "\(ended.output)")
                    let lines = ended.error.split(separator: "\n")
                    #expect(lines.allSatisfy { $0.hasPrefix("taskops: alarms/errors.yaml:7:9: ") }, "\(ended.error)")
                    #expect(!lines.isEmpty)
                }
                #expect(try await LocalStack.current.control.callsOfClients() == before)
                // A page that is not written yet is nothing to AWS.
                try write(folder, "alarms/errors.yaml", Self.alarm + "runbook: not-written-yet\n")
                let ended = try await plan(in: folder)
                #expect(ended.exit == 2 && ended.output.contains("+ plan-errors"), "\(ended.error)")
                #expect(ended.error.contains("taskops validate has "), "\(ended.error)")
            }
        }

        // MARK: -

        private static let alarm = """
            # Rings when the function fails.
            AlarmName: plan-errors
            Namespace: AWS/Lambda
            MetricName: Errors
            Dimensions: [{Name: FunctionName, Value: "${function}"}]
            Statistic: Sum
            Period: 60
            EvaluationPeriods: 3
            Threshold: 5
            ComparisonOperator: GreaterThanThreshold

            """
        private static let group = "logGroupName: plan-group\nretentionInDays: 30\nmetricFilters: []\n"
        private static let dashboard = """
            {"widgets": [
              {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {"region": "us-east-1",
                "title": "Errors", "stat": "Sum", "metrics": [["AWS/Lambda", "Errors"], ["AWS/Lambda", "Throttles"]]}},
              {"type": "text", "x": 0, "y": 6, "width": 6, "height": 2, "properties": {"markdown": "# Tasks"}}]}
            """

        private var stack: String { LocalStack.current.configuration.name }

        private func plan(_ words: String..., in folder: String) async throws -> Ended {
            try await Programs.run(Console.path, ["--sandbox", "plan", "plan-*"] + words, in: folder)
        }

        private func write(_ folder: String, _ name: String, _ text: String) throws {
            let path = "\(folder)/\(name)"
            try FileManager.default.createDirectory(
                atPath: String(path[..<path.lastIndex(of: "/")!]), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        private func withFiles(_ body: (String) async throws -> Void) async throws {
            let folder = LocalStack.directory + "-plan"
            try? FileManager.default.removeItem(atPath: folder)
            try write(folder, "alarms/errors.yaml", Self.alarm)
            try write(folder, "log-groups/plan.yaml", Self.group)
            try write(folder, "dashboards/plan-tasks.json", Self.dashboard)
            let result: Result<Void, any Error>
            do { result = .success(try await body(folder)) } catch { result = .failure(error) }
            try FileManager.default.removeItem(atPath: folder)
            for region in ["us-east-1", "us-west-2"] {
                try await Clients.boto3(
                    region,
                    """
                    try: client('cloudwatch').delete_alarms(AlarmNames=['plan-errors'])
                    except Exception: pass
                    try: client('logs').delete_log_group(logGroupName='plan-group')
                    except Exception: pass
                    try: client('cloudwatch').delete_dashboards(DashboardNames=['plan-tasks'])
                    except Exception: pass
                    """)
            }
            try result.get()
        }

        private func boto3(_ script: String) async throws { try await Clients.boto3("us-east-1", script) }

        private func putDashboard(_ body: String) async throws {
            try await boto3("client('cloudwatch').put_dashboard(DashboardName='plan-tasks', DashboardBody='''\(body)''')")
        }

        /// Makes everything as the plan says it is to be made, with boto3.
        private func put(_ folder: String) async throws {
            let out = folder + "/plan.json"
            #expect(try await plan("--out", out, in: folder).exit == 2)
            for region in ["us-east-1", "us-west-2"] {
                try await Clients.boto3(
                    region,
                    """
                    watch, logs = client('cloudwatch'), client('logs')
                    for change in json.load(open('\(out)'))['changes']:
                        kind, name, tags = change['id']['kind'], change['id']['name'], change['tags']
                        listed = [{'Key': k, 'Value': v} for k, v in tags.items()]
                        if change['id']['region'] != '\(region)': continue
                        if kind == 'alarm': watch.put_metric_alarm(AlarmName=name, Tags=listed, **change['fields'])
                        if kind == 'dashboard':
                            watch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(change['fields']), Tags=listed)
                        if kind == 'log group':
                            logs.create_log_group(logGroupName=name, tags=tags)
                            logs.put_retention_policy(logGroupName=name, retentionInDays=change['fields']['retentionInDays'])
                    """)
            }
        }
    }
}
