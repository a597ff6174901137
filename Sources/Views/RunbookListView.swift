package import Terminal

/// The pages there are, each with what it begins with.
package enum RunbookListView {
    package static func lines(_ pages: [(name: String, firstLine: String)], on profile: TerminalProfile) -> [StyledText] {
        let width = pages.map { displayWidth(of: $0.name) }.max() ?? 0
        return pages.map { page in
            let line: StyledText = "\(StyledText(page.name, .strong).padded(to: width))  \(page.firstLine)"
            guard profile.isTerminal, let columns = profile.width else { return line }
            return line.truncated(to: columns, ellipsis: profile.hasUnicode ? "…" : "...")
        }
    }
}
