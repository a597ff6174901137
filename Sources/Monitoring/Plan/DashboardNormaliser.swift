import Basics

/// A dashboard's body in one form, whoever wrote it: this program, a person, or the console, which writes defaults out and
/// puts a metric's statistic now here, now there.
///
/// Defaults are those of "Dashboard Body Structure and Syntax" and, for the graph itself, of "GetMetricWidgetImage: Metric
/// Widget Structure and Syntax" (CloudWatch API reference); of what neither says, those of the CDK's widgets, which write
/// the same bodies.
enum DashboardNormaliser {
    /// Widgets in an order of their own: where a widget stands in the list means nothing, since it says where it lies.
    static func body(_ body: JSONTree) -> JSONTree {
        guard var members = frame(of: body).object else { return body }
        if let widgets = body["widgets"]?.array { members["widgets"] = .array(Normaliser.sorted(widgets.map(widget))) }
        return .object(members)
    }

    /// The body without its widgets.
    static func frame(of body: JSONTree) -> JSONTree {
        guard case .object(var members) = body else { return body }
        members["widgets"] = nil
        if members["periodOverride"] == "auto" { members["periodOverride"] = nil }
        if members["variables"] == [] { members["variables"] = nil }
        return withoutNothing(.object(members))
    }

    /// A widget with its size written out.
    static func widget(_ widget: JSONTree) -> JSONTree {
        guard case .object(var members) = withoutNothing(widget) else { return widget }
        // "The default is 6", of both.
        members["width"] = members["width"] ?? 6
        members["height"] = members["height"] ?? 6
        let properties = members["properties"] ?? [:]
        members["properties"] =
            switch members["type"]?.string {
            case "metric": MetricWidget.properties(properties)
            case "log": dropping(logDefaults, from: properties)
            case "text": dropping(["background": "solid"], from: properties)
            case "alarm": dropping(["title": "", "sortBy": "default", "states": []], from: properties)
            default: properties
            }
        return .object(members)
    }

    private static let logDefaults: [String: JSONTree] = [
        "title": "", "view": "table", "stacked": false, "queryLanguage": "CWLI",
    ]

    static func dropping(_ defaults: [String: JSONTree], from value: JSONTree) -> JSONTree {
        guard case .object(let members) = value else { return value }
        return .object(members.filter { defaults[$0.key] != $0.value })
    }

    /// Without members that are null, at any depth.
    private static func withoutNothing(_ value: JSONTree) -> JSONTree {
        switch value {
        case .object(let members): .object(members.filter { $0.value != .null }.mapValues(withoutNothing))
        case .array(let elements): .array(elements.map(withoutNothing))
        default: value
        }
    }
}

/// The properties of a metric widget.
enum MetricWidget {
    private static let defaults: [String: JSONTree] = [
        "title": "", "view": "timeSeries", "stacked": false, "liveData": false, "legend": ["position": "bottom"],
        "setPeriodToTimeRange": false, "singleValueFullPrecision": false, "sparkline": false, "yAxis": [:],
        "annotations": [:], "stat": "Average", "period": 300, "metrics": [],
    ]
    private static let metricDefaults: [String: JSONTree] = ["visible": true, "yAxis": "left"]

    static func properties(_ properties: JSONTree) -> JSONTree {
        guard case .object(var members) = properties else { return properties }
        if let axes = members["yAxis"]?.object {
            members["yAxis"] = .object(
                axes.mapValues { DashboardNormaliser.dropping(["showUnits": true, "label": ""], from: $0) }
                    .filter { $0.value != [:] })
        }
        if let annotations = members["annotations"]?.object {
            members["annotations"] = .object(annotations.mapValues(annotationList).filter { $0.value != [] })
        }
        if let metrics = members["metrics"]?.array {
            var rows = expanded(metrics)
            for name in ["stat", "period"] { settle(name, in: &rows, &members) }
            for index in rows.indices {
                // What is said of the whole widget already.
                for name in ["region", "accountId"] where rows[index].options[name] == members[name] {
                    rows[index].options[name] = nil
                }
                rows[index].options = rows[index].options.filter { metricDefaults[$0.key] != $0.value }
            }
            members["metrics"] = .array(rows.map(\.tree))
        }
        return DashboardNormaliser.dropping(defaults, from: .object(members))
    }

    private static func annotationList(_ list: JSONTree) -> JSONTree {
        guard case .array(let annotations) = list else { return list }
        return .array(
            annotations.map { annotation in
                // A band or a span is two annotations in one list.
                if case .array = annotation { return annotationList(annotation) }
                return DashboardNormaliser.dropping(
                    ["visible": true, "fill": "none", "yAxis": "left", "label": ""], from: annotation)
            })
    }

    // MARK: Metrics

    /// One element of `metrics`: what it is, and how it is drawn.
    struct Row: Hashable {
        /// Namespace, name, and dimensions' names and values; empty for an expression.
        var names: [JSONTree]
        var options: [String: JSONTree]
        /// Neither is what this program knows: kept as it is.
        var other: JSONTree?

        var isExpression: Bool { options["expression"] != nil }

        var tree: JSONTree {
            if let other { return other }
            return .array(names + (options.isEmpty ? [] : [.object(options)]))
        }
    }

    /// `.` repeats what stands in the same place of the metric before, `...` all up to the last places, as many as follow
    /// it ("Metric Widget: Format for Each Metric in the Array").
    static func expanded(_ metrics: [JSONTree]) -> [Row] {
        var last: [JSONTree] = []
        return metrics.map { metric in
            guard case .array(let elements) = metric else { return Row(names: [], options: [:], other: metric) }
            var names: [JSONTree] = []
            var options: [String: JSONTree] = [:]
            for (index, element) in elements.enumerated() {
                switch element {
                case ".": names.append(names.count < last.count ? last[names.count] : element)
                case "...":
                    let following = elements[(index + 1)...].filter { $0.object == nil }.count
                    let upTo = last.count - following
                    if names.count < upTo { names += last[names.count..<upTo] }
                case .object(let members): options.merge(members) { _, later in later }
                default: names.append(element)
                }
            }
            // An expression between two metrics does not break the chain.
            if !names.isEmpty { last = names }
            return Row(names: names, options: options)
        }
    }

    /// What each metric is drawn with, said once where all agree: the widget's own value is but what a metric without one
    /// takes.
    private static func settle(_ name: String, in rows: inout [Row], _ members: inout [String: JSONTree]) {
        let concerned = rows.indices.filter { rows[$0].other == nil && (name != "stat" || !rows[$0].isExpression) }
        guard !concerned.isEmpty else { return }
        let inherited = members[name] ?? defaults[name]
        let effective = concerned.map { rows[$0].options[name] ?? inherited }
        let common = effective.allSatisfy { $0 == effective[0] } ? effective[0] : defaults[name]
        members[name] = common
        for (index, value) in zip(concerned, effective) { rows[index].options[name] = value == common ? nil : value }
    }
}
