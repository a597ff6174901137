import Database
import FoundationEssentials
import Testing

extension CanaryEndToEnd {
    /// Nothing lost, nothing twice. `make soak` does the same with 200 in a row and 50 at once.
    @Suite struct ManyCanariesTests {
        @Test("20 canaries in a row all get through, and leave the tables as they were")
        func inARow() async throws {
            let before = try await Rows.counts()
            for _ in 1...20 {
                let canary = try await CanaryJSON.run()
                #expect(canary.exit == 0, "\(canary.document)")
            }
            #expect(try await Rows.counts() == before)
        }

        @Test("25 canaries at once all get through, each with tasks of its own, and leave the tables as they were")
        func atOnce() async throws {
            let before = try await Rows.counts()
            let canaries = try await withThrowingTaskGroup(of: CanaryJSON.self) { group in
                for _ in 1...25 {
                    group.addTask { try await CanaryJSON.run("--timeout", "40s", "--slow-after", "39s") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for canary in canaries { #expect(canary.exit == 0, "\(canary.document)") }
            let tasks = canaries.flatMap { $0.document["regions"]?.items ?? [] }.compactMap { $0["taskId"]?.text }
            #expect(Set(tasks).count == 50)
            #expect(try await Rows.counts() == before)
        }

        @Test("the processor given the same event twice writes it once, one after the other and at the same time")
        func sameEventTwice() async throws {
            try await Rows.removeAll()
            for (id, workers) in [(UUID(), 1), (UUID(), 4)] {
                let answers = try await Clients.boto3(
                    "us-east-1",
                    """
                    from concurrent.futures import ThreadPoolExecutor
                    event = {"version": "0", "id": "\(id.uuidString.lowercased())", "detail-type": "Task Created",
                             "source": "task.management", "account": "123456789012", "time": "2026-11-21T00:00:00Z",
                             "region": "us-east-1", "resources": [],
                             "detail": {"eventType": "task.created", "taskData": {"title": "twice", "created_by": "ada"}}}
                    functions = client("lambda")
                    def deliver(_):
                        said = functions.invoke(FunctionName="task-processor-dev", Payload=json.dumps(event))
                        return said.get("FunctionError") or said["StatusCode"]
                    with ThreadPoolExecutor(\(workers)) as pool: answer = list(pool.map(deliver, range(4)))
                    """)
                #expect(answers.items == [200, 200, 200, 200])
                #expect(try await Rows.count("SELECT count(*) AS n FROM tasks WHERE id = \(id)") == 1)
                #expect(try await Rows.count("SELECT count(*) AS n FROM processed_events WHERE event_id = \(id)") == 1)
            }
            #expect(try await Rows.counts() == Rows.Counts(tasks: 2, updates: 0, events: 2))
            try await Rows.removeAll()
        }

        @Test("a function killed while it holds the event gets it again: the canary goes through, and nothing is left")
        func killedInMidFlight() async throws {
            let control = LocalStack.current.control
            let before = try await control.counter("lambda-async-events-received")
            try await control.withFault(["kind": "function-crash", "region": "us-east-1", "times": 1]) {
                let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "20s", "--slow-after", "19s")
                #expect(canary.exit == 0, "\(canary.document)")
            }
            let killed = try await Clients.aws(
                "us-east-1", "logs", "filter-log-events", "--log-group-name", "/aws/lambda/task-processor-dev",
                "--filter-pattern", "\"Runtime.ExitError\"")
            #expect(!(killed["events"]?.items.isEmpty ?? true), "no invocation was killed")
            // One event to create and one to complete: the retry is Lambda's, not a second event.
            #expect(try await control.counter("lambda-async-events-received") == before + 2)
            #expect(try await Rows.counts() == .none)
        }
    }
}
