package import AWS
package import Database
package import TaskSystem

/// What a look works with in one Region. The client is the caller's, and is used as it is.
package struct StatusTarget: Sendable {
    package var stack: RegionalStack
    package var client: AWSClient
    /// How to connect to the Region's own endpoint of a cluster, as the console's role.
    package var database: @Sendable (ClusterID) -> DatabaseConfiguration
    /// What is asked for; the rest of the facts is nil then.
    package var sources: Set<StatusSource>

    package init(
        stack: RegionalStack, client: AWSClient, sources: Set<StatusSource> = Set(StatusSource.allCases),
        database: @escaping @Sendable (ClusterID) -> DatabaseConfiguration
    ) {
        self.sources = sources
        self.stack = stack
        self.client = client
        self.database = database
    }

    package var region: String { stack.region }
}

/// One thing a Region is asked for. Each has its own deadline, and fails for itself.
package enum StatusSource: String, Sendable, Hashable, Codable, CaseIterable {
    case bus, rule, targets, function, policy, eventInvokeConfig, logGroup, deadLetterQueue, failureQueue
    case cluster, database, alarms, metrics
}

/// What a look still waits for in one Region.
package struct StatusProgress: Sendable, Hashable {
    package var region: String
    /// In the order of ``StatusSource``; empty when the Region has answered.
    package var awaited: [StatusSource]
}
