package import Basics

/// Reads what is to be imported: first what there is, then the chosen with all their members.
package struct ImportReader: Sendable {
    let stack: String
    let live: LiveReader

    package init(stack: String, live: LiveReader) {
        self.stack = stack
        self.live = live
    }

    package struct Found: Sendable {
        package var resources: [LiveResource]
        /// What could not be looked at.
        package var problems: [Problem]
        /// Names that nothing has.
        package var missing: [String]
    }

    package func read(
        _ selection: ImportSelection, deadline: Deadline, progress: @escaping @Sendable (LiveProgress) -> Void = { _ in }
    ) async throws(Problem) -> Found {
        // Whose things are everybody's is not asked of each: an account may have thousands.
        let first = await live.read(LiveRequest(stack: stack, kept: []), deadline: deadline, progress: progress)
        let chosen = Set(first.others.filter { selection.takes($0, of: stack) }.map(\.id))
        let missing = selection.missing(from: first.others.map(\.id))
        guard !chosen.isEmpty else {
            return Found(resources: [], problems: first.unreadable.map(\.problem), missing: missing)
        }
        let groups = chosen.filter { $0.kind == .logGroup }
        let whole = await live.read(
            LiveRequest(
                stack: stack, kept: chosen, metricFilterGroups: groups, subscriptionFilterGroups: groups),
            deadline: deadline, progress: progress)
        let resources = whole.resources.values.filter { chosen.contains($0.id) }.sorted { $0.id < $1.id }
        return Found(resources: resources, problems: whole.unreadable.map(\.problem), missing: missing)
    }
}
