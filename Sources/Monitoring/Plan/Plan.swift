package import Basics

/// What differs between the files and AWS, and what `apply` does about it. It is also what `plan --out` writes and
/// `apply FILE` reads: each change says what it was made from, so that what has moved since is not overwritten.
package struct Plan: Sendable, Hashable, Codable {
    /// Raised when an older `apply` could no longer read the file rightly.
    package static let currentSchemaVersion = 1

    package var schemaVersion = currentSchemaVersion
    package var stack: String
    /// Twelve digits: a plan made for one account is not applied to another.
    package var account: String
    /// Those that were looked at, in the stack's order.
    package var regions: [String]
    /// In the order in which things are made: by kind, Region and name. Deletes stand among them; `apply` makes them last,
    /// the other way round.
    package var changes: [Change]
    /// What differs and is left as it is, until somebody says otherwise.
    package var refused: [Refusal]
    /// What is there, is in no file, and carries no stack's tag.
    package var unmanaged: [ResourceID]
    /// What could not be looked at; nothing is planned for it.
    package var unreadable: [Unreadable]
    package var counts: Counts

    package init(
        stack: String, account: String, regions: [String], changes: [Change] = [], refused: [Refusal] = [],
        unmanaged: [ResourceID] = [], unreadable: [Unreadable] = [], unchanged: Int = 0
    ) {
        self.stack = stack
        self.account = account
        self.regions = regions
        self.changes = changes
        self.refused = refused
        self.unmanaged = unmanaged
        self.unreadable = unreadable
        counts = Counts(changes: changes, refused: refused, unmanaged: unmanaged, unreadable: unreadable, unchanged: unchanged)
    }

    /// What to say of all that could not be looked at; nil where there is nothing.
    package var unreadableProblem: Problem? {
        guard let first = unreadable.first else { return nil }
        let (count, them) = unreadable.count == 1 ? ("something", "it") : ("\(unreadable.count) things", "them")
        return Problem(
            first.problem.kind == .usage ? .failed : first.problem.kind,
            "\(count) could not be looked at, and nothing is planned for \(them)", cause: first.problem.summary,
            hint: first.problem.hint)
    }

    /// Whether AWS holds what the files say, and nothing of this stack besides, as far as could be seen.
    package var isEmpty: Bool { changes.isEmpty && refused.isEmpty }

    package struct Counts: Sendable, Hashable, Codable {
        package var create: Int
        package var update: Int
        package var adopt: Int
        package var delete: Int
        /// Of those updated and adopted, how many were changed by somebody else since the last apply.
        package var drifted: Int
        package var refused: Int
        package var unchanged: Int
        package var unmanaged: Int
        package var unreadable: Int

        init(changes: [Change], refused: [Refusal], unmanaged: [ResourceID], unreadable: [Unreadable], unchanged: Int) {
            create = changes.count { $0.action == .create }
            update = changes.count { $0.action == .update }
            adopt = changes.count { $0.action == .adopt }
            delete = changes.count { $0.action == .delete }
            drifted = changes.count { $0.reason == .drift || $0.reason == .both }
            self.refused = refused.count
            self.unchanged = unchanged
            self.unmanaged = unmanaged.count
            self.unreadable = unreadable.count
        }
    }

    /// What could not be looked at, and why.
    package struct Unreadable: Sendable, Hashable, Codable {
        /// What was asked for.
        package enum Part: String, Sendable, Hashable, Codable, CaseIterable {
            case alarms
            case logGroups = "log groups"
            case metricFilters = "metric filters"
            case subscriptionFilters = "subscription filters"
            case dashboards
            /// Whose something is, that is. What is not there is made all the same; the rest is left alone.
            case tags
        }

        package var region: String
        package var part: Part
        /// Where only one could not be read.
        package var name: String?
        package var problem: Problem

        package init(region: String, part: Part, name: String? = nil, problem: Problem) {
            self.region = region
            self.part = part
            self.name = name
            self.problem = problem
        }
    }
}

/// What differs and is not changed without a further word.
package struct Refusal: Sendable, Hashable, Codable {
    package enum Reason: String, Sendable, Hashable, Codable {
        /// It is there without the stack's tag: `--adopt` takes it.
        case notAdopted
        /// It carries another stack's tag.
        case otherStack
        /// It was made or taken over by an apply, and is in no file any more: `--prune` deletes it.
        case notPruned
        /// Metric and composite alarms share their names, and one cannot become the other (PutCompositeAlarm).
        case otherAlarmType
        /// A log group's class is chosen when it is made (CreateLogGroup).
        case logGroupClass
    }

    package var id: ResourceID
    package var reason: Reason
    /// The stack whose tag it carries.
    package var owner: String?
    package var differences: [Difference]
    package var place: Problem.Location?

    package init(
        _ id: ResourceID, _ reason: Reason, owner: String? = nil, differences: [Difference] = [],
        place: Problem.Location? = nil
    ) {
        self.id = id
        self.reason = reason
        self.owner = owner
        self.differences = differences
        self.place = place
    }
}
