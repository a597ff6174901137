import Basics

/// How often a canary is run, in the words of those who run it.
package struct CanaryRhythm: Sendable, Hashable {
    package let every: Duration
    private let minutes: Int

    /// - Returns: nil for what cron cannot say: only whole minutes that part an hour, whole hours that part a day, or a day.
    ///   `*/7` begins anew at each full hour, so its last step is shorter; nobody means that.
    package init?(every: Duration) {
        let seconds = every.components.seconds
        guard every.components.attoseconds == 0, seconds > 0, seconds % 60 == 0 else { return nil }
        minutes = Int(seconds / 60)
        guard minutes < 60 ? 60 % minutes == 0 : minutes % 60 == 0 && minutes <= 1440 && 1440 % minutes == 0 else { return nil }
        self.every = every
    }

    /// The five fields of crontab(5).
    package var cron: String {
        switch minutes {
        case 1: "* * * * *"
        case ..<60: "*/\(minutes) * * * *"
        case 60: "0 * * * *"
        case ..<1440: "0 */\(minutes / 60) * * *"
        default: "0 0 * * *"
        }
    }

    /// systemd.time(7).
    package var onCalendar: String {
        switch minutes {
        case 1: "*-*-* *:*:00"
        case ..<60: "*-*-* *:00/\(minutes):00"
        case 60: "*-*-* *:00:00"
        case ..<1440: "*-*-* 00/\(minutes / 60):00:00"
        default: "*-*-* 00:00:00"
        }
    }

    /// EventBridge Scheduler's rate: singular for one (its user guide, "Schedule types").
    package var rate: String {
        switch minutes {
        case 1: "rate(1 minute)"
        case ..<60: "rate(\(minutes) minutes)"
        case 60: "rate(1 hour)"
        case ..<1440: "rate(\(minutes / 60) hours)"
        default: "rate(1 day)"
        }
    }
}
