import Basics

/// A metric math expression or a Metrics Insights query, wherever it stands.
enum ExpressionRules {
    /// - Parameter mustBeOneSeries: it is what an alarm watches.
    /// - Returns: the ids the expression names.
    @discardableResult
    static func check(
        _ text: String, in scope: MathScope, mustBeOneSeries: Bool, _ region: String, _ index: Int, _ path: DataPath,
        _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) -> Set<String> {
        if MetricsInsights.isOne(text) {
            do throws(LanguageError) {
                check(try MetricsInsights(text), region, index, path, surroundings, &notes)
            } catch {
                note(.metricsInsights, error, index, path, &notes)
            }
            return []
        }
        var names: Set<String> = []
        do throws(LanguageError) {
            let math = try MetricMath(text, in: scope)
            names = math.names
            for search in math.searches {
                try check(search.text, search.offset, region, index, path, surroundings, &notes)
            }
            if scope.isAlarm, math.functions.contains("SEARCH") {
                throw LanguageError(
                    "an alarm takes no SEARCH", hint: "it may give many series: name the metrics, or use a SELECT query", at: 0)
            }
            switch math.worth {
            case .number:
                throw LanguageError(
                    "the expression gives one number, and a series is due", hint: "such as TIME_SERIES(…), or without SUM or AVG",
                    at: 0
                )
            case .several where mustBeOneSeries:
                throw LanguageError(
                    "the expression gives several series, and an alarm watches one", hint: "such as SUM(…) or FIRST(…) of them",
                    at: 0)
            default: break
            }
        } catch {
            note(.metricMath, error, index, path, &notes)
        }
        return names
    }

    /// Expressions that are made of themselves, by way of others or not.
    static func checkCircles(
        _ expressions: [(id: String, names: Set<String>, path: DataPath)], _ index: Int, _ notes: inout RuleNotes
    ) {
        let names = Dictionary(expressions.map { ($0.id, $0.names) }) { first, _ in first }
        var said: Set<String> = []
        for expression in expressions where !said.contains(expression.id) {
            guard let circle = Circle.through(expression.id, { names[$0].map { $0.sorted() } ?? [] }) else { continue }
            said.formUnion(circle)
            notes.note(
                .metricMath, index, expression.path,
                "`\(expression.id)` is made of itself: \((circle + [expression.id]).joined(separator: " → "))", "break the circle"
            )
        }
    }

    private static func note(
        _ rule: FindingRule, _ error: LanguageError, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes
    ) {
        let place = error.offset > 0 ? " (letter \(error.offset + 1) of the expression)" : ""
        notes.note(rule, index, path, error.summary + place, error.hint)
    }

    private static func check(
        _ query: MetricsInsights, _ region: String, _ index: Int, _ path: DataPath, _ surroundings: Surroundings,
        _ notes: inout RuleNotes
    ) {
        checkName(query.metric, query.namespace, region, index, path, surroundings, &notes)
    }

    private static func check(
        _ search: String, _ offset: Int, _ region: String, _ index: Int, _ path: DataPath, _ surroundings: Surroundings,
        _ notes: inout RuleNotes
    ) throws(LanguageError) {
        do throws(LanguageError) {
            let search = try SearchExpression(search)
            guard let namespace = search.namespace else { return }
            for metric in search.metricNames {
                checkName(metric.name, namespace, region, index, path, surroundings, &notes)
            }
        } catch {
            note(
                .searchExpression, LanguageError(error.summary, hint: error.hint, at: error.offset + offset), index, path, &notes)
        }
    }

    /// The names alone: the metrics of all dimensions are meant.
    private static func checkName(
        _ name: String, _ namespace: String, _ region: String, _ index: Int, _ path: DataPath,
        _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        MetricRules.check(
            .init(
                namespace: namespace, name: name, dimensions: nil, namespacePath: path, namePath: path, dimensionPaths: [],
                region: region),
            index, surroundings, &notes)
    }
}
