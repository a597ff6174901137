package import Basics
package import Monitoring
package import Terminal

/// What apply is doing, and what became of each change.
package enum ApplyView {
    package static func progress(_ progress: ApplyProgress) -> StyledText {
        let number = "\(progress.done + 1) of \(progress.total)"
        var line: StyledText = "\(number, .faint)  \(participle(progress.action)) \(name(progress.current))"
        if progress.left >= 2 { line += StyledText("  about \(time(progress.left)) left", .faint) }
        return line
    }

    /// What is deleted with what it holds.
    package static func losses(_ losses: [DeletionLoss]) -> [StyledText] {
        losses.map { loss in
            loss.bytes == 0
                ? "\(name(loss.id)) is empty"
                : "\(name(loss.id)) \(StyledText("is deleted with \(size(loss.bytes)) of events", .warning))"
        }
    }

    package static func question(_ plan: Plan) -> StyledText {
        let counts = plan.counts
        let parts = [
            (counts.create, "create"), (counts.update, "change"), (counts.adopt, "take over"), (counts.delete, "delete"),
        ].filter { $0.0 > 0 }.map { "\($0.0) to \($0.1)" }
        return "In account \(plan.account): \(parts.joined(separator: ", ")). Type yes to go on: "
    }

    package static func lines(_ report: ApplyReport) -> [StyledText] {
        var lines = report.results.flatMap { result -> [StyledText] in
            var lines: [StyledText] = ["\(word(result))  \(name(result.id))"]
            if let because = result.because {
                lines[0] += StyledText(": needs \(because.name), which failed", .faint)
            }
            lines += result.messages.map { "          \($0.dataPath, .faint)  \($0.message)" }
            return lines
        }
        // Nobody reads a list of what nobody came to.
        lines.removeAll { $0.plain.hasPrefix(notReached) }
        return lines + [summary(report)]
    }

    /// What went wrong, each thing once: what stopped a Region stands with all that it stopped.
    package static func problems(_ report: ApplyReport) -> [Problem] {
        var known: Set<Problem> = []
        let problems = report.unreadable.map(\.problem) + report.results.compactMap(\.problem)
        let left = report.refused.filter { $0.reason != .notPruned }.map(Self.problem)
        return (problems + left).filter { known.insert($0).inserted }
    }

    private static func problem(_ refusal: Refusal) -> Problem {
        let (why, hint): (String, String?) =
            switch refusal.reason {
            case .notAdopted: ("it does not carry the stack's tag", "take it over: taskops apply --adopt")
            case .otherStack: ("it is the stack \(refusal.owner ?? "")'s", nil)
            case .notPruned: ("it is in no file", "delete it: taskops apply --prune")
            case .otherAlarmType:
                ("an alarm of the other kind has its name", "delete that one first, or choose another name")
            case .logGroupClass: ("a log group's class is chosen when it is made", "delete the group first, or keep its class")
            }
        return Problem(.conflict, "\(refusal.id) was left alone", cause: why, hint: hint, location: refusal.place)
    }

    private static let notReached = "not made "

    private static func summary(_ report: ApplyReport) -> StyledText {
        let counts = report.counts
        if report.results.isEmpty, report.isWhole { return "\("nothing to do", .good)" }
        var parts = ["\(counts.done) made"]
        if counts.failed > 0 { parts.append("\(counts.failed) failed") }
        if counts.skipped > 0 { parts.append("\(counts.skipped) skipped") }
        if counts.notReached > 0 { parts.append("\(counts.notReached) not reached") }
        let words = parts.joined(separator: ", ")
        if report.isInterrupted { return "\("interrupted", .warning): \(words); taskops apply goes on where it ended" }
        return report.isWhole ? "\("done", .good): \(words)" : "\("not all done", .bad): \(words)"
    }

    private static func word(_ result: ChangeResult) -> StyledText {
        switch result.outcome {
        case .done: StyledText(past(result.action).padded, .good)
        case .already: StyledText("there".padded, .faint)
        case .moved: StyledText("moved".padded, .warning)
        case .failed: StyledText("failed".padded, .bad)
        case .skipped: StyledText("skipped".padded, .warning)
        case .notReached: StyledText(notReached.padded, .faint)
        }
    }

    private static func past(_ action: Change.Action) -> String {
        switch action {
        case .create: "created"
        case .update: "changed"
        case .adopt: "adopted"
        case .delete: "deleted"
        }
    }

    private static func participle(_ action: Change.Action) -> String {
        switch action {
        case .create: "creating"
        case .update: "changing"
        case .adopt: "adopting"
        case .delete: "deleting"
        }
    }

    private static func name(_ id: ResourceID) -> StyledText {
        let name: StyledText = "\(id.kind.rawValue) \(id.name, .strong)"
        return id.kind == .dashboard ? name : "\(name) in \(id.region, .name(id.region))"
    }

    static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return whole < 100 ? "\(whole) s" : "\((whole + 30) / 60) min"
    }

    static func size(_ bytes: Int64) -> String {
        let units = ["bytes", "KB", "MB", "GB", "TB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        let tenths = (value * 10).rounded() / 10
        let text = tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
        return "\(text) \(units[unit])"
    }
}

extension String {
    fileprivate var padded: String { self + String(repeating: " ", count: max(0, 8 - count)) }
}
