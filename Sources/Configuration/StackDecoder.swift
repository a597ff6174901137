import Basics
import TaskSystem
import YAML

/// Turns the nodes of `taskops.yaml` into a ``TaskStack``: defaults first, each Region's own words over them.
struct StackDecoder {
    private var reader: YAMLReader
    private let folder: String
    /// By Region and name, for saying where a value is wrong.
    private var variableNodes: [String: [String: YAMLNode]] = [:]

    private static let regionKeys = [
        "cluster", "bus", "rule", "function", "deadLetterQueue", "failureQueue", "databaseRole", "connection", "endpointUrl",
        "variables",
    ]

    init(file: String) {
        reader = YAMLReader(file: file)
        folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    }

    /// - Throws: ``Problems`` when anything at all is wrong.
    mutating func stack(_ root: YAMLNode) throws -> TaskStack {
        let top = reader.mapping(
            root, "the file", allowing: ["stack", "environment", "defaults", "variables", "regions", "canary"])
        let name = stackName(top["stack"], of: root)
        let environment = top["environment"].flatMap { reader.text($0, "environment") } ?? "dev"
        let defaults = reader.mapping(
            top["defaults"], "defaults", allowing: Self.regionKeys.filter { $0 != "cluster" && $0 != "variables" })
        let variables = variables(top["variables"], "variables")
        let regions = regions(top["regions"], of: root, defaults: defaults, variables: variables)
        let canary = canary(top["canary"])
        let stack = TaskStack(name: name, environment: environment, regions: regions, canary: canary)
        // What a value may name is known only when everything else is.
        if reader.problems.isEmpty { checkVariables(of: stack) }
        guard reader.problems.isEmpty else { throw Problems(reader.problems) }
        return stack
    }

    private mutating func stackName(_ node: YAMLNode?, of root: YAMLNode) -> String {
        guard let name = reader.required(node, "stack", of: root) else { return "" }
        if !TaskStack.isWellFormed(name: name) {
            reader.note("stack must be at most 64 letters, digits, - and _: `\(name)`", at: node)
        }
        return name
    }

    private mutating func regions(
        _ node: YAMLNode?, of root: YAMLNode, defaults: [String: YAMLNode], variables: [String: YAMLNode]
    ) -> [RegionalStack] {
        guard let node, case .mapping(let pairs, _) = node else {
            reader.note("regions is missing: a mapping of Region to what stands there", at: node ?? root)
            return []
        }
        if pairs.isEmpty { reader.note("regions names no Region", at: node) }
        var seen: Set<String> = []
        return pairs.compactMap { pair in
            let (key, value) = (pair.key, pair.value)
            guard let region = reader.text(key, "a Region's name") else { return nil }
            guard AWSRegions.all.contains(region) else {
                let near = closestMatch(to: region, among: AWSRegions.all).map { "did you mean `\($0)`?" }
                reader.note("unknown Region `\(region)`", at: key, hint: near ?? "the form is us-east-1")
                return nil
            }
            if !seen.insert(region).inserted { reader.note("\(region) is given twice", at: key) }
            return regionalStack(region, value, key: key, defaults: defaults, variables: variables)
        }
    }

    private mutating func regionalStack(
        _ region: String, _ node: YAMLNode, key: YAMLNode, defaults: [String: YAMLNode], variables: [String: YAMLNode]
    ) -> RegionalStack? {
        let place = "regions.\(region)"
        let own = reader.mapping(node, place, allowing: Self.regionKeys)
        let values = defaults.merging(own) { _, own in own }
        let cluster = cluster(own["cluster"], place, key: key)
        let bus = reader.required(values["bus"], "\(place).bus", of: key)
        let rule = reader.required(values["rule"], "\(place).rule", of: key)
        let function = reader.required(values["function"], "\(place).function", of: key)
        let deadLetterQueue = values["deadLetterQueue"].flatMap { reader.text($0, "\(place).deadLetterQueue") }
        let failureQueue = values["failureQueue"].flatMap { reader.text($0, "\(place).failureQueue") }
        let role = values["databaseRole"].flatMap { reader.text($0, "\(place).databaseRole") } ?? "taskops"
        let connection = connection(values["connection"], "\(place).connection")
        let endpointURL = values["endpointUrl"].flatMap { reader.text($0, "\(place).endpointUrl") }
        if let endpointURL, !endpointURL.hasPrefix("https://"), !endpointURL.hasPrefix("http://") {
            reader.note("\(place).endpointUrl must begin with https:// or http://", at: values["endpointUrl"])
        }
        let variables = variables.merging(self.variables(own["variables"], "\(place).variables")) { _, own in own }
        guard let cluster, let bus, let rule, let function else { return nil }
        variableNodes[region] = variables
        return RegionalStack(
            region: region, cluster: cluster, bus: bus, rule: rule, function: function, deadLetterQueue: deadLetterQueue,
            failureQueue: failureQueue, databaseRole: role, connection: connection, endpointURL: endpointURL,
            variables: variables.compactMapValues(\.text))
    }

    // MARK: - Variables

    private mutating func variables(_ node: YAMLNode?, _ place: String) -> [String: YAMLNode] {
        guard case .mapping(let pairs, _)? = node else { return reader.mapping(node, place, allowing: nil) }
        for pair in pairs {
            guard let name = pair.key.text else { continue }
            if StackVariables.builtIn.contains(name) || name == "regions" {
                reader.note("\(name) is a name that is built in", at: pair.key, hint: "give the variable another one")
            } else if !StackVariables.isWellFormed(name: name) {
                reader.note(
                    "a variable's name is a lower-case letter, then letters, digits, - and _: `\(name)`", at: pair.key)
            }
        }
        let values = reader.mapping(node, place, allowing: nil)
        for (name, value) in values.sorted(by: { ($0.value.mark.line, $0.key) < ($1.value.mark.line, $1.key) }) {
            _ = reader.text(value, "\(place).\(name)")
        }
        return values
    }

    private mutating func checkVariables(of stack: TaskStack) {
        let values = Dictionary(
            stack.regions.map { regional in
                // These two are asked for when there is somebody to ask.
                (
                    regional.region,
                    StackVariables.values(of: regional, in: stack).merging(["account": "", "clusterId": ""]) { $1 }
                )
            }
        ) { first, _ in first }
        var said: Set<YAMLMark> = []
        for regional in stack.regions {
            for (name, node) in (variableNodes[regional.region] ?? [:]).sorted(by: { $0.key < $1.key }) {
                do throws(VariableText.Flaw) {
                    _ = try VariableText.filled(node.text ?? "") { reference in
                        StackVariables.value(of: reference, in: regional.region, regions: stack.regions.map(\.region), values)
                    }
                } catch {
                    guard said.insert(node.mark).inserted else { continue }
                    switch error {
                    case .unclosed: reader.note("variables.\(name) has a ${ without its }", at: node)
                    case .unknown(let reference):
                        let near = closestMatch(to: reference, among: StackVariables.builtIn).map { "did you mean ${\($0)}?" }
                        reader.note(
                            "variables.\(name) names ${\(reference)}, which has no value in \(regional.region)", at: node,
                            hint: near ?? "it may name \(StackVariables.builtIn.joined(separator: ", "))")
                    }
                }
            }
        }
    }

    private mutating func cluster(_ node: YAMLNode?, _ place: String, key: YAMLNode) -> ClusterReference? {
        guard let node else {
            reader.note("\(place).cluster is missing", at: key, hint: "its id, or {tag: {Name: value}}")
            return nil
        }
        if case .mapping = node {
            let tag = reader.mapping(
                reader.mapping(node, "\(place).cluster", allowing: ["tag"])["tag"], "\(place).cluster.tag", allowing: nil)
            guard tag.count == 1, let (key, value) = tag.first, let text = reader.text(value, "\(place).cluster.tag.\(key)")
            else {
                reader.note(
                    "\(place).cluster.tag must name exactly one tag", at: node, hint: "write it like {tag: {Name: value}}")
                return nil
            }
            return .tag(key: key, value: text)
        }
        guard let text = reader.text(node, "\(place).cluster") else { return nil }
        guard let id = ClusterID(rawValue: text) else {
            reader.note(
                "`\(text)` is not a cluster id: those are \(ClusterID.length) lower-case letters and digits", at: node,
                hint: "list them with: aws dsql list-clusters --region \(place.dropFirst("regions.".count))")
            return nil
        }
        return .id(id)
    }

    private mutating func connection(_ node: YAMLNode?, _ place: String) -> ConnectionOverride {
        let values = reader.mapping(node, place, allowing: ["hostaddr", "port", "sslrootcert"])
        return ConnectionOverride(
            hostaddr: values["hostaddr"].flatMap { reader.text($0, "\(place).hostaddr") },
            port: reader.wholeNumber(values["port"], "\(place).port", in: 1...65535),
            sslRootCert: values["sslrootcert"].flatMap { reader.text($0, "\(place).sslrootcert") }
                .map { $0.hasPrefix("/") ? $0 : folder + $0 })
    }

    private mutating func canary(_ node: YAMLNode?) -> CanaryThresholds {
        var thresholds = CanaryThresholds()
        let values = reader.mapping(node, "canary", allowing: ["timeout", "slowAfter"])
        thresholds.timeout = reader.duration(values["timeout"], "canary.timeout") ?? thresholds.timeout
        thresholds.slowAfter = reader.duration(values["slowAfter"], "canary.slowAfter") ?? thresholds.slowAfter
        if thresholds.slowAfter >= thresholds.timeout {
            reader.note("canary.slowAfter must be shorter than canary.timeout", at: values["slowAfter"] ?? values["timeout"])
        }
        return thresholds
    }
}
