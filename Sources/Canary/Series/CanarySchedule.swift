package import Basics

/// When the runs of a longer look begin: so many, or so long, one every interval, so many at once at the most.
package struct CanarySchedule: Sendable, Hashable {
    /// Nil for as many as the duration holds.
    package var count: Int?
    /// Runs begin within it; nil without an end but the count's.
    package var duration: Duration?
    /// From the beginning of one run to that of the next; zero for one after the other.
    package var interval: Duration
    package var concurrency: Int

    package init(count: Int?, duration: Duration?, interval: Duration, concurrency: Int) {
        (self.count, self.duration, self.interval, self.concurrency) = (count, duration, interval, concurrency)
    }

    /// When the run of this number (from 0) is to begin, counted from the first; nil when there is none.
    package func begin(of number: Int) -> Duration? {
        if let count, number >= count { return nil }
        let begin = interval * number
        if let duration, begin >= duration, number > 0 { return nil }
        return begin
    }

    /// Runs `body` for each number, at its time or as soon as there is room after it. Ends when the runs do, or when a stop
    /// is asked for and those under way are over.
    ///
    /// - Returns: how many began.
    @discardableResult
    package func run(stop: StopSignal, _ body: @escaping @Sendable (Int) async -> Void) async -> Int {
        let start = ContinuousClock.now
        return await withTaskGroup(of: Void.self) { group in
            var number = 0
            var running = 0
            while let begin = begin(of: number), !stop.isRequested {
                if running >= concurrency {
                    await group.next()
                    running -= 1
                }
                if let duration, start.duration(to: .now) >= duration, number > 0 { break }
                await stop.run { try? await Task.sleep(until: start + begin) }
                if stop.isRequested { break }
                let current = number
                group.addTask { await body(current) }
                running += 1
                number += 1
            }
            await group.waitForAll()
            return number
        }
    }
}
