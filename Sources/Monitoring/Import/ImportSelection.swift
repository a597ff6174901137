/// What of the live things is to be written into files.
package enum ImportSelection: Sendable, Hashable {
    /// What carries the stack's tag.
    case stack
    /// What begins so, whoever made it.
    case prefix(String)
    /// Names, or patterns with `*`.
    case names([String])

    func takes(_ other: LiveState.Other, of stack: String) -> Bool {
        switch self {
        case .stack: other.tags?[DesiredState.tagKey] == stack
        case .prefix(let prefix): other.id.name.hasPrefix(prefix)
        case .names(let names): names.contains { NamePattern.matches($0, other.id.name) }
        }
    }

    /// Those that nothing has.
    func missing(from ids: [ResourceID]) -> [String] {
        guard case .names(let names) = self else { return [] }
        return names.filter { name in !ids.contains { NamePattern.matches(name, $0.name) } }
    }
}
