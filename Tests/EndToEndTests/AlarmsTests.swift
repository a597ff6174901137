import FoundationEssentials
import TaskSystem
import TestSupport
import Testing

extension MonitoringEndToEnd {
    /// `taskops alarms` and `taskops runbook`, as somebody woken at night uses them.
    @Suite struct AlarmsTests {
        @Test("no alarm, one without data, one that rings: 0, 1, 2, and whose it is")
        func states() async throws {
            try await withAlarms { function in
                #expect(try await alarms("--all").exit == 0)
                try await set("INSUFFICIENT_DATA")
                let unknowing = try await alarms()
                #expect(unknowing.exit == 1)
                #expect(unknowing.output.contains("INSUFFICIENT_DATA") && unknowing.output.contains("\(function)-errors"))
                try await set("ALARM")
                let ringing = try await alarms()
                #expect(ringing.exit == 2)
                #expect(ringing.output.contains("runbook task-processor-errors"), "\(ringing.output)")
                #expect(!ringing.output.contains("somebody-elses"))
                let json = try JSONValue(try await alarms("--output", "json").output)
                #expect(json["health"] == "unhealthy")
                #expect(json["regions"]?.items.map { $0["alarms"]?.items.count } == [1, 0])
                let records = try await alarms("--output", "jsonl").lines.map { try JSONValue($0) }
                #expect(records.map { $0["alarm"]?["name"]?.text } == ["\(function)-errors"])
                #expect(records.first?["region"] == "us-east-1")
            }
        }

        @Test("an alarm whose actions are off is worth 1, although it is OK")
        func actionsOff() async throws {
            try await withAlarms { function in
                try await put(function, actions: "False")
                let ended = try await alarms()
                #expect(ended.exit == 1)
                #expect(ended.output.contains("actions off"), "\(ended.output)")
            }
        }

        @Test("a Region that refuses is said with the action, and the other one is shown all the same")
        func refused() async throws {
            try await withAlarms { function in
                try await set("INSUFFICIENT_DATA")
                let fault: [String: JSONValue] = [
                    "kind": "error", "service": "cloudwatch", "operation": "DescribeAlarms", "region": "us-west-2",
                    "code": "AccessDenied", "status": 403,
                ]
                try await LocalStack.current.control.withFault(fault) {
                    let text = try await alarms()
                    #expect(text.exit == 3)
                    #expect(text.output.contains("\(function)-errors"))
                    #expect(text.error.contains("cloudwatch:DescribeAlarms") && text.error.contains("us-west-2"), "\(text.error)")
                    let json = try JSONValue(try await alarms("--output", "json").output)
                    #expect(json["regions"]?.items.last?["problem"]?["kind"] == "denied")
                    #expect(json["regions"]?.items.first?["alarms"]?.items.count == 1)
                    try await set("ALARM")
                    #expect(try await alarms().exit == 2)
                }
            }
        }

        // MARK: runbook

        private static let page = Repository.root + "/runbooks/task-processor-errors.md"

        @Test(
            "a page in a pipe is the file, byte for byte, by each of its names",
            arguments: ["task-processor-errors", "task-processor-errors.md", "task-processor-er", "task-processor-dev-errors"])
        func page(name: String) async throws {
            let ended = try await Console.run("runbook", name)
            #expect(ended.exit == 0)
            #expect(try ended.output == String(contentsOfFile: Self.page, encoding: .utf8))
            #expect(try await Console.run("runbook", name, "--path").output == Self.page + "\n")
        }

        @Test("without a name the pages are listed; beside taskops.yaml counts as well; a miss says what is near")
        func listing() async throws {
            let list = try await Console.run("runbook", in: Repository.root + "/schema")
            #expect(list.exit == 0)
            #expect(list.lines.contains { $0.hasPrefix("task-processor-errors ") && $0.contains("  Alarm: ") }, "\(list.output)")
            try await Folder.with { folder in
                let away = try await Console.run("--sandbox", "runbook", "--path", "task-processor-errors", in: folder)
                #expect(away.output == Self.page + "\n", "\(away.error)")
                let nowhere = try await Console.run("runbook", in: folder)
                #expect(nowhere.exit == 1 && nowhere.error.contains("no folder runbooks"))
            }
            let near = try await Console.run("runbook", "task-processor-erors")
            #expect(near.exit == 1)
            #expect(near.output.isEmpty && near.error.contains("did you mean task-processor-errors?"))
            #expect(try await Console.run("runbook", "--path").exit == 64)
        }

        @Test("on a terminal a page longer than the screen goes through the pager, a short one does not")
        func pager() async throws {
            func show(rows: Int, pager: String) async throws -> Terminals.Screen {
                try await Folder.with { folder in
                    try await Terminals.run(
                        ["runbook", "task-processor-er", "--config", Repository.root + "/taskops.yaml"],
                        variables: ["PAGER": pager], in: folder, rows: rows)
                }
            }
            let paged = try await show(rows: 24, pager: "sed 's/^/> /'")
            #expect(paged.exit == 0 && paged.text.hasPrefix("> "), "\(paged.text.prefix(200))")
            let short = try await show(rows: 2000, pager: "sed 's/^/> /'")
            #expect(short.exit == 0 && !short.text.contains("> "))
            #expect(!short.text.contains("# task-processor-errors"), "headings are drawn")
            let without = try await show(rows: 24, pager: "no-such-pager")
            #expect(without.exit == 0 && without.text.contains("task-processor-errors"))
        }

        // MARK: -

        private func alarms(_ arguments: String...) async throws -> Ended {
            try await Programs.run(Console.path, ["--sandbox", "alarms"] + arguments)
        }

        /// The stack would evaluate the alarm within seconds: its state is held.
        private func set(_ state: String, of alarm: String? = nil) async throws {
            let name = alarm ?? "\(LocalStack.current.region("us-east-1").function)-errors"
            try await LocalStack.current.control.setState([
                "kind": "alarm", "region": "us-east-1", "name": .string(name), "StateValue": .string(state),
                "StateReason": "a test",
            ])
        }

        /// The stack's own alarm, OK at first, and somebody else's that rings.
        private func withAlarms(_ body: (String) async throws -> Void) async throws {
            let function = LocalStack.current.region("us-east-1").function
            try await put(function, actions: "True")
            func remove() async throws {
                try await LocalStack.current.control.clearStates(of: "alarm")
                try await Clients.boto3(
                    "us-east-1",
                    "client('cloudwatch').delete_alarms(AlarmNames=['\(function)-errors', 'somebody-elses'])")
            }
            do {
                try await set("OK")
                try await set("ALARM", of: "somebody-elses")
                try await body(function)
            } catch {
                try await remove()
                throw error
            }
            try await remove()
        }

        /// - Parameter actions: as Python writes it.
        private func put(_ function: String, actions: String) async throws {
            try await Clients.boto3(
                "us-east-1",
                """
                alarms = client('cloudwatch')
                for name, function in (('\(function)-errors', '\(function)'), ('somebody-elses', 'shop')):
                    alarms.put_metric_alarm(
                        AlarmName=name, Namespace='AWS/Lambda', MetricName='Errors', Statistic='Sum', Period=60, Threshold=1,
                        EvaluationPeriods=5, ComparisonOperator='GreaterThanOrEqualToThreshold', TreatMissingData='notBreaching',
                        AlarmDescription='It failed.\\nRunbook: runbooks/task-processor-errors.md', ActionsEnabled=\(actions),
                        Dimensions=[{'Name': 'FunctionName', 'Value': function}])
                """)
        }
    }
}
