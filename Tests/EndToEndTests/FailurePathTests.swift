import FoundationEssentials
import Testing

extension EndToEnd {
    /// The path broken at each of its links: the canary ends 2 within its time and says where.
    @Suite struct FailurePathTests {
        @Test("a disabled rule: 2 at create/start, DISABLED, and the hint typed as it stands mends it")
        func ruleDisabled() async throws {
            try await broken(
                "client('events').disable_rule(Name='task-processing-rule', EventBusName='task-events-dev')",
                mend: "client('events').enable_rule(Name='task-processing-rule', EventBusName='task-events-dev')"
            ) { canary in
                #expect(canary.hop == "create/start")
                #expect(canary.summary.contains("the rule is DISABLED"))
                #expect(
                    canary.hint == "aws events enable-rule --name task-processing-rule"
                        + " --event-bus-name task-events-dev --region us-east-1")
                let typed = try await Clients.type(canary.hint)
                #expect(typed.exit == 0, "\(typed.error)")
                #expect(try await CanaryJSON.run("--region", "us-east-1").exit == 0)
            }
        }

        @Test("one Region broken: the report says so of it alone, and the other is ok")
        func otherRegionStaysOk() async throws {
            try await broken(
                "client('events').disable_rule(Name='task-processing-rule', EventBusName='task-events-dev')",
                mend: "client('events').enable_rule(Name='task-processing-rule', EventBusName='task-events-dev')",
                probing: []
            ) { canary in
                #expect(canary.outcome == "broken")
                #expect(canary.region("us-east-1")?["outcome"] == "broken")
                #expect(canary.region("us-west-2")?["outcome"] == "ok")
            }
        }

        @Test("no permission: 2 at create/start, and the event is in the target's dead-letter queue with AWS's attributes")
        func permissionRemoved() async throws {
            try await Queues.purge()
            try await broken(
                """
                import pathlib
                functions = client('lambda')
                statement = json.loads(functions.get_policy(FunctionName='task-processor-dev')['Policy'])['Statement'][0]
                functions.remove_permission(FunctionName='task-processor-dev', StatementId=statement['Sid'])
                """,
                mend: """
                    rule = client('events').describe_rule(Name='task-processing-rule', EventBusName='task-events-dev')['Arn']
                    client('lambda').add_permission(FunctionName='task-processor-dev', StatementId='mended',
                        Action='lambda:InvokeFunction', Principal='events.amazonaws.com', SourceArn=rule)
                    """
            ) { canary in
                #expect(canary.hop == "create/start")
                #expect(canary.summary.contains("does not let the rule task-processing-rule invoke it"))
                #expect(canary.hint?.hasPrefix("aws lambda add-permission --function-name task-processor-dev ") == true)
                #expect(canary.cause?["code"] == "permission-missing")
                let letter = try await Queues.message(in: .undelivered)
                try checkDeadLetter(letter, code: "NO_PERMISSIONS", task: canary.taskID)
            }
        }

        @Test("no target: 2 at create/start, and the cause is the target")
        func targetRemoved() async throws {
            try await broken(
                """
                events, names = client('events'), {'Rule': 'task-processing-rule', 'EventBusName': 'task-events-dev'}
                answer = events.list_targets_by_rule(**names)['Targets']
                events.remove_targets(**names, Ids=[target['Id'] for target in answer])
                """,
                mend: "client('events').put_targets(Rule='task-processing-rule', EventBusName='task-events-dev', Targets=broken)"
            ) { canary in
                #expect(canary.hop == "create/start")
                #expect(canary.summary.contains("the rule has no target"))
                let typed = try await Clients.type(canary.hint)
                #expect(typed.exit == 0, "\(typed.error)")
            }
        }

        @Test("a bus that does not exist: 2 at create/accept, and no event is put where it would be dropped")
        func missingBus() async throws {
            let control = LocalStack.current.control
            let before = try await control.counter("events-put-to-missing-bus")
            try await Configurations.with(["bus: task-events-dev": "bus: task-events-gone"]) { file in
                let canary = try await CanaryJSON.run("--config", file, "--region", "us-east-1")
                #expect(canary.exit == 2)
                #expect(canary.hop == "create/accept")
                #expect(canary.summary.contains("the bus task-events-gone does not exist in us-east-1"))
                #expect(canary.cause?["code"] == "bus-missing")
                #expect(canary.hint?.contains("aws events list-event-buses --region us-east-1") == true)
                #expect(canary.region["taskId"] == .null)
            }
            #expect(try await control.counter("events-put-to-missing-bus") == before)
        }

        // MARK: -

        private func checkDeadLetter(_ letter: JSONValue, code: String, task: String?) throws {
            let event = try JSONValue(try #require(letter["Body"]?.text))
            #expect(event["id"]?.text == task)
            #expect(event["detail-type"] == "Task Created")
            let attributes = try #require(letter["MessageAttributes"])
            func value(_ name: String) -> String? { attributes[name]?["StringValue"]?.text }
            #expect(value("RULE_ARN")?.hasSuffix(":rule/task-events-dev/task-processing-rule") == true)
            #expect(value("TARGET_ARN")?.hasSuffix(":function:task-processor-dev") == true)
            #expect(value("ERROR_CODE") == code)
            #expect(value("ERROR_MESSAGE")?.isEmpty == false)
            // Where permission is missing EventBridge does not retry (user guide, "Using dead-letter queues to process undelivered events").
            #expect(value("RETRY_ATTEMPTS") == "0")
        }
    }
}
