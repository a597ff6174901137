package import Basics

/// One thing that `apply` makes, changes or deletes.
package struct Change: Sendable, Hashable, Codable {
    package enum Action: String, Sendable, Hashable, Codable {
        case create, update, adopt, delete
    }

    /// Who made the difference, by the fingerprint that the last apply left.
    package enum Reason: String, Sendable, Hashable, Codable {
        /// The file was changed.
        case file
        /// AWS was, by somebody else.
        case drift
        case both
    }

    package var id: ResourceID
    package var action: Action
    /// Of an update; nil where no apply left a fingerprint, and for tags alone.
    package var reason: Reason?
    /// By path. What a new thing holds is in `fields`, not here.
    package var differences: [Difference]
    /// The fingerprint of what this was planned from (``Fingerprint/of(live:)``); nil where nothing was there.
    package var live: String?
    /// Of what is there.
    package var arn: String?
    /// All that is to be said to AWS, whole, since its Put operations replace all: members as in
    /// ``DesiredResource/fields``, `ActionsEnabled` as it is live where the file leaves it. Nil for a delete.
    package var fields: JSONTree?
    /// To be set, the stack's own two among them; others are left alone. Empty for a delete.
    package var tags: [String: String]
    /// Where the resource begins in its file.
    package var place: Problem.Location?

    package init(
        _ id: ResourceID, _ action: Action, reason: Reason? = nil, differences: [Difference] = [], live: String? = nil,
        arn: String? = nil, fields: JSONTree? = nil, tags: [String: String] = [:], place: Problem.Location? = nil
    ) {
        self.id = id
        self.action = action
        self.reason = reason
        self.differences = differences
        self.live = live
        self.arn = arn
        self.fields = fields
        self.tags = tags
        self.place = place
    }

    /// Whether more than tags has to be written.
    package var writesFields: Bool { action == .create || differences.contains { !$0.isOfTags } }
}

/// One member that differs.
package struct Difference: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable {
        case changed, added, removed
        /// A widget that only lies elsewhere.
        case moved
    }

    /// As CloudWatch writes the DataPath of a dashboard's messages: `/widgets/3/properties/stat`. The index counts in
    /// what the file says, for what is removed in what is live. Elements that have a name stand under it:
    /// `/Metrics/errors/Expression`.
    package var path: String
    package var kind: Kind
    /// What a person knows the widget by: its title, or its first metric.
    package var widget: String?
    /// Nil where it was not there.
    package var before: JSONTree?
    /// Nil where it is no longer wanted.
    package var after: JSONTree?

    package init(
        _ path: String, _ kind: Kind? = nil, widget: String? = nil, before: JSONTree? = nil, after: JSONTree? = nil
    ) {
        self.path = path
        self.kind = kind ?? (before == nil ? .added : after == nil ? .removed : .changed)
        self.widget = widget
        self.before = before
        self.after = after
    }

    package var isOfTags: Bool { path.hasPrefix("/Tags/") || path.hasPrefix("/tags/") }
}
