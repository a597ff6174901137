// Usage: tail-schedules COUNT [FIRST]. The schedules of `TailScheduleTests` with other seeds, optimised: a hundred times as many.
import FoundationEssentials
import Glibc

@testable import Tailing

let arguments = CommandLine.arguments
guard arguments.count > 1, let count = UInt64(arguments[1]), let first = UInt64(arguments.count > 2 ? arguments[2] : "0") else {
    fatalError("usage: tail-schedules COUNT [FIRST]")
}
var failed: [UInt64] = []
var (lines, restarts, killedWriting) = (0, 0, 0)
let began = ContinuousClock.now
for seed in first..<first + count {
    let model = TailScheduleModel(seed: seed)
    if model.lost > 0 || model.twice > 0 || model.unmarked > 0 { failed.append(seed) }
    lines += model.wanted.values.reduce(0, +)
    restarts += model.restarts
    killedWriting += model.killedWriting
}
print(
    "\(count) schedules from seed \(first): \(lines) lines, killed \(restarts) times, of those \(killedWriting) while writing;",
    failed.isEmpty ? "none went wrong" : "\(failed.count) went wrong: seeds \(failed.prefix(20))",
    "(\((ContinuousClock.now - began).components.seconds) s)")
exit(failed.isEmpty ? 0 : 1)
