import Basics

/// The newest lines of one group within a window.
struct NewestLines: Sendable {
    /// January 1, 2024: older events are not read newest first (API reference, FilterLogEvents, `startFromHead`).
    static let oldestBackwards: Int64 = 1_704_067_200_000
    private static let firstStep: Int64 = 60_000

    let reader: GroupReader
    let window: TailWindow
    let count: Int

    /// Oldest first; fewer than asked for when the window holds no more.
    func read(now: Int64) async throws(ReadFailure) -> [LogLine] {
        guard count > 0 else { return [] }
        let border = max(window.start, Self.oldestBackwards)
        guard window.end ?? now >= border else { return try await stepping(back: window.end ?? now, to: window.start, count) }
        guard let newest = try await backwards(from: border) else {
            return try await stepping(back: window.end ?? now + Self.ahead, to: window.start, count)
        }
        guard newest.count < count, window.start < border else { return newest }
        return try await stepping(back: border - 1, to: window.start, count - newest.count) + newest
    }

    /// CloudWatch takes events dated up to two hours ahead.
    private static let ahead: Int64 = 2 * 3_600_000

    /// Nil where the service does not read backwards, which not every endpoint does yet: known by the order in which
    /// events come, for which there must be two that differ.
    private func backwards(from start: Int64) async throws(ReadFailure) -> [LogLine]? {
        var found: [LogLine] = []
        var token: String?
        var isKnown = false
        repeat {
            let limit = max(min(count - found.count, 10_000), Self.fewest)
            let query = GroupReader.Query(start: start, end: window.end, limit: limit, newestFirst: true)
            let page = try await reader.page(query, token: token)
            found += page.lines
            token = page.token
            if let first = found.first, let last = found.last, first.timestamp != last.timestamp {
                guard first.timestamp > last.timestamp else { return nil }
                isKnown = true
            }
        } while token != nil && (found.count < count || !isKnown)
        return found.prefix(count).reversed()
    }

    private static let fewest = 20

    /// Looks at a minute, then at the two minutes before it, and so on.
    private func stepping(back end: Int64, to start: Int64, _ count: Int) async throws(ReadFailure) -> [LogLine] {
        var found: [LogLine] = []
        var (end, step) = (end, Self.firstStep)
        while end >= start, found.count < count {
            let begin = max(start, end - step + 1)
            var these: [LogLine] = []
            var token: String?
            repeat {
                let page = try await reader.page(GroupReader.Query(start: begin, end: end), token: token)
                these = (these + page.lines).suffix(count - found.count)
                token = page.token
            } while token != nil
            found = these + found
            end = begin - 1
            step *= 2
        }
        return found
    }
}
