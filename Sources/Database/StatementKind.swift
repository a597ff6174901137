/// The first word of a statement: what errors call it, and what decides whether a lost answer leaves a doubt.
package struct StatementKind: Sendable, Hashable, CustomStringConvertible {
    /// Upper case, for example `SELECT`; empty for a statement without a word.
    package let word: String

    package var description: String { word.isEmpty ? "statement" : word }

    package init(word: String) {
        self.word = word
    }

    /// Reads the first word, past white space, opening parentheses and comments.
    package init(of sql: String) {
        var rest = Substring(sql)
        while let first = rest.first {
            if first.isWhitespace || first == "(" || first == ";" {
                rest.removeFirst()
            } else if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                rest = StatementKind.afterBlockComment(rest)
            } else {
                break
            }
        }
        word = rest.prefix { $0.isLetter }.uppercased()
    }

    /// Block comments nest in SQL.
    private static func afterBlockComment(_ text: Substring) -> Substring {
        var rest = text.dropFirst(2)
        var depth = 1
        while depth > 0, !rest.isEmpty {
            if rest.hasPrefix("*/") {
                depth -= 1
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("/*") {
                depth += 1
                rest = rest.dropFirst(2)
            } else {
                rest = rest.dropFirst()
            }
        }
        return rest
    }

    /// It asks the server to keep what the transaction did.
    package var commits: Bool { word == "COMMIT" || word == "END" }

    /// It cannot change anything that outlives its transaction. `WITH` is not among them: it may hold an `INSERT`.
    package var onlyReads: Bool {
        ["SELECT", "SHOW", "VALUES", "TABLE", "BEGIN", "START", "ROLLBACK", "ABORT", "SET", "RESET"].contains(word)
    }
}
