import Basics

/// Keeps bound values out of what the server says about them, such as `invalid input syntax for type uuid: "…"`.
enum Redaction {
    /// Long values are starred wherever they stand. Short ones (a `5`, a `t`) would tear ordinary words apart, so
    /// they are starred only between quotes or parentheses, where PostgreSQL puts what it quotes.
    static func redact(_ text: String, values: [Secret<String?>]) -> String {
        let exposed = Set(values.compactMap(\.exposed)).filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        return exposed.reduce(text) { text, value in
            if value.count > 3 { return replace(value, in: text, by: "****") }
            return [("\"", "\""), ("'", "'"), ("(", ")")].reduce(text) { text, quotes in
                replace(quotes.0 + value + quotes.1, in: text, by: "\(quotes.0)****\(quotes.1)")
            }
        }
    }

    /// On UTF-8 bytes, because a value may begin or end with a combining character.
    private static func replace(_ value: String, in text: String, by replacement: String) -> String {
        let needle = Array(value.utf8)
        let hay = Array(text.utf8)
        guard needle.count <= hay.count else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < hay.count {
            if index + needle.count <= hay.count, hay[index..<index + needle.count].elementsEqual(needle) {
                result += Array(replacement.utf8)
                index += needle.count
            } else {
                result.append(hay[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
