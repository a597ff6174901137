import Basics

/// The items of an alarm's `Metrics`.
///
/// Source: botocore's model, MetricDataQuery; CloudWatch quotas: ten metrics in an alarm on an expression.
enum MetricQueryRules {
    static func check(
        _ queries: [JSONTree], _ alarm: DesiredResource, _ index: Int, _ surroundings: Surroundings,
        _ notes: inout RuleNotes
    ) {
        let path = DataPath() / "Metrics"
        var ids: [String: MathScope.Meaning] = [:]
        var metrics = 0
        for (number, query) in queries.enumerated() {
            let place = path / number
            checkShape(query, index, place, &notes)
            if query["MetricStat"] != nil {
                metrics += 1
                if metrics == 11 {
                    notes.note(
                        .outOfRange, index, place, "an alarm on an expression takes at most ten metrics", "this is the eleventh")
                }
                checkStat(query["MetricStat"], alarm.id.region, index, place / "MetricStat", surroundings, &notes)
            }
            if let period = query["Period"]?.number { PeriodRules.check(period, index, place / "Period", &notes) }
            guard let id = query["Id"]?.string else { continue }
            checkID(id, index, place / "Id", &notes)
            let meaning = query["Expression"]?.string.map(MathScope.Meaning.expression) ?? .metric
            if ids.updateValue(meaning, forKey: id) != nil {
                notes.note(.duplicateID, index, place / "Id", "the id `\(id)` is given twice", "ids tell items apart")
            }
        }
        checkExpressions(queries, ids, alarm, index, path, surroundings, &notes)
        checkReturn(queries, band: alarm.fields["ThresholdMetricId"]?.string, index, path, &notes)
    }

    /// Lower-case letter first, then letters, digits and `_`.
    static func isID(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first) else { return false }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    private static func checkID(_ id: String, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        guard !isID(id) else { return }
        notes.note(
            .malformedName, index, path, "`\(id)` is no id: a lower-case letter, then letters, digits and _",
            "such as \(id.prefix(1).lowercased().filter(\.isLetter).isEmpty ? "m1" : String(id.prefix(1).lowercased() + id.dropFirst().filter { $0.isLetter || $0.isNumber || $0 == "_" }))"
        )
    }

    private static func checkShape(_ query: JSONTree, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        switch (query["MetricStat"] != nil, query["Expression"] != nil) {
        case (true, true):
            notes.note(
                .exclusiveMembers, index, path / "Expression", "Expression and MetricStat exclude each other",
                "make two items of it", ofKey: true)
        case (false, false):
            notes.note(.missingMember, index, path, "the item has neither MetricStat nor Expression", "give it one of them")
        default: break
        }
        if query["MetricStat"] != nil, query["Period"] != nil {
            notes.note(
                .exclusiveMembers, index, path / "Period", "Period belongs into MetricStat", "move it there", ofKey: true)
        }
        if let account = query["AccountId"]?.string, !ResourceName.isAccount(account) {
            notes.note(.malformedARN, index, path / "AccountId", "`\(account)` is no account", "it has twelve digits")
        }
    }

    private static func checkStat(
        _ stat: JSONTree?, _ region: String, _ index: Int, _ path: DataPath, _ surroundings: Surroundings,
        _ notes: inout RuleNotes
    ) {
        guard let stat else { return }
        if let name = stat["Stat"]?.string, !Statistic.isAny(name) {
            let near = closestMatch(to: name, among: Statistic.plain).map { "did you mean \($0)?" }
            notes.note(.statistic, index, path / "Stat", "`\(name)` is no statistic", near ?? Statistic.hint)
        }
        if let period = stat["Period"]?.number { PeriodRules.check(period, index, path / "Period", &notes) }
        let metric = stat["Metric"] ?? [:]
        for member in ["Namespace", "MetricName"] where metric[member] == nil {
            notes.note(.missingMember, index, path / "Metric", "\(member) is missing", "a metric needs both its names")
        }
        guard let namespace = metric["Namespace"]?.string, let name = metric["MetricName"]?.string else { return }
        checkMetric(
            namespace: namespace, name: name, dimensions: metric["Dimensions"], at: path / "Metric", region, index,
            surroundings, &notes)
    }

    /// - Parameter dimensions: a list of `Name` and `Value`.
    static func checkMetric(
        namespace: String, name: String, dimensions: JSONTree?, at path: DataPath, _ region: String, _ index: Int,
        _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        var pairs: [(name: String, value: String)] = []
        var paths: [DataPath] = []
        for (number, dimension) in (dimensions?.array ?? []).enumerated() {
            guard let name = dimension["Name"]?.string, let value = dimension["Value"]?.string else { continue }
            let place = path / "Dimensions" / number
            checkDimension(name, value, isSecond: pairs.contains { $0.name == name }, index, place, &notes)
            pairs.append((name, value))
            paths.append(place)
        }
        MetricRules.check(
            .init(
                namespace: namespace, name: name, dimensions: pairs, namespacePath: path / "Namespace",
                namePath: path / "MetricName", dimensionPaths: paths, region: region),
            index, surroundings, &notes)
    }

    /// botocore's model, Dimension: ASCII, not blank, no control characters, the name not beginning with a colon.
    private static func checkDimension(
        _ name: String, _ value: String, isSecond: Bool, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes
    ) {
        if isSecond {
            notes.note(.duplicateName, index, path, "the dimension \(name) is given twice", "a metric has each once")
        }
        for (member, text) in [("Name", name), ("Value", value)] {
            let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && text.contains { !$0.isWhitespace }
            if !isPlain || member == "Name" && text.hasPrefix(":") {
                notes.note(
                    .malformedName, index, path / member, "a dimension's \(member.lowercased()) is ASCII text",
                    "no other letters, no line ends, no colon at a name's beginning")
            }
        }
    }

    private static func checkExpressions(
        _ queries: [JSONTree], _ ids: [String: MathScope.Meaning], _ alarm: DesiredResource, _ index: Int,
        _ path: DataPath, _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        let scope = MathScope(ids: ids, isAlarm: true)
        var expressions: [(id: String, names: Set<String>, path: DataPath)] = []
        for (number, query) in queries.enumerated() {
            guard let text = query["Expression"]?.string else { continue }
            let returns = query["ReturnData"]?.bool ?? true
            let isBand = query["Id"]?.string == alarm.fields["ThresholdMetricId"]?.string
            let names = ExpressionRules.check(
                text, in: scope, mustBeOneSeries: returns && !isBand, alarm.id.region, index,
                path / number / "Expression", surroundings, &notes)
            if let id = query["Id"]?.string { expressions.append((id, names, path / number / "Expression")) }
        }
        ExpressionRules.checkCircles(expressions, index, &notes)
    }

    /// Exactly one item is what the alarm watches; the band of an anomaly alarm may return its data too.
    private static func checkReturn(
        _ queries: [JSONTree], band: String?, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes
    ) {
        let returning = queries.enumerated().filter { _, query in
            (query["ReturnData"]?.bool ?? true) && (band == nil || query["Id"]?.string != band)
        }
        if returning.isEmpty, !queries.isEmpty {
            notes.note(
                .returnData, index, path, "no item returns data", "set ReturnData: true on the one that the alarm watches",
                ofKey: true)
        }
        if returning.count > 1 {
            let names = returning.map { $0.element["Id"]?.string ?? "?" }.joined(separator: ", ")
            notes.note(
                .returnData, index, path / returning[1].offset, "\(returning.count) items return data: \(names)",
                "set ReturnData: false on all but the one that the alarm watches")
        }
    }
}
