import Basics
import Synchronization
import Testing

@Suite struct ConcurrencyTests {
    @Test func mapKeepsTheOrderOfTheInput() async {
        let doubled = await Array(0..<50).boundedMap(limit: 7) { number in
            if number % 3 == 0 { await Task.yield() }
            return number * 2
        }
        #expect(doubled == (0..<50).map { $0 * 2 })
    }

    @Test func neverMoreThanTheLimitRunAtOnce() async {
        let running = Mutex((now: 0, most: 0))
        _ = await Array(0..<40).boundedMap(limit: 4) { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            for _ in 0..<5 { await Task.yield() }
            running.withLock { $0.now -= 1 }
        }
        #expect(running.withLock(\.most) <= 4)
    }

    @Test(arguments: [(0, 50.0), (1, 100.0), (2, 200.0), (40, 1000.0)])
    func backoffDoublesUpToItsCap(attempt: Int, most: Double) {
        let backoff = Backoff(base: .milliseconds(50), cap: .seconds(1))
        #expect(backoff.delay(afterFailure: attempt, fraction: 1).milliseconds == most)
        #expect(backoff.delay(afterFailure: attempt, fraction: 0) == .zero)
    }

    @Test func aPassedDeadlineLeavesNothing() {
        #expect(Deadline.after(.seconds(-1)).hasPassed)
        #expect(!Deadline.after(.seconds(60)).hasPassed)
        #expect(Deadline.after(.seconds(60)).clamped(to: .after(.seconds(-1))).hasPassed)
    }
}
