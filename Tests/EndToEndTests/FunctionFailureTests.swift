import FoundationEssentials
import Testing

extension EndToEnd {
    /// The second failure path: EventBridge delivered, and the function could not do it.
    @Suite struct FunctionFailureTests {
        @Test("a function that is killed at its work each time: 2 at create/commit, and the event is in the on-failure queue")
        func killedAtWork() async throws {
            try await Queues.purge()
            let control = LocalStack.current.control
            // The database keeps it long enough to be killed after it has said what it holds.
            try await control.withFault(["kind": "database-delay", "region": "us-east-1", "delayMs": 400]) {
                try await control.withFault(crash(after: 150)) {
                    let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "6s", "--slow-after", "5s")
                    #expect(canary.exit == 2)
                    #expect(canary.hop == "create/commit")
                    #expect(canary.summary.contains("task-processor-dev took the event up"))
                    #expect(canary.cause?["code"] == "function-crashing")
                    let record = try await failedRecord(of: canary)
                    #expect(record["responsePayload"]?["errorType"] == "Runtime.ExitError")
                }
            }
            #expect(try await Rows.counts() == .none)
        }

        @Test(
            "a function that crashes at once: 2, at start or at commit as it came to say a word or not, and Lambda's own line is the cause"
        )
        func crashingAtOnce() async throws {
            try await Queues.purge()
            try await LocalStack.current.control.withFault(crash(after: 0)) {
                let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "4s", "--slow-after", "3s")
                #expect(canary.exit == 2)
                #expect(["create/start", "create/commit"].contains(canary.hop))
                #expect(canary.summary.contains("Runtime exited with error: signal: killed"))
                if canary.hop == "create/start" {
                    // Lambda's line names no event, so the command finds it by another word.
                    let typed = try await Clients.type(canary.hint)
                    #expect(typed.output.contains("signal: killed"), "\(typed.error)")
                }
                let record = try await failedRecord(of: canary)
                #expect(record["responsePayload"]?["errorType"] == "Runtime.ExitError")
            }
            #expect(try await Rows.counts() == .none)
        }

        @Test("a function that is configured wrongly: 2 at create/commit with its own words, and the on-failure queue has it")
        func misconfigured() async throws {
            try await Queues.purge()
            try await broken(
                """
                functions = client('lambda')
                answer = functions.get_function_configuration(FunctionName='task-processor-dev')['Environment']['Variables']
                functions.update_function_configuration(FunctionName='task-processor-dev',
                    Environment={'Variables': {**answer, 'DATABASE_ROLE': 'nobody'}})
                functions.get_waiter('function_updated').wait(FunctionName='task-processor-dev')
                """,
                mend: """
                    functions = client('lambda')
                    functions.update_function_configuration(FunctionName='task-processor-dev', Environment={'Variables': broken})
                    functions.get_waiter('function_updated').wait(FunctionName='task-processor-dev')
                    """, timeout: "4s"
            ) { canary in
                #expect(canary.hop == "create/commit")
                #expect(canary.summary.contains("task-processor-dev took the event up"))
                #expect(canary.summary.contains("nobody"), "the function's own error is the cause")
                let record = try await failedRecord(of: canary)
                #expect(record["responsePayload"]?["errorMessage"]?.text?.isEmpty == false)
                #expect(canary.cause?["link"] == "role")
                #expect(canary.cause?["certainty"] == "certain")
            }
        }

        @Test("a reserved concurrency of 0: 2 at create/start, and the hint typed as it stands mends it")
        func throttledToZero() async throws {
            try await Queues.purge()
            try await broken(
                "client('lambda').put_function_concurrency(FunctionName='task-processor-dev', ReservedConcurrentExecutions=0)",
                mend: "client('lambda').delete_function_concurrency(FunctionName='task-processor-dev')"
            ) { canary in
                #expect(canary.hop == "create/start")
                #expect(canary.summary.contains("its reserved concurrency is 0"))
                let record = try JSONValue(try #require(try await Queues.message(in: .failed)["Body"]?.text))
                #expect(record["requestContext"]?["condition"] == "ZeroReservedConcurrency")
                let typed = try await Clients.type(canary.hint)
                #expect(typed.exit == 0, "\(typed.error)")
                #expect(try await CanaryJSON.run("--region", "us-east-1").exit == 0)
            }
        }

        @Test("writers in conflict are tried again: the canary goes through")
        func conflict() async throws {
            let fault: [String: JSONValue] = ["kind": "database-conflict", "region": "us-east-1", "times": 2]
            try await LocalStack.current.control.withFault(fault) {
                let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "20s", "--slow-after", "19s")
                #expect(canary.exit == 0, "\(canary.document)")
            }
            #expect(try await Rows.counts() == .none)
        }

        // MARK: -

        /// Kills the function at the first attempt and at both of Lambda's retries.
        private func crash(after milliseconds: Int) -> [String: JSONValue] {
            [
                "kind": "function-crash", "region": "us-east-1", "times": 3,
                "delayMs": .number(Double(milliseconds)),
            ]
        }

        /// Lambda's record of an event it gave up, as "Capturing records of Lambda asynchronous invocations" has it.
        private func failedRecord(of canary: CanaryJSON) async throws -> JSONValue {
            let letter = try await Queues.message(in: .failed)
            let record = try JSONValue(try #require(letter["Body"]?.text))
            #expect(
                record.keys == ["version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload"])
            #expect(record["requestPayload"]?["id"]?.text == canary.taskID)
            let context = try #require(record["requestContext"])
            #expect(context.keys == ["requestId", "functionArn", "condition", "approximateInvokeCount"])
            #expect(context["condition"] == "RetriesExhausted")
            #expect(context["approximateInvokeCount"] == 3)
            return record
        }
    }
}
