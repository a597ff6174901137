package import Sandbox
package import Terminal

/// What the local stack reports, a line per step.
package enum SandboxView {
    /// What is shown while a step runs.
    package static func progress(_ event: SandboxEvent) -> StyledText {
        "\(event.step, .strong)  \(event.detail ?? "starting", .faint)"
    }

    /// What stays on the screen when a step has ended; nil while it runs.
    package static func line(_ event: SandboxEvent) -> StyledText? {
        let word: StyledText
        switch event.state {
        case .listed: return StyledText(event.step)
        case .broken: return "\(StyledText(event.step, .strong).padded(to: 28))  \("broken", .bad)  \(event.detail ?? "")"
        case .mended: return "\(StyledText(event.step, .strong).padded(to: 28))  \("mended", .good)  \(event.detail ?? "")"
        case .holds: return "\(StyledText(event.step, .strong).padded(to: 28))  \("holds", .warning)   \(event.detail ?? "")"
        case .starting, .stopping: return nil
        case .ready: word = StyledText("ready", .good)
        case .stopped: word = StyledText("stopped", .faint)
        case .failed where event.step == "usage": return nil
        case .failed: word = StyledText("failed", .bad)
        }
        var line: StyledText = "\(StyledText(event.step, .strong).padded(to: 18))  \(word.padded(to: 7))"
        if let seconds = event.seconds {
            line += StyledText(milliseconds(seconds * 1000), .faint).padded(to: 9, alignment: .right)
        } else {
            line += StyledText("").padded(to: 9)
        }
        if let detail = event.detail ?? event.summary { line += "  \(detail)" }
        return line
    }
}

extension SandboxView {
    package static let invitation: StyledText = "\("the local stack is up", .good): taskops --sandbox canary"

    /// Shell lines that take away what would lead elsewhere and set the variables; each value is quoted, so that no
    /// character of it means anything.
    package static func exports(_ variables: [String: String], unsetting names: [String] = []) -> [StyledText] {
        names.sorted().map { StyledText("unset \($0)") }
            + variables.sorted { $0.key < $1.key }.map { name, value in
                StyledText("export \(name)='\(value.replacing("'", with: #"'\''"#))'")
            }
    }
}
