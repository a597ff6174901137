package import AWS
package import Basics
package import FoundationEssentials

/// Where an alarm is to be drilled.
package struct DrillTarget: Sendable {
    package var region: String
    package var client: AWSClient

    package init(region: String, client: AWSClient) {
        self.region = region
        self.client = client
    }
}

package enum DrillEvent: Sendable, Hashable {
    case setting(region: String)
    case watching(region: String, told: Int, of: Int)
    case puttingBack(region: String)
}

/// Puts an alarm into ALARM, watches in its history who was called, and puts it back, whatever happened meanwhile.
///
/// A metric alarm would go back by itself within seconds; a composite alarm would not before one of its children changes
/// (API reference, SetAlarmState).
package struct AlarmDrill: Sendable {
    package let alarm: String
    /// Who holds it, for the history.
    package let by: String
    let targets: [DrillTarget]
    /// Tells this drill from all others; it stands in the reason.
    let mark: String
    /// Between two looks at the history, at first.
    var pause = Duration.seconds(1)
    /// What putting back may take beyond the deadline.
    var mercy = Duration.seconds(30)

    package init(alarm: String, by: String, targets: [DrillTarget], mark: String) {
        self.alarm = alarm
        self.by = by
        self.targets = targets
        self.mark = mark
    }

    package var reason: String {
        DrillReason.clipped("Drill \(mark) held with taskops by \(by). This is not an incident.")
    }

    // MARK: Looking

    /// The alarm in each Region, or why it cannot be drilled there. Only reads.
    package func look(deadline: Deadline) async -> [(region: String, alarm: Result<DrillAlarm, Problem>)] {
        await targets.boundedMap { target in (target.region, await find(target, deadline: deadline)) }
    }

    private func find(_ target: DrillTarget, deadline: Deadline) async -> Result<DrillAlarm, Problem> {
        let cloudWatch = target.client.cloudWatch(target.region)
        do throws(AWSError) {
            let found = try await cloudWatch.describeAlarms(.init(alarmNames: [alarm]), deadline: deadline)
            // Who else may ring is good to know, and no reason to fail.
            let parents = try? await cloudWatch.describeAlarms(
                .init(alarmTypes: nil, parentsOfAlarmName: alarm), deadline: deadline)
            let names = (parents?.compositeAlarms ?? []).compactMap(\.alarmName).sorted()
            if let metric = found.metricAlarms?.first {
                return Self.usable(DrillAlarm(metric, in: target.region, parents: names))
            }
            if let composite = found.compositeAlarms?.first {
                return Self.usable(DrillAlarm(composite, in: target.region, parents: names))
            }
            return .failure(
                Problem(
                    .notFound, "there is no alarm \(alarm) in \(target.region)",
                    hint: "taskops alarms --all lists the stack's"))
        } catch {
            return .failure(error.problem)
        }
    }

    private static func usable(_ alarm: DrillAlarm) -> Result<DrillAlarm, Problem> {
        alarm.obstacle.map { .failure($0) } ?? .success(alarm)
    }

    /// Without the Regions that have no such alarm, where another has one: not every alarm stands in every Region.
    package static func drillable(
        _ looks: [(region: String, alarm: Result<DrillAlarm, Problem>)]
    ) -> [(region: String, alarm: Result<DrillAlarm, Problem>)] {
        let found = looks.filter { look in
            if case .failure(let problem) = look.alarm { problem.kind != .notFound } else { true }
        }
        return found.isEmpty ? looks : found
    }

    // MARK: Drilling

    /// - Parameter stop: ends the watching; what was set is put back all the same.
    package func run(
        _ looks: [(region: String, alarm: Result<DrillAlarm, Problem>)], at date: Date, deadline: Deadline,
        stop: StopSignal, tell: @escaping @Sendable (DrillEvent) -> Void
    ) async -> DrillReport {
        let clients = Dictionary(targets.map { ($0.region, $0.client) }) { first, _ in first }
        let regions = await looks.map { Look(region: $0.region, alarm: $0.alarm) }.boundedMap { look in
            switch look.alarm {
            case .failure(let problem): return RegionDrill(region: look.region, problem: problem)
            case .success(let alarm):
                guard let client = clients[look.region] else { return RegionDrill(region: look.region) }
                return await RegionalDrill(drill: self, alarm: alarm, client: client, tell: tell)
                    .run(deadline: deadline, stop: stop)
            }
        }
        return DrillReport(alarm: alarm, by: by, at: date.formatted(.iso8601), regions: regions)
    }

    private struct Look: Sendable {
        let region: String
        let alarm: Result<DrillAlarm, Problem>
    }
}

enum DrillReason {
    /// A state's reason has at most 1,023 characters (botocore's model, `StateReason`).
    static func clipped(_ text: String) -> String {
        text.unicodeScalars.count <= 1023 ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(1022))) + "…"
    }
}
