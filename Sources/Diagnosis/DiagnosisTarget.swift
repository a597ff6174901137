package import AWS
package import Basics
package import Database
package import Findings
package import FoundationEssentials
package import TaskSystem

/// What a diagnosis works with in one Region: the stack as taskops.yaml has it, and what was read and judged of it.
package struct DiagnosisTarget: Sendable {
    package var stack: RegionalStack
    package var client: AWSClient
    /// The Region's own endpoint of the cluster, as the console's role; or why it could not be found.
    package var database: Result<DatabaseConfiguration, Problem>
    package var facts: RegionFacts
    /// The status page's rows about it.
    package var rows: [StatusRow]

    package init(
        stack: RegionalStack, client: AWSClient, database: Result<DatabaseConfiguration, Problem>, facts: RegionFacts,
        rows: [StatusRow]
    ) {
        self.stack = stack
        self.client = client
        self.database = database
        self.facts = facts
        self.rows = rows
    }
}

/// The event that a diagnosis asks about.
package struct AskedEvent: Sendable, Hashable {
    package var id: UUID
    /// How far back its traces may lie.
    package var since: Date
    /// Its change could be read at home, and was not read at the peer for as long as somebody waited.
    package var isMissedByPeer: Bool

    package init(id: UUID, since: Date, isMissedByPeer: Bool = false) {
        self.id = id
        self.since = since
        self.isMissedByPeer = isMissedByPeer
    }

    /// EventBridge keeps trying for a day (user guide, "Retry policies").
    package static func longest(before now: Date) -> Date { now.addingTimeInterval(-86_400) }
}

/// One look at why tasks do not get through.
package struct DiagnosisReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    /// When it began: ISO 8601, UTC.
    package var at: String
    package var health: Health
    /// In the order of taskops.yaml.
    package var regions: [RegionDiagnosis]

    package init(stack: String, at: String, regions: [RegionDiagnosis]) {
        self.stack = stack
        self.at = at
        health = regions.map(\.health).worst
        self.regions = regions
    }
}
