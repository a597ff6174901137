import FoundationEssentials
import TestSupport
import Testing

extension CanaryEndToEnd {
    /// Longer looks: many canaries, writes and reads across Regions, the last days, and who runs it.
    @Suite struct CanarySeriesTests {
        @Test("--count and --concurrency: so many runs, each hop's percentiles, and no row left")
        func series() async throws {
            try await Rows.removeAll()
            let ended = try await Console.run(
                "--sandbox", "canary", "--count", "12", "--concurrency", "4", "--slow-after", "29s", "--output", "json")
            #expect(ended.exit == 0, "\(ended.output)")
            let report = try JSONValue(ended.output)
            #expect(report["runs"] == 12)
            for region in report["regions"]?.items ?? [] {
                #expect(region["outcomes"]?["ok"] == 12)
                #expect(region["hops"]?.items.count == 8)
                #expect(region["total"]?["count"] == 12)
                #expect((region["total"]?["p50"]?.number ?? 0) <= (region["total"]?["max"]?.number ?? -1))
            }
            #expect(try await Rows.counts() == .none)
        }

        @Test("--duration with --interval: one run a second, and a fault in the middle makes it 2")
        func broken() async throws {
            let fault: [String: JSONValue] = ["kind": "function-throttle", "region": "us-east-1", "times": 1]
            try await LocalStack.current.control.withFault(fault) {
                let ended = try await Console.run(
                    "--sandbox", "canary", "--duration", "4s", "--interval", "1s", "--concurrency", "4", "--timeout", "3s",
                    "--slow-after", "2900ms", "--region", "us-east-1", "--output", "json")
                let region = try #require(try JSONValue(ended.output)["regions"]?.items.first)
                let report = try JSONValue(ended.output)
                #expect(report["runs"] == 4)
                // Lambda tries the throttled event again, maybe within the run's time.
                #expect(ended.exit == ((region["outcomes"]?["broken"]?.integer ?? 0) > 0 ? 2 : ended.exit))
            }
            try await Task.sleep(for: .seconds(1))
            try await Rows.removeAll()
        }

        @Test("on a terminal the table keeps up with the runs, and q ends it and leaves the last one standing")
        func live() async throws {
            try await Folder.with { folder in
                let screen = try await Terminals.run(
                    [
                        "--sandbox", "canary", "--duration", "50s", "--interval", "1s", "--region", "us-east-1", "--slow-after",
                        "29s",
                    ],
                    typing: [.init("2 ok", "q")], variables: ["TASKOPS_CONFIG": LocalStack.current.configurationFile], in: folder)
                #expect(screen.untyped == 0 && screen.exit == 0, "\(screen.text)")
                #expect(screen.text.contains("series") && screen.text.contains("p50"))
                // What stands on the main screen is the page of the last run that ended.
                #expect(screen.text.split(separator: "\n").last { $0.contains("runs in") }?.contains("ok") == true)
            }
            #expect(try await Rows.counts() == .none)
        }

        @Test("consistency: no stale read; with a Region behind, each of them is counted, as the gate counts reads")
        func consistency() async throws {
            try await Rows.removeAll()
            func run() async throws -> (Int32, [JSONValue]) {
                let ended = try await Console.run(
                    "--sandbox", "canary", "--consistency", "--count", "15", "--timeout", "10s", "--output", "json")
                return (ended.exit, try JSONValue(ended.output)["legs"]?.items ?? [])
            }
            let (code, legs) = try await run()
            #expect(code == 0)
            #expect(legs.map { $0["from"]?.text } == ["us-east-1", "us-west-2"])
            for leg in legs {
                #expect(leg["writes"] == 15 && leg["reads"] == 15 && leg["staleReads"] == 0 && leg["removed"] == 15, "\(leg)")
            }
            try await LocalStack.current.control.setState(["kind": "database", "region": "us-west-2", "readDelayMs": 200])
            // Until the oldest snapshot is that old.
            try await Task.sleep(for: .seconds(1))
            let before = try await reads(in: "us-west-2")
            let (stale, behind) = try await run()
            let after = try await reads(in: "us-west-2")
            try await LocalStack.current.control.clearStates(of: "database")
            #expect(stale == 2)
            let there = try #require(behind.first)
            #expect(there["to"] == "us-west-2" && there["staleWrites"] == 15, "\(there)")
            let count = try #require(there["reads"]?.integer)
            #expect(there["staleReads"]?.integer == count - 15, "every read but the last of each write was stale")
            // Beside them the gate saw one hello; the way back only deletes there.
            #expect(after - before == count + 1, "the gate saw \(after - before) reads, and \(count) were counted")
            #expect((there["staleFor"]?["p50"]?.number ?? 0) > 50)
            #expect(behind.last?["staleReads"] == 0, "the other way is as it was")
            #expect(try await Rows.counts() == .none)
        }

        /// Transactions that only read, as the gate told CloudWatch.
        private func reads(in region: String) async throws -> Int {
            let answer = try await Clients.boto3(
                region,
                """
                import datetime
                now = datetime.datetime.now(datetime.timezone.utc)
                cloudwatch = client('cloudwatch')
                answer = 0
                for metric in cloudwatch.list_metrics(Namespace='AWS/AuroraDSQL', MetricName='ReadOnlyTransactions')['Metrics']:
                    points = cloudwatch.get_metric_statistics(Namespace='AWS/AuroraDSQL', MetricName='ReadOnlyTransactions', Period=60,
                        Dimensions=metric['Dimensions'], StartTime=now - datetime.timedelta(hours=2),
                        EndTime=now + datetime.timedelta(minutes=1), Statistics=['Sum'])['Datapoints']
                    answer = max(answer, int(sum(point['Sum'] for point in points)))
                """)
            return answer.integer ?? 0
        }

        @Test("history draws what --metrics put, and says where there is nothing")
        func history() async throws {
            for _ in 0..<2 { #expect(try await Console.run("--sandbox", "canary", "--metrics", "--quiet").exit == 0) }
            let ended = try await Console.run("--sandbox", "history", "--last", "2h", "--output", "json")
            #expect(ended.exit == 0, "\(ended.error)")
            let region = try #require(try JSONValue(ended.output)["regions"]?.items.first)
            func values(_ metric: String, _ stat: String, _ hop: String? = nil) -> [Double] {
                let series = region["series"]?.items.first {
                    $0["metric"]?.text == metric && $0["stat"]?.text == stat && $0["hop"]?.text == hop
                }
                return series?["values"]?.items.compactMap(\.number) ?? []
            }
            #expect(values("Success", "SampleCount").reduce(0, +) >= 2)
            #expect(values("Success", "Sum").reduce(0, +) >= 2)
            #expect(!values("HopDuration", "p90", "create/commit").isEmpty)
            let text = try await Console.run("--sandbox", "history", "--last", "2h")
            #expect(text.output.contains("100% got through of") || text.output.contains("% got through of"))
            #expect(text.output.contains("create/commit p90"))
        }

        // MARK: Who runs it

        @Test("schedule systemd: both units are what systemd-analyze takes")
        func systemd() async throws {
            guard FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") else {
                print("skipped: there is no systemd-analyze on this machine")
                return
            }
            try await Folder.with { folder in
                let ended = try await Console.run("--sandbox", "schedule", "systemd", "--every", "5m", "--directory", folder)
                #expect(ended.exit == 0 && ended.output.isEmpty, "\(ended.error)")
                let verify = try await Programs.run(
                    "/usr/bin/systemd-analyze",
                    ["verify", "\(folder)/taskops-canary.service", "\(folder)/taskops-canary.timer"])
                #expect(verify.exit == 0 && verify.error.isEmpty, "\(verify.error)")
                let broken = try await Programs.bash(
                    "sed -i 's/^Type=.*/Type=sometimes/' \(folder)/taskops-canary.service && /usr/bin/systemd-analyze verify \(folder)/taskops-canary.service"
                )
                #expect(!broken.error.isEmpty, "systemd-analyze sees what is wrong")
            }
        }

        @Test("schedule cron: the printed line, run as cron runs it, is silent and ends 0")
        func cron() async throws {
            try await Folder.with { folder in
                let ended = try await Console.run(
                    "--sandbox", "schedule", "cron", "--state", folder + "/it's 100% state", "--no-metrics", "--region",
                    "us-east-1")
                #expect(ended.exit == 0)
                let line = try #require(ended.lines.last)
                #expect(line.hasPrefix("* * * * * /"))
                // What crontab(5) makes of a line: five fields, then a command up to a bare percent sign.
                let command = line.dropFirst("* * * * * ".count).replacing("\\%", with: "%").replacing(
                    "--jitter 10s", with: "--jitter 1s")
                let ran = try await Programs.bash(String(command))
                #expect(ran.exit == 0 && ran.output.isEmpty && ran.error.isEmpty, "\(ran.error)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["it's 100% state"])
            }
            let refused = try await Console.run("--sandbox", "schedule", "cron", "--every", "7m")
            #expect(refused.exit == 64 && refused.error.contains("take whole minutes that part an hour"))
        }

        @Test("schedule eventbridge: cfn-lint finds nothing, and the function runs in the local stack's Lambda")
        func eventBridge() async throws {
            try await Folder.with { folder in
                let ended = try await Console.run("--sandbox", "schedule", "eventbridge", "--region", "us-east-1")
                #expect(ended.exit == 0)
                let template = folder + "/template.json"
                try Data(ended.output.utf8).write(to: URL(filePath: template))
                let lint = try await Programs.run(Programs.venv + "/cfn-lint", [template], variables: ["HOME": folder])
                #expect(lint.exit == 0, "\(lint.output)")
                // The file's certificate lies beside it; a function has its own folder.
                let stack = LocalStack.current
                let file = folder + "/taskops.yaml"
                let text = try String(contentsOfFile: stack.configurationFile, encoding: .utf8)
                let certificate = URL(filePath: stack.configurationFile).deletingLastPathComponent().path() + "ca.pem"
                try Data(text.replacing("sslrootcert: ca.pem", with: "sslrootcert: \(certificate)").utf8).write(
                    to: URL(filePath: file))
                let zip = folder + "/canary.zip"
                let packed = try await Programs.run(
                    Repository.root + "/scripts/package-canary.sh", [Console.path, file, zip])
                #expect(packed.exit == 0, "\(packed.error)")
                let role = try await Clients.boto3(
                    "us-east-1",
                    """
                    properties = json.load(open('\(template)'))['Resources']['FunctionRole']['Properties']
                    def plain(value): return value['Fn::Sub'].replace('${AWS::AccountId}', '123456789012') if isinstance(value, dict) else value
                    document = properties['Policies'][0]['PolicyDocument']
                    document['Statement'] = [s | {'Resource': [plain(r) for r in s['Resource']]} for s in document['Statement'] if s['Sid'] != 'Log']
                    answer = client('iam').create_role(RoleName='canary-function',
                        AssumeRolePolicyDocument=json.dumps(properties['AssumeRolePolicyDocument']))['Role']['Arn']
                    client('iam').put_role_policy(RoleName='canary-function', PolicyName='canary', PolicyDocument=json.dumps(document))
                    """)
                let arn = try #require(role.text)
                let granted = try await Console.run(
                    "--sandbox", "schema", "apply", "--schema", LocalStack.schema, "--console-role-arn", arn)
                #expect(granted.exit == 0, "\(granted.error)")
                let answer = try await Clients.boto3(
                    "us-east-1",
                    """
                    import base64
                    properties = json.load(open('\(template)'))['Resources']['Function']['Properties']
                    functions, name = client('lambda'), properties['FunctionName']
                    functions.create_function(FunctionName=name, Runtime=properties['Runtime'], Handler=properties['Handler'], Role='\(arn)',
                        Code={'ZipFile': open('\(zip)', 'rb').read()}, Timeout=properties['Timeout'], Environment=properties['Environment'])
                    functions.get_waiter('function_active_v2').wait(FunctionName=name)
                    out = functions.invoke(FunctionName=name, LogType='Tail', Payload=b'{}')
                    answer = {'error': out.get('FunctionError'), 'payload': json.load(out['Payload']),
                        'log': base64.b64decode(out['LogResult']).decode()}
                    functions.delete_function(FunctionName=name)
                    client('iam').delete_role_policy(RoleName='canary-function', PolicyName='canary')
                    client('iam').delete_role(RoleName='canary-function')
                    """)
                #expect(answer["error"] == .null, "\(answer)")
                #expect([0, 1].contains(answer["payload"]?["exitCode"]?.integer), "\(answer)")
                #expect(answer["log"]?.text?.contains("\"Namespace\":\"TaskOps/Canary\"") == true)
            }
        }
    }
}
