package import Basics

/// Which stretch of time is wanted, as typed, and the rules by which it becomes one.
package struct WindowExpression: Sendable, Hashable {
    package var since: String?
    package var until: String?
    package var around: String?
    /// nil: follow where somebody watches and no end is given.
    package var follows: Bool?
    /// Only so many of the newest lines are wanted, which then may be older.
    package var isCounted = false

    package init() {}

    /// What is shown when nothing is said, as `aws logs tail` does.
    package static let usual: Int64 = 600_000
    /// How far back the newest lines are looked for.
    package static let farthest: Int64 = 7 * 86_400_000
    private static let aroundReach: Int64 = 300_000

    /// - Parameter isWatched: whether standard output is a terminal.
    package func window(clock: TailClock, isWatched: Bool) throws(Problem) -> TailWindow {
        if let around { return try window(around: around, clock: clock) }
        let end = try until.map { text throws(Problem) in try TimeExpression.moment(text, flag: "--until", clock: clock) }
        if until != nil, follows == true {
            throw Problem(.usage, "--follow has no end, and --until is one", hint: "leave one of them out")
        }
        let now = clock.now
        let start: Int64
        if let since {
            start = try TimeExpression.moment(since, flag: "--since", clock: clock)
        } else {
            start = max(0, min(end ?? now, now) - (isCounted ? Self.farthest : Self.usual))
        }
        guard start <= now else {
            throw Problem(
                .usage, "--since \(since ?? "") is still to come: \(Self.text(start)), and it is \(Self.text(now))",
                hint: "did you mean yesterday?")
        }
        if let end, end < start {
            throw Problem(
                .usage, "--since is after --until: \(Self.text(start)) is after \(Self.text(end))",
                hint: since == nil ? "say --since as well" : "exchange them")
        }
        if end == nil, follows ?? isWatched { return TailWindow(start: start) }
        return TailWindow(start: start, end: end ?? now)
    }

    private func window(around text: String, clock: TailClock) throws(Problem) -> TailWindow {
        guard since == nil, until == nil else {
            throw Problem(
                .usage, "--around stands alone: it means five minutes before and after", hint: "leave out --since and --until")
        }
        guard follows != true else {
            throw Problem(.usage, "--follow has no end, and --around has one", hint: "leave one of them out")
        }
        let middle = try TimeExpression.moment(text, flag: "--around", clock: clock)
        guard middle <= clock.now else {
            throw Problem(.usage, "--around \(text) is still to come: \(Self.text(middle)), and it is \(Self.text(clock.now))")
        }
        return TailWindow(start: max(0, middle - Self.aroundReach), end: middle + Self.aroundReach)
    }

    private static func text(_ moment: Int64) -> String { UTCTime(secondsSince1970: Int(moment / 1000)).iso8601 }
}
