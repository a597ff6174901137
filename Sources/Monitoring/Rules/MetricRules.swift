import Basics

/// Whether a metric can have data: its name and dimensions against those AWS publishes, what they name against the stack.
enum MetricRules {
    /// A metric, wherever it is named.
    struct Metric {
        var namespace: String
        var name: String
        /// Nil where those of all dimensions are meant.
        var dimensions: [(name: String, value: String)]?
        /// Where each stands.
        var namespacePath: DataPath
        var namePath: DataPath
        var dimensionPaths: [DataPath]
        /// The Region whose metric it is; not always the resource's.
        var region: String
    }

    static func check(_ metric: Metric, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes) {
        guard checkNamespace(metric, index, surroundings, &notes) else { return }
        if let made = surroundings.filterMetrics[metric.region]?[metric.namespace] {
            checkName(metric, among: Set(made.keys), index, "the metric filters in log-groups/ make", &notes)
        } else if let catalog = MetricCatalog.byNamespace[metric.namespace] {
            checkName(metric, among: catalog.metrics, index, "\(metric.namespace) has", &notes)
            guard let dimensions = metric.dimensions else { return }
            checkDimensions(metric, dimensions, catalog, index, &notes)
            StackReferences.check(metric, dimensions, index, surroundings, &notes)
        }
    }

    /// Whether it is worth looking further.
    private static func checkNamespace(
        _ metric: Metric, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) -> Bool {
        let name = metric.namespace
        guard !name.hasPrefix(":") else {
            notes.note(.malformedName, index, metric.namespacePath, "a namespace cannot begin with a colon")
            return false
        }
        let made = surroundings.filterMetrics[metric.region].map { Array($0.keys) } ?? []
        let own = made + MetricCatalog.ours
        if MetricNamespaces.set.contains(name) || own.contains(name) { return true }
        // Namespaces of one's own may have any name; what is near one that is known is a slip.
        let known = MetricNamespaces.all + own
        let isAWS = name.lowercased().hasPrefix("aws/")
        guard let near = closestMatch(to: name, among: known), isAWS || near.count > 8 && slip(name, near) else {
            if isAWS {
                notes.note(
                    .unknownMetric, index, metric.namespacePath, "unknown namespace `\(name)`",
                    "no service of AWS is known to write to it", severity: .warning)
            }
            return true
        }
        notes.note(.unknownMetric, index, metric.namespacePath, "unknown namespace `\(name)`", "did you mean \(near)?")
        return false
    }

    /// Whether only the case of letters, or one of them, differs: names of one's own are often alike.
    private static func slip(_ name: String, _ near: String) -> Bool {
        name.lowercased() == near.lowercased() || abs(name.count - near.count) == 1
    }

    private static func checkName(
        _ metric: Metric, among known: Set<String>, _ index: Int, _ what: String, _ notes: inout RuleNotes
    ) {
        guard !known.contains(metric.name) else { return }
        if let near = closestMatch(to: metric.name, among: known) {
            notes.note(
                .unknownMetric, index, metric.namePath, "\(what) no metric `\(metric.name)`", "did you mean \(near)?")
        } else {
            notes.note(
                .unknownMetric, index, metric.namePath, "\(what) no metric `\(metric.name)` that is known",
                "look for it with: aws cloudwatch list-metrics --namespace \(metric.namespace)", severity: .warning)
        }
    }

    private static func checkDimensions(
        _ metric: Metric, _ dimensions: [(name: String, value: String)], _ catalog: MetricCatalog, _ index: Int,
        _ notes: inout RuleNotes
    ) {
        let known = catalog.dimensionNames
        var isKnown = true
        for (dimension, path) in zip(dimensions, metric.dimensionPaths) where !known.contains(dimension.name) {
            isKnown = false
            let near = closestMatch(to: dimension.name, among: known)
            notes.note(
                .unknownDimension, index, path, "\(metric.namespace) has no dimension `\(dimension.name)`",
                near.map { "did you mean \($0)?" } ?? "it has \(known.sorted().joined(separator: ", "))",
                severity: near == nil ? .warning : .error)
        }
        let names = Set(dimensions.map(\.name))
        guard isKnown, !catalog.dimensions.contains(names) else { return }
        let sets = catalog.dimensions.filter { !$0.isEmpty }.map { $0.sorted().joined(separator: "+") }
        notes.note(
            .unknownDimension, index, metric.dimensionPaths.first ?? metric.namePath,
            names.isEmpty
                ? "\(metric.namespace) publishes \(metric.name) with dimensions only"
                : "\(metric.namespace) publishes nothing under \(names.sorted().joined(separator: "+"))",
            "it has \(sets.joined(separator: ", "))", severity: .warning)
    }
}

/// Dimensions that should name a part of the stack.
enum StackReferences {
    /// By namespace and dimension: the parts it may name, and what they are called.
    private static let parts: [String: [String: (names: [String], what: String)]] = [
        "AWS/Lambda": ["FunctionName": (["function"], "function")],
        "AWS/Events": ["RuleName": (["rule"], "rule"), "EventBusName": (["bus"], "bus")],
        "AWS/SQS": ["QueueName": (["deadLetterQueue", "failureQueue"], "queue")],
        "TaskOps/Canary": ["Stack": (["stack"], "stack"), "Region": (["region"], "Region")],
        "AWS/AuroraDSQL": ["ClusterId": (["clusterId"], "cluster"), "ResourceId": (["clusterId"], "cluster")],
    ]

    static func check(
        _ metric: MetricRules.Metric, _ dimensions: [(name: String, value: String)], _ index: Int,
        _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        guard surroundings.regions.contains(metric.region) else { return }
        for (dimension, path) in zip(dimensions, metric.dimensionPaths) {
            if metric.namespace == "AWS/Logs", dimension.name == "LogGroupName" {
                LogGroupReferences.check(dimension.value, in: metric.region, index, path, surroundings, &notes)
            }
            guard let part = parts[metric.namespace]?[dimension.name] else { continue }
            let own = part.names.compactMap { surroundings.part($0, in: metric.region) }
            if own.contains(dimension.value) { continue }
            let variable = part.names.map { "${\($0)}" }.joined(separator: " or ")
            if let home = surroundings.home(of: dimension.value, as: part.names, besides: metric.region) {
                notes.note(
                    .foreignResource, index, path, "the \(part.what) \(dimension.value) is \(home)'s, not \(metric.region)'s",
                    "write \(variable)")
            } else if let near = closestMatch(to: dimension.value, among: own) {
                notes.note(
                    .foreignResource, index, path, "the stack has no \(part.what) \(dimension.value) in \(metric.region)",
                    "did you mean \(near)? write \(variable)")
            } else {
                notes.note(
                    .foreignResource, index, path, "\(dimension.value) is no \(part.what) of this stack",
                    "write \(variable), if the stack's own is meant", severity: .warning)
            }
        }
        checkBus(metric, dimensions, index, surroundings, &notes)
    }

    /// A rule on a bus of one's own is measured under both names; under its own alone stands the default bus's rule
    /// (EventBridge user guide, "Monitoring").
    private static func checkBus(
        _ metric: MetricRules.Metric, _ dimensions: [(name: String, value: String)], _ index: Int,
        _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        guard metric.namespace == "AWS/Events", dimensions.map(\.name) == ["RuleName"],
            let bus = surroundings.part("bus", in: metric.region), bus != "default",
            dimensions[0].value == surroundings.part("rule", in: metric.region)
        else { return }
        notes.note(
            .unknownDimension, index, metric.dimensionPaths[0],
            "the metrics of a rule on a custom bus stand under EventBusName and RuleName",
            "add the dimension EventBusName with ${bus}")
    }
}
