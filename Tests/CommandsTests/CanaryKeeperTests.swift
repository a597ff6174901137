import ArgumentParser
import Basics
import Canary
import FoundationEssentials
import TestSupport
import Testing

@testable import Commands

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The state file and its lock: what a run finds, and what it leaves.
@Suite struct CanaryKeeperTests {
    private static let now: Int64 = 1_795_000_000_000

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = "/tmp/taskops-keeper-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func files(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private func keeper(_ path: String, stack: String = "tasks", now: Int64 = now, lasting ms: Int64 = 30_000) throws
        -> CanaryKeeper
    {
        try CanaryKeeper(path, stack: stack, host: "here", now: now, endsBy: now + ms)
    }

    private let trace = CanaryTrace(
        region: "us-east-1", outcome: .broken, task: "t1",
        unseen: .init(event: "t1", task: "t1", step: .create, sentAt: now), past: [])

    @Test func aRunRemembersForTheNextAndLeavesOnlyTheFile() throws {
        try inFolder { folder in
            let path = folder + "/state"
            do {
                let first = try keeper(path)
                _ = first.take([trace], at: Self.now, nil)
                #expect(files(folder) == ["state", "state.lock"])
                first.release()
            }
            #expect(files(folder) == ["state"])
            let second = try keeper(path)
            #expect(second.remarks.isEmpty)
            #expect(second.questions(["us-east-1"], at: Self.now)["us-east-1"]?.pending == ["t1": .create])
        }
    }

    @Test func twoRunsAreOneTooMany() throws {
        try inFolder { folder in
            let path = folder + "/state"
            let first = try keeper(path)
            let held = #expect(throws: CanaryLock.Held.self) { try keeper(path, now: Self.now + 12_000) }
            #expect(held?.isStuck == false)
            #expect(held?.problem.summary.hasSuffix("is under way: process \(getpid()), for 12s") == true)
            let stuck = #expect(throws: CanaryLock.Held.self) { try keeper(path, now: Self.now + 95_000) }
            #expect(stuck?.isStuck == true)
            #expect(stuck?.problem.summary.contains("is stuck: process \(getpid()), for 1m35s") == true)
            #expect(stuck?.problem.cause == "it should have ended 1m5s ago")
            #expect(stuck?.problem.hint == "look at it, then end it: kill \(getpid())")
            first.release()
            #expect(throws: Never.self) { try keeper(path) }
        }
    }

    @Test func aRunThatWasKilledIsNamedByTheNext() throws {
        try inFolder { folder in
            let path = folder + "/state"
            try Data(#"{"endsBy":5,"host":"here","pid":4711,"startedAt":1795000000000}"#.utf8).write(
                to: URL(filePath: path + ".lock"))
            try Data("half of a new sta".utf8).write(to: URL(filePath: path + ".new"))
            let keeper = try self.keeper(path)
            #expect(keeper.remarks.first?.cause == "process 4711 on here was killed")
            _ = keeper.take([trace], at: Self.now, nil)
            keeper.release()
            #expect(files(folder) == ["state"], "what it left is gone")
        }
    }

    @Test(arguments: [0, 1, 20, 21, 60, 150]) func aDamagedFileIsSetAsideAndTheRunGoesOn(_ length: Int) throws {
        try inFolder { folder in
            let path = folder + "/state"
            let first = try keeper(path)
            _ = first.take([trace], at: Self.now, nil)
            first.release()
            let part = try Data(contentsOf: URL(filePath: path)).prefix(length)
            try part.write(to: URL(filePath: path))
            let second = try keeper(path)
            #expect(second.remarks.count == 1)
            _ = second.take([trace], at: Self.now, nil)
            second.release()
            let aside = try #require(files(folder).first { $0.hasPrefix("state.damaged-") })
            #expect(try Data(contentsOf: URL(filePath: folder + "/" + aside)) == part)
            #expect(try keeper(path).remarks.isEmpty, "the next one has a whole file")
        }
    }

    @Test(arguments: ["root:x:0:0::/root:/bin/sh\n", "taskops-canary-state 2 abc\n{}\n"])
    func whatIsNotToBeReadIsLeftAlone(_ text: String) throws {
        try inFolder { folder in
            let path = folder + "/state"
            try Data(text.utf8).write(to: URL(filePath: path))
            let problem = #expect(throws: Problem.self) { try keeper(path) }
            #expect(problem?.cause?.contains("left alone") == true)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
            #expect(files(folder) == ["state"], "no lock stays behind")
        }
    }

    @Test func anotherStacksFileIsLeftAlone() throws {
        try inFolder { folder in
            let path = folder + "/state"
            let first = try keeper(path)
            _ = first.take([trace], at: Self.now, nil)
            first.release()
            #expect(throws: Problem.self) { try keeper(path, stack: "orders") }
            #expect(try keeper(path).remarks.isEmpty)
        }
    }

    @Test func whereNothingCanBeWrittenItIsSaid() throws {
        try inFolder { folder in
            let problem = #expect(throws: Problem.self) { try self.keeper(folder + "/none/state") }
            #expect(problem?.description.contains("none/state.lock") == true)
            let keeper = try self.keeper(folder + "/state")
            // A folder in its place: the old state, if there were one, would be whole.
            try FileManager.default.createDirectory(atPath: folder + "/state/x", withIntermediateDirectories: true)
            _ = keeper.take([trace], at: Self.now, nil)
            #expect(keeper.remarks.first?.summary.hasSuffix("could not be written") == true)
            keeper.release()
            #expect(files(folder) == ["state"])
        }
    }
}

/// Replacing a file while others do, too.
@Suite struct ReplacedFileTests {
    @Test func manyWritersLeaveOneWholeFile() async throws {
        let folder = "/tmp/taskops-replaced-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/file"
        let failures = await (0..<40).boundedMap { number in
            do { try ReplacedFile.write(Array(repeating: UInt8(65 + number % 26), count: 50_000), to: path) } catch {
                return 1
            }
            return 0
        }
        #expect(failures.allSatisfy { $0 == 0 })
        let bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.count == 50_000 && Set(bytes).count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
}

@Suite struct CanaryTimingTests {
    @Test(
        arguments: [
            ("60s", "30s", nil, nil), ("30s", "30s", nil, "take --timeout 29s or --interval 31s"),
            ("60s", "30s", "30s", "take --timeout 29s or --interval 1m1s"), ("60s", "30s", "20s", nil),
            ("2s", "30s", "5s", "take --interval 36s"),
        ] as [(String, String, String?, String?)])
    func aRunMustEndBeforeTheNextBegins(_ sample: (interval: String, timeout: String, jitter: String?, hint: String?)) throws {
        let words = ["--interval", sample.interval] + (sample.jitter.map { ["--jitter", $0] } ?? [])
        let options = try CanaryWatchOptions.parse(words)
        let timeout = try #require(Duration(text: sample.timeout))
        var problem: Problem?
        do { try options.check(timeout: timeout, outputs: .zero) } catch { problem = error }
        #expect(problem?.hint == sample.hint)
        if let problem { #expect(problem.kind == .usage) }
    }

    @Test(arguments: [
        ["--alert-after", "2/3"], ["--state", "f", "--alert-after", "4/3"], ["--state", ""], ["--interval", "60"],
    ])
    func whatMakesNoSenseIsRefused(_ words: [String]) {
        #expect(throws: (any Error).self) { try CanaryWatchOptions.parse(words) }
    }
}
