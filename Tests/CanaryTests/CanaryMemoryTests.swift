import Canary
import FoundationEssentials
import Testing

/// Late, lost and twice, over runs.
@Suite struct CanaryMemoryTests {
    private static let hour: Int64 = 3_600_000
    private static let day1: Int64 = 1_795_000_000_000

    private func memory() -> CanaryMemory { CanaryMemory(stack: "tasks", host: "a", at: Self.day1) }

    private func lost(_ task: String, _ step: CanaryHop.Step, at sent: Int64) -> CanaryTrace {
        CanaryTrace(
            region: "us-east-1", outcome: .broken, task: task,
            unseen: .init(event: step == .create ? task : "event-\(task)", task: task, step: step, sentAt: sent), past: [])
    }

    private func fine(_ task: String, past: [CanaryPast.Row]? = []) -> CanaryTrace {
        CanaryTrace(region: "us-east-1", outcome: .ok, task: task, isRemoved: true, past: past)
    }

    private func row(_ task: String, completed: Bool = false, at: Int64? = nil) -> CanaryPast.Row {
        CanaryPast.Row(task: task, isCompleted: completed, processedAt: at)
    }

    @Test func aLateEventClosesItsOwnRecordAndNoOther() throws {
        var memory = memory()
        _ = memory.take([lost("t1", .create, at: Self.day1)], by: "a", at: Self.day1, nil)
        #expect(memory.question(in: "us-east-1", at: Self.day1).pending == ["t1": .create])
        // Hours later another run is broken, too, and finds the first one's row.
        var second = lost("t2", .create, at: Self.day1 + 5 * Self.hour)
        second.past = [row("t1", at: Self.day1 + 4 * Self.hour)]
        let watch = memory.take([second], by: "a", at: Self.day1 + 5 * Self.hour, nil)
        #expect(watch.verdict == .broken, "what came late says nothing about the path now")
        #expect(watch.events.map(\.kind) == [.late])
        #expect(watch.events.first?.event == "t1")
        #expect(watch.events.first?.afterMs == 4 * Self.hour)
        #expect(memory.question(in: "us-east-1", at: Self.day1).pending == ["t2": .create])
        #expect(memory.regions["us-east-1"]?.late == 1)
        #expect(memory.regions["us-east-1"]?.lastSuccess == nil)
    }

    @Test func aCompletionIsAwaitedWithItsRow() {
        var memory = memory()
        _ = memory.take([lost("t1", .complete, at: Self.day1)], by: "a", at: Self.day1, nil)
        let question = memory.question(in: "us-east-1", at: Self.day1 + Self.hour)
        #expect(!question.removes(row("t1")), "it may still be completed")
        #expect(question.removes(row("t1", completed: true)))
        #expect(!question.removes(row("somebody's")))
        _ = memory.take([fine("t2", past: [row("t1")])], by: "a", at: Self.day1 + Self.hour, nil)
        #expect(memory.regions["us-east-1"]?.pending.count == 1)
        let watch = memory.take([fine("t3", past: [row("t1", completed: true)])], by: "a", at: Self.day1 + 2 * Self.hour, nil)
        #expect(watch.events.map(\.kind) == [.late])
        #expect(watch.verdict == .ok)
    }

    @Test func whatNobodyDeliversAnyMoreIsLostAndMayStillTurnOutLate() {
        var memory = memory()
        _ = memory.take([lost("t1", .create, at: Self.day1)], by: "a", at: Self.day1, nil)
        let end = Self.day1 + CanaryMemory.lostAfter
        #expect(memory.take([fine("t2")], by: "a", at: end, nil).events.isEmpty, "not a millisecond too soon")
        let watch = memory.take([fine("t3")], by: "a", at: end + 1, nil)
        #expect(watch.events.map(\.kind) == [.lost])
        let late = memory.take([fine("t4", past: [row("t1", at: end + 5)])], by: "a", at: end + 9, nil)
        #expect(late.events.map(\.kind) == [.late], "given up too soon")
        let region = memory.regions["us-east-1"]
        #expect([region?.late, region?.lost, region?.duplicates] == [1, 1, 0])
    }

    @Test func aRowThatComesBackWasProcessedTwice() {
        var memory = memory()
        _ = memory.take([fine("t1")], by: "a", at: Self.day1, nil)
        let question = memory.question(in: "us-east-1", at: Self.day1)
        #expect(question.removes(row("t1")))
        let watch = memory.take([fine("t2", past: [row("t1")])], by: "a", at: Self.day1 + 60_000, nil)
        #expect(watch.events.map(\.kind) == [.duplicate])
        #expect(watch.verdict == .ok)
        // A row that could not be removed, or was to be kept, is no second arrival.
        var kept = fine("t3")
        kept.isRemoved = false
        _ = memory.take([kept], by: "a", at: Self.day1 + 120_000, nil)
        #expect(!memory.question(in: "us-east-1", at: Self.day1).closed.contains("t3"))
    }

    @Test func anEventThatCameBetweenTheLastLookAndTheCleanUpIsNotPending() {
        var memory = memory()
        var trace = lost("t1", .create, at: Self.day1)
        trace.isRemoved = true
        _ = memory.take([trace], by: "a", at: Self.day1, nil)
        #expect(memory.regions["us-east-1"]?.pending.isEmpty == true)
    }

    @Test func aCompletionWhoseTaskIsGoneCannotBeTold() {
        var memory = memory()
        _ = memory.take([lost("t1", .complete, at: Self.day1)], by: "a", at: Self.day1, nil)
        // Nobody could look, or not at all rows: that proves nothing.
        var partly = fine("t3")
        partly.isPastWhole = false
        #expect(memory.take([fine("t2", past: nil), partly], by: "a", at: Self.day1 + 1, nil).events.isEmpty)
        #expect(memory.take([fine("t4")], by: "a", at: Self.day1 + 2, nil).events.map(\.kind) == [.untold])
        #expect(memory.regions["us-east-1"]?.pending.isEmpty == true)
    }

    @Test func aClockThatJumpsBackLosesNothing() {
        var memory = memory()
        _ = memory.take([lost("t1", .create, at: Self.day1)], by: "a", at: Self.day1, nil)
        let watch = memory.take([fine("t2")], by: "a", at: Self.day1 - 9 * Self.hour, nil)
        #expect(watch.notes == [.clockWentBack(ms: 9 * Self.hour)])
        #expect(memory.regions["us-east-1"]?.pending.count == 1)
        #expect(watch.events.isEmpty)
        #expect(memory.take([fine("t3")], by: "a", at: Self.day1 - 8 * Self.hour, nil).notes.isEmpty, "said once")
    }

    @Test func anotherHostIsNoticedAndItsRunsCount() throws {
        var memory = memory()
        let policy = try #require(CanaryAlertPolicy(text: "2/2"))
        #expect(memory.take([lost("t1", .create, at: Self.day1)], by: "b", at: Self.day1, policy).notes.isEmpty, "the first run")
        let watch = memory.take([lost("t2", .create, at: Self.day1)], by: "a", at: Self.day1, policy)
        #expect(watch.notes == [.otherHost(name: "b")])
        #expect(watch.verdict == .broken)
        #expect(memory.regions["us-east-1"]?.pending.count == 2)
    }

    @Test func itStaysSmall() {
        var memory = memory()
        for number in 0..<3000 {
            let now = Self.day1 + Int64(number)
            _ = memory.take([fine("t\(number)"), lost("l\(number)", .create, at: now)], by: "a", at: now, nil)
        }
        #expect(memory.regions["us-east-1"]?.closed.count == 1000)
        #expect(memory.regions["us-east-1"]?.pending.count == 1000)
        _ = memory.take([fine("t")], by: "a", at: Self.day1 + 7 * Self.hour, nil)
        #expect(memory.regions["us-east-1"]?.closed.count == 1, "older ones are told from nobody else's any more")
    }

    /// Whatever happens to events, each is told of once: seen, late, lost, or still awaited.
    @Test func random() {
        for _ in 0..<300 {
            var memory = memory()
            var now = Self.day1
            var arrivals: [String: Int64] = [:]
            var rows: Set<String> = []
            var told: [String: Int] = [:]
            for number in 0..<Int.random(in: 1...80) {
                now += Int64.random(in: -1 * Self.hour...3 * Self.hour)
                for (task, at) in arrivals where at <= now {
                    rows.insert(task)
                    arrivals[task] = nil
                }
                let question = memory.question(in: "us-east-1", at: now)
                let canLook = Int.random(in: 0..<5) > 0
                let past = rows.map { row($0, at: now) }.filter {
                    question.pending[$0.task] != nil || question.closed.contains($0.task)
                }
                var trace = fine("t\(number)", past: canLook ? past : nil)
                if Bool.random() {
                    trace = lost("t\(number)", .create, at: now)
                    trace.past = canLook ? past : nil
                    if Bool.random() { arrivals["t\(number)"] = now + Int64.random(in: 0...40 * Self.hour) }
                }
                if canLook { for row in past where question.removes(row) { rows.remove(row.task) } }
                for event in memory.take([trace], by: "a", at: now, nil).events where event.kind != .lost {
                    told[event.task, default: 0] += 1
                }
            }
            #expect(told.values.allSatisfy { $0 == 1 }, "\(told)")
            let region = memory.regions["us-east-1"]
            #expect(region?.late == told.count && region?.duplicates == 0)
        }
    }

    @Test func hostsBeginApartAndEachAlwaysAtTheSameTime() {
        let span = Duration.seconds(20)
        let offsets = (1...200).map { StableOffset.of(["web\($0)", "tasks"], within: span) }
        #expect(offsets == (1...200).map { StableOffset.of(["web\($0)", "tasks"], within: span) })
        #expect(offsets.allSatisfy { $0 >= .zero && $0 < span })
        for quarter in 0..<4 {
            let count = offsets.count { $0 >= .seconds(5 * quarter) && $0 < .seconds(5 * quarter + 5) }
            #expect(count > 30 && count < 70, "\(count) of 200 in one quarter")
        }
        #expect(StableOffset.of(["a"], within: .zero) == .zero)
    }
}
