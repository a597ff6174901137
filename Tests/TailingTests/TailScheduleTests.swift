import Testing

@testable import Tailing

/// Nothing lost, nothing twice, no inversion that is not marked: in every schedule.
@Suite struct TailScheduleTests {
    /// `make tail-schedules` takes 100,000, built for speed.
    static let count: UInt64 = 400
    /// Seeds whose schedules once went wrong.
    static let kept: [UInt64] = []

    @Test("random schedules", .timeLimit(.minutes(60)))
    func schedules() async {
        let size = (Self.count + 7) / 8
        let failed = await withTaskGroup(of: [UInt64].self) { tasks in
            for part in 0..<UInt64(8) {
                tasks.addTask {
                    var failed: [UInt64] = []
                    for seed in part * size..<min((part + 1) * size, Self.count) {
                        if Self.goesWrong(seed) { failed.append(seed) }
                        // Tests that wait for a server run beside this one.
                        await Task.yield()
                    }
                    return failed
                }
            }
            return await tasks.reduce(into: []) { $0 += $1 }
        }
        #expect(failed.isEmpty, "seeds \(failed.sorted().prefix(20))")
        for seed in Self.kept { #expect(!Self.goesWrong(seed), "seed \(seed)") }
    }

    static func goesWrong(_ seed: UInt64) -> Bool {
        let model = TailScheduleModel(seed: seed)
        return model.lost > 0 || model.twice > 0 || model.unmarked > 0
    }

    @Test("the schedules have in them what they are for: lines dated ahead, restarts, late lines")
    func coverage() {
        let models = (0..<50).map { TailScheduleModel(seed: $0) }
        #expect(models.contains { $0.restarts > $0.killedWriting } && models.contains { $0.killedWriting > 0 })
        #expect(models.reduce(0) { $0 + $1.wanted.count } > 1000)
    }
}
