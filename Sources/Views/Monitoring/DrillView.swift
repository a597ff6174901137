package import Monitoring
package import Terminal

/// What a drill will do, is doing, and has shown.
package enum DrillView {
    /// What is about to happen, before anybody is called.
    package static func announcement(_ alarms: [DrillAlarm]) -> [StyledText] {
        alarms.flatMap { alarm -> [StyledText] in
            var lines: [StyledText] = [
                "\(alarm.region, .name(alarm.region))  \(alarm.name, .strong) goes from \(alarm.state) into ALARM, and back"
            ]
            if let silence = alarm.silence { lines.append("  \(words(silence), .warning)") }
            if alarm.silence == nil { lines += alarm.actions.map { "  calls \($0)" } }
            if !alarm.parents.isEmpty {
                lines.append("  may make ring: \(alarm.parents.joined(separator: ", "))")
            }
            return lines
        }
    }

    package static let question: StyledText = "Whoever is called is called for real. Type yes to go on: "

    package static func progress(_ event: DrillEvent) -> StyledText {
        switch event {
        case .setting(let region): "\(region, .name(region))  setting the alarm into ALARM"
        case .watching(let region, let told, let of): "\(region, .name(region))  \(told) of \(of) actions told"
        case .puttingBack(let region): "\(region, .name(region))  putting it back"
        }
    }

    package static func lines(_ report: DrillReport) -> [StyledText] {
        let width = report.regions.map(\.region.count).max() ?? 0
        return report.regions.filter { $0.formerState != nil }.flatMap { region -> [StyledText] in
            let name = StyledText(region.region, .name(region.region)).padded(to: width)
            var lines: [StyledText] = ["\(name)  \(word(region.outcome))  \(summary(region))"]
            lines += region.actions.map { "\(String(repeating: " ", count: width))  \(line($0))" }
            return lines
        }
    }

    private static func word(_ outcome: DrillOutcome) -> StyledText {
        switch outcome {
        case .rang: StyledText("rang", .good)
        case .silent: StyledText("silent", .bad)
        case .unknown: StyledText("unknown", .warning)
        }
    }

    private static func summary(_ region: RegionDrill) -> StyledText {
        let taken = region.actions.count { $0.result == .succeeded }
        var parts: [String] = []
        if !region.reachedAlarm {
            parts.append("the history does not tell that it went into ALARM")
        } else if let silence = region.silence {
            parts.append(words(silence))
        } else {
            parts.append("\(taken) of \(region.actions.count) actions taken")
        }
        switch region.restored {
        case .putBack: parts.append("put back to \(region.formerState ?? "where it was")")
        case .byItself: parts.append("CloudWatch has evaluated it since")
        case .untouched: parts.append("it was not touched")
        case .failed, nil: break
        }
        return StyledText(parts.joined(separator: "; "))
    }

    private static func line(_ action: DrillAction) -> StyledText {
        switch action.result {
        case .succeeded: return "\("called", .good)  \(action.arn)"
        case .failed: return "\("failed", .bad)  \(action.arn): \(action.error ?? "CloudWatch does not say why")"
        case .untold: return "\("untold", .warning)  \(action.arn)"
        }
    }

    static func words(_ silence: DrillSilence) -> String {
        switch silence {
        case .actionsDisabled: "its actions are switched off, so it calls nobody"
        case .noActions: "it has no action for ALARM, so it calls nobody"
        case .suppressed(let by): "its actions are suppressed (\(by)), so it calls nobody"
        }
    }
}
