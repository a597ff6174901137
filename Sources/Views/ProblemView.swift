package import Basics
package import Terminal

/// A problem on one line of standard error.
package enum ProblemView {
    package static func line(_ problem: Problem) -> StyledText {
        var line: StyledText = "\("taskops:", .bad) "
        if let location = problem.location { line += "\(location.description, .strong): " }
        line += StyledText(oneLine(problem.summary))
        if let cause = cause(of: problem) { line += StyledText(": \(cause)") }
        if let hint = problem.hint { line += StyledText("; \(oneLine(hint))", .faint) }
        return line
    }

    /// Another system's words on one line, without the full stop at their end where ours go on behind them.
    static func cause(of problem: Problem) -> String? {
        guard var cause = problem.cause.map(oneLine) else { return nil }
        if problem.hint != nil, cause.hasSuffix("."), !cause.hasSuffix("..") { cause.removeLast() }
        return cause
    }

    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
