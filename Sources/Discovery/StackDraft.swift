package import TaskSystem

/// A taskops.yaml in the making: what was found, with where it came from, and what is still open.
package struct StackDraft: Sendable, Hashable {
    package var stack: Setting
    package var environment: Setting
    package var regions: [RegionDraft]

    package struct RegionDraft: Sendable, Hashable {
        package var region: String
        package var cluster: Setting
        package var names: [PathName: Setting]
        /// Those of ``names`` that the stack's outputs say.
        var said: Set<PathName>
        /// What the others were taken from.
        var reading: PathReading
        /// What stands behind the cluster's comment: its peer and witness.
        var remarks: [String]
        /// What monitoring files call `${onCallTopic}`, with `${region}` and `${account}` in the place of this Region's own;
        /// nil where the stack has no such topic.
        package var onCallTopic: Setting?
        /// Settings of an earlier file that AWS knows nothing of.
        package var kept: Kept?
    }

    /// Taken over from the file that `--config` names.
    package struct Kept: Sendable, Hashable {
        package var connection: ConnectionOverride
        package var endpointURL: String?
        /// For monitoring files, as written.
        package var variables: [String: String]
        package var file: String

        package init(
            connection: ConnectionOverride, endpointURL: String? = nil, variables: [String: String] = [:], file: String
        ) {
            self.connection = connection
            self.endpointURL = endpointURL
            self.variables = variables
            self.file = file
        }
    }

    /// What is not as it should be, although it can be written down; sentences without a full stop.
    package private(set) var warnings: [String]

    /// - Parameter readings: of the Regions in which the stack's outputs do not say everything.
    package init(_ candidate: StackCandidate, readings: [String: PathReading] = [:]) {
        regions = candidate.parts.map { part in
            let reading = readings[part.region] ?? PathReading()
            return RegionDraft(
                region: part.region, cluster: Self.cluster(part),
                names: Self.names(part.stack, reading), said: Set(Self.known(part).keys), reading: reading,
                remarks: Self.remarks(part), onCallTopic: part.stack.flatMap(Self.onCallTopic), kept: nil)
        }
        stack = Self.stackName(candidate)
        environment = Self.environment(candidate)
        warnings = Self.warnings(candidate)
        settleEnvironment()
    }

    /// The names a Region's stack says by itself; where some are missing the way has to be walked.
    package static func known(_ part: StackCandidate.Part) -> [PathName: String] {
        PathName.allCases.reduce(into: [:]) { $0[$1] = part.stack?.value($1.output) }
    }

    // MARK: -

    private static func output(_ output: StackFact.Output, of stack: StackFact) -> Setting? {
        stack.value(output).map { .found($0, from: "CloudFormation output \(output.rawValue) of stack \(stack.name)") }
    }

    private static func cluster(_ part: StackCandidate.Part) -> Setting {
        if let stack = part.stack, case .found(let id, let from)? = output(.cluster, of: stack) {
            if part.isClusterGone { return .open("\(from) says \(id), which does not exist") }
            return .found(id, from: from)
        }
        guard let cluster = part.cluster else { return .open(part.unread?.reason ?? "no cluster was found") }
        let from =
            if cluster.tags?[Ownership.tag] != nil { "its tag \(Ownership.tag)" } else if let peer = part.peerOf {
                "peer of cluster \(peer.id) in \(peer.region)"
            } else if let name = cluster.tags?["Name"] { "its tag Name is \(name)" } else { "listed by DSQL" }
        return .found(cluster.id.rawValue, from: from)
    }

    private static func onCallTopic(_ stack: StackFact) -> Setting? {
        guard let arn = stack.outputs[StackFact.onCallTopic] else { return nil }
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        let everywhere = (parts[..<3] + ["${region}", "${account}", parts[5]]).joined(separator: ":")
        return .found(everywhere, from: "CloudFormation output \(StackFact.onCallTopic) of stack \(stack.name)")
    }

    private static func remarks(_ part: StackCandidate.Part) -> [String] {
        guard let cluster = part.cluster else { return [] }
        return cluster.peers.map { "peer in \($0.region)" } + (cluster.witness.map { ["witness \($0)"] } ?? [])
    }

    /// A name that all paths agree on is found, whichever path it is.
    static func names(_ stack: StackFact?, _ reading: PathReading) -> [PathName: Setting] {
        PathName.allCases.reduce(into: [:]) { names, name in
            names[name] = stack.flatMap { output(name.output, of: $0) } ?? agreed(name, reading)
        }
    }

    private static func agreed(_ name: PathName, _ reading: PathReading) -> Setting {
        var settings: [Setting] = []
        for path in reading.paths where !settings.contains(path[name]) { settings.append(path[name]) }
        if let first = settings.first {
            let values = Set(settings.map(\.value))
            if values.count == 1, reading.takesTasks { return first }
            let candidates = settings.compactMap { setting in
                if case .found(let value, let from) = setting { Setting.Candidate(value, from: from) } else { nil }
            }
            let reason = reading.takesTasks ? "more than one could be it" : "no rule names the source \(TaskEvent.source)"
            return .open(reason, candidates: candidates)
        }
        guard name.isRequired else { return .absent("not known without the rule; write it here if there is one") }
        return .open(reading.unread.first?.reason ?? "no rule hands events of \(TaskEvent.source) to a function")
    }

    private static func stackName(_ candidate: StackCandidate) -> Setting {
        var said: [Setting.Candidate] = []
        var suggested: [Setting.Candidate] = []
        func add(_ value: String?, _ from: String, to list: inout [Setting.Candidate]) {
            guard let value, TaskStack.isWellFormed(name: value), !list.contains(where: { $0.value == value }) else { return }
            list.append(.init(value, from: from))
        }
        for part in candidate.parts {
            if let stack = part.stack {
                add(stack.tags[Ownership.tag], "tag \(Ownership.tag) of CloudFormation stack \(stack.name)", to: &said)
                add(stack.parameters["StackTag"], "CloudFormation parameter StackTag of stack \(stack.name)", to: &said)
                add(stack.name, "the CloudFormation stack's name", to: &suggested)
            }
            if let cluster = part.cluster {
                add(cluster.tags?[Ownership.tag], "tag \(Ownership.tag) of cluster \(cluster.id)", to: &said)
                add(cluster.tags?["Name"], "tag Name of cluster \(cluster.id)", to: &suggested)
            }
        }
        if let only = said.first, said.count == 1 { return .found(only.value, from: only.from) }
        if said.isEmpty { return .open("nothing carries the tag \(Ownership.tag)", candidates: suggested) }
        return .open("its parts carry different tags \(Ownership.tag)", candidates: said)
    }

    private static func environment(_ candidate: StackCandidate) -> Setting {
        var said: [Setting.Candidate] = []
        for stack in candidate.parts.compactMap(\.stack) {
            guard let value = stack.parameters["Environment"], !said.contains(where: { $0.value == value }) else { continue }
            said.append(.init(value, from: "CloudFormation parameter Environment of stack \(stack.name)"))
        }
        if let only = said.first, said.count == 1 { return .found(only.value, from: only.from) }
        return .open(said.isEmpty ? "nothing says it" : "its stacks have different ones", candidates: said)
    }

    /// Without a stack's word, names made as `infrastructure/stack.yaml` makes them end with it.
    private mutating func settleEnvironment() {
        guard case .open(_, let candidates) = environment, candidates.isEmpty else { return }
        let ends = Set(
            regions.flatMap { regional in
                [(PathName.bus, "task-events-"), (.function, "task-processor-")].map { name, prefix in
                    regional.names[name]?.value.flatMap { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil } ?? ""
                }
            })
        guard let end = ends.first, ends.count == 1, !end.isEmpty else { return }
        environment = .found(end, from: "task-events-\(end) and task-processor-\(end) end with it")
    }

    private static func warnings(_ candidate: StackCandidate) -> [String] {
        let seen = candidate.parts.compactMap { part in
            part.cluster.flatMap { $0.tags == nil ? nil : (part.region, $0) }
        }
        var warnings: [String] = []
        for (region, cluster) in seen {
            for (otherRegion, other) in seen where otherRegion != region {
                let names = cluster.peers.contains { $0.id == other.id }
                let isNamed = other.peers.contains { $0.id == cluster.id }
                if names, !isNamed {
                    warnings.append(
                        "cluster \(cluster.id) in \(region) names \(other.id) in \(otherRegion) as its peer, which does not name it back"
                    )
                } else if !names, !isNamed, region < otherRegion {
                    warnings.append("the clusters in \(region) and \(otherRegion) are not each other's peers")
                }
            }
        }
        return warnings
    }
}

extension StackDraft {
    /// Gives the answer to a question its place; what else it says is settled with it.
    package mutating func settle(_ question: DraftQuestion, with answer: DraftQuestion.Answer) {
        let setting: Setting =
            switch answer {
            case .choice(let index): .found(question.choices[index].value, from: question.choices[index].from)
            case .text(let text): .found(text, from: "typed in answer to taskops init")
            }
        switch question.about {
        case .stack: stack = setting
        case .environment: environment = setting
        case .cluster(let index): regions[index].cluster = setting
        case .name(let index, let name): regions[index].names[name] = setting
        case .path(let index):
            guard case .choice(let chosen) = answer else { return }
            let path = regions[index].reading.paths[chosen]
            regions[index].reading = PathReading(paths: [path])
            for name in PathName.allCases where !regions[index].said.contains(name) {
                regions[index].names[name] = path[name]
            }
        }
        settleEnvironment()
    }
}
