import Basics
package import Canary
package import Terminal

/// Draws what a run means together with those before it.
package enum CanaryWatchView {
    /// A line for each Region, then one for each event of an earlier run that there is news of.
    package static func lines(_ watch: CanaryWatch, at now: String, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        var lines: [StyledText] = []
        for (index, region) in watch.regions.enumerated() {
            var line: StyledText = "\(StyledText(index == 0 ? "verdict" : "", .heading).padded(to: 7))  "
            line += "\(region.region, .name(region.region))  \(CanaryView.word(region.verdict))"
            if let since = region.since { line += " since \(Units.since(since, at: now))" }
            if region.hasChanged { line += ", changed by this run" }
            if let policy = watch.alertAfter { line += StyledText("  \(count(region, policy))", .faint) }
            if region.pending > 0 { line += "  \("\(region.pending) not come yet", .warning)" }
            lines += line.wrapped(to: width, indent: 9)
        }
        for event in watch.events { lines += sentence(event).wrapped(to: width, indent: 2) }
        return lines
    }

    /// What the memory says of itself, for standard error.
    package static func line(_ note: CanaryWatch.Note, file: String) -> StyledText {
        switch note {
        case .clockWentBack(let ms):
            ProblemView.line(
                Problem(
                    .configuration, "this machine's clock is \(Units.age(seconds: Int(ms / 1000))) behind the last run's",
                    cause: "nothing is given up before its time", hint: "look at the clock: timedatectl"))
        case .otherHost(let name):
            ProblemView.line(
                Problem(
                    .configuration, "\(file) was last written on \(name)",
                    cause: "two hosts with one state file count each other's runs",
                    hint: "give each its own"))
        }
    }

    // MARK: -

    private static func count(_ region: CanaryWatch.Region, _ policy: String) -> String {
        region.against == 0
            ? "changes after \(policy)" : "\(region.against) of the last \(region.counted) against it, changes after \(policy)"
    }

    private static func sentence(_ event: CanaryWatch.Event) -> StyledText {
        let subject = event.event.map { "event \($0)" } ?? "task \(event.task)"
        let sent = event.sentAt.map { ", sent \($0)," } ?? ""
        let words: StyledText =
            switch event.kind {
            case .late:
                "\("late", .warning): \(subject)\(sent) came"
                    + (event.afterMs.map { StyledText(" after ~\(Units.age(seconds: Int($0 / 1000)))") } ?? "")
                    + " in \(event.region, .name(event.region))"
            case .lost: "\("lost", .bad): \(subject)\(sent) never came in \(event.region, .name(event.region))"
            case .duplicate:
                "\("twice", .warning): \(subject)\(sent) was processed again in \(event.region, .name(event.region))"
            case .untold:
                "\("unknown", .warning): \(subject)\(sent) lost its task in \(event.region, .name(event.region)) before it came"
            }
        return words
    }
}
