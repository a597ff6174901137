import Basics
import TaskSystem

/// The array `metrics` of a metric widget: `["AWS/Lambda", "Errors", "FunctionName", "name", {…}]`, with `.` and `...` for
/// what the metric before says, and expressions `[{"expression": …}]`.
struct MetricsArrayRules {
    let shape: DashboardShape
    let index: Int
    let surroundings: Surroundings
    /// The widget's.
    let region: String

    private static let options: [DashboardShape.Member] = [
        .init("id"), .init("label", .anyText), .init("region", .oneOf(AWSRegions.all)), .init("stat"), .init("period"),
        .init("color"), .init("yAxis", .oneOf(["left", "right"])), .init("visible", .boolean), .init("accountId", .anyText),
        .init("expression", .text(1...10_000)), .init("searchPeriod"), .init("dataSource"),
    ]

    func check(_ metrics: JSONTree, _ path: DataPath, _ notes: inout RuleNotes) -> Int {
        guard let items = metrics.array else {
            notes.note(.metricsArray, index, path, "metrics must be a list of lists", "[[\"AWS/Lambda\", \"Errors\", …]]")
            return 0
        }
        if items.first?.string != nil {
            // AWS's documentation has an example like this, beside the words "array of arrays".
            notes.note(
                .metricsArray, index, path, "metrics must be a list of lists", "put another pair of brackets around it",
                severity: .warning)
            return 1
        }
        if items.count > 500 {
            notes.note(
                .outOfRange, index, path / 500, "a widget takes 500 metrics, and this has \(items.count)", "make two of it")
        }
        let scope = MathScope(ids: ids(items, path, &notes))
        // Nil behind a metric that is wrong: what its shorthand would stand for is nobody's guess.
        var before: [String]? = []
        var queries = 0
        var expressions: [(id: String, names: Set<String>, path: DataPath)] = []
        for (number, item) in items.enumerated() {
            let place = path / number
            guard let parts = item.array else {
                notes.note(.metricsArray, index, place, "a metric must be a list", "[\"AWS/Lambda\", \"Errors\", …]")
                continue
            }
            let options = parts.last?.object == nil ? nil : parts.last
            if let options { checkOptions(options, place / (parts.count - 1), &notes) }
            let region = options?["region"]?.string ?? region
            if let expression = options?["expression"]?.string {
                let here = place / (parts.count - 1) / "expression"
                let names = ExpressionRules.check(
                    expression, in: scope, mustBeOneSeries: false, region, index, here, surroundings, &notes)
                if let id = options?["id"]?.string { expressions.append((id, names, here)) }
                if MetricsInsights.isOne(expression) { queries += 1 }
                if queries == 2, MetricsInsights.isOne(expression) {
                    notes.note(
                        .metricsArray, index, place, "a widget takes one SELECT query, and this is the second",
                        "make two widgets of it")
                }
                if parts.count > 1 {
                    notes.note(.metricsArray, index, place, "an expression stands alone in its list", "[{\"expression\": …}]")
                }
                continue
            }
            let words = options == nil ? parts : parts.dropLast()
            let usesShorthand = words.contains { $0.string == "." || $0.string == "..." }
            if usesShorthand, before == nil { continue }
            before = expanded(Array(words), before ?? [], place, &notes).flatMap { whole in
                check(whole, parts.count, region, place, &notes) ? whole : nil
            }
        }
        ExpressionRules.checkCircles(expressions, index, &notes)
        return items.count
    }

    // MARK: - Options

    private func ids(_ items: [JSONTree], _ path: DataPath, _ notes: inout RuleNotes) -> [String: MathScope.Meaning] {
        var ids: [String: MathScope.Meaning] = [:]
        for (number, item) in items.enumerated() {
            guard let parts = item.array, let options = parts.last, let id = options["id"]?.string else { continue }
            let place = path / number / (parts.count - 1) / "id"
            if !MetricQueryRules.isID(id) {
                notes.note(.malformedName, index, place, "`\(id)` is no id", "a lower-case letter, then letters, digits and _")
            }
            let meaning = options["expression"]?.string.map(MathScope.Meaning.expression) ?? .metric
            if ids.updateValue(meaning, forKey: id) != nil {
                notes.note(.duplicateID, index, place, "the id `\(id)` is given twice in the widget", "ids tell metrics apart")
            }
        }
        return ids
    }

    private func checkOptions(_ options: JSONTree, _ path: DataPath, _ notes: inout RuleNotes) {
        shape.check(options, Self.options, path, "a metric's options", &notes)
        if let color = options["color"] { Self.checkColor(color, index, path / "color", &notes) }
        if let stat = options["stat"]?.string { MetricWidgetRules.checkStat(stat, index, path / "stat", &notes) }
        if let period = options["period"] {
            if let number = period.number {
                MetricWidgetRules.checkPeriod(number, index, path / "period", &notes)
            } else {
                notes.note(.wrongType, index, path / "period", "period must be a number", "seconds, without quotes")
            }
        }
    }

    /// `#rrggbb`; the documentation has `#aaa` too.
    static func checkColor(_ color: JSONTree, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        if let text = color.string, text.first == "#", [4, 7].contains(text.count), text.dropFirst().allSatisfy(\.isHexDigit) {
            return
        }
        notes.note(.dashboardBody, index, path, "a colour is # and six hexadecimal digits", "such as \"#d62728\"")
    }

    // MARK: - Shorthand

    /// The metric's words with what `.` and `...` stand for; nil where they stand for nothing.
    private func expanded(
        _ parts: [JSONTree], _ before: [String], _ path: DataPath, _ notes: inout RuleNotes
    ) -> [String]? {
        var words: [String] = []
        for (number, part) in parts.enumerated() {
            guard let word = part.string else {
                notes.note(
                    .metricsArray, index, path / number, "the words of a metric are text, and its options stand last",
                    "put it in quotes")
                return nil
            }
            switch word {
            case "...":
                let kept = before.count - (parts.count - number - 1) - words.count
                guard !before.isEmpty, kept >= 0 else {
                    notes.note(
                        .metricsArray, index, path / number, "`...` stands for the metric before, and there is none like it",
                        "write the metric out")
                    return nil
                }
                words += before[words.count..<(words.count + kept)]
            case ".":
                guard words.count < before.count else {
                    notes.note(
                        .metricsArray, index, path / number,
                        before.isEmpty
                            ? "`.` stands for the metric before, and this is the first"
                            : "`.` stands for the same word of the metric before, which has only \(before.count)",
                        "write the word out")
                    return nil
                }
                words.append(before[words.count])
            default: words.append(word)
            }
        }
        return words
    }

    /// - Returns: whether it is a metric at all.
    private func check(
        _ words: [String], _ count: Int, _ region: String, _ path: DataPath, _ notes: inout RuleNotes
    ) -> Bool {
        guard words.count >= 2 else {
            notes.note(
                .metricsArray, index, path, "a metric has a namespace and a name, and this has \(words.count) of them",
                "[\"AWS/Lambda\", \"Errors\", …]")
            return false
        }
        guard words.count.isMultiple(of: 2) else {
            notes.note(
                .metricsArray, index, path, "the dimension \(words.last ?? "") has no value", "each name is followed by its value"
            )
            return false
        }
        guard words.count <= 62 else {
            notes.note(.metricsArray, index, path, "a metric takes 30 dimensions, and this has \((words.count - 2) / 2)")
            return false
        }
        var dimensions: [(name: String, value: String)] = []
        var paths: [DataPath] = []
        for number in stride(from: 2, to: words.count, by: 2) {
            dimensions.append((words[number], words[number + 1]))
            // Behind shorthand the words do not stand where they count.
            paths.append(words.count + 1 >= count && number + 1 < count ? path / (number + 1) : path)
        }
        MetricRules.check(
            .init(
                namespace: words[0], name: words[1], dimensions: dimensions, namespacePath: path / 0,
                namePath: count > 1 ? path / 1 : path, dimensionPaths: paths, region: region),
            index, surroundings, &notes)
        return true
    }
}
