import FoundationEssentials
import Testing

extension CanaryEndToEnd {
    /// A stack that works.
    @Suite struct CanaryTests {
        @Test("a task gets through both Regions, and the JSON report has every key it promises")
        func okInBothRegions() async throws {
            let ended = try await Console.run("--sandbox", "canary", "--output", "json")
            #expect(ended.exit == 0)
            #expect(ended.error.isEmpty)
            let report = try JSONValue(ended.output)
            #expect(report.keys == ["schemaVersion", "stack", "startedAt", "outcome", "regions", "consistency"])
            #expect(report["schemaVersion"] == 1)
            #expect(report["stack"] == "tasks")
            #expect(report["outcome"] == "ok")
            #expect(throws: Never.self) { try Date(report["startedAt"]?.text ?? "", strategy: .iso8601) }
            let regions = report["regions"]?.items ?? []
            #expect(regions.map { $0["region"]?.text } == ["us-east-1", "us-west-2"])
            for region in regions { try checkRegion(region) }
            let consistency = report["consistency"]?.items ?? []
            #expect(consistency.map { $0["from"]?.text } == ["us-east-1", "us-west-2"])
            #expect(consistency.map { $0["to"]?.text } == ["us-west-2", "us-east-1"])
            for pair in consistency {
                #expect(pair.keys == ["from", "to", "lagMs", "staleReads"])
                #expect((pair["lagMs"]?.number ?? -1) >= 0)
                #expect(pair["staleReads"] == 0)
            }
            #expect(try await Rows.counts() == .none)
        }

        private func checkRegion(_ region: JSONValue) throws {
            #expect(region.keys == ["region", "outcome", "taskId", "totalMs", "hops", "problem", "diagnosis", "cleanup"])
            #expect(region["outcome"] == "ok")
            #expect(region["problem"] == .null)
            #expect(region["diagnosis"] == .null)
            #expect(region["cleanup"] == .object(["outcome": "done", "removed": 1, "swept": 0]))
            let task = try #require(region["taskId"]?.text)
            #expect(UUID(uuidString: task)?.uuidString.lowercased() == task)
            let total = try #require(region["totalMs"]?.number)
            let hops = region["hops"]?.items ?? []
            let path = hops.map { "\($0["step"]?.text ?? "")/\($0["hop"]?.text ?? "")" }
            let walk = ["accept", "start", "commit", "peer"]
            #expect(path == walk.map { "create/\($0)" } + walk.map { "complete/\($0)" })
            for hop in hops {
                #expect(hop.keys == ["step", "hop", "ms", "offsetMs", "clock", "outcome"])
                #expect(hop["outcome"] == "ok")
                let isStart = hop["hop"] == "start"
                #expect(hop["clock"] == (isStart ? "function" : "prober"))
                guard !isStart else { continue }
                let begin = try #require(hop["offsetMs"]?.number)
                let length = try #require(hop["ms"]?.number)
                // Tenths are rounded one by one, so their sum may be off by a little.
                #expect(begin >= 0 && length >= 0 && begin + length <= total + 0.5)
            }
        }

        @Test("for people it is a table with a line per hop, and the verdict last")
        func textForPeople() async throws {
            let ended = try await Console.run("--sandbox", "canary")
            #expect(ended.exit == 0)
            #expect(ended.error.isEmpty)
            for region in ["us-east-1", "us-west-2"] {
                #expect(ended.lines.contains { $0.hasPrefix("\(region)  ok  ") })
            }
            #expect(ended.lines.count { $0.contains("accept") } == 4)
            #expect(ended.lines.count { $0.contains("peer") } == 4)
            #expect(ended.lines.last?.hasPrefix("ok  2 of 2 Regions ok") == true)
        }

        @Test("a path that works and takes longer than --slow-after ends 1, and the longest hop is named")
        func slow() async throws {
            let delay: [String: JSONValue] = [
                "kind": "delay", "delayMs": 400, "service": "events", "operation": "PutEvents", "region": "us-east-1",
            ]
            try await LocalStack.current.control.withFault(delay) {
                let canary = try await CanaryJSON.run("--region", "us-east-1", "--slow-after", "300ms")
                #expect(canary.exit == 1)
                #expect(canary.outcome == "slow")
                #expect(canary.hop?.hasSuffix("/accept") == true)
                #expect(canary.region["hops"]?.items.count { $0["outcome"] == "slow" } == 1)
            }
            #expect(try await Rows.counts() == .none)
        }

        @Test("--region probes only that Region, and still reads at its peer")
        func oneRegion() async throws {
            let canary = try await CanaryJSON.run("--region", "us-west-2")
            #expect(canary.exit == 0)
            #expect(canary.document["regions"]?.items.count == 1)
            #expect(canary.region["region"] == "us-west-2")
            #expect(canary.document["consistency"]?.items.first?["to"] == "us-east-1")
        }

        @Test("-v tells of each call on standard error, never of a secret, and leaves standard output alone")
        func verbose() async throws {
            let stack = LocalStack.current
            let ended = try await Console.run("-v", "--sandbox", "canary", "--output", "json")
            #expect(ended.exit == 0)
            #expect(throws: Never.self) { try JSONValue(ended.output) }
            #expect(ended.error.contains("PutEvents"))
            let secret = try #require(stack.variables["AWS_SECRET_ACCESS_KEY"])
            for word in [secret, "Signature", "X-Amz-Security-Token"] {
                #expect(!ended.error.contains(word) && !ended.output.contains(word))
            }
        }
    }
}
