import ArgumentParser
import Basics

/// What ArgumentParser does not understand, as a problem of one line like every other.
///
/// Its own answer has three lines or more, and the longest of them, the command's whole usage, says least of what is
/// wrong.
enum UsageProblem {
    /// - Returns: nil where `error` is not about the words typed: help was asked for, or the command has reported itself.
    static func describing(_ error: any Error, in words: [String]) -> Problem? {
        guard !(error is ExitCode), TaskopsCommand.exitCode(for: error) == .validationFailure else { return nil }
        let parts = TaskopsCommand.message(for: error).split(separator: ". Did you mean ", maxSplits: 1)
        let named = NamedCommand(in: words)
        let meant = parts.count > 1 ? String(parts[1]) : named.suggestion.map { "\($0)?" }
        return Problem(
            .usage, sentence(parts.first ?? ""), hint: meant.map { "did you mean \($0)" } ?? "\(named.path) --help")
    }

    /// One sentence without a full stop at its end, as problems have it.
    private static func sentence(_ message: Substring) -> String {
        let message = message.hasSuffix(".") ? message.dropLast() : message
        return message.prefix(1).lowercased() + message.dropFirst()
    }
}

/// The command that the first words of a command line name.
private struct NamedCommand {
    /// As it is typed: `taskops sandbox up`.
    private(set) var path = TaskopsCommand._commandName
    /// The same with the command that was probably meant, where the next word is the name of none.
    private(set) var suggestion: String?

    init(in words: [String]) {
        var commands = TaskopsCommand.configuration.subcommands
        for word in words {
            guard let command = commands.first(where: { $0._commandName == word }) else {
                suggestion = closestMatch(to: word, among: commands.map { $0._commandName }).map { "\(path) \($0)" }
                return
            }
            path += " \(word)"
            commands = command.configuration.subcommands
        }
    }
}
