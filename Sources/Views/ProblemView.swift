package import Basics
package import Terminal

/// A problem on one line of standard error.
package enum ProblemView {
    package static func line(_ problem: Problem) -> StyledText {
        var line: StyledText = "\("taskops:", .bad) "
        if let location = problem.location { line += "\(location.description, .strong): " }
        line += StyledText(problem.summary.onOneLine)
        if let cause = problem.causeInLine { line += StyledText(": \(cause)") }
        if let hint = problem.hint { line += StyledText("; \(hint.onOneLine)", .faint) }
        return line
    }
}
