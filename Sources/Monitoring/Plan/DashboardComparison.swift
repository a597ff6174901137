import Basics

/// Compares two dashboards widget by widget. Which widget of one is which of the other, nothing says: they have no names.
/// They are paired by what people know them by, the surest first.
enum DashboardComparison {
    static func differences(from live: JSONTree, to desired: JSONTree) -> [Difference] {
        guard let old = live["widgets"]?.array, let new = desired["widgets"]?.array else {
            return TreeComparison.differences(
                from: DashboardNormaliser.body(live), to: DashboardNormaliser.body(desired), at: "")
        }
        let frame = TreeComparison.differences(
            from: DashboardNormaliser.frame(of: live), to: DashboardNormaliser.frame(of: desired), at: "")
        return frame + widgets(from: old.enumerated().map(Widget.init), to: new.enumerated().map(Widget.init))
    }

    private static func widgets(from old: [Widget], to new: [Widget]) -> [Difference] {
        let pairs = WidgetPairs(old, new)
        var differences: [Difference] = []
        for (live, desired) in pairs.pairs.sorted(by: { $0.new.index < $1.new.index }) {
            differences += self.differences(from: live, to: desired)
        }
        differences += pairs.added.map { Difference($0.path, .added, widget: $0.label, after: $0.tree) }
        differences += pairs.removed.map { Difference($0.path, .removed, widget: $0.label, before: $0.tree) }
        return differences
    }

    private static func differences(from live: Widget, to desired: Widget) -> [Difference] {
        if live.tree == desired.tree { return [] }
        // By the title it is to have: that is the one in the file.
        let label = desired.label
        var differences: [Difference] = []
        // Who does not say where a widget lies takes it where CloudWatch puts it.
        let places = ["x", "y", "width", "height"].filter { live.tree[$0] != nil && desired.tree[$0] != nil }
        if places.contains(where: { live.tree[$0] != desired.tree[$0] }) {
            differences.append(
                Difference(
                    desired.path, .moved, widget: label, before: live.geometry(places), after: desired.geometry(places)))
        }
        let path = "\(desired.path)/properties"
        if live.tree["type"] == "metric", desired.tree["type"] == "metric" {
            differences += metrics(from: live, to: desired, at: "\(path)/metrics", label)
        }
        differences += TreeComparison.differences(
            from: live.properties, to: desired.properties, at: path, widget: label)
        for name in ["type"] + desired.otherMembers(than: live) where live.tree[name] != desired.tree[name] {
            differences.append(
                Difference("\(desired.path)/\(name)", widget: label, before: live.tree[name], after: desired.tree[name]))
        }
        return differences
    }

    private static func metrics(
        from live: Widget, to desired: Widget, at path: String, _ label: String
    ) -> [Difference] {
        var rest = live.metrics
        var differences: [Difference] = []
        for (index, row) in desired.metrics.enumerated() {
            guard let found = rest.firstIndex(where: { $0.key == row.key }) else {
                differences.append(Difference("\(path)/\(index)", .added, widget: label, after: row.tree))
                continue
            }
            let old = rest.remove(at: found)
            differences += TreeComparison.differences(
                from: .object(old.options), to: .object(row.options), at: "\(path)/\(index)", widget: label)
        }
        for row in rest {
            let index = live.metrics.firstIndex(of: row) ?? 0
            differences.append(Difference("\(path)/\(index)", .removed, widget: label, before: row.tree))
        }
        // The order is the legend's, and that of the colours; said only where nothing else is.
        if differences.isEmpty, live.metrics != desired.metrics {
            differences.append(Difference(path, .moved, widget: label))
        }
        return differences
    }
}

/// A normalised widget, and where it stood.
struct Widget: Hashable {
    var index: Int
    var tree: JSONTree
    /// Of a metric widget, its metrics with nothing abbreviated.
    var metrics: [MetricWidget.Row]

    init(index: Int, widget: JSONTree) {
        self.index = index
        tree = DashboardNormaliser.widget(widget)
        metrics = MetricWidget.expanded(tree["properties"]?["metrics"]?.array ?? [])
    }

    init(_ element: (offset: Int, element: JSONTree)) {
        self.init(index: element.offset, widget: element.element)
    }

    var path: String { "/widgets/\(index)" }
    var type: JSONTree? { tree["type"] }
    var title: String? { tree["properties"]?["title"]?.string }

    /// But for a metric widget's metrics, which are compared one by one.
    var properties: JSONTree? {
        guard type == "metric" else { return tree["properties"] }
        var properties = tree["properties"]
        properties?["metrics"] = nil
        return properties
    }

    func geometry(_ names: [String]) -> JSONTree {
        .object(Dictionary(uniqueKeysWithValues: names.compactMap { name in tree[name].map { (name, $0) } }))
    }

    var geometry: JSONTree { geometry(["x", "y", "width", "height"]) }

    var withoutGeometry: JSONTree {
        guard case .object(let members) = tree else { return tree }
        return .object(members.filter { !["x", "y", "width", "height"].contains($0.key) })
    }

    /// What it shows, whatever it is called and however it is drawn.
    var subject: [JSONTree] {
        if !metrics.isEmpty { return metrics.map { .array($0.key) } }
        return ["query", "markdown", "alarms", "endpoint", "metrics"].compactMap { tree["properties"]?[$0] }
    }

    /// What a person knows it by.
    var label: String {
        if let title, !title.isEmpty { return title }
        if let markdown = tree["properties"]?["markdown"]?.string {
            let line = markdown.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            return Self.short(String(line.drop { $0 == "#" || $0 == " " }))
        }
        if let first = metrics.first {
            return Self.short(first.key.compactMap(\.string).prefix(2).joined(separator: " "))
        }
        return type?.string ?? "\(index)"
    }

    private static func short(_ text: String) -> String { text.count > 40 ? "\(text.prefix(39))…" : text }

    func otherMembers(than other: Widget) -> [String] {
        let names = Set(tree.object.map { Array($0.keys) } ?? []).union(other.tree.object.map { Array($0.keys) } ?? [])
        return names.subtracting(["type", "x", "y", "width", "height", "properties"]).sorted()
    }
}

extension MetricWidget.Row {
    /// What tells one metric of a widget from another: the metric itself, or an expression by its id.
    var key: [JSONTree] {
        if let other { return [other] }
        if !names.isEmpty { return names }
        return [options["id"] ?? options["expression"] ?? .null]
    }
}
