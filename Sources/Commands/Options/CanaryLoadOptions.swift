import ArgumentParser
import Basics
import Canary

/// A longer look: many canaries instead of one, or writes and reads across Regions.
struct CanaryLoadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "So many canaries, and how long each hop took in percentiles; with --consistency, writes each way.", valueName: "n"))
    var count: Int?

    @Option(help: ArgumentHelp("Canaries for so long, one after the other or one every --interval.", valueName: "time"))
    var duration: DurationArgument?

    @Option(help: ArgumentHelp("So many at once at the most [default: 1].", valueName: "n"))
    var concurrency: Int?

    @Flag(
        help: """
            Write in each Region and read in the others at once: how many reads did not see the write? It asks the \
            function directly, which takes lambda:InvokeFunction.
            """)
    var consistency = false

    var isSeries: Bool { count != nil || duration != nil }

    func validate() throws {
        if let count, !(1...1_000_000).contains(count) { throw ValidationError("--count takes 1 to 1000000") }
        if let concurrency, !(1...200).contains(concurrency) { throw ValidationError("--concurrency takes 1 to 200") }
        if concurrency != nil, !isSeries, !consistency {
            throw ValidationError("--concurrency goes with --count, --duration or --consistency")
        }
        if consistency, duration != nil { throw ValidationError("--consistency takes --count, not --duration") }
    }

    func schedule(interval: Duration?) -> CanarySchedule {
        CanarySchedule(
            count: count, duration: duration?.duration, interval: interval ?? .zero, concurrency: concurrency ?? 1)
    }
}
