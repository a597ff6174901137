/// Text with `${names}` in it, as the files of a stack have it.
package enum VariableText {
    package enum Flaw: Error, Sendable, Hashable {
        /// Nobody knows the name.
        case unknown(String)
        /// A `${` without its `}`.
        case unclosed
    }

    /// The text with every `${name}` replaced, and `$${` turned into `${`.
    ///
    /// - Parameters:
    ///   - isKept: whether what stands between the braces is somebody else's and stays as it is.
    ///   - value: nil for a name it does not know.
    package static func filled(
        _ text: String, keeping isKept: (String) -> Bool = { _ in false }, _ value: (String) -> String?
    ) throws(Flaw) -> String {
        // Most text has none, and there is much of it.
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var filled = ""
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            filled += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                filled += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let close = rest.firstIndex(of: "}") else { throw .unclosed }
                let name = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<close])
                if isKept(name) {
                    filled += rest[...close]
                } else {
                    guard let value = value(name) else { throw .unknown(name) }
                    filled += value
                }
                rest = rest[rest.index(after: close)...]
            } else {
                filled.append("$")
                rest = rest.dropFirst()
            }
        }
        return filled + rest
    }
}
