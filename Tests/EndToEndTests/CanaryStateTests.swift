import Database
import FoundationEssentials
import Subprocess
import Testing

extension CanaryEndToEnd {
    /// Runs that remember each other: late, lost and twice, M of N, one at a time.
    @Suite struct CanaryStateTests {
        private static let quick = ["--region", "us-east-1", "--timeout", "3s", "--slow-after", "2s"]

        private func run(_ state: String, _ more: String...) async throws -> CanaryJSON {
            try CanaryJSON(
                await Programs.run(
                    Console.path, ["--sandbox", "canary", "--output", "json", "--state", state] + Self.quick + more))
        }

        private func watch(_ canary: CanaryJSON) throws -> JSONValue {
            try #require(canary.document["watch"]?["regions"]?.items.first, "\(canary.document)")
        }

        private func files(_ folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        }

        @Test("an event that comes late closes its own record, and the run that finds it says nothing else of itself")
        func late() async throws {
            try await Rows.removeAll()
            try await Folder.with { folder in
                let state = folder + "/state"
                var lost: String?
                try await LocalStack.current.control.withFault(["kind": "function-throttle", "region": "us-east-1"]) {
                    let first = try await run(state)
                    #expect(first.exit == 2)
                    lost = first.taskID
                    #expect(try watch(first)["pending"] == 1)
                    let second = try await run(state)
                    #expect(second.exit == 2)
                    #expect(try watch(second)["pending"] == 2)
                    #expect(second.document["watch"]?["events"]?.items.isEmpty == true)
                }
                let task = try #require(lost.flatMap(UUID.init(uuidString:)))
                try await expectSoon("Lambda tries again") { try await Rows.has(task) }
                try await expectSoon("and again") {
                    try await Rows.count("SELECT count(*) AS n FROM tasks") == 2
                }
                let third = try await run(state)
                #expect(third.exit == 0)
                let events = third.document["watch"]?["events"]?.items ?? []
                #expect(events.map { $0["kind"]?.text } == ["late", "late"])
                #expect(events.first?["event"]?.text == lost)
                #expect((events.first?["afterMs"]?.integer ?? 0) > 3000)
                #expect(try watch(third)["late"] == 2)
                #expect(try watch(third)["pending"] == 0)
                #expect(try await Rows.counts() == .none, "what came late is removed by the run that tells of it")
                #expect(try await run(state).document["watch"]?["events"]?.items.isEmpty == true)
                #expect(try files(folder) == ["state"])
            }
        }

        @Test("a completion that did not come keeps its task, until it comes")
        func lateCompletion() async throws {
            try await Rows.removeAll()
            let control = LocalStack.current.control
            try await Folder.with { folder in
                let state = folder + "/state"
                let delay = try await control.add(
                    ["kind": "delay", "delayMs": 700, "service": "events", "operation": "PutEvents", "region": "us-east-1"])
                var throttle: String?
                let first = try CanaryJSON(
                    await Programs.run(
                        Console.path,
                        ["--sandbox", "canary", "--output", "json", "--state", state, "--region", "us-east-1", "--timeout", "5s"]
                    ) { _ in
                        try await expectSoon("the task is created") {
                            try await Rows.count("SELECT count(*) AS n FROM tasks") == 1
                        }
                        throttle = try await control.add(["kind": "function-throttle", "region": "us-east-1"])
                    })
                #expect(first.hop?.hasPrefix("complete/") == true)
                #expect(first.cleanup?["outcome"] == "awaiting")
                let task = try #require(first.taskID.flatMap(UUID.init(uuidString:)))
                #expect(try await Rows.has(task))
                // However old it is by then, it is not swept.
                try await Rows.execute("UPDATE tasks SET created_at = now() - make_interval(mins => 90) WHERE id = \(task)")
                #expect(try await run(state).cleanup?["swept"] == 0)
                #expect(try await Rows.has(task))
                if let throttle { try await control.remove(throttle) }
                try await control.remove(delay)
                try await expectSoon("it is completed") {
                    try await Rows.count("SELECT count(*) AS n FROM tasks WHERE status = 'completed'") == 1
                }
                // The second run's own task has come meanwhile, too.
                let last = try await run(state)
                #expect(
                    last.document["watch"]?["events"]?.items.contains { $0["step"] == "complete" && $0["kind"] == "late" } == true
                )
                #expect(try await !Rows.has(task))
            }
            try await expectSoon("nothing is under way") { try await Rows.count("SELECT count(*) AS n FROM tasks") >= 0 }
            try await Rows.removeAll()
        }

        @Test("an event that is processed again after its task was removed is told of, and removed")
        func twice() async throws {
            try await Rows.removeAll()
            try await Folder.with { folder in
                let state = folder + "/state"
                let first = try await run(state)
                let task = try #require(first.taskID)
                try await Clients.boto3(
                    "us-east-1",
                    """
                    client('lambda').invoke(FunctionName='task-processor-dev', Payload=json.dumps({
                        'id': '\(task)', 'source': 'task.management', 'detail-type': 'Task Created',
                        'detail': {'eventType': 'task.created', 'taskData': {'title': 'again', 'created_by': 'taskops-canary/tasks'}}}))
                    """)
                #expect(try await Rows.count("SELECT count(*) AS n FROM tasks") == 1)
                let second = try await run(state)
                #expect(second.exit == 0)
                let event = try #require(second.document["watch"]?["events"]?.items.first)
                #expect(event["kind"] == "duplicate")
                #expect(event["task"]?.text == task)
                #expect(try await Rows.counts() == .none)
            }
        }

        @Test("2 of 3: one blip changes nothing and is not heard of, two do, and two good runs end it")
        func mOfN() async throws {
            try await Folder.with { folder in
                let state = folder + "/state"
                func cron() async throws -> Ended {
                    try await Programs.run(
                        Console.path,
                        ["--sandbox", "canary", "--quiet", "--state", state, "--alert-after", "2/3"] + Self.quick)
                }
                let fault: [String: JSONValue] = ["kind": "function-throttle", "region": "us-east-1"]
                let control = LocalStack.current.control
                #expect(try await cron().exit == 0)
                try await control.withFault(fault) {
                    let blip = try await cron()
                    #expect(blip.exit == 0 && blip.output.isEmpty && blip.error.isEmpty)
                }
                let between = try await cron()
                #expect(between.exit == 0 && between.output.isEmpty)
                try await control.withFault(fault) {
                    // Of the last three one is broken already.
                    let raised = try await cron()
                    #expect(raised.exit == 2)
                    #expect(raised.output.contains("verdict  us-east-1  broken since"))
                    #expect(raised.output.contains("changed by this run"))
                }
                let first = try await cron()
                #expect(first.exit == 2, "one good run is no recovery")
                #expect(first.output.contains("1 of the last 1 against it, changes after 2/3"))
                let recovered = try await cron()
                #expect(recovered.exit == 0)
                #expect(recovered.output.contains("changed by this run"), "the recovery is told of, once")
                let silent = try await cron()
                #expect(silent.exit == 0 && silent.output.isEmpty && silent.error.isEmpty)
                try await expectSoon("what the faults held up has come, and a run removes it") {
                    _ = try await cron()
                    return try await Rows.counts() == .none
                }
            }
        }

        @Test("a second run at the same time ends 3 and names the first, which is stuck when it is over its time")
        func oneAtATime() async throws {
            try await Folder.with { folder in
                let state = folder + "/state"
                let delay: [String: JSONValue] = [
                    "kind": "delay", "delayMs": 2500, "service": "events", "operation": "PutEvents", "region": "us-east-1",
                ]
                try await LocalStack.current.control.withFault(delay) {
                    let words = ["--sandbox", "canary", "--state", state, "--region", "us-east-1", "--timeout", "8s"]
                    let first = try await Programs.run(Console.path, words) { running in
                        try await expectSoon("the first has begun") { FileManager.default.fileExists(atPath: state + ".lock") }
                        let second = try await Programs.run(Console.path, words)
                        #expect(second.exit == 3)
                        #expect(second.output.isEmpty)
                        #expect(
                            second.errorLines.count == 1
                                && second.error.contains("another run with \(state) is under way: process"))
                        // Whoever stops it stops its clock, too, and a minute has not passed: its own word decides.
                        try running.send(.suspend)
                        let text = try String(contentsOfFile: state + ".lock", encoding: .utf8)
                        let ends = try #require(try JSONValue(text)["endsBy"]?.integer)
                        try Data(text.replacing("\(ends)", with: "\(ends - 3_600_000)").utf8).write(
                            to: URL(filePath: state + ".lock"))
                        let third = try await Programs.run(Console.path, words)
                        #expect(third.exit == 3)
                        #expect(
                            third.error.contains("is stuck: process") && third.error.contains("; look at it, then end it: kill "))
                        try running.send(.resume)
                    }
                    #expect(first.exit == 0 || first.exit == 1)
                }
                #expect(try files(folder) == ["state"])
            }
        }

        @Test("killed at any moment, the next run works, says so, and the file is whole")
        func killed() async throws {
            try await Folder.with { folder in
                let state = folder + "/state"
                #expect(try await run(state).exit == 0)
                for step in 0..<8 {
                    _ = try await Programs.run(
                        Console.path, ["--sandbox", "canary", "--state", state, "--region", "us-east-1"]
                    ) { running in
                        try await Task.sleep(for: .milliseconds(15 * step))
                        try? running.send(.kill)
                    }
                    let next = try await Programs.run(
                        Console.path, ["--sandbox", "canary", "--quiet", "--state", state, "--region", "us-east-1"])
                    #expect(next.exit == 0, "\(next.output)")
                    #expect(next.error.isEmpty || next.error.contains("ended without finishing"), "\(next.error)")
                    #expect(try files(folder) == ["state"])
                }
            }
            try await Rows.removeAll()
        }

        @Test("a state file that is damaged, newer or not ours: a sentence, and the probe's own verdict all the same")
        func unreadable() async throws {
            for (text, words) in [
                ("taskops-canary-state 1 00\n{", "is damaged: the runs before this one are forgotten"), ("", "is damaged"),
                ("taskops-canary-state 9 00\n{}", "is of a newer taskops, so this run remembers nothing"),
                ("PATH=/usr/bin\n", "is no state file of taskops canary"),
            ] {
                try await Folder.with { folder in
                    let state = folder + "/state"
                    try Data(text.utf8).write(to: URL(filePath: state))
                    let ended = try await Programs.run(
                        Console.path, ["--sandbox", "canary", "--state", state, "--region", "us-east-1", "--alert-after", "2/3"])
                    #expect(ended.exit == 0)
                    #expect(ended.lines.contains { $0.hasPrefix("ok  1 of 1 Region ok") })
                    #expect(ended.errorLines.count == 1 && ended.error.contains(words), "\(ended.error)")
                    let kept = try files(folder).filter { !$0.hasSuffix(".lock") }.map { folder + "/" + $0 }.filter {
                        (try? String(contentsOfFile: $0, encoding: .utf8)) == text
                    }
                    #expect(kept.count == 1, "nothing of it is lost")
                }
            }
        }

        @Test("times that could run into each other are refused with what to type instead")
        func interval() async throws {
            let ended = try await Console.run("--sandbox", "canary", "--interval", "20s")
            #expect(ended.exit == 64)
            #expect(ended.error.contains("--timeout 30s is not below --interval 20s; take --timeout 19s or --interval 31s"))
        }

        @Test("credentials that are refused: unknown, remembered as such, and 3 whatever form is asked for")
        func blind() async throws {
            try await Folder.with { folder in
                let state = folder + "/state"
                let expired: [String: JSONValue] = [
                    "kind": "error", "service": "events", "code": "ExpiredTokenException", "status": 400,
                ]
                try await LocalStack.current.control.withFault(expired) {
                    let canary = try await run(state)
                    #expect(canary.exit == 3)
                    #expect(try watch(canary)["verdict"] == "unknown")
                    #expect(try watch(canary)["pending"] == 0)
                }
                #expect(try await run(state).exit == 0)
            }
        }
    }
}
