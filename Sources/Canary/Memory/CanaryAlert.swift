/// How many runs must agree before the verdict changes: M of the last N, in both directions.
package struct CanaryAlertPolicy: Sendable, Hashable, CustomStringConvertible {
    package let needed: Int
    package let window: Int

    /// - Returns: nil unless `1 ≤ needed ≤ window ≤ 100`.
    package init?(needed: Int, of window: Int) {
        guard (1...100).contains(window), (1...window).contains(needed) else { return nil }
        (self.needed, self.window) = (needed, window)
    }

    /// Reads `2/3`.
    package init?(text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let needed = parts[0], let window = parts[1] else { return nil }
        self.init(needed: needed, of: window)
    }

    package var description: String { "\(needed)/\(window)" }

    /// Every run decides for itself.
    package static let immediate = CanaryAlertPolicy(needed: 1, of: 1)!
}

/// The verdict over several runs, which one blip does not change.
///
/// It rises to a level when `needed` of the last `window` runs were as bad or worse, and falls to one when as many were
/// as good or better. A change empties the window: runs that raised the verdict cannot hold it up, so it takes as many
/// new ones to bring it down.
package struct CanaryAlert: Sendable, Hashable, Codable {
    package private(set) var level: CanaryOutcome = .ok
    /// Outcomes since the last change, oldest first; no more than the window holds.
    package private(set) var recent: [CanaryOutcome] = []
    /// When the verdict last changed, in milliseconds since 1970; nil when it never did.
    package private(set) var changedAt: Int64?

    package init() {}

    /// - Returns: whether the verdict changed.
    @discardableResult
    package mutating func take(_ outcome: CanaryOutcome, at now: Int64, _ policy: CanaryAlertPolicy) -> Bool {
        recent = Array((recent + [outcome]).suffix(policy.window))
        guard recent.count >= policy.needed else { return false }
        let sorted = recent.sorted()
        // As many as are needed were at least this bad; as many were at most this bad.
        let floor = sorted[sorted.count - policy.needed]
        let ceiling = sorted[policy.needed - 1]
        let next = floor > level ? floor : min(ceiling, level)
        guard next != level else { return false }
        level = next
        recent = []
        changedAt = now
        return true
    }

    /// How many of the runs that count were worse than the verdict, or better.
    package var against: Int { recent.count { $0 != level } }
}
