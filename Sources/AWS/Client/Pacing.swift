import Synchronization

/// The pace of one operation in one Region: a share of its quota, less for a while after AWS has throttled it all the
/// same. A state machine that is told the time.
struct Lane: Sendable, Hashable {
    /// How long one throttled burst may go on saying so before it counts again.
    static let burst = 1.0
    /// In how many seconds the whole rate comes back from nothing.
    static let recovery = 60.0

    let full: Double
    /// What may go at once at the most.
    private let atOnce: Double
    private(set) var bucket: TokenBucket
    private var slowed: Slowing?

    private struct Slowing: Sendable, Hashable {
        var rate: Double
        var at: Double
    }

    /// A share of a quota. What the share leaves of it may go at once, a second's worth at the most: so no second ever
    /// holds more than the quota.
    init(quota: Double, share: Double, at now: Double) {
        full = quota * share
        // More than all of it is asked for where there is no quota.
        atOnce = max(1, share < 1 ? min(full, quota - full) : full)
        bucket = TokenBucket(rate: full, capacity: atOnce, tokens: atOnce, at: now)
    }

    mutating func wait(at now: Double) -> Double {
        recover(at: now)
        return bucket.wait(at: now)
    }

    mutating func take() { bucket.take() }

    /// Somebody else uses the quota too: half the pace, and nothing saved up.
    mutating func throttled(at now: Double) {
        recover(at: now)
        if let slowed, now - slowed.at < Self.burst { return }
        let rate = max(bucket.rate / 2, full / 16)
        slowed = Slowing(rate: rate, at: now)
        bucket.change(rate: rate, capacity: max(1, min(rate, atOnce)), at: now)
        bucket.empty()
    }

    private mutating func recover(at now: Double) {
        guard let slowed else { return }
        let rate = min(full, slowed.rate + full * max(0, now - slowed.at) / Self.recovery)
        bucket.change(rate: rate, capacity: max(1, min(rate, atOnce)), at: now)
        if rate == full { self.slowed = nil }
    }
}

/// Says when an attempt may be sent: by AWS's quotas, and in adaptive mode by what AWS answered before.
///
/// A client has the credentials of one account, so one of these is the account's budget in this process.
final class Pacer: Sendable {
    private struct Key: Hashable {
        let service: String
        /// What shares a quota; empty for the whole service.
        let group: String
        let region: String
    }

    private struct State {
        var lanes: [Key: Lane] = [:]
        var limiters: [Key: AdaptiveLimiter] = [:]
    }

    private let share: Double
    private let isAdaptive: Bool
    private let state = Mutex(State())

    init(share: Double, isAdaptive: Bool) {
        self.share = share
        self.isAdaptive = isAdaptive
    }

    /// Takes a place in the queue and says how long it is; nil, and no place taken, where that is longer than `limit`.
    func reserve(
        _ service: AWSService, _ operation: String, region: String, limit: Double, at now: Double
    ) -> Double? {
        let quota = Quota.of(service, operation, region: region)
        let lane = quota.map { Key(service: service.endpointID, group: $0.group, region: region) }
        let whole = Key(service: service.endpointID, group: "", region: region)
        return state.withLock { state in
            if let lane, let quota, state.lanes[lane] == nil {
                state.lanes[lane] = Lane(quota: quota.perSecond, share: share, at: now)
            }
            if isAdaptive, state.limiters[whole] == nil { state.limiters[whole] = AdaptiveLimiter(at: now) }
            let wait = max(
                lane.flatMap { state.lanes[$0]?.wait(at: now) } ?? 0, state.limiters[whole]?.wait(at: now) ?? 0)
            guard wait < limit else { return nil }
            if let lane { state.lanes[lane]?.take() }
            state.limiters[whole]?.take()
            return wait
        }
    }

    /// Told of every answer.
    func answered(_ service: AWSService, _ operation: String, region: String, throttled: Bool, at now: Double) {
        guard throttled || isAdaptive else { return }
        let lane = Quota.of(service, operation, region: region).map {
            Key(service: service.endpointID, group: $0.group, region: region)
        }
        state.withLock { state in
            if throttled, let lane { state.lanes[lane]?.throttled(at: now) }
            state.limiters[Key(service: service.endpointID, group: "", region: region)]?
                .answered(throttled: throttled, at: now)
        }
    }
}
