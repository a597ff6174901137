package import Findings

/// One look at the whole stack. Text, Markdown, JSON and JSON Lines are drawings of this value.
package struct StatusReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    package var environment: String
    /// When the look began: ISO 8601, UTC, this machine's clock.
    package var at: String
    package var health: Health
    /// In the order of taskops.yaml; one for each Region asked, also for one that never answered.
    package var regions: [RegionStatus]
    /// What is not the same in every Region and should be; worst first.
    package var differences: [RegionDifference]
    /// What the look cost.
    package var cost: Cost

    /// Calls and time of one look.
    package struct Cost: Sendable, Hashable, Codable {
        /// Requests sent to AWS, retries included.
        package var requests: Int
        /// Database connections opened.
        package var connections: Int
        /// Milliseconds from the first request to the last answer.
        package var ms: Double

        package init(requests: Int, connections: Int, ms: Double) {
            self.requests = requests
            self.connections = connections
            self.ms = ms
        }
    }

    package init(
        stack: String, environment: String, at: String, regions: [RegionStatus], differences: [RegionDifference], cost: Cost
    ) {
        self.stack = stack
        self.environment = environment
        self.at = at
        health = (regions.map(\.health) + differences.map(\.health)).worst
        self.regions = regions
        self.differences = differences
        self.cost = cost
    }
}

/// What was found in one Region.
package struct RegionStatus: Sendable, Hashable, Codable {
    package var region: String
    package var health: Health
    /// One for each part of the stack, in the order an event takes; views put the worst first.
    package var rows: [StatusRow]
    /// Alarms of this stack that are in ALARM or INSUFFICIENT_DATA, worst first.
    package var alarms: [AlarmStatus]
    /// The last hour; empty when CloudWatch could not be asked, which is then a row.
    package var metrics: [MetricSeries]
    /// What AWS and the database said, as the rows' evidence and for other programs.
    package var facts: RegionFacts

    package init(
        region: String, rows: [StatusRow], alarms: [AlarmStatus], metrics: [MetricSeries], facts: RegionFacts
    ) {
        self.region = region
        health = rows.map(\.health).worst
        self.rows = rows
        self.alarms = alarms
        self.metrics = metrics
        self.facts = facts
    }
}
