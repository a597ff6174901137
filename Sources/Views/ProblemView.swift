package import Basics
package import Terminal

/// A problem on one line of standard error.
package enum ProblemView {
    package static func line(_ problem: Problem) -> StyledText {
        var line: StyledText = "\("taskops:", .bad) "
        if let location = problem.location { line += "\(location.description, .strong): " }
        line += StyledText(oneLine(problem.summary))
        if let cause = problem.cause { line += StyledText(": \(oneLine(cause))") }
        if let hint = problem.hint { line += StyledText("; \(oneLine(hint))", .faint) }
        return line
    }

    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
