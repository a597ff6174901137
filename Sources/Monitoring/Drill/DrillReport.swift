package import Basics

/// What became of putting an alarm into ALARM on purpose, Region by Region.
package struct DrillReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var alarm: String
    /// Who did it, as AWS knows them: the ARN that stands in the alarm's history, too.
    package var by: String
    /// When it began: ISO 8601, UTC.
    package var at: String
    package var outcome: DrillOutcome
    package var regions: [RegionDrill]

    package init(alarm: String, by: String, at: String, regions: [RegionDrill]) {
        self.alarm = alarm
        self.by = by
        self.at = at
        self.regions = regions
        outcome = DrillOutcome.worst(of: regions.map(\.outcome))
    }
}

package enum DrillOutcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// All its actions were taken.
    case rang
    /// Nobody would have heard it, or not everybody who should have.
    case silent
    /// The drill could not be held, or not seen to its end.
    case unknown

    /// What is known to be wrong counts for more than what could not be told.
    package static func worst(of outcomes: [DrillOutcome]) -> DrillOutcome {
        if outcomes.contains(.silent) { return .silent }
        return outcomes.isEmpty || outcomes.contains(.unknown) ? .unknown : .rang
    }
}

package struct RegionDrill: Sendable, Hashable, Codable {
    package var region: String
    package var outcome: DrillOutcome
    /// The state before, which it was put back into.
    package var formerState: String?
    /// Whether its history tells of the change into ALARM.
    package var reachedAlarm = false
    /// In the order of the alarm's `AlarmActions`.
    package var actions: [DrillAction] = []
    /// Why no action was to be expected.
    package var silence: DrillSilence?
    /// The composite alarms whose rules name this one: they may have rung as well.
    package var parents: [String] = []
    package var restored: DrillRestoration?
    package var problem: Problem?

    package init(region: String, outcome: DrillOutcome = .unknown, problem: Problem? = nil) {
        self.region = region
        self.outcome = outcome
        self.problem = problem
    }
}

/// One of the alarm's actions, and what the history tells of it.
package struct DrillAction: Sendable, Hashable, Codable {
    package enum Result: String, Sendable, Hashable, Codable {
        case succeeded, failed
        /// The history has told nothing of it in the time given.
        case untold
    }

    package var arn: String
    package var result: Result
    /// CloudWatch's own words where it failed.
    package var error: String?

    package init(arn: String, result: Result = .untold, error: String? = nil) {
        self.arn = arn
        self.result = result
        self.error = error
    }
}

package enum DrillSilence: Sendable, Hashable, Codable {
    /// `ActionsEnabled` is false.
    case actionsDisabled
    /// It has no `AlarmActions`.
    case noActions
    /// A composite alarm whose suppressor keeps it quiet; `by` is CloudWatch's word for what does it.
    case suppressed(by: String)
}

package enum DrillRestoration: String, Sendable, Hashable, Codable {
    /// It was set back.
    case putBack
    /// CloudWatch had evaluated it meanwhile, and its word was left standing.
    case byItself
    /// It was never set.
    case untouched
    /// It may still be in ALARM.
    case failed
}
