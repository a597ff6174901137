import Basics

/// In which order changes are made, and what each of them needs. Pure.
///
/// What others name comes first: log groups, alarms, composite alarms after their parts, dashboards. Deletes come after all
/// that, the other way round: a composite alarm that names an alarm holds it (API reference, DeleteAlarms), so it is changed
/// or deleted first.
struct ApplyOrder {
    struct Step: Sendable, Hashable {
        var change: Change
        /// Changes without which this one cannot be made.
        var needs: [ResourceID]
    }

    let writes: [Step]
    let deletes: [Step]

    /// - Parameter liveRules: the rules that composite alarms have now, as far as they are known.
    /// - Throws: where composite alarms name each other in a circle.
    init(_ changes: [Change], liveRules: [ResourceID: String]) throws(Problem) {
        let writes = changes.filter { $0.action != .delete }
        let deletes = changes.filter { $0.action == .delete }
        let made = Dictionary(writes.filter { $0.id.kind.isAlarm }.map { (Key($0.id), $0.id) }) { first, _ in first }
        let creates = Set(writes.filter { $0.action == .create }.map(\.id))
        func parts(_ change: Change) -> [ResourceID] {
            guard change.id.kind == .compositeAlarm, let rule = change.fields?["AlarmRule"]?.string else { return [] }
            var names = RuleNames.all(in: rule)
            if let suppressor = change.fields?["ActionsSuppressor"]?.string { names.insert(RuleNames.name(suppressor)) }
            return names.compactMap { made[Key(region: change.id.region, name: $0)] }.filter { $0 != change.id }.sorted()
        }
        let rest = writes.filter { $0.id.kind != .compositeAlarm }
        let composites = try Self.sorted(writes.filter { $0.id.kind == .compositeAlarm }, after: parts)
        // What exists already can be named although its own change failed.
        let steps = (rest + composites).map { Step(change: $0, needs: parts($0).filter(creates.contains)) }
        self.writes = steps.enumerated().sorted {
            ($0.element.change.id.kind, $0.offset) < ($1.element.change.id.kind, $1.offset)
        }.map(\.element)

        let gone = Dictionary(deletes.map { (Key($0.id), $0.id) }) { first, _ in first }
        /// What holds each alarm that is to go: the composite alarms that name it now and are changed or deleted here.
        var holders: [ResourceID: [ResourceID]] = [:]
        for change in changes where change.id.kind == .compositeAlarm {
            let rule = liveRules[change.id] ?? change.differences.first { $0.path == "/AlarmRule" }?.before?.string ?? ""
            for name in RuleNames.all(in: rule).sorted() {
                if let held = gone[Key(region: change.id.region, name: name)], held != change.id {
                    holders[held, default: []].append(change.id)
                }
            }
        }
        let order = try Self.sorted(deletes.sorted { $1.id < $0.id }) { change in
            (holders[change.id] ?? []).filter { holder in deletes.contains { $0.id == holder } }
        }
        self.deletes = order.enumerated().sorted {
            ($1.element.id.kind, $0.offset) < ($0.element.id.kind, $1.offset)
        }.map { Step(change: $0.element, needs: holders[$0.element.id] ?? []) }
    }

    /// Metric and composite alarms share their names.
    private struct Key: Hashable {
        let region: String
        let name: String
        let isAlarm: Bool

        init(_ id: ResourceID) {
            region = id.region
            name = id.kind.isAlarm ? id.name : "\(id.kind.rawValue)\u{0}\(id.name)"
            isAlarm = id.kind.isAlarm
        }

        init(region: String, name: String) {
            self.region = region
            self.name = name
            isAlarm = true
        }
    }

    /// The changes, each after those it comes after; of what is free, in the order given.
    private static func sorted(
        _ changes: [Change], after: (Change) -> [ResourceID]
    ) throws(Problem) -> [Change] {
        let known = Dictionary(changes.map { ($0.id, $0) }) { first, _ in first }
        var sorted: [Change] = []
        var finished: Set<ResourceID> = []
        var path: [ResourceID] = []
        func visit(_ change: Change) throws(Problem) {
            if finished.contains(change.id) { return }
            if let start = path.firstIndex(of: change.id) { throw circle(Array(path[start...]), at: change) }
            path.append(change.id)
            for id in after(change) { if let earlier = known[id] { try visit(earlier) } }
            path.removeLast()
            finished.insert(change.id)
            sorted.append(change)
        }
        for change in changes { try visit(change) }
        return sorted
    }

    private static func circle(_ ids: [ResourceID], at change: Change) -> Problem {
        let names = (ids + [ids[0]]).map(\.name).joined(separator: " → ")
        return Problem(
            .configuration, "composite alarms in \(change.id.region) name each other in a circle: \(names)",
            cause: "CloudWatch would evaluate none of them, and could delete none",
            hint: "take one of the names out of its AlarmRule", location: change.place)
    }
}

extension ResourceKind {
    var isAlarm: Bool { self == .metricAlarm || self == .compositeAlarm }
}
