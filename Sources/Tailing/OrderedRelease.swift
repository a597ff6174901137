import HeapModule

/// Puts the lines of all groups and Regions into one order: each is held back for a while, in which an older one may
/// still come.
///
/// What comes later than that is let go at once and marked late: it is neither dropped nor quietly put out of order.
struct OrderedRelease: Sendable {
    /// A line by its place. Ties are broken so that lines of one stream stay together and every run shows the same.
    private struct Held: Comparable {
        var line: LogLine
        /// Lines of one read come in CloudWatch's own order, which holds where places are equal.
        var arrival: Int

        static func < (left: Held, right: Held) -> Bool {
            if left.line.place != right.line.place { return left.line.place < right.line.place }
            if left.line.region != right.line.region { return left.line.region < right.line.region }
            if left.line.group != right.line.group { return left.line.group < right.line.group }
            return left.arrival < right.arrival
        }
    }

    private var held = Heap<Held>()
    private var arrivals = 0
    /// The place of the youngest line let go so far.
    private(set) var reached: Int64

    private(set) var lateCount = 0

    /// - Parameter reached: the place of the youngest line that an earlier tail let go.
    init(reached: Int64 = .min) {
        self.reached = reached
    }

    var heldCount: Int { held.count }
    /// What the held lines' messages take.
    private(set) var heldBytes = 0
    /// The place of the oldest line held.
    var oldestHeld: Int64? { held.min?.line.place }

    /// - Returns: the line itself, marked late, when its place has passed and it is to be shown now.
    mutating func add(_ line: LogLine) -> LogLine? {
        guard line.place >= reached else {
            lateCount += 1
            var late = line
            late.isLate = true
            return late
        }
        arrivals += 1
        heldBytes += line.message.utf8.count
        held.insert(Held(line: line, arrival: arrivals))
        return nil
    }

    /// Lets a line through that comes in order by itself: of a history, or while nothing is held.
    mutating func pass(_ line: inout LogLine) {
        let place = line.place
        if place < reached {
            lateCount += 1
            line.isLate = true
        } else {
            reached = place
        }
    }

    /// Lets go of everything whose place is at or before a moment, in order.
    mutating func release(through moment: Int64) -> [LogLine] {
        var released: [LogLine] = []
        while let first = held.min, first.line.place <= moment { released.append(next()) }
        return released
    }

    /// Lets go of so many, in order, whatever they wait for.
    mutating func releaseOldest(_ count: Int) -> [LogLine] {
        (0..<min(count, held.count)).map { _ in next() }
    }

    private mutating func next() -> LogLine {
        let line = held.removeMin().line
        heldBytes -= line.message.utf8.count
        reached = max(reached, line.place)
        return line
    }

    /// Lets go of everything: the end of a tail, or of one that does not hold.
    mutating func releaseAll() -> [LogLine] {
        release(through: .max)
    }
}
