package import Basics
package import FoundationEssentials

/// One thing as AWS has it.
package struct LiveResource: Sendable, Hashable {
    package var id: ResourceID
    /// What could stand in a file, in the same names as ``DesiredResource/fields``: no state, no times, no ARN.
    package var fields: JSONTree
    /// All of them; nil where nobody asked, because it is not this stack's.
    package var tags: [String: String]?
    package var arn: String
    /// When its configuration was last written, where AWS says so (`AlarmConfigurationUpdatedTimestamp`, a dashboard's
    /// `LastModified`).
    package var updated: Date?

    package init(id: ResourceID, fields: JSONTree, tags: [String: String]? = nil, arn: String, updated: Date? = nil) {
        self.id = id
        self.fields = fields
        self.tags = tags
        self.arn = arn
        self.updated = updated
    }

    /// Whether it carries the stack's tag.
    package func belongs(to stack: String) -> Bool { tags?[DesiredState.tagKey] == stack }
}
