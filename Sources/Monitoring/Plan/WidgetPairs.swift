import Basics

/// Which widget of what is live is which of the file: each at most once, by the surest sign first.
struct WidgetPairs {
    private(set) var pairs: [(old: Widget, new: Widget)] = []
    /// Of the file, without a counterpart.
    private(set) var added: [Widget]
    /// Of what is live, without one.
    private(set) var removed: [Widget]

    init(_ old: [Widget], _ new: [Widget]) {
        removed = old
        added = new
        pair { [$0.tree] }
        pair { [$0.withoutGeometry] }
        pair { widget in [widget.type ?? .null, .string(widget.title ?? ""), .array(widget.subject)] }
        pair { widget in widget.title.map { [widget.type ?? .null, .string($0), widget.geometry] } }
        pair { widget in widget.title.map { [widget.type ?? .null, .string($0)] } }
        pair { widget in widget.subject.isEmpty ? nil : [widget.type ?? .null, .array(widget.subject)] }
        pair { widget in [widget.type ?? .null, widget.geometry] }
        pairByCommonMetric()
    }

    /// Pairs what has the same key, in the order of the file; nil has no counterpart.
    private mutating func pair(by key: (Widget) -> [JSONTree]?) {
        var waiting: [[JSONTree]: [Int]] = [:]
        for (place, widget) in removed.enumerated().reversed() {
            if let key = key(widget) { waiting[key, default: []].append(place) }
        }
        if waiting.isEmpty { return }
        var taken: Set<Int> = []
        added.removeAll { widget in
            guard let key = key(widget), let place = waiting[key]?.popLast() else { return false }
            taken.insert(place)
            pairs.append((removed[place], widget))
            return true
        }
        removed = removed.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
    }

    private mutating func pairByCommonMetric() {
        added.removeAll { widget in
            let keys = Set(widget.metrics.map(\.key))
            guard let place = removed.firstIndex(where: { !keys.isDisjoint(with: $0.metrics.map(\.key)) }) else { return false }
            pairs.append((removed.remove(at: place), widget))
            return true
        }
    }
}
