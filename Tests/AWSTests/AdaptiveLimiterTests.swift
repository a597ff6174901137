import Testing

@testable import AWS

/// Numbers as botocore's `tests/unit/retries/test_throttling.py`, `test_adaptive.py` and `test_bucket.py` have them.
@Suite struct AdaptiveLimiterTests {
    typealias Cubic = AdaptiveLimiter.Cubic

    func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) < 1e-7 }

    @Test func theCurveFlattensWhereItLastFailed() {
        let cubic = Cubic(maximum: 10, at: 0)
        let plateau = cubic.plateau
        #expect(isNear(plateau, 1.957_433_820_584_431_7))
        for part in [3.0, 2.0, 1.1] { #expect(cubic.rateAfterSuccess(at: plateau / part) <= 10) }
        #expect(isNear(cubic.rateAfterSuccess(at: plateau), 10))
        for part in [1.1, 2.0] { #expect(cubic.rateAfterSuccess(at: plateau * part) >= 10) }
    }

    @Test func throttlingTakesThreeTenths() {
        var cubic = Cubic(maximum: 10, at: 0)
        #expect(isNear(cubic.rateAfterThrottling(from: 8, at: 1), 5.6))
        #expect(cubic.maximum == 8)
        #expect(isNear(cubic.plateau, 1.817_120_592_832_139_7))
        #expect(cubic.lastFailure == 1)
    }

    @Test func theCurveBeginsAtTheReducedRate() {
        var cubic = Cubic(maximum: 10, at: 0, beta: 0.6)
        #expect(isNear(cubic.rateAfterThrottling(from: 10, at: 1), 6))
        #expect(isNear(cubic.rateAfterSuccess(at: 1), 6))
    }

    @Test func theMeterFollowsWithSmoothing() {
        var meter = AdaptiveLimiter.Meter(at: 0)
        #expect(meter.rate == 0)
        #expect(isNear(meter.record(at: 1), 0.8))
        var steady = AdaptiveLimiter.Meter(at: 0)
        for second in 1...20 { _ = steady.record(at: Double(second)) }
        #expect(isNear(steady.rate, 1))
        var slowing = AdaptiveLimiter.Meter(at: 0)
        for time in stride(from: 1.0, through: 4, by: 0.5) { _ = slowing.record(at: time) }
        #expect((1.99...2).contains(slowing.rate))
        #expect((0.1...2).contains(slowing.record(at: 14)))
        var still = AdaptiveLimiter.Meter(at: 0)
        for time in [1.0, 1, 1, 2, 3] { _ = still.record(at: time) }
        #expect(still.rate >= 1)
        var grouped = AdaptiveLimiter.Meter(at: 0)
        for time in [0.1, 0.2, 0.3, 0.4, 0.49] { _ = grouped.record(at: time) }
        #expect(grouped.rate == 0)
    }

    @Test func nothingIsHeldBackBeforeTheFirstThrottling() {
        var limiter = AdaptiveLimiter(at: 0)
        for _ in 0..<100 {
            #expect(limiter.wait(at: 0) == 0)
            limiter.take()
            limiter.answered(throttled: false, at: 0)
        }
        limiter.answered(throttled: true, at: 1)
        #expect(limiter.isOn)
        #expect(limiter.wait(at: 1) > 0)
    }

    @Test func theRateIsAtMostTwiceWhatWasMeasuredAndAtLeastOneIn2Seconds() {
        var limiter = AdaptiveLimiter(at: 0)
        limiter.answered(throttled: true, at: 0.1)
        #expect(limiter.bucket.rate == AdaptiveLimiter.slowest)
        // A minute later the curve has climbed far beyond anything sent.
        limiter.answered(throttled: false, at: 60)
        #expect(limiter.bucket.rate <= 0.5)
        for tenth in 0..<100 { limiter.answered(throttled: false, at: 61 + Double(tenth) / 10) }
        #expect(limiter.bucket.rate > 15 && limiter.bucket.rate <= 21)
    }

    @Test func theBucketFills() {
        var bucket = TokenBucket(rate: 10, capacity: 10, tokens: 0, at: 0)
        for second in 1...5 {
            #expect(bucket.wait(at: Double(second)) == 0)
            bucket.take()
        }
        bucket.change(rate: 1, capacity: 1, at: 5)
        for second in 6...10 {
            #expect(bucket.wait(at: Double(second)) == 0)
            bucket.take()
        }
        #expect(isNear(bucket.wait(at: 10), 1))
        #expect(isNear(bucket.wait(at: 10.25), 0.75))
        // Those who come later wait behind those who already wait.
        bucket.take()
        #expect(isNear(bucket.wait(at: 10.25), 1.75))
        // Time that runs back changes nothing.
        #expect(isNear(bucket.wait(at: 9), 1.75))
    }
}
