/// How a thing is, in the words of a status page. One vocabulary for a row, a Region and the whole stack.
///
/// Ordered by what must be said first. What could not be looked at outranks what is merely degraded: behind it
/// anything may stand.
package enum Health: String, Sendable, Hashable, Codable, Comparable, CaseIterable {
    /// Looked at, and as it should be.
    case healthy
    /// Works, but somebody should look by daylight.
    case degraded
    /// Could not be looked at: access refused, no answer in time, no credentials.
    case unknown
    /// Broken: tasks do not get through, or soon will not.
    case unhealthy

    /// What `taskops status` ends with.
    package var exitCode: Int32 {
        switch self {
        case .healthy: 0
        case .degraded: 1
        case .unhealthy: 2
        case .unknown: 3
        }
    }

    package static func < (left: Health, right: Health) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

extension Sequence where Element == Health {
    /// The worst of them; `healthy` when there are none.
    package var worst: Health { self.max() ?? .healthy }
}
