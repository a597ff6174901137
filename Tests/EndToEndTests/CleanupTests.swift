import Database
import FoundationEssentials
import Testing

extension EndToEnd {
    /// What the canary leaves behind, and what it takes away.
    @Suite struct CleanupTests {
        @Test("--keep leaves the task, the next run leaves it too while it is young, and sweeps it when it is old")
        func keptRowsAreSweptAfterAnHour() async throws {
            let kept = try await CanaryJSON.run("--region", "us-east-1", "--keep")
            #expect(kept.exit == 0)
            #expect(kept.cleanup?["outcome"] == "kept")
            let task = try #require(kept.taskID.flatMap(UUID.init(uuidString:)))
            #expect(try await Rows.has(task))

            let next = try await CanaryJSON.run("--region", "us-east-1")
            #expect(next.cleanup?["swept"] == 0)
            #expect(try await Rows.has(task))

            try await Rows.execute("UPDATE tasks SET created_at = now() - make_interval(mins => 61) WHERE id = \(task)")
            let later = try await CanaryJSON.run("--region", "us-east-1")
            #expect(later.cleanup?["swept"] == 1)
            #expect(try await Rows.counts() == .none)
        }

        @Test("the sweep takes only this stack's canaries, however old the rest is")
        func sweepsOnlyItsOwn() async throws {
            let own = try await Rows.insert(author: "taskops-canary/tasks", hoursOld: 2)
            let others = [
                try await Rows.insert(author: "ada", hoursOld: 2),
                try await Rows.insert(author: "taskops-canary/other", hoursOld: 2),
                try await Rows.insert(author: "taskops-canary/tasks ", hoursOld: 2),
            ]
            let canary = try await CanaryJSON.run("--region", "us-west-2")
            #expect(canary.exit == 0)
            #expect(canary.cleanup?["swept"] == 1)
            #expect(try await !Rows.has(own))
            for task in others { #expect(try await Rows.has(task)) }
            try await Rows.removeAll()
        }

        @Test("a row that lost the mark is not deleted, and the run says so")
        func refusesWhatIsNotMarked() async throws {
            try await held(in: "us-east-1") { run in
                try await Rows.execute("UPDATE tasks SET created_by = 'ada' WHERE id = \(run.task)")
                try await run.release()
            } ended: { canary, task in
                #expect(canary.exit == 3)
                #expect(canary.hop == "cleanup")
                #expect(canary.summary.contains("does not carry the mark"))
                let isThere = try await Rows.has(task)
                #expect(isThere)
            }
            try await Rows.removeAll()
        }

        @Test("Ctrl-C ends the run with 3, and its row is removed first")
        func interruptCleansUp() async throws {
            try await held(in: "us-east-1") { run in
                try run.interrupt()
            } ended: { canary, task in
                #expect(canary.exit == 3)
                #expect(canary.outcome == "unknown")
                #expect(canary.summary.contains("interrupted"))
                #expect(canary.cleanup?["outcome"] == "done")
                let isThere = try await Rows.has(task)
                #expect(!isThere)
            }
            #expect(try await Rows.counts() == .none)
        }

        // MARK: -

        /// A run in mid-air: its task is committed at home, and the peer does not answer until `release`.
        private struct Held {
            var task: UUID
            var interrupt: @Sendable () throws -> Void
            var release: @Sendable () async throws -> Void
        }

        private func held(
            in region: String, while body: (Held) async throws -> Void,
            ended: (CanaryJSON, UUID) async throws -> Void
        ) async throws {
            let control = LocalStack.current.control
            let mark = "taskops-canary/tasks"
            let fault = try await control.add(["kind": "database-down", "region": "us-west-2"])
            var task: UUID?
            let canary: CanaryJSON
            do {
                canary = try await CanaryJSON.run("--region", region, "--timeout", "20s", "--slow-after", "19s") { running in
                    try await expectSoon("the task is committed at home") {
                        task = try await Rows.first("SELECT id FROM tasks WHERE created_by = \(mark)")
                        return task != nil
                    }
                    guard let task else { return try running.interrupt() }
                    try await body(
                        Held(task: task, interrupt: running.interrupt) { try await control.remove(fault) })
                }
            } catch {
                try await control.remove(fault)
                throw error
            }
            try await control.remove(fault)
            try await ended(canary, try #require(task))
        }
    }
}
