import Basics
import Testing

extension MonitoringEndToEnd {
    /// `taskops drill`, on alarms that call somebody, cannot, or must not.
    @Suite struct DrillTests {
        @Test("every alarm of a Region goes into ALARM and back, and the history says who was called")
        func all() async throws {
            try await withAlarms {
                for (name, exit, words) in [
                    ("drill-rings", Int32(0), "rang"), ("drill-composite", 0, "rang"), ("drill-quiet", 1, "no action"),
                    ("drill-off", 1, "switched off"), ("drill-nobody", 1, "failed"), ("drill-suppressed", 1, "suppressed"),
                ] {
                    // A composite alarm follows what its child's drill did in its own time, and is not drilled in ALARM.
                    let deadline = Deadline.after(.seconds(20))
                    while try await state(name)["StateValue"] != "OK", !deadline.hasPassed {
                        try await Task.sleep(for: .milliseconds(200))
                    }
                    let ended = try await drill(name)
                    #expect(ended.exit == exit, "\(name): \(ended.output)\(ended.error)")
                    #expect(ended.output.contains(words), "\(name): \(ended.output)\(ended.error)")
                    let after = try await state(name)
                    #expect(after["StateValue"] == "OK", "\(name) \(after)")
                }
                // Two messages: into ALARM, and back, where the alarm has an action for that as well.
                let history = try await actions("drill-rings")
                #expect(history == 1)
            }
        }

        @Test("every alarm that ships can be drilled, and calls the people on call", .timeLimit(.minutes(4)))
        func shipped() async throws {
            let applied = try await Console.run("--sandbox", "apply", "--yes")
            #expect(applied.exit == 0, "\(applied.output)\(applied.error)")
            let alarms = try await Clients.boto3(
                "us-east-1",
                """
                found = client('cloudwatch').describe_alarms(AlarmTypes=['MetricAlarm', 'CompositeAlarm'], MaxRecords=100)
                answer = found['MetricAlarms'] + found['CompositeAlarms']
                """)
            #expect(alarms.items.count > 10)
            for alarm in alarms.items {
                let name = alarm["AlarmName"]?.text ?? ""
                // Nobody sends canaries here: what rings because of that is held in OK, as a quiet night would.
                try await LocalStack.current.control.setState([
                    "kind": "alarm", "region": "us-east-1", "name": .string(name), "StateValue": "OK", "StateReason": "a test",
                ])
                let ended = try await drill(name, "--region", "us-east-1", "--output", "json")
                let region = try JSONValue(ended.output)["regions"]?.items.first
                #expect(region?["reachedAlarm"] == true, "\(name): \(ended.output)\(ended.error)")
                let calls = alarm["AlarmActions"]?.items ?? []
                #expect(ended.exit == (calls.isEmpty ? 1 : 0), "\(name): \(ended.output)\(ended.error)")
                #expect(region?["actions"]?.items.compactMap { $0["arn"]?.text } == calls.compactMap(\.text), "\(name)")
            }
            try await LocalStack.current.control.clearStates(of: "alarm")
            try await MonitoringFiles.with(["alarms/.none": ""]) { folder in
                let pruned = try await Console.run("--sandbox", "apply", "--prune", "--yes", in: folder)
                #expect(pruned.exit == 0, "\(pruned.output)\(pruned.error)")
            }
        }

        @Test("the report as JSON names the actions, the state before and what was put back")
        func json() async throws {
            try await withAlarms {
                let ended = try await drill("drill-composite", "--output", "json")
                let report = try JSONValue(ended.output)
                #expect(report["outcome"] == "rang" && report["schemaVersion"] == 1)
                let region = try #require(report["regions"]?.items.first)
                #expect(region["restored"] == "putBack" && region["formerState"] == "OK", "\(ended.output)")
                #expect(region["actions"]?.items.map { $0["result"] } == ["succeeded"])
                #expect(report["regions"]?.items.count == 1, "the other Region has no such alarm")
                #expect(report["by"]?.text?.contains(":") == true)
                let child = try JSONValue(try await drill("drill-rings", "--output", "json").output)
                #expect(
                    child["regions"]?.items.first?["parents"]?.items.compactMap(\.text) == ["drill-composite"])
            }
        }

        @Test("Ctrl-C in the middle puts it back all the same")
        func interrupted() async throws {
            try await withAlarms {
                let fault: [String: JSONValue] = [
                    "kind": "delay", "service": "cloudwatch", "operation": "DescribeAlarmHistory", "delayMs": 20_000,
                ]
                try await LocalStack.current.control.withFault(fault) {
                    let ended = try await Programs.run(
                        Console.path, ["--sandbox", "drill", "drill-composite", "--yes", "--region", "us-east-1"]
                    ) { running in
                        try await expectSoon("set into ALARM") {
                            try await self.state("drill-composite")["StateValue"] == "ALARM"
                        }
                        try running.interrupt()
                    }
                    #expect(ended.exit == 3, "\(ended.output)\(ended.error)")
                    #expect(ended.error.contains("interrupted"))
                    #expect(try await state("drill-composite")["StateValue"] == "OK")
                }
            }
        }

        @Test("a history that cannot be read is no verdict, and the alarm goes back")
        func denied() async throws {
            try await withAlarms {
                let fault: [String: JSONValue] = [
                    "kind": "error", "service": "cloudwatch", "operation": "DescribeAlarmHistory", "code": "AccessDenied",
                    "status": 403,
                ]
                try await LocalStack.current.control.withFault(fault) {
                    let ended = try await drill("drill-composite")
                    #expect(ended.exit == 3)
                    #expect(ended.error.contains("DescribeAlarmHistory"), "\(ended.error)")
                    #expect(try await state("drill-composite")["StateValue"] == "OK")
                }
            }
        }

        @Test("what cannot be drilled is said before anything is set")
        func refused() async throws {
            try await withAlarms {
                let nobody = try await Console.run("--sandbox", "drill", "drill-rings")
                #expect(nobody.exit == 64 && nobody.error.contains("--yes"), "\(nobody.error)")
                let missing = try await drill("no-such-alarm")
                #expect(missing.exit == 3 && missing.error.contains("no alarm no-such-alarm in us-east-1"))
                try await LocalStack.current.control.setState([
                    "kind": "alarm", "region": "us-east-1", "name": "drill-rings", "StateValue": "ALARM",
                    "StateReason": "really",
                ])
                let ringing = try await drill("drill-rings")
                #expect(ringing.exit == 3 && ringing.error.contains("in ALARM already"), "\(ringing.error)")
                try await LocalStack.current.control.clearStates(of: "alarm")
            }
        }

        // MARK: -

        private func drill(_ name: String, _ flags: String...) async throws -> Ended {
            try await Programs.run(Console.path, ["--sandbox", "drill", name, "--yes", "--timeout", "20s"] + flags)
        }

        private func state(_ name: String) async throws -> JSONValue {
            try await Clients.boto3(
                "us-east-1",
                """
                found = client('cloudwatch').describe_alarms(
                    AlarmNames=['\(name)'], AlarmTypes=['MetricAlarm', 'CompositeAlarm'])
                answer = (found['MetricAlarms'] + found['CompositeAlarms'])[0]
                """)
        }

        private func actions(_ name: String) async throws -> Int? {
            try await Clients.boto3(
                "us-east-1",
                """
                answer = len(client('cloudwatch').describe_alarm_history(
                    AlarmName='\(name)', HistoryItemType='Action')['AlarmHistoryItems'])
                """
            ).integer
        }

        /// Alarms on metrics that nobody sends, which therefore stay as they are set; all in OK.
        private func withAlarms(_ body: () async throws -> Void) async throws {
            try await Clients.boto3(
                "us-east-1",
                """
                topic = client('sns').create_topic(Name='drill-on-call')['TopicArn']
                alarms = client('cloudwatch')
                def put(name, actions, **more):
                    alarms.put_metric_alarm(
                        AlarmName=name, Namespace='Drill', MetricName=name, Statistic='Sum', Period=60, Threshold=1,
                        EvaluationPeriods=1, ComparisonOperator='GreaterThanThreshold', TreatMissingData='ignore',
                        AlarmActions=actions, **more)
                    alarms.set_alarm_state(AlarmName=name, StateValue='OK', StateReason='a test')
                put('drill-rings', [topic])
                put('drill-quiet', [])
                put('drill-off', [topic], ActionsEnabled=False)
                put('drill-nobody', [topic + '-is-gone'])
                put('drill-maintenance', [])
                alarms.put_composite_alarm(
                    AlarmName='drill-composite', AlarmRule='ALARM("drill-rings")', AlarmActions=[topic])
                alarms.put_composite_alarm(
                    AlarmName='drill-suppressed', AlarmRule='ALARM("drill-quiet")', AlarmActions=[topic],
                    ActionsSuppressor='drill-maintenance', ActionsSuppressorWaitPeriod=60,
                    ActionsSuppressorExtensionPeriod=60)
                for name in ('drill-composite', 'drill-suppressed'):
                    alarms.set_alarm_state(AlarmName=name, StateValue='OK', StateReason='a test')
                alarms.set_alarm_state(AlarmName='drill-maintenance', StateValue='ALARM', StateReason='a test')
                """)
            func remove() async throws {
                try await Clients.boto3(
                    "us-east-1",
                    """
                    alarms = client('cloudwatch')
                    for name in ('drill-composite', 'drill-suppressed'): alarms.delete_alarms(AlarmNames=[name])
                    alarms.delete_alarms(AlarmNames=[
                        'drill-rings', 'drill-quiet', 'drill-off', 'drill-nobody', 'drill-maintenance'])
                    """)
            }
            do { try await body() } catch {
                try await remove()
                throw error
            }
            try await remove()
        }
    }
}
