import Basics

@testable import Monitoring

/// What AWS answers of a resource that was put as its file says: everything that is the default filled in, lists without
/// an order in another one. Of a dashboard also what the console makes of it when somebody saves it there.
struct ModelAWS {
    var random: RandomResources

    init(seed: Int) {
        random = RandomResources(seed: seed &+ 1_000_003)
    }

    mutating func answer(_ desired: DesiredResource, stack: String) -> LiveResource {
        var tags = desired.tags
        tags[DesiredState.tagKey] = stack
        tags[Fingerprint.tagKey] = Fingerprint.of(desired: desired)
        tags["somebody"] = "else's"
        return LiveResource(
            id: desired.id, fields: fields(desired), tags: tags, arn: "arn:\(desired.id.region):\(desired.id.name)")
    }

    private mutating func fields(_ desired: DesiredResource) -> JSONTree {
        switch desired.id.kind {
        case .metricAlarm: metricAlarm(desired.fields)
        case .compositeAlarm: compositeAlarm(desired.fields)
        case .logGroup: logGroup(desired.fields)
        case .dashboard: saved(desired.fields)
        }
    }

    private mutating func shuffled(_ list: JSONTree?) -> JSONTree {
        .array((list?.array ?? []).shuffled(using: &random))
    }

    /// DescribeAlarms answers empty lists where nothing was put.
    private mutating func alarm(_ fields: JSONTree) -> JSONTree {
        var fields = fields
        for name in ["AlarmActions", "OKActions", "InsufficientDataActions"] { fields[name] = shuffled(fields[name]) }
        fields["ActionsEnabled"] = fields["ActionsEnabled"] ?? true
        if fields["ActionConfiguration"] == nil, random.maybe(0.2) {
            fields["ActionConfiguration"] = ["AlarmTagsPropagation": ["Enabled": false]]
        }
        return fields
    }

    private mutating func metricAlarm(_ desired: JSONTree) -> JSONTree {
        var fields = alarm(desired)
        fields["TreatMissingData"] = fields["TreatMissingData"] ?? "missing"
        if fields["DatapointsToAlarm"] == nil, random.maybe() { fields["DatapointsToAlarm"] = fields["EvaluationPeriods"] }
        if let metrics = fields["Metrics"]?.array {
            fields["Metrics"] = .array(
                metrics.map { metric in
                    var metric = metric
                    metric["ReturnData"] = metric["ReturnData"] ?? true
                    if var stat = metric["MetricStat"] {
                        var inner = stat["Metric"] ?? [:]
                        inner["Dimensions"] = shuffled(inner["Dimensions"])
                        stat["Metric"] = inner
                        metric["MetricStat"] = stat
                    }
                    return metric
                }.shuffled(using: &random))
            // Old alarms come with empty strings where another kind has a name.
            if random.maybe(0.2) { fields["Namespace"] = "" }
        } else {
            fields["Dimensions"] = shuffled(fields["Dimensions"])
            if random.maybe(0.2) { fields["Metrics"] = [] }
        }
        if fields["EvaluationWindow"] == nil, random.maybe(0.2) { fields["EvaluationWindow"] = ["SlidingWindow": [:]] }
        return fields
    }

    private mutating func compositeAlarm(_ desired: JSONTree) -> JSONTree {
        var fields = alarm(desired)
        if let rule = fields["AlarmRule"]?.string, random.maybe() {
            fields["AlarmRule"] = .string(rule.split(separator: "\n").joined(separator: " "))
        }
        return fields
    }

    private mutating func logGroup(_ desired: JSONTree) -> JSONTree {
        var fields = desired
        fields["logGroupClass"] = fields["logGroupClass"] ?? "STANDARD"
        fields["deletionProtectionEnabled"] = fields["deletionProtectionEnabled"] ?? false
        // Filters that the file leaves alone are somebody's.
        let transformation: JSONTree = ["metricName": "m", "metricNamespace": "N", "metricValue": "1"]
        let own: JSONTree = [["filterName": "own", "filterPattern": "", "metricTransformations": [transformation]]]
        if let filters = fields["metricFilters"]?.array {
            fields["metricFilters"] = .array(
                filters.map { filter in
                    var filter = filter
                    filter["applyOnTransformedLogs"] = filter["applyOnTransformedLogs"] ?? false
                    return filter
                }.shuffled(using: &random))
        } else if random.maybe() {
            fields["metricFilters"] = own
        }
        if let filters = fields["subscriptionFilters"]?.array {
            fields["subscriptionFilters"] = .array(
                filters.map { filter in
                    var filter = filter
                    filter["distribution"] = filter["distribution"] ?? "ByLogStream"
                    return filter
                }.shuffled(using: &random))
        }
        return fields
    }

    // MARK: The console

    private mutating func saved(_ body: JSONTree) -> JSONTree {
        guard random.maybe(0.8) else { return body }
        var body = body
        if body["periodOverride"] == nil, random.maybe(0.3) { body["periodOverride"] = "auto" }
        body["widgets"] = .array((body["widgets"]?.array ?? []).map { rewritten($0) }.shuffled(using: &random))
        return body
    }

    private mutating func rewritten(_ widget: JSONTree) -> JSONTree {
        var widget = widget
        widget["width"] = widget["width"] ?? 6
        widget["height"] = widget["height"] ?? 6
        guard widget["type"] == "metric", var properties = widget["properties"] else { return widget }
        for (name, value) in [("view", "timeSeries"), ("stacked", false)] as [(String, JSONTree)]
        where properties[name] == nil { properties[name] = value }
        for (name, standard) in [("stat", "Average"), ("period", 300)] as [(String, JSONTree)] {
            if random.maybe(0.4) {
                sayOfEach(name, standard, &properties)
            } else if properties[name] == nil {
                properties[name] = standard
            }
        }
        if properties["legend"] == nil, random.maybe(0.3) { properties["legend"] = ["position": "bottom"] }
        if properties["annotations"] == nil, random.maybe(0.2) { properties["annotations"] = ["horizontal": []] }
        if properties["liveData"] == nil, random.maybe(0.2) { properties["liveData"] = false }
        properties["metrics"] = .array(abbreviated(properties["metrics"]?.array ?? []))
        widget["properties"] = properties
        return widget
    }

    /// Writes the widget's value at each of its metrics, and another one at the widget.
    private mutating func sayOfEach(_ name: String, _ standard: JSONTree, _ properties: inout JSONTree) {
        guard let metrics = properties["metrics"]?.array, !metrics.isEmpty else { return }
        if name == "period", metrics.contains(where: { $0.array?.first?.object != nil }) { return }
        let value = properties[name] ?? standard
        properties["metrics"] = .array(
            metrics.map { metric in
                guard var elements = metric.array, elements.first?.object == nil else { return metric }
                var options = elements.last?.object ?? [:]
                if elements.last?.object != nil { elements.removeLast() }
                options[name] = options[name] ?? value
                return .array(elements + [.object(options)])
            })
        properties[name] = name == "stat" ? random.one(of: ["Average", "Minimum"]) : random.one(of: [300, 900])
    }

    /// `.` for what the metric before has in the same place, `...` for all of it but the last.
    private mutating func abbreviated(_ metrics: [JSONTree]) -> [JSONTree] {
        var last: [JSONTree] = []
        return metrics.map { metric in
            guard let elements = metric.array else { return metric }
            let names = elements.filter { $0.object == nil }
            let options = elements.filter { $0.object != nil }
            guard !names.isEmpty else { return metric }
            defer { last = names }
            if names.count == last.count, names.count > 2, names.dropLast() == last.dropLast(), random.maybe() {
                return .array(["...", names[names.count - 1]] + options)
            }
            guard random.maybe() else { return metric }
            return .array(
                names.enumerated().map { index, name in index < last.count && last[index] == name ? "." : name } + options)
        }
    }
}
