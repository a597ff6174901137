import Basics
import Findings
import Status
import Terminal

/// A health as a mark, a word and a colour: the mark and the word say it without the colour.
extension Health {
    func mark(on profile: TerminalProfile) -> StyledText {
        StyledText(symbol(unicode: profile.hasUnicode), tag)
    }

    var word: StyledText { StyledText(rawValue, tag) }

    var tag: StyledText.Tag {
        switch self {
        case .healthy: .good
        case .degraded, .unknown: .warning
        case .unhealthy: .bad
        }
    }

    func symbol(unicode: Bool) -> String {
        switch self {
        case .healthy: unicode ? "✓" : "."
        case .degraded: "!"
        case .unknown: "?"
        case .unhealthy: unicode ? "✗" : "x"
        }
    }
}

extension TerminalProfile {
    /// What lines are cut or broken to: nothing in a pipe, whatever `COLUMNS` says there.
    var lineWidth: Int { isTerminal ? width ?? 80 : .max }
    var arrow: String { hasUnicode ? "→" : "->" }
    var ellipsis: String { hasUnicode ? "…" : "..." }

    /// The next command, on a line of its own however long it is: it is there to be copied.
    func command(_ text: String, indent: Int = 4) -> StyledText {
        "\(String(repeating: " ", count: indent))\(arrow, .faint) \(text.onOneLine)"
    }
}
