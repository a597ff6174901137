import Basics

/// What to look at.
package struct LiveRequest: Sendable {
    /// Whose things are looked for by their tag.
    package var stack: String
    /// Whose members are wanted; of the rest there is a fingerprint. Nil wants those of all.
    package var kept: Set<ResourceID>?
    /// Groups whose metric filters are read, all of a Region's together. Nil wants those of all.
    package var metricFilterGroups: Set<ResourceID>?
    /// Groups whose subscription filters are read, a call each. Nil wants those of all.
    package var subscriptionFilterGroups: Set<ResourceID>?

    /// Whether it matters whose a thing is that the tagging API does not name; nil asks about all of them.
    package var asksForTags: (@Sendable (LiveResource) async -> Bool)?

    package init(
        stack: String, kept: Set<ResourceID>?, metricFilterGroups: Set<ResourceID>? = [],
        subscriptionFilterGroups: Set<ResourceID>? = []
    ) {
        self.stack = stack
        self.kept = kept
        self.metricFilterGroups = metricFilterGroups
        self.subscriptionFilterGroups = subscriptionFilterGroups
    }

    /// What a plan needs: filters only where a file says something of them, and of dashboards, which the tagging API may
    /// not know, whose one is only where that decides something.
    package init(for desired: DesiredState, adopting: Bool = false) {
        self.init(stack: desired.stack, wanted: desired.resources.lazy.map { ($0.id, $0.fields) })
        var dashboards: [ResourceID: DesiredResource] = [:]
        for resource in desired.resources where resource.id.kind == .dashboard { dashboards[resource.id] = resource }
        asksForTags = { [dashboards] live in
            guard !adopting, let wanted = dashboards[live.id], wanted.tags.isEmpty else { return true }
            return !Comparison.differences(from: live, to: wanted).isEmpty
        }
    }

    /// What it needs to look at again before it does these, so that what they were made from can be told from what is there.
    package init(for changes: [Change], stack: String) {
        self.init(stack: stack, wanted: changes.lazy.map { ($0.id, $0.fields ?? [:]) })
    }

    private init(stack: String, wanted: some Sequence<(ResourceID, JSONTree)>) {
        var kept: Set<ResourceID> = []
        var request = LiveRequest(stack: stack, kept: [])
        for (id, fields) in wanted {
            kept.insert(id)
            // Metric and composite alarms share their names: the other kind of a name that is wanted is looked at too.
            switch id.kind {
            case .metricAlarm: kept.insert(ResourceID(.compositeAlarm, id.name, region: id.region))
            case .compositeAlarm: kept.insert(ResourceID(.metricAlarm, id.name, region: id.region))
            case .logGroup:
                if fields["metricFilters"] != nil { request.metricFilterGroups?.insert(id) }
                if fields["subscriptionFilters"] != nil { request.subscriptionFilterGroups?.insert(id) }
            case .dashboard: break
            }
        }
        request.kept = kept
        self = request
    }

    package func wantsTags(_ resource: LiveResource) async -> Bool { await asksForTags?(resource) ?? true }

    /// Whether the same things are read for both, whatever their tags are asked for.
    package func reads(asMuchAs other: LiveRequest) -> Bool {
        kept == other.kept && metricFilterGroups == other.metricFilterGroups
            && subscriptionFilterGroups == other.subscriptionFilterGroups
    }

    func keeps(_ id: ResourceID) -> Bool { kept?.contains(id) ?? true }
    func wantsMetricFilters(of id: ResourceID) -> Bool { metricFilterGroups?.contains(id) ?? true }
    func wantsMetricFilters(in region: String) -> Bool { metricFilterGroups?.contains { $0.region == region } ?? true }
    func wantsSubscriptionFilters(of id: ResourceID) -> Bool { subscriptionFilterGroups?.contains(id) ?? true }
}

/// What was found, and what could not be looked at.
package struct LiveState: Sendable {
    /// What was asked for and is there.
    package var resources: [ResourceID: LiveResource] = [:]
    /// What is there besides.
    package var others: [Other] = []
    package var unreadable: [Plan.Unreadable] = []

    /// Something without its members: there may be thousands that are nobody's business here.
    package struct Other: Sendable, Hashable {
        package var id: ResourceID
        package var arn: String
        /// Of its normalised members; nil where they were not read, a dashboard that is not the stack's.
        package var fields: String?
        /// Nil for what carries no stack's tag.
        package var tags: [String: String]?

        package init(id: ResourceID, arn: String, fields: String?, tags: [String: String]? = nil) {
            self.id = id
            self.arn = arn
            self.fields = fields
            self.tags = tags
        }
    }

    package init(
        resources: [LiveResource] = [], others: [Other] = [], unreadable: [Plan.Unreadable] = []
    ) {
        for resource in resources { self.resources[resource.id] = resource }
        self.others = others
        self.unreadable = unreadable
    }

    /// Whether something of this kind in this Region could not be seen, so that its absence says nothing.
    package func isUnreadable(_ kind: ResourceKind, in region: String) -> Bool {
        unreadable.contains { $0.region == region && $0.name == nil && $0.part == Plan.Unreadable.Part(kind) }
    }

    package func isUnreadable(_ part: Plan.Unreadable.Part, in region: String, name: String) -> Bool {
        unreadable.contains { $0.region == region && $0.part == part && ($0.name == nil || $0.name == name) }
    }
}

extension Plan.Unreadable.Part {
    package init(_ kind: ResourceKind) {
        self =
            switch kind {
            case .metricAlarm, .compositeAlarm: .alarms
            case .logGroup: .logGroups
            case .dashboard: .dashboards
            }
    }
}

/// How far the reading is.
package struct LiveProgress: Sendable, Hashable {
    package var region: String
    package var part: Plan.Unreadable.Part
    /// How many more have been read.
    package var count: Int

    package init(region: String, part: Plan.Unreadable.Part, count: Int) {
        self.region = region
        self.part = part
        self.count = count
    }
}
