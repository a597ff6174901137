/// The moment after which an answer is of no use. One is made per command and handed down, so that
/// nested waits never add up to more than what the user asked for.
package struct Deadline: Sendable, Hashable {
    package let instant: ContinuousClock.Instant

    package init(_ instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    package static func after(_ duration: Duration) -> Deadline {
        Deadline(.now + duration)
    }

    /// What is left; zero once it has passed.
    package var remaining: Duration {
        max(.zero, ContinuousClock.now.duration(to: instant))
    }

    package var hasPassed: Bool { remaining == .zero }

    /// The earlier of the two.
    package func clamped(to other: Deadline) -> Deadline {
        Deadline(Swift.min(instant, other.instant))
    }
}

extension Duration {
    /// Milliseconds with their fraction.
    package var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }

    /// Seconds with their fraction.
    package var seconds: Double { milliseconds / 1e3 }
}
