/// What a stream can show, decided once at the start and handed down. It changes the clothes, never the facts.
package struct TerminalProfile: Sendable, Hashable {
    package enum ColorChoice: String, Sendable, CaseIterable {
        case auto, always, never
    }

    package var isTerminal: Bool
    package var hasColor: Bool
    /// Whether letters beyond ASCII can be drawn.
    package var hasUnicode: Bool
    /// Columns; nil for a pipe, where lines are as long as they are.
    package var width: Int?
    /// Lines; nil for a pipe, and where the terminal does not say.
    package var height: Int?

    package init(isTerminal: Bool, hasColor: Bool, hasUnicode: Bool, width: Int?, height: Int? = nil) {
        self.isTerminal = isTerminal
        self.hasColor = hasColor
        self.hasUnicode = hasUnicode
        self.width = width
        self.height = height
    }

    /// - Parameters:
    ///   - columns: what the terminal itself says, nil when it does not; the same for `rows`.
    ///   - variables: the process's environment. `NO_COLOR` (no-color.org), `CLICOLOR_FORCE`, `TERM`, `COLUMNS`, `LINES`, `LC_ALL`, `LC_CTYPE`, `LANG` are looked at.
    package init(
        isTerminal: Bool, columns: Int?, rows: Int? = nil, variables: [String: String], color: ColorChoice
    ) {
        func isSet(_ name: String) -> Bool { variables[name].map { !$0.isEmpty } ?? false }
        let colorByItself =
            if isSet("NO_COLOR") { false } else if isSet("CLICOLOR_FORCE"), variables["CLICOLOR_FORCE"] != "0" { true } else {
                isTerminal && variables["TERM"] != "dumb" && isSet("TERM")
            }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { variables[$0] }.first { !$0.isEmpty } ?? ""
        // `en_US.UTF-8@euro`: the character set stands between the dot and the at sign; macOS may say just `UTF-8`.
        let characterSet = locale.prefix { $0 != "@" }.split(separator: ".").last?.uppercased()
        func number(_ name: String) -> Int? { variables[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
        let asked = number("COLUMNS")
        self.init(
            isTerminal: isTerminal,
            hasColor: color == .always || color == .auto && colorByItself,
            hasUnicode: characterSet == "UTF-8" || characterSet == "UTF8",
            width: isTerminal ? max(20, asked ?? columns ?? 80) : asked.map { max(20, $0) },
            height: isTerminal ? number("LINES") ?? rows : nil)
    }
}
