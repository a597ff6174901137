import Glibc

/// The client-side half of AWS's `adaptive` retry mode: after the first throttled answer, requests are sent no faster
/// than a rate that falls with every such answer and grows back along a cubic curve between them
/// (botocore's `retries/adaptive.py` and `retries/throttling.py`). One for each service and Region; pure but for its state.
struct AdaptiveLimiter: Sendable, Hashable {
    /// Where on the curve the rate stands: steep far below the rate that last failed, flat near it, steep beyond.
    struct Cubic: Sendable, Hashable {
        static let scale = 0.4
        static let beta = 0.7

        private(set) var maximum: Double
        /// Seconds after the last failure at which the rate that failed is reached again.
        private(set) var plateau: Double
        private(set) var lastFailure: Double
        private let beta: Double

        init(maximum: Double, at now: Double, beta: Double = Cubic.beta) {
            self.maximum = maximum
            self.beta = beta
            lastFailure = now
            plateau = cbrt(maximum * (1 - beta) / Self.scale)
        }

        func rateAfterSuccess(at now: Double) -> Double {
            let distance = now - lastFailure - plateau
            return Self.scale * distance * distance * distance + maximum
        }

        mutating func rateAfterThrottling(from rate: Double, at now: Double) -> Double {
            self = Cubic(maximum: rate, at: now, beta: beta)
            return rate * beta
        }
    }

    /// How fast answers come, in windows of half a second, the newest counting four fifths.
    struct Meter: Sendable, Hashable {
        private(set) var rate = 0.0
        private var count = 0.0
        private var window: Double

        init(at now: Double) {
            window = now.rounded(.down)
        }

        mutating func record(at now: Double) -> Double {
            let current = (now * 2).rounded(.down) / 2
            count += 1
            if current > window {
                rate = count / (current - window) * 0.8 + rate * 0.2
                count = 0
                window = current
            }
            return rate
        }
    }

    static let slowest = 0.5

    private var cubic: Cubic
    private var meter: Meter
    private(set) var bucket: TokenBucket
    private(set) var isOn = false

    init(at now: Double) {
        cubic = Cubic(maximum: 0, at: now)
        meter = Meter(at: now)
        bucket = TokenBucket(rate: 1, capacity: 1, tokens: 0, at: now)
    }

    /// Seconds before the next request may be sent. Nothing is held back until AWS has throttled once.
    mutating func wait(at now: Double) -> Double { isOn ? bucket.wait(at: now) : 0 }

    mutating func take() {
        if isOn { bucket.take() }
    }

    mutating func answered(throttled: Bool, at now: Double) {
        let measured = meter.record(at: now)
        let wanted: Double
        if throttled {
            wanted = cubic.rateAfterThrottling(from: isOn ? min(measured, bucket.rate) : measured, at: now)
            isOn = true
        } else {
            wanted = cubic.rateAfterSuccess(at: now)
        }
        // Never more than twice what was sent of late, however far the curve has climbed meanwhile.
        let rate = min(wanted, 2 * measured)
        bucket.change(rate: max(rate, Self.slowest), capacity: max(rate, 1), at: now)
    }
}
