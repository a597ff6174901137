import FoundationEssentials
import TaskSystem
import Testing

extension EndToEnd {
    /// boto3 and the aws CLI see the stack that `taskops` says there is.
    @Suite struct ClientsAgreeTests {
        @Test(
            "boto3 lists bus, rule, target, function, policy, queues, cluster and log group as taskops.yaml names them",
            arguments: ["us-east-1", "us-west-2"])
        func boto3(region: String) async throws {
            let stack = LocalStack.current.region(region)
            let seen = try await Clients.boto3(
                region,
                """
                events, functions, sqs, dsql, logs = (client(n) for n in ('events', 'lambda', 'sqs', 'dsql', 'logs'))
                buses = [b['Name'] for b in events.list_event_buses()['EventBuses'] if b['Name'] != 'default']
                rules = events.list_rules(EventBusName=buses[0])['Rules']
                targets = events.list_targets_by_rule(Rule=rules[0]['Name'], EventBusName=buses[0])['Targets']
                names = [f['FunctionName'] for f in functions.list_functions()['Functions']]
                clusters = [dsql.get_cluster(identifier=c['identifier']) for c in dsql.list_clusters()['clusters']]
                answer = {
                    'buses': buses, 'rules': rules, 'targets': targets, 'functions': names,
                    'function': functions.get_function(FunctionName=names[0])['Configuration'],
                    'policy': json.loads(functions.get_policy(FunctionName=names[0])['Policy']),
                    'invocation': functions.get_function_event_invoke_config(FunctionName=names[0]),
                    'queues': sorted(url.rsplit('/', 1)[-1] for url in sqs.list_queues()['QueueUrls']),
                    'clusters': clusters,
                    'logs': [g for g in logs.describe_log_groups()['logGroups']],
                }
                """)
            #expect(seen["buses"] == .array([.string(stack.bus)]))
            let rule = try #require(seen["rules"]?.items.first)
            #expect(seen["rules"]?.items.count == 1)
            #expect(rule["Name"]?.text == stack.rule)
            #expect(rule["State"] == "ENABLED")
            let pattern = try JSONValue(try #require(rule["EventPattern"]?.text))
            #expect(pattern["source"] == .array(["task.management"]))
            #expect(seen["functions"] == .array([.string(stack.function)]))
            let function = try #require(seen["function"]?["FunctionArn"]?.text)
            let target = try #require(seen["targets"]?.items.first)
            #expect(target["Arn"]?.text == function)
            #expect(target["DeadLetterConfig"]?["Arn"]?.text?.hasSuffix(":\(stack.deadLetterQueue ?? "?")") == true)
            #expect(target["RetryPolicy"] == .object(["MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400]))
            let statement = try #require(seen["policy"]?["Statement"]?.items.first)
            #expect(statement["Principal"] == .object(["Service": "events.amazonaws.com"]))
            #expect(statement["Action"] == "lambda:InvokeFunction")
            #expect(statement["Condition"]?["ArnLike"]?["AWS:SourceArn"]?.text == rule["Arn"]?.text)
            let destination = seen["invocation"]?["DestinationConfig"]?["OnFailure"]?["Destination"]?.text
            #expect(destination?.hasSuffix(":\(stack.failureQueue ?? "?")") == true)
            #expect(seen["queues"] == .array([stack.deadLetterQueue, stack.failureQueue].map { .string($0 ?? "?") }))
            try checkCluster(seen["clusters"]?.items ?? [], region: region)
            #expect(seen["logs"]?.items.map { $0["logGroupName"]?.text } == ["/aws/lambda/\(stack.function)"])
            #expect(seen["logs"]?.items.first?["retentionInDays"] == 7)
            #expect(seen["function"]?["LoggingConfig"]?["LogGroup"]?.text == "/aws/lambda/\(stack.function)")
        }

        @Test("the aws CLI, typed into a shell set up with `taskops sandbox env`, shows the same names")
        func awsCommandLine() async throws {
            let ended = try await Programs.bash(
                """
                set -e
                eval "$(taskops sandbox env)"
                aws events list-rules --event-bus-name task-events-dev --query 'Rules[].[Name,State]' --output text
                aws events list-targets-by-rule --event-bus-name task-events-dev --rule task-processing-rule --query 'Targets[].Id' --output text
                aws lambda get-function --function-name task-processor-dev --query Configuration.Runtime --output text
                aws lambda get-policy --function-name task-processor-dev --query Policy --output text
                # Its own list of old host names hides the setting from sqs (awscli/customizations/overridesslcommonname.py).
                aws sqs list-queues --endpoint-url "$AWS_ENDPOINT_URL" --query 'length(QueueUrls)' --output text
                aws dsql list-clusters --query 'clusters[].identifier' --output text
                aws logs describe-log-groups --query 'logGroups[].logGroupName' --output text
                aws cloudformation describe-stacks --query 'Stacks[].[StackName,StackStatus]' --output text
                """)
            #expect(ended.exit == 0, "\(ended.error)")
            let lines = ended.lines
            try #require(lines.count == 8, "\(ended.output)")
            #expect(lines[0] == "task-processing-rule\tENABLED")
            #expect(lines[1] == "task-processor")
            #expect(lines[2] == "provided.al2023")
            #expect(lines[3].contains(":rule/task-events-dev/task-processing-rule"))
            #expect(lines[4] == "2")
            #expect(lines[5] == String(LocalStack.current.clusterHost("us-east-1").prefix(26)))
            #expect(lines[6] == "/aws/lambda/task-processor-dev")
            #expect(lines[7] == "tasks-dev\tUPDATE_COMPLETE")
        }

        @Test("a task the canary reports is in the database and in the function's log, as psycopg and boto3 read them")
        func canaryIsTrue() async throws {
            let canary = try await CanaryJSON.run("--region", "us-east-1", "--keep")
            #expect(canary.exit == 0)
            let task = try #require(canary.taskID)
            let stack = LocalStack.current
            let seen = try await Clients.boto3(
                "us-east-1",
                """
                import os, psycopg
                host = "\(stack.clusterHost("us-east-1"))"
                with psycopg.connect(host=host, hostaddr="127.0.0.1", port=\(stack.region("us-east-1").connection.port ?? 0),
                        user="taskops", dbname="postgres", password=client("dsql").generate_db_connect_auth_token(host, "us-east-1"),
                        sslmode="verify-full", sslrootcert=os.environ["PGSSLROOTCERT"]) as connection:
                    row = connection.execute("SELECT status, created_by FROM tasks WHERE id = %s", ["\(task)"]).fetchone()
                    changes = connection.execute(
                        "SELECT field_name, old_value, new_value FROM task_updates WHERE task_id = %s", ["\(task)"]).fetchall()
                lines = [e["message"] for page in client("logs").get_paginator("filter_log_events").paginate(
                    logGroupName="/aws/lambda/task-processor-dev", filterPattern='"\(task)"') for e in page["events"]]
                answer = {"row": row, "changes": changes, "lines": [json.loads(line) for line in lines]}
                """)
            #expect(seen["row"] == .array(["completed", "taskops-canary/tasks"]))
            #expect(seen["changes"]?.items.contains(.array(["status", "pending", "completed"])) == true)
            #expect(seen["lines"]?.items.isEmpty == false)
            try await Rows.removeAll()
        }

        // MARK: -

        private func checkCluster(_ clusters: [JSONValue], region: String) throws {
            let cluster = try #require(clusters.first)
            #expect(clusters.count == 1)
            let host = LocalStack.current.clusterHost(region)
            #expect(cluster["identifier"]?.text == String(host.prefix(26)))
            #expect(cluster["endpoint"]?.text == host)
            #expect(cluster["status"] == "ACTIVE")
            #expect(cluster["deletionProtectionEnabled"] == true)
            #expect(cluster["multiRegionProperties"]?["witnessRegion"] == "us-east-2")
            let other = region == "us-east-1" ? "us-west-2" : "us-east-1"
            let peer = String(LocalStack.current.clusterHost(other).prefix(26))
            let arns = cluster["multiRegionProperties"]?["clusters"]?.items.compactMap(\.text) ?? []
            #expect(arns.contains { $0.contains(":\(other):") && $0.hasSuffix("/\(peer)") })
        }
    }
}
