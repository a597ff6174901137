import Basics

/// What is to be done about a change, by what is there in the moment before it is made. Pure.
///
/// A plan says what it was made from. What is not that any more was touched by somebody else, and is left alone; unless it is
/// what the change would make of it, because an earlier run was cut off.
enum ApplyDecision: Sendable, Hashable {
    /// Nothing is there.
    case make
    /// It is as planned, or half made by an earlier run.
    case write(over: LiveResource)
    /// Its members are as wanted; the marks of ownership are not.
    case mark(LiveResource)
    case nothing
    case remove(LiveResource)
    case moved(Problem)

    /// - Parameters:
    ///   - found: what is there, with its tags; nil where nothing is.
    ///   - namesake: whether an alarm of the other kind has the name.
    static func of(_ change: Change, found: LiveResource?, stack: String, namesake: Bool = false) -> ApplyDecision {
        if namesake { return moved(change, "an alarm of another kind has been made under this name") }
        switch change.action {
        case .create:
            guard let found else { return .make }
            let isOurs = found.belongs(to: stack)
            if isAsWanted(change, found) {
                return isOurs
                    ? marked(change, found) : moved(change, "somebody has made it since the plan, without the stack's tag")
            }
            // The fingerprint is written last.
            if isOurs, found.tags?[Fingerprint.tagKey] == Fingerprint.unfinished { return .write(over: found) }
            return moved(change, "somebody has made it since the plan")
        case .update, .adopt:
            guard let found else { return moved(change, "somebody has deleted it since the plan") }
            if let owner = found.tags?[DesiredState.tagKey], owner != stack {
                return moved(change, "it has become the stack \(owner)'s since the plan")
            }
            if isAsWanted(change, found) { return marked(change, found) }
            guard Fingerprint.of(live: found) == change.live else {
                return moved(change, "somebody has changed it since the plan")
            }
            // Whatever the plan says: without the tag only adopting may touch it.
            guard change.action == .adopt || found.belongs(to: stack) else {
                return moved(change, "it does not carry the stack's tag")
            }
            return .write(over: found)
        case .delete:
            guard let found else { return .nothing }
            guard found.belongs(to: stack), Planner.isApplied(found.tags ?? [:]) else {
                return moved(change, "it does not carry the tags any more that an apply left")
            }
            guard Fingerprint.of(live: found) == change.live else {
                return moved(change, "somebody has changed it since the plan")
            }
            return .remove(found)
        }
    }

    /// The tags of a change that are not set yet, or set to another value.
    static func missingTags(_ change: Change, on found: LiveResource?) -> [String: String] {
        change.tags.filter { found?.tags?[$0.key] != $0.value }
    }

    static func isAsWanted(_ change: Change, _ found: LiveResource) -> Bool {
        guard let fields = change.fields else { return false }
        let desired = DesiredResource(id: change.id, fields: fields, place: .init(file: ""))
        return Comparison.differences(from: found, to: desired).isEmpty
    }

    private static func marked(_ change: Change, _ found: LiveResource) -> ApplyDecision {
        missingTags(change, on: found).isEmpty ? .nothing : .mark(found)
    }

    private static func moved(_ change: Change, _ why: String) -> ApplyDecision {
        .moved(
            Problem(
                .conflict, "\(change.id) is not what the plan was made from, and was left alone", cause: why,
                hint: "look again: taskops plan", location: change.place))
    }
}
