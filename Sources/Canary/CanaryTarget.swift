package import AWS
package import Basics
package import Database

/// What a probe works with in one Region.
package struct CanaryTarget: Sendable {
    package var region: String
    package var bus: String
    package var rule: String
    package var function: String
    package var client: AWSClient
    /// The Region's own endpoint of the cluster, as the console's role; or why it could not be found.
    package var database: Result<DatabaseConfiguration, Problem>

    package init(
        region: String, bus: String, rule: String, function: String, client: AWSClient,
        database: Result<DatabaseConfiguration, Problem>
    ) {
        self.region = region
        self.bus = bus
        self.rule = rule
        self.function = function
        self.client = client
        self.database = database
    }
}

package struct CanaryOptions: Sendable, Hashable {
    /// The whole run's, clean-up included.
    package var timeout: Duration
    package var slowAfter: Duration
    /// Leave the rows where they are, to look at them.
    package var keepsRows: Bool
    /// Leave a task whose completion was not seen, for a later run to see whether it comes.
    package var awaitsUnseen: Bool

    package init(timeout: Duration, slowAfter: Duration, keepsRows: Bool, awaitsUnseen: Bool = false) {
        self.timeout = timeout
        self.slowAfter = slowAfter
        self.keepsRows = keepsRows
        self.awaitsUnseen = awaitsUnseen
    }

    /// What is held back at the end for asking why and for cleaning up.
    var reserve: Duration { min(.seconds(5), timeout / 4) }

    /// What asking for the cause is given at least, if it comes to that.
    var leastForDiagnosis: Duration { min(.seconds(3), max(.seconds(1), timeout / 2)) }

    /// How far asking for the cause may go beyond the time-out: nothing, where what is held back is enough for it.
    package var overrun: Duration {
        .seconds(max(0, (leastForDiagnosis - reserve).seconds.rounded(.up)))
    }
}

/// Where a probe is, for whoever watches it run.
package struct CanaryProgress: Sendable, Hashable {
    package var region: String
    package var step: CanaryHop.Step
    /// What it waits for.
    package var hop: CanaryHop.Name
}
