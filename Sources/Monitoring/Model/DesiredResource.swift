package import Basics

/// One thing as the files want it in one Region: defaults laid under it, variables filled in.
package struct DesiredResource: Sendable, Hashable {
    package var id: ResourceID
    /// Members in AWS's own names (those of PutMetricAlarm, PutCompositeAlarm; for log groups those of CreateLogGroup,
    /// with `retentionInDays`, `metricFilters` and `subscriptionFilters` beside them). Only what the file says: a member
    /// that is absent means AWS's default, for `subscriptionFilters`, `metricFilters` and tags that they are left alone.
    /// For a dashboard its body alone. The name is in `id`, tags are in `tags`.
    package var fields: JSONTree
    /// As in the file, without the stack's own tag, which `apply` adds.
    package var tags: [String: String]
    /// Where the resource begins in its file.
    package var place: Problem.Location
    /// The base name of its page in `runbooks/`; alarms only.
    package var runbook: String?

    package init(
        id: ResourceID, fields: JSONTree, tags: [String: String] = [:], place: Problem.Location, runbook: String? = nil
    ) {
        self.id = id
        self.fields = fields
        self.tags = tags
        self.place = place
        self.runbook = runbook
    }
}

/// All that the files want, each thing once, in the order of the files.
package struct DesiredState: Sendable, Hashable {
    /// The stack's name: what it owns carries it as the value of ``tagKey``.
    package var stack: String
    package var regions: [String]
    package var resources: [DesiredResource]

    package static let tagKey = "taskops:stack"

    package init(stack: String, regions: [String], resources: [DesiredResource]) {
        self.stack = stack
        self.regions = regions
        self.resources = resources
    }
}
