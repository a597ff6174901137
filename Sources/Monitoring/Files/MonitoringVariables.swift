package import Basics
package import TaskSystem

/// What `${name}` stands for in the files, Region by Region.
///
/// Built in is what taskops.yaml says of the stack; `variables:` there adds to it. `${REGION.name}` is the value of
/// another Region, `${regions.0}` the name of the stack's first Region, `${regions.0.name}` that Region's value.
package struct MonitoringVariables: Sendable, Hashable {
    /// The stack's Regions, in the order of taskops.yaml.
    package let regions: [String]
    private var values: [String: [String: String]] = [:]

    /// Every name that may have a value in every stack.
    package static let builtIn = StackVariables.builtIn

    /// - Parameters:
    ///   - account: twelve digits.
    ///   - clusters: the ids of the Regions' clusters; only those that taskops.yaml names by a tag are needed.
    package init(stack: TaskStack, account: String, clusters: [String: String] = [:]) throws(Problem) {
        regions = stack.regions.map(\.region)
        for regional in stack.regions {
            var own = StackVariables.values(of: regional, in: stack)
            own["account"] = account
            if let id = clusters[regional.region] { own["clusterId"] = id }
            values[regional.region] = own
        }
        let builtIn = self
        for regional in stack.regions {
            for (name, text) in regional.variables {
                do throws(VariableText.Flaw) {
                    let value = try VariableText.filled(text) { builtIn.value(of: $0, in: regional.region) }
                    values[regional.region]?[name] = value
                } catch {
                    // taskops.yaml was held against the names there are; what is left is a value this stack lacks.
                    let words = builtIn.words(for: error, in: regional.region)
                    throw Problem(
                        .configuration, "the variable \(name) of \(regional.region): \(words.summary)", hint: words.hint)
                }
            }
        }
    }

    /// What stands for the account, and for clusters named by a tag, where nobody is asked.
    package static let standInAccount = "000000000000"
    package static let standInCluster = String(repeating: "0", count: ClusterID.length)

    /// Variables for looking at files without asking AWS.
    package static func withoutAsking(_ stack: TaskStack) throws(Problem) -> MonitoringVariables {
        try MonitoringVariables(
            stack: stack, account: standInAccount,
            clusters: Dictionary(
                stack.regions.filter { if case .tag = $0.cluster { true } else { false } }
                    .map { ($0.region, standInCluster) }
            ) { first, _ in first })
    }

    /// The value of a name as it stands between the braces; nil where there is none.
    package func value(of name: String, in region: String) -> String? {
        StackVariables.value(of: name, in: region, regions: regions, values)
    }

    /// All names with a value in the Region.
    package func names(in region: String) -> [String] { values[region].map { $0.keys.sorted() } ?? [] }

    /// The text with everything filled in for the Region; CloudWatch's dynamic labels stay.
    package func filled(_ text: String, in region: String) throws(VariableText.Flaw) -> String {
        try VariableText.filled(text, keeping: DynamicLabel.isOne) { value(of: $0, in: region) }
    }

    /// What to say of text that cannot be filled in.
    func words(for flaw: VariableText.Flaw, in region: String) -> (summary: String, hint: String) {
        switch flaw {
        case .unclosed: return ("a ${ without its }", "write ${name}, or $${ for the two letters themselves")
        case .unknown(let name):
            if Self.builtIn.contains(name) {
                return ("${\(name)}: taskops.yaml names no \(name) in \(region)", "add \(name) to taskops.yaml, or take it out")
            }
            if name.first?.isUppercase == true {
                let near = closestMatch(to: name, among: DynamicLabel.names).map { "did you mean ${\($0)}?" }
                return ("${\(name)} is no dynamic label of CloudWatch", near ?? "there are: \(DynamicLabel.list)")
            }
            let near = closestMatch(to: name, among: names(in: region)).map { "did you mean ${\($0)}?" }
            return (
                "unknown variable ${\(name)}",
                near ?? "there are: \(names(in: region).joined(separator: ", ")); others go under variables: in taskops.yaml"
            )
        }
    }
}

/// CloudWatch's own `${…}`, which its graphs fill in.
///
/// Source: CloudWatch user guide, "Using dynamic labels".
enum DynamicLabel {
    static let names = [
        "AVG", "DATAPOINT_COUNT", "FIRST", "FIRST_LAST_RANGE", "FIRST_LAST_TIME_RANGE", "FIRST_TIME",
        "FIRST_TIME_RELATIVE", "LABEL", "LAST", "LAST_TIME", "LAST_TIME_RELATIVE", "MAX", "MAX_TIME",
        "MAX_TIME_RELATIVE", "MIN", "MIN_MAX_RANGE", "MIN_MAX_TIME_RANGE", "MIN_TIME", "MIN_TIME_RELATIVE", "SUM",
    ]
    static let list = names.joined(separator: ", ") + ", PROP('…')"
    private static let properties: Set<String> = [
        "AccountId", "AccountLabel", "MetricName", "Namespace", "Period", "Region", "Stat",
    ]

    static func isOne(_ name: String) -> Bool {
        if names.contains(name) { return true }
        guard name.hasPrefix("PROP('"), name.hasSuffix("')") else { return false }
        let property = name.dropFirst(6).dropLast(2)
        return properties.contains(String(property)) || property.hasPrefix("Dim.") && property.count > 4
    }
}
