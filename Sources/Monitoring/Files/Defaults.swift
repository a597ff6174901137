import Basics
import YAML

/// What `defaults` lay under an entry of a list.
enum Defaults {
    /// Members of PutMetricAlarm that cannot stand beside `Metrics`.
    static let ofOneMetric: Set<String> = [
        "Namespace", "MetricName", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic",
    ]
    /// And those that cannot stand beside `EvaluationCriteria`.
    static let ofEvaluation: Set<String> = ofOneMetric.union([
        "Metrics", "Threshold", "ComparisonOperator", "ThresholdMetricId", "EvaluationPeriods", "DatapointsToAlarm",
    ])

    /// The entry's members, then the defaults that it does not give itself. Tags are merged by their key. A default that
    /// AWS forbids beside what the entry says is left out: the entry's word is the one that counts.
    static func laid(_ defaults: [YAMLNode.Pair], under entry: [YAMLNode.Pair]) -> [YAMLNode.Pair] {
        guard !defaults.isEmpty else { return entry }
        var result = entry
        let given = Set(entry.map(\.key.anyText))
        let left = leftOut(beside: given)
        for pair in defaults {
            let name = pair.key.anyText
            if left.contains(name) { continue }
            guard given.contains(name) else {
                result.append(pair)
                continue
            }
            guard name == "Tags" || name == "tags", let index = result.firstIndex(where: { $0.key.anyText == name }) else {
                continue
            }
            result[index].value = merged(result[index].value, over: pair.value)
        }
        return result
    }

    private static func leftOut(beside given: Set<String>) -> Set<String> {
        var left: Set<String> = []
        if given.contains("AlarmRule") {
            left = Set(AlarmFields.metricAlarm.map(\.name)).subtracting(AlarmFields.compositeAlarm.map(\.name))
        }
        if given.contains("Metrics") { left.formUnion(ofOneMetric) }
        if !given.isDisjoint(with: ofOneMetric) { left.insert("Metrics") }
        if given.contains("EvaluationCriteria") { left.formUnion(ofEvaluation) }
        if given.contains("Statistic") { left.insert("ExtendedStatistic") }
        if given.contains("ExtendedStatistic") { left.insert("Statistic") }
        if given.contains("Threshold") { left.insert("ThresholdMetricId") }
        if given.contains("ThresholdMetricId") { left.insert("Threshold") }
        return left
    }

    private static func merged(_ own: YAMLNode, over defaults: YAMLNode) -> YAMLNode {
        switch (own, defaults) {
        case (.mapping(let pairs, let mark), .mapping(let more, _)):
            let given = Set(pairs.map(\.key.anyText))
            return .mapping(pairs + more.filter { !given.contains($0.key.anyText) }, mark)
        case (.sequence(let items, let mark), .sequence(let more, _)):
            let given = Set(items.compactMap(tagKey))
            return .sequence(items + more.filter { tagKey($0).map { !given.contains($0) } ?? true }, mark)
        default: return own
        }
    }

    private static func tagKey(_ node: YAMLNode) -> String? {
        guard case .mapping(let pairs, _) = node else { return nil }
        return pairs.first { $0.key.anyText == "Key" }?.value.text
    }
}
