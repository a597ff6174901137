/// How a canary's row is told from people's tasks: `created_by` holds the mark of the stack that sent it.
///
/// Everything that deletes rows carries the mark in its WHERE clause, so a wrong id can never reach a real task.
package struct CanaryMark: Sendable, Hashable, CustomStringConvertible {
    package let author: String

    private static let prefix = "taskops-canary/"

    package init(stack: String) {
        author = Self.prefix + stack
    }

    /// Whether somebody who changes a task is a canary, of whatever stack.
    package static func isBorne(by author: String) -> Bool {
        author.hasPrefix(prefix)
    }

    package var description: String { author }

    /// Long enough after its creation that no run can still be waiting for a row. `taskops canary` sweeps what is older.
    package static let leftoverAge: Duration = .seconds(3600)
}
