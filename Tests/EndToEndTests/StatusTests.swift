import Basics
import FoundationEssentials
import TaskSystem
import TestSupport
import Testing

extension ConsoleEndToEnd {
    /// One page for the whole stack, whatever state it is in. On a stack of its own: what other tests break is rightly
    /// shown for an hour.
    @Suite(.localStack(named: "status")) struct StatusTests {
        @Test("a stack as it was deployed is healthy in both Regions, in every form")
        func healthy() async throws {
            let text = try await Console.run("--sandbox", "status")
            #expect(text.exit == 0, "\(text.output)\(text.error)")
            #expect(text.error.isEmpty)
            #expect(text.lines.last?.contains("healthy (exit 0)") == true)
            let json = try await status()
            #expect(json.exit == 0)
            #expect(json.document["regions"]?.items.compactMap { $0["region"]?.text } == ["us-east-1", "us-west-2"])
            for region in json.document["regions"]?.items ?? [] {
                #expect(region["rows"]?.items.allSatisfy { $0["health"] == "healthy" } == true)
            }
            let markdown = try await Console.run("--sandbox", "status", "--output", "markdown")
            #expect(markdown.exit == 0 && markdown.output.hasPrefix("#"))
            let line = try await Console.run("--sandbox", "status", "--output", "jsonl", "--region", "us-west-2")
            #expect(line.exit == 0 && line.lines.count == 1)
        }

        @Test("what it says of the stack is what boto3 reads from it, field by field")
        func agreesWithBoto3() async throws {
            let stack = LocalStack.current.configuration
            let json = try await status()
            for (regional, region) in zip(stack.regions, json.document["regions"]?.items ?? []) {
                let facts = String(decoding: try JSONEncoder().encode(region["facts"] ?? .null), as: UTF8.self)
                let names = """
                    bus, rule, function = '\(regional.bus)', '\(regional.rule)', '\(regional.function)'
                    dead, failed = '\(regional.deadLetterQueue ?? "")', '\(regional.failureQueue ?? "")'

                    """
                let answer = try await Clients.boto3(
                    regional.region, names + "facts = json.loads(r'''\(facts)''')\n" + Self.comparison)
                #expect(answer["differences"]?.items.isEmpty == true, "\(answer)")
                #expect(answer["compared"]?.integer ?? 0 > 60, "\(answer)")
            }
        }

        @Test("what is broken is said first, with its evidence and the command that mends it", arguments: Broken.all)
        func broken(_ broken: Broken) async throws {
            let answer = try await Clients.boto3("us-east-1", broken.breaking)
            var ended: Ended?
            do {
                // A metric that says how bad it is may come some seconds after the thing itself.
                try await expectSoon("the finding \(broken.code)", within: .seconds(75)) {
                    let look = try await Console.run("--sandbox", "status", "--output", "json")
                    ended = look
                    return try StatusJSON(look).findings("us-east-1").contains(broken.code)
                }
            } catch {
                try await mend(broken, answer)
                throw error
            }
            let text = try await Console.run("--sandbox", "status")
            try await mend(broken, answer)
            let report = try StatusJSON(try #require(ended))
            #expect(report.exit == broken.exit)
            #expect(report.findings("us-west-2").isEmpty)
            #expect(text.exit == broken.exit)
            let firstFinding = text.lines.first { $0.contains("us-east-1") }
            #expect(firstFinding?.contains(broken.part) == true, "\(text.output)")
            #expect(text.output.contains(broken.next), "\(text.output)")
            #expect(try await status().exit == 0, "what the test broke is not mended")
        }

        @Test("a Region that cannot be reached is said to be unknown, and the other one is shown whole")
        func unreachableRegion() async throws {
            // Port 9 is nobody's: discard has not been served for decades.
            try await Configurations.with(["  us-west-2:\n": "  us-west-2:\n    endpointUrl: http://127.0.0.1:9\n"]) { changed in
                let ended = try await Console.run(
                    "--sandbox", "status", "--config", changed, "--output", "json", "--timeout", "4s")
                let report = try StatusJSON(ended)
                #expect(ended.exit == 3)
                #expect(report.health("us-east-1") == "healthy")
                #expect(report.health("us-west-2") == "unknown")
                #expect(report.document["regions"]?.items.last?["rows"]?.items.count ?? 0 >= 10)
                let page = try await Console.run("--sandbox", "status", "--config", changed, "--timeout", "4s")
                #expect(page.exit == 3 && page.output.contains("us-west-2") && page.error.isEmpty)
            }
        }

        @Test("a service that hangs, and one that refuses, cost their own rows and no more")
        func oneHangsOneRefuses() async throws {
            let control = LocalStack.current.control
            try await control.withFault(["kind": "hang", "service": "dsql", "operation": "GetCluster", "region": "us-east-1"]) {
                try await control.withFault([
                    "kind": "error", "service": "lambda", "operation": "GetFunction", "region": "us-west-2", "status": 403,
                    "code": "AccessDeniedException",
                ]) {
                    let report = try await status("--timeout", "3s")
                    #expect(report.exit == 3)
                    #expect(report.health("us-east-1", "cluster") == "unknown")
                    #expect(report.health("us-east-1", "function") == "healthy")
                    #expect(report.health("us-east-1", "database") == "healthy")
                    #expect(report.health("us-west-2", "function") == "unknown")
                    #expect(report.health("us-west-2", "cluster") == "healthy")
                    let finding = report.row("us-west-2", "function")?["findings"]?.items.first
                    let words =
                        "\(finding?["sentence"]?.text ?? "") \(finding?["evidence"]?.text ?? "") \(finding?["next"]?.text ?? "")"
                    #expect(words.contains("lambda:GetFunction"), "\(words)")
                }
            }
        }

        @Test("a stack with one Region is a stack; a Region that it does not have is bad usage")
        func regions() async throws {
            let one = try await status("--region", "us-east-1")
            #expect(one.exit == 0)
            #expect(one.document["regions"]?.items.count == 1)
            let wrong = try await Console.run("--sandbox", "status", "--region", "us-east-2")
            #expect(wrong.exit == 64 && wrong.errorLines.count == 1)
        }

        @Test("watching into a pipe tells each change in a line, as text and as JSON, until the reader goes")
        func watchInAPipe() async throws {
            let file = LocalStack.current.configurationFile
            let disable = "client('events').disable_rule(Name='task-processing-rule', EventBusName='task-events-dev')"
            let enable = "client('events').enable_rule(Name='task-processing-rule', EventBusName='task-events-dev')"
            for form in ["text", "jsonl"] {
                let ended = try await Programs.run(
                    Console.path, ["--sandbox", "status", "--config", file, "--watch", "1s", "--output", form]
                ) { running in
                    let begun = try await Self.looks()
                    try await expectSoon("three looks") { try await Self.looks() > begun + 3 }
                    try await Clients.boto3("us-east-1", disable)
                    let before = try await Self.looks()
                    try await expectSoon("a look at the disabled rule") { try await Self.looks() > before + 4 }
                    try await Clients.boto3("us-east-1", enable)
                    let after = try await Self.looks()
                    try await expectSoon("a look at the mended rule") { try await Self.looks() > after + 4 }
                    try running.interrupt()
                }
                #expect(ended.error.isEmpty, "\(ended.error)")
                #expect(ended.exit == 0)
                let changes = ended.lines.filter { $0.contains("unhealthy") }
                #expect(changes.count == 2, "\(ended.output)")
                if form == "jsonl" {
                    let records = try ended.lines.map { try JSONValue($0) }
                    #expect(records.allSatisfy { $0["schemaVersion"] == 1 })
                    #expect(records.filter { $0["to"] == "unhealthy" }.first?["part"] == "rule")
                }
            }
            let piped = try await Programs.bash("taskops --sandbox status --watch 1s | head -1; echo \"${PIPESTATUS[0]}\"")
            #expect(piped.lines.count == 2 && piped.error.isEmpty)
        }

        @Test("waiting ends when it is healthy, or with what it is when the time is over")
        func waits() async throws {
            let disable = "client('events').disable_rule(Name='task-processing-rule', EventBusName='task-events-dev')"
            let enable = "client('events').enable_rule(Name='task-processing-rule', EventBusName='task-events-dev')"
            try await Clients.boto3("us-east-1", disable)
            let words = ["--sandbox", "status", "--wait-for", "healthy", "--interval", "1s"]
            let tired = try await Programs.run(Console.path, words + ["--timeout", "2s"])
            #expect(tired.exit == 2)
            #expect(tired.errorLines.count == 1 && tired.error.contains("was not healthy within 2s"), "\(tired.error)")
            let ended = try await Programs.run(Console.path, words + ["--timeout", "60s"]) { _ in
                try await Clients.boto3("us-east-1", enable)
            }
            #expect(ended.exit == 0)
            #expect(ended.lines.last?.contains("healthy (exit 0)") == true)
        }

        @Test("what was recorded can be shown again, without a stack")
        func replays() async throws {
            try await Folder.with { folder in
                let file = folder + "/status.jsonl"
                let live = try await Console.run("--sandbox", "status", "--record", file, "--output", "json")
                let again = try await Console.run("status", "--replay", file, "--output", "json", in: folder)
                #expect(again.exit == live.exit)
                #expect(again.output == live.output)
                let page = try await Console.run("status", "--replay", file, "--watch", in: folder)
                #expect(page.lines.count == 1 && page.output.contains("healthy"))
            }
        }

        // MARK: -

        private func status(_ arguments: String...) async throws -> StatusJSON {
            try StatusJSON(
                await Programs.run(Console.path, ["--sandbox", "status", "--output", "json"] + arguments))
        }

        private func mend(_ broken: Broken, _ answer: JSONValue) async throws {
            let text = String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
            try await Clients.boto3("us-east-1", "broken = json.loads(r'''\(text)''')\n\(broken.mending)")
        }

        /// How often a rule was looked at so far: twice with every look at the stack, which has two Regions.
        private static func looks() async throws -> Int {
            try await LocalStack.current.control.calls()["events:DescribeRule"] ?? 0
        }
    }
}
