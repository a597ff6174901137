import TaskSystem

/// What may be one task system: CloudFormation stacks and clusters that say they belong together.
package struct StackCandidate: Sendable, Hashable {
    /// What `--stack` takes, and what is shown to choose from.
    package var label: String
    /// One for each Region it stands in, in the order of the survey.
    package var parts: [Part]
    /// Whether something says that it is a task system; without it, a cluster is just a cluster.
    package var isMarked: Bool

    /// What is known of it in one Region.
    package struct Part: Sendable, Hashable {
        package var region: String
        package var stack: StackFact?
        package var cluster: ClusterFact?
        /// Another Region's cluster that names this one as its peer.
        package var peerOf: ClusterFact.Peer?
        /// Whether the stack's output names a cluster that DSQL does not list any more.
        package var isClusterGone: Bool
        /// Why the Region's clusters could not be looked at.
        package var unread: Unread?

        package init(
            region: String, stack: StackFact? = nil, cluster: ClusterFact? = nil, peerOf: ClusterFact.Peer? = nil,
            isClusterGone: Bool = false, unread: Unread? = nil
        ) {
            self.region = region
            self.stack = stack
            self.cluster = cluster
            self.peerOf = peerOf
            self.isClusterGone = isClusterGone
            self.unread = unread
        }
    }

    package init(label: String, parts: [Part], isMarked: Bool = true) {
        self.label = label
        self.parts = parts
        self.isMarked = isMarked
    }

    package var regions: [String] { parts.map(\.region) }
    package var clusterIDs: [String] { parts.compactMap { $0.cluster?.id.rawValue } }

    /// Whether somebody who types this name means it: a CloudFormation stack's, a tag's, or the whole label.
    package func answers(to name: String) -> Bool {
        name == label
            || parts.contains { part in
                part.stack?.name == name || part.stack?.tags[Ownership.tag] == name || part.cluster?.id.rawValue == name
                    || part.cluster?.tags?[Ownership.tag] == name || part.cluster?.tags?["Name"] == name
            }
    }
}

/// Which task systems stand in an account. Pure.
package enum StackCandidates {
    /// Marked ones first, then by label.
    ///
    /// What belongs together: a stack and the cluster its output names; clusters of which one names the other as its
    /// peer, also when only one of them does; stacks of the same name and tag in different Regions.
    package static func group(_ inventories: [RegionInventory]) -> [StackCandidate] {
        var groups: [Group] = []
        for inventory in inventories {
            for stack in (try? inventory.stacks.get()) ?? [] where stack.isTaskSystem {
                let peer = stack.parameters["PeerClusterArn"].flatMap(ClusterFact.Peer.init(arn:))
                let own = stack.value(.cluster).flatMap(ClusterID.init(rawValue:))
                add(
                    Group(
                        stacks: [(inventory.region, stack)],
                        ids: Set([own.map { Key(inventory.region, $0) }, peer.map { Key($0.region, $0.id) }].compactMap(\.self)),
                        names: ["\(stack.name)\u{0}\(stack.tags[Ownership.tag] ?? "")"]),
                    to: &groups)
            }
            for cluster in (try? inventory.clusters.get()) ?? [] {
                add(
                    Group(
                        clusters: [(inventory.region, cluster)],
                        ids: Set([Key(inventory.region, cluster.id)] + cluster.peers.map { Key($0.region, $0.id) })),
                    to: &groups)
            }
        }
        return groups.map { candidate($0, inventories) }
            .sorted { ($0.isMarked ? 0 : 1, $0.label) < ($1.isMarked ? 0 : 1, $1.label) }
    }

    /// Where peers are, in the order in which they are named; known to stacks' parameters too.
    package static func peerRegions(of inventories: [RegionInventory]) -> [String] {
        var regions: [String] = []
        for inventory in inventories {
            let clusters = (try? inventory.clusters.get()) ?? []
            let stacks = ((try? inventory.stacks.get()) ?? []).filter(\.isTaskSystem)
            let peers =
                clusters.flatMap(\.peers)
                + stacks.compactMap { $0.parameters["PeerClusterArn"].flatMap(ClusterFact.Peer.init(arn:)) }
            for peer in peers where !regions.contains(peer.region) { regions.append(peer.region) }
        }
        return regions
    }

    // MARK: -

    private struct Key: Hashable {
        var region: String
        var id: ClusterID

        init(_ region: String, _ id: ClusterID) {
            self.region = region
            self.id = id
        }
    }

    private struct Group {
        var stacks: [(region: String, fact: StackFact)] = []
        var clusters: [(region: String, fact: ClusterFact)] = []
        /// Clusters it is about, seen or only named.
        var ids: Set<Key> = []
        var names: Set<String> = []
    }

    /// Joins all groups that share something with the new one.
    private static func add(_ new: Group, to groups: inout [Group]) {
        var joined = new
        var rest: [Group] = []
        for group in groups {
            if group.ids.isDisjoint(with: new.ids), group.names.isDisjoint(with: new.names) {
                rest.append(group)
            } else {
                joined.stacks = group.stacks + joined.stacks
                joined.clusters = group.clusters + joined.clusters
                joined.ids.formUnion(group.ids)
                joined.names.formUnion(group.names)
            }
        }
        groups = rest + [joined]
    }

    private static func candidate(_ group: Group, _ inventories: [RegionInventory]) -> StackCandidate {
        let order = inventories.map(\.region)
        let regions = Set(group.stacks.map(\.region) + group.ids.map(\.region)).sorted {
            (order.firstIndex(of: $0) ?? .max, $0) < (order.firstIndex(of: $1) ?? .max, $1)
        }
        let isMarked = !group.stacks.isEmpty || group.clusters.contains { $0.fact.tags?[Ownership.tag] != nil }
        let label =
            group.stacks.first?.fact.name ?? group.clusters.compactMap { $0.fact.tags?["Name"] }.first
            ?? group.clusters.compactMap { $0.fact.tags?[Ownership.tag] }.first
            ?? group.clusters.first?.fact.id.rawValue ?? ""
        return StackCandidate(
            label: label, parts: regions.map { part(in: $0, of: group, inventories) }, isMarked: isMarked)
    }

    private static func part(
        in region: String, of group: Group, _ inventories: [RegionInventory]
    ) -> StackCandidate.Part {
        let stack = group.stacks.first { $0.region == region }?.fact
        let own = stack?.value(.cluster)
        let clusters = group.clusters.filter { $0.region == region }.map(\.fact)
        var part = StackCandidate.Part(region: region, stack: stack)
        part.peerOf = group.clusters.first { other in
            other.region != region && other.fact.peers.contains { $0.region == region }
        }.map { ClusterFact.Peer(region: $0.region, id: $0.fact.id) }
        part.cluster = clusters.first { $0.id.rawValue == own } ?? (own == nil ? clusters.first : nil)
        let listed = inventories.first { $0.region == region }?.clusters
        if case .failure(let unread)? = listed { part.unread = unread }
        if case .success? = listed { part.isClusterGone = own != nil && part.cluster == nil }
        if own == nil, part.cluster == nil {
            // Only a peer told of it: neither a stack here nor the cluster itself could be looked at.
            part.cluster = group.ids.filter { $0.region == region }.map(\.id).min { $0.rawValue < $1.rawValue }
                .map { ClusterFact(id: $0, tags: nil) }
        }
        return part
    }
}
