import Basics
import FoundationEssentials
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension EndToEnd {
    /// The database gone, out of reach, or too slow.
    @Suite struct DatabaseFailureTests {
        @Test("PostgreSQL ended: 2 at create/commit within the timeout; `sandbox up` brings it back with its rows")
        func serverStopped() async throws {
            let keeper = try await Rows.insert(author: "ada", hoursOld: 0)
            let state = try JSONValue(String(contentsOfFile: LocalStack.directory + "/state.json", encoding: .utf8))
            let pid = try #require(state["processes"]?["postgres"]?["pid"]?.integer)
            #expect(kill(pid_t(pid), SIGINT) == 0)
            try await expectSoon("PostgreSQL has ended") {
                try await Console.run("sandbox", "status").exit == 1
            }
            let status = try await Console.run("sandbox", "status")
            #expect((status.output + status.error).contains("PostgreSQL does not run"))

            let canary = try await CanaryJSON.run("--timeout", "4s", "--slow-after", "3s")
            #expect(canary.exit == 2)
            for region in canary.document["regions"]?.items ?? [] {
                #expect(region["outcome"] == "broken")
                #expect(region["problem"]?["hop"] == "create/commit")
                #expect(region["problem"]?["summary"]?.text?.isEmpty == false)
            }

            let up = try await Console.run("sandbox", "up")
            #expect(up.exit == 0, "\(up.error)")
            #expect(try await Rows.has(keeper))
            let mended = try await CanaryJSON.run()
            #expect(mended.exit == 0, "\(mended.document)")
            try await Rows.removeAll()
        }

        @Test("the database of one Region down: 2 at create/commit there")
        func down() async throws {
            try await LocalStack.current.control.withFault(["kind": "database-down", "region": "us-east-1"]) {
                let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "3s", "--slow-after", "2s")
                #expect(canary.exit == 2)
                #expect(canary.hop == "create/commit")
            }
            #expect(try await CanaryJSON.run("--region", "us-east-1").exit == 0)
            #expect(try await Rows.counts() == .none)
        }

        @Test("the peer's database down: 2 at create/peer, and the row is removed at home")
        func peerDown() async throws {
            try await LocalStack.current.control.withFault(["kind": "database-down", "region": "us-west-2"]) {
                let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "3s", "--slow-after", "2s")
                #expect(canary.exit == 2)
                #expect(canary.hop == "create/peer")
                #expect(canary.cleanup?["outcome"] == "done")
            }
            #expect(try await Rows.counts() == .none)
        }

        @Test(
            "with answers that hang it ends by its timeout all the same",
            arguments: [
                ["kind": "database-delay", "delayMs": 1500, "region": "us-east-1"],
                ["kind": "delay", "delayMs": 8000, "service": "events", "operation": "DescribeEventBus"],
                ["kind": "delay", "delayMs": 8000, "service": "events", "operation": "PutEvents", "times": 1],
            ] as [[String: JSONValue]])
        func hanging(fault: [String: JSONValue]) async throws {
            // Less than what the answers take: were they waited for, the test would not miss it. Not a measurement.
            let allowed = Deadline.after(.seconds(7))
            var late: UUID?
            try await LocalStack.current.control.withFault(fault) {
                let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "2s", "--slow-after", "1s")
                #expect(canary.exit == 2 || canary.exit == 3)
                #expect(canary.problem != .null)
                #expect(!allowed.hasPassed, "it waited for the answer instead of ending")
                late = canary.taskID.flatMap(UUID.init(uuidString:))
            }
            // The function is still at it, at the pace of the database: its row comes when nobody waits any more.
            if let late { try await expectSoon("the late task has come") { try await Rows.has(late) } }
            // The delayed PutEvents still happens, so its task may come late; an old canary is what the sweep is for.
            try await expectSoon("the stack is at rest") {
                try await Rows.removeAll()
                return try await CanaryJSON.run("--region", "us-east-1", "--timeout", "9s", "--slow-after", "8s").exit == 0
            }
            try await Rows.removeAll()
        }
    }
}
