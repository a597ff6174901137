import Basics

/// Splits SQL at its top-level semicolons and collects the comments that mean something.
///
/// It knows just enough SQL to tell where a semicolon is not one: quotes, quoted names, dollar quotes, comments.
struct SchemaScanner {
    private let characters: [Character]
    private let path: String
    private var position = 0
    private var line = 1

    init(_ text: String, path: String) {
        characters = Array(text)
        self.path = path
    }

    /// - Throws: ``Problem`` for an unfinished quote or statement, or a comment whose word is not known.
    mutating func statements() throws -> (statements: [SchemaStatement], runsAlways: Bool) {
        var found: [SchemaStatement] = []
        var conditions: [String: String] = [:]
        var runsAlways = false
        var text = ""
        var firstLine = 0
        while position < characters.count {
            let character = characters[position]
            if starts(with: "--") {
                let comment = restOfLine()
                // Inside a statement a comment is only a comment.
                if text.isEmpty, let directive = try directive(comment) {
                    switch directive.word {
                    case "run" where !found.isEmpty:
                        throw problem("run: always belongs above the first statement")
                    case "run": runsAlways = true
                    case _ where conditions[directive.word] != nil:
                        throw problem("a statement has at most one `\(directive.word)`")
                    default: conditions[directive.word] = directive.rest
                    }
                }
            } else if starts(with: "/*") {
                try skip(to: "*/", what: "comment")
            } else if character == ";" {
                advance()
                let statement = trimmed(text)
                if statement.isEmpty { throw problem("a statement is missing before this `;`") }
                found.append(
                    SchemaStatement(
                        text: statement, skipWhen: conditions["skip when"], doneWhen: conditions["done when"], line: firstLine))
                text = ""
                conditions = [:]
            } else if text.isEmpty, character.isWhitespace {
                advance()
            } else {
                if text.isEmpty { firstLine = line }
                text += try piece()
            }
        }
        guard trimmed(text).isEmpty else {
            throw Problem(
                .configuration, "the last statement has no `;` at its end",
                location: .init(file: path, line: firstLine))
        }
        guard conditions.isEmpty else { throw problem("a `when:` comment stands above no statement") }
        return (found, runsAlways)
    }

    // MARK: -

    private func problem(_ summary: String) -> Problem {
        Problem(
            .configuration, summary, hint: "schema/README.md says how a file is read", location: .init(file: path, line: line))
    }

    private func starts(with prefix: String) -> Bool {
        characters[position...].starts(with: prefix)
    }

    private mutating func advance() {
        if characters[position].isNewline { line += 1 }
        position += 1
    }

    private mutating func restOfLine() -> String {
        var text = ""
        while position < characters.count, !characters[position].isNewline {
            text.append(characters[position])
            position += 1
        }
        return text
    }

    /// The next quoted thing or single character, as it stands.
    private mutating func piece() throws -> String {
        let begin = position
        switch characters[position] {
        case "'":
            advance()
            try skip(to: "'", what: "text")
        case "\"":
            advance()
            try skip(to: "\"", what: "quoted name")
        case "$":
            let tag = dollarTag()
            if let tag {
                position += tag.count
                try skip(to: tag, what: "dollar-quoted text")
            } else {
                advance()
            }
        default:
            advance()
        }
        return String(characters[begin..<position])
    }

    /// `$$` or `$name$` at this place. `${variable}` is none.
    private func dollarTag() -> String? {
        var end = position + 1
        while end < characters.count, characters[end].isLetter || characters[end].isWholeNumber || characters[end] == "_" {
            end += 1
        }
        guard end < characters.count, characters[end] == "$" else { return nil }
        return String(characters[position...end])
    }

    private mutating func skip(to end: String, what: String) throws {
        let begin = line
        while position < characters.count {
            if starts(with: end) {
                position += end.count
                return
            }
            advance()
        }
        throw Problem(
            .configuration, "a \(what) that begins here has no end", location: .init(file: path, line: begin))
    }

    /// `-- word: rest` with a word that means something; nil for a comment to people.
    private func directive(_ comment: String) throws -> (word: String, rest: String)? {
        let text = trimmed(String(comment.drop { $0 == "-" }))
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let word = String(text[..<colon])
        let rest = trimmed(String(text[text.index(after: colon)...]))
        switch word {
        case "run":
            guard rest == "always" else { throw problem("`run:` can only be `run: always`") }
            return (word, rest)
        case "skip when", "done when":
            guard rest.uppercased().hasPrefix("SELECT "), !rest.contains(";") else {
                throw problem("`\(word):` takes one SELECT without `;`")
            }
            return (word, rest)
        case _ where word.hasSuffix(" when"):
            throw problem("unknown condition `\(word)`: there are `skip when` and `done when`")
        default:
            return nil
        }
    }
}

private func trimmed(_ text: String) -> String {
    guard let first = text.firstIndex(where: { !$0.isWhitespace }), let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
}
