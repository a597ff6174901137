/// Tokens that come back at a steady rate. Every call says what time it is, in seconds of one clock.
///
/// Whoever takes a token before it is there owes it: the count goes below zero, and those who come later wait behind.
struct TokenBucket: Sendable, Hashable {
    private(set) var rate: Double
    private(set) var capacity: Double
    private(set) var tokens: Double
    private var last: Double

    /// - Parameter rate: tokens per second.
    init(rate: Double, capacity: Double, tokens: Double, at now: Double) {
        self.rate = rate
        self.capacity = capacity
        self.tokens = tokens
        last = now
    }

    mutating func refill(at now: Double) {
        // Calls from several threads may come a little out of order; time that runs back brings nothing.
        guard now > last else { return }
        tokens = min(capacity, tokens + (now - last) * rate)
        last = now
    }

    /// What was earned until now was earned at the old rate.
    mutating func change(rate: Double, capacity: Double, at now: Double) {
        refill(at: now)
        self.rate = rate
        self.capacity = capacity
        tokens = min(tokens, capacity)
    }

    /// Seconds until a token is there.
    mutating func wait(at now: Double) -> Double {
        refill(at: now)
        return tokens >= 1 ? 0 : (1 - tokens) / rate
    }

    /// Takes a token that is there, or will be after `wait`.
    mutating func take() { tokens -= 1 }

    mutating func empty() { tokens = min(tokens, 0) }
}
