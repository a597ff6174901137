package import Schema
package import Terminal

/// What differs between the schema's files and the database, and what apply does about it.
package enum SchemaView {
    package static func lines(_ plan: SchemaPlan) -> [StyledText] {
        let width = plan.files.map(\.name.count).max() ?? 0
        var lines = plan.files.flatMap { file in
            let number = String(repeating: "0", count: max(0, 3 - "\(file.version)".count)) + "\(file.version)"
            let head: StyledText = "\(number, .faint)  \(StyledText(file.name, .strong).padded(to: width))  \(word(file.state))"
            return [head] + file.statements.map { "       \("+", .good) \($0)" }
        }
        let differing = plan.files.count { $0.state != .applied }
        if plan.isUpToDate {
            lines.append("\("up to date", .good): \(plan.files.count) files")
        } else if plan.files.contains(where: { $0.state == .edited }) {
            lines.append(
                "\("not to be applied", .bad): put edited files back as they were, and write the change into a new file")
        } else {
            lines.append("\(differing) of \(plan.files.count) files differ; taskops schema apply makes it so")
        }
        return lines
    }

    package static func progress(_ event: SchemaEvent) -> StyledText {
        switch event {
        case .running(_, let name, let statement): "\(name, .strong)  \(statement)"
        case .waiting(_, let name, let statement): "\(name, .strong)  waiting for \(statement)"
        case .applied(_, let name, _): "\(name, .strong)  done"
        }
    }

    /// What stays on the screen; nil for what only passes by.
    package static func line(_ event: SchemaEvent) -> StyledText? {
        guard case .applied(_, let name, let ran) = event else { return nil }
        return "\("applied", .good)  \(name, .strong)  \("\(ran) statement\(ran == 1 ? "" : "s")", .faint)"
    }

    private static func word(_ state: SchemaPlan.State) -> StyledText {
        switch state {
        case .applied: StyledText("applied", .faint)
        case .pending: StyledText("pending", .warning)
        case .edited: StyledText("edited after it was applied", .bad)
        }
    }
}
