import Basics
package import Monitoring
package import Terminal

/// What differs between the files and AWS, by Region and kind, and what apply does about it.
package enum PlanView {
    package static func lines(_ plan: Plan, on profile: TerminalProfile) -> [StyledText] {
        let rows = rows(of: plan, on: profile)
        let sections = Dictionary(grouping: rows) { PlanSection($0.id) }.sorted { $0.key < $1.key }
        var lines: [StyledText] = []
        for (section, rows) in sections {
            lines.append(section.heading)
            lines += rows.sorted { $0.id < $1.id }.flatMap(\.lines)
        }
        lines += unreadable(plan.unreadable, on: profile)
        if !lines.isEmpty, profile.isTerminal { lines.append("") }
        return lines + verdict(plan).flatMap { $0.wrapped(to: profile.lineWidth, indent: 2) }
    }

    /// While it is read.
    package static func progress(_ counts: [Plan.Unreadable.Part: Int]) -> StyledText {
        let parts = Plan.Unreadable.Part.allCases.compactMap { part in
            counts[part].map { "\($0) \(part.rawValue)" }
        }
        return "reading  \(parts.joined(separator: ", "), .faint)"
    }

    // MARK: Rows

    private struct Row {
        var id: ResourceID
        var lines: [StyledText]
    }

    private static func rows(of plan: Plan, on profile: TerminalProfile) -> [Row] {
        plan.changes.map { Row(id: $0.id, lines: lines(of: $0, on: profile)) }
            + plan.refused.map { Row(id: $0.id, lines: lines(of: $0, on: profile)) }
    }

    private static func lines(of change: Change, on profile: TerminalProfile) -> [StyledText] {
        var head: StyledText = "  \(mark(of: change.action)) \(change.id.name, .strong)"
        switch (change.action, change.reason) {
        case (.adopt, _): head += StyledText("  taken over", .warning)
        case (_, .drift): head += StyledText("  changed in AWS since it was applied", .warning)
        case (_, .both): head += StyledText("  changed in the file, and in AWS since it was applied", .warning)
        default: break
        }
        if change.action == .create, let place = change.place { head += StyledText("  \(place.description)", .faint) }
        return head.fitted(to: profile.lineWidth, indent: 4)
            + change.differences.flatMap { DifferenceView.lines($0, on: profile) }
    }

    private static func lines(of refusal: Refusal, on profile: TerminalProfile) -> [StyledText] {
        let head: StyledText = "  \("!", .warning) \(refusal.id.name, .strong)  \(words(of: refusal), .warning)"
        return head.fitted(to: profile.lineWidth, indent: 4)
            + refusal.differences.flatMap { DifferenceView.lines($0, on: profile) }
    }

    private static func mark(of action: Change.Action) -> StyledText {
        switch action {
        case .create: StyledText("+", .good)
        case .update, .adopt: StyledText("~", .warning)
        case .delete: StyledText("-", .bad)
        }
    }

    private static func words(of refusal: Refusal) -> String {
        switch refusal.reason {
        case .notAdopted: "is there without a stack's tag: --adopt takes it over"
        case .otherStack: "belongs to the stack \(refusal.owner ?? "of another name")"
        case .notPruned: "is in no file: --prune deletes it"
        case .otherAlarmType: "an alarm of the other type has this name: delete that one first"
        case .logGroupClass: "a log group keeps its class: put it back in the file, or delete the group first"
        }
    }

    private static func unreadable(_ parts: [Plan.Unreadable], on profile: TerminalProfile) -> [StyledText] {
        guard !parts.isEmpty else { return [] }
        return [StyledText("could not be looked at", .heading)]
            + parts.flatMap { part in
                let what = [part.region, part.part.rawValue, part.name].compactMap(\.self).joined(separator: " ")
                var line: StyledText = "  \("?", .bad) \(what, .strong): \(part.problem.summary.onOneLine)"
                if let cause = part.problem.causeInLine { line += StyledText(": \(cause)") }
                if let hint = part.problem.hint { line += StyledText("; \(hint.onOneLine)", .faint) }
                return line.fitted(to: profile.lineWidth, indent: 4)
            }
    }

    // MARK: What it comes to

    private static func verdict(_ plan: Plan) -> [StyledText] {
        let counts = plan.counts
        var lines: [StyledText] = []
        let regions = plan.regions.count == 1 ? "1 Region" : "\(plan.regions.count) Regions"
        if plan.isEmpty {
            let read = counts.unreadable > 0 ? " of what could be looked at" : ""
            lines.append("\("nothing differs", .good)\(read): \(amount(counts.unchanged, "resource")) in \(regions)")
        } else {
            let parts: [(Int, String, StyledText.Tag)] = [
                (counts.create, "to create", .good), (counts.update, "to update", .warning),
                (counts.adopt, "to take over", .warning), (counts.delete, "to delete", .bad),
                (counts.refused, "left alone", .warning), (counts.unchanged, "unchanged", .faint),
            ]
            var line = StyledText()
            for (count, words, tag) in parts where count > 0 {
                line += "\(line.spans.isEmpty ? "" : ", ")\(StyledText("\(count) \(words)", tag))"
            }
            if !plan.changes.isEmpty { line += "; \("taskops apply makes it so", .faint)" }
            lines.append(line)
        }
        if counts.unmanaged > 0 { lines.append(unmanaged(plan.unmanaged)) }
        return lines
    }

    private static func unmanaged(_ ids: [ResourceID]) -> StyledText {
        let kinds = ResourceKind.allCases.compactMap { kind -> String? in
            let count = ids.count { $0.kind == kind }
            return count == 0 ? nil : amount(count, kind.rawValue)
        }
        return "\("unmanaged: \(kinds.joined(separator: ", ")); --output json lists them", .faint)"
    }

    private static func amount(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}

/// Under which heading a row stands.
private struct PlanSection: Hashable, Comparable {
    /// Nil for what is in no Region.
    let region: String?
    let kind: ResourceKind

    init(_ id: ResourceID) {
        region = id.kind == .dashboard ? nil : id.region
        kind = id.kind
    }

    static func < (left: Self, right: Self) -> Bool {
        // What is in no Region comes last.
        (left.region ?? "~", left.kind) < (right.region ?? "~", right.kind)
    }

    var heading: StyledText {
        guard let region else { return StyledText("\(kind.rawValue)s", .heading) }
        return "\(region, .name(region))  \("\(kind.rawValue)s", .heading)"
    }
}
