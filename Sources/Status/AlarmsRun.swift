package import AWS
package import Basics
package import Findings
package import FoundationEssentials
package import TaskSystem

/// Where one Region's alarms are asked for.
package struct AlarmsTarget: Sendable {
    package var stack: RegionalStack
    package var client: AWSClient
    /// The id of the stack's cluster, or why it is not known: its alarms would be missing in silence.
    package var cluster: Result<ClusterID, Problem>

    package init(stack: RegionalStack, client: AWSClient, cluster: Result<ClusterID, Problem>) {
        self.stack = stack
        self.client = client
        self.cluster = cluster
    }
}

/// Reads the alarms of a stack, all Regions at once.
package enum AlarmsRun {
    package static func run(_ targets: [AlarmsTarget], stack: String, at date: Date, deadline: Deadline) async -> AlarmsReport {
        let regions = await targets.boundedMap { target in
            do {
                let ours = StackAlarms(target.stack, cluster: try target.cluster.get())
                    .of(try await AlarmSource.all(target.client, in: target.stack.region, deadline: deadline))
                return RegionAlarms(region: target.stack.region, alarms: AlarmRule.statuses(ours))
            } catch {
                var problem = Problem.ofSource(error)
                if problem.kind == .denied { problem.hint = "taskops permissions alarms" }
                return RegionAlarms(region: target.stack.region, alarms: [], problem: problem)
            }
        }
        return AlarmsReport(stack: stack, at: date.iso8601, regions: regions)
    }
}

/// A stack's alarms over its Regions.
package struct AlarmsReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    /// When they were asked for: ISO 8601, UTC.
    package var at: String
    /// The worst of the Regions'.
    package var health: Health
    /// In the order of taskops.yaml.
    package var regions: [RegionAlarms]

    package init(stack: String, at: String, regions: [RegionAlarms]) {
        self.stack = stack
        self.at = at
        health = regions.map(\.health).worst
        self.regions = regions
    }

    /// Without the alarms that nobody has to look at; what the report says of the whole stays.
    package var standing: AlarmsReport {
        var report = self
        for index in regions.indices { report.regions[index].alarms.removeAll { $0.health == .healthy } }
        return report
    }
}

package struct RegionAlarms: Sendable, Hashable, Codable {
    package var region: String
    package var health: Health
    /// ALARM first, OK last.
    package var alarms: [AlarmStatus]
    /// Why they could not be read.
    package var problem: Problem?

    package init(region: String, alarms: [AlarmStatus], problem: Problem? = nil) {
        self.region = region
        health = (alarms.map(\.health) + (problem == nil ? [] : [.unknown])).worst
        self.alarms = alarms
        self.problem = problem
    }
}

extension AlarmStatus {
    /// Without data or without actions it would not ring when it should.
    package var health: Health {
        switch state {
        case "ALARM": .unhealthy
        case "INSUFFICIENT_DATA": .degraded
        case "OK": actionsEnabled ? .healthy : .degraded
        default: .unknown
        }
    }
}
