/// The only place that knows colours and escapes.
package enum Theme {
    package static func render(_ text: StyledText, on profile: TerminalProfile) -> String {
        text.spans.map { span in
            let codes = profile.hasColor ? codes(of: span.tag) : ""
            let words = harmless(span.text)
            return codes.isEmpty ? words : "\u{1B}[\(codes)m\(words)\u{1B}[0m"
        }.joined()
    }

    /// Text may come from logs and from other people's systems: nothing in it may steer the terminal.
    static func harmless(_ text: String, keepingTabs: Bool = false) -> String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            (scalar.value < 0x20 && scalar != "\n" && !(keepingTabs && scalar == "\t")) || (0x7f...0x9f).contains(scalar.value)
        }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
    }

    /// SGR parameters out of the sixteen colours every terminal has, so that people's own palettes hold.
    private static func codes(of tag: StyledText.Tag) -> String {
        switch tag {
        case .plain: ""
        case .good: "32"
        case .bad: "1;31"
        case .warning: "33"
        case .faint, .graph: "2"
        case .strong, .heading: "1"
        case .changed(let tag): [codes(of: tag), "7"].filter { !$0.isEmpty }.joined(separator: ";")
        case .name(let name): nameColors[Int(stableHash(name) % UInt64(nameColors.count))]
        }
    }

    /// Neither red, yellow nor green: those already mean something.
    private static let nameColors = ["36", "35", "34", "96", "95", "94"]

    /// FNV-1a: Swift's own hashes differ from run to run, and a name should not change its colour overnight.
    private static func stableHash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
