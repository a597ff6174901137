/// What was shown, by group, for a cursor.
struct TailLedger: Sendable {
    private struct Name: Hashable {
        var region: String
        var group: String
    }

    private let scope: String
    /// The place of the youngest line shown.
    private var reached: Int64
    private var groups: [Name: TailCursor.Group] = [:]

    init(scope: String, from cursor: TailCursor?) {
        self.scope = scope
        reached = cursor?.reached ?? .min
        for group in cursor?.groups ?? [] {
            groups[Name(region: group.group.region, group: group.group.name)] = group
        }
    }

    var remembered: Int { groups.values.reduce(0) { $0 + $1.shown.count + $1.live.count } }

    var cursor: TailCursor {
        var cursor = TailCursor(scope: scope)
        cursor.reached = reached
        cursor.groups = groups.values.sorted { ($0.group.region, $0.group.name) < ($1.group.region, $1.group.name) }
        return cursor
    }

    /// The cursor for before these are shown, in which they count as shown; and notes them.
    mutating func showing(_ lines: [LogLine]) -> TailCursor {
        let before = reached
        for line in lines { shown(line) }
        var cursor = cursor
        let indices = Dictionary(
            uniqueKeysWithValues: cursor.groups.enumerated().map {
                (Name(region: $0.element.group.region, group: $0.element.group.name), $0.offset)
            })
        let pending = lines.map { line in
            PendingLines.Line(
                group: indices[Name(region: line.region, group: line.group)] ?? -1, timestamp: line.timestamp,
                place: line.place, digest: line.id.map { LineDigest($0) } ?? LineDigest(live: line), isLive: line.id == nil)
        }
        cursor.pending = PendingLines(reached: before, lines: pending)
        return cursor
    }

    /// A group is followed from a moment on.
    mutating func begin(_ group: LogGroupReference, through: Int64) {
        let name = Name(region: group.region, group: group.name)
        guard groups[name] == nil else { return }
        groups[name] = TailCursor.Group(group: group, through: through, shown: SeenEvents(), live: LiveMatches())
    }

    mutating func shown(_ line: LogLine) {
        reached = max(reached, line.place)
        let name = Name(region: line.region, group: line.group)
        if let id = line.id {
            _ = groups[name]?.shown.insert(id, timestamp: line.timestamp)
        } else {
            _ = groups[name]?.live.sawLive(line)
        }
    }

    mutating func forget(_ group: LogGroupReference, before moment: Int64) {
        let name = Name(region: group.region, group: group.name)
        guard let through = groups[name]?.through, moment > through else { return }
        groups[name]?.through = moment
        groups[name]?.shown.forget(before: moment)
        groups[name]?.live.forget(before: moment)
    }
}
