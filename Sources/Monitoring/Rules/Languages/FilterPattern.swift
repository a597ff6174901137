import Basics

/// Parses a filter pattern of CloudWatch Logs: terms, `{ $.field = value }`, or `[fields, of, a, line]`.
///
/// Source: CloudWatch Logs user guide, "Filter pattern syntax".
struct FilterPattern {
    /// Regular expressions in it: a pattern takes two.
    private(set) var expressions = 0

    private let letters: [Character]
    private var next = 0

    init(_ text: String) throws(LanguageError) {
        letters = Array(text)
        skipSpace()
        switch peek {
        case "{": try object()
        case "[": try line()
        default: try terms()
        }
        if expressions > 2 {
            throw LanguageError("a pattern takes two regular expressions, and this has \(expressions)", at: 0)
        }
    }

    // MARK: - { $.field = value && … }

    private mutating func object() throws(LanguageError) {
        next += 1
        skipSpace()
        try conditions(0)
        guard skip("}") else { throw due("`}`") }
        guard next == letters.count else { throw LanguageError("something follows the closing }", at: next) }
    }

    private mutating func conditions(_ depth: Int) throws(LanguageError) {
        guard depth < 100 else { throw LanguageError("it is nested too deep", at: next) }
        repeat {
            if skip("(") {
                try conditions(depth + 1)
                guard skip(")") else { throw due("`)`") }
            } else {
                try selector()
                try comparison()
            }
        } while skip("&&") || skip("||")
    }

    private mutating func selector() throws(LanguageError) {
        guard peek == "$" else {
            throw LanguageError("a field begins with $.", hint: "such as { $.level = \"error\" }", at: next)
        }
        let begin = next
        var isQuoted = false
        while let letter = peek {
            if letter == "'" || letter == "\"" { isQuoted.toggle() }
            if !isQuoted, letter.isWhitespace || "=!<>)&|}".contains(letter) { break }
            next += 1
        }
        guard next - begin > 1, letters[begin + 1] == "." || letters[begin + 1] == "[" else {
            throw LanguageError("a field begins with $.", hint: "such as $.level", at: begin)
        }
        skipSpace()
    }

    private mutating func comparison() throws(LanguageError) {
        let begin = next
        if let letter = peek, letter.isLetter {
            let word = self.word().uppercased()
            if word == "EXISTS" { return }
            let second = self.word().uppercased()
            let isOne =
                word == "NOT" && second == "EXISTS" || word == "IS" && ["NULL", "TRUE", "FALSE", "NOT"].contains(second)
            guard isOne else {
                throw LanguageError(
                    "`\(word)` is no comparison", hint: "=, !=, <, >, <=, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS", at: begin
                )
            }
            if second == "NOT" { _ = self.word() }
            return
        }
        guard skip("!=") || skip("<=") || skip(">=") || skip("=") || skip("<") || skip(">") else { throw due("a comparison") }
        if peek == "=" { throw LanguageError("equal is written with one =", at: next - 1) }
        try value(endingAt: "&|)}")
    }

    // MARK: - [ip, status = 4*, …]

    private mutating func line() throws(LanguageError) {
        next += 1
        skipSpace()
        repeat {
            if skip("...") { continue }
            let begin = next
            guard let first = peek, first.isLetter || first == "_" else { throw due("a field's name") }
            _ = word()
            while peek != ",", peek != "]", peek != nil {
                if skip("!=") || skip("<=") || skip(">=") || skip("=") || skip("<") || skip(">") {
                    try value(endingAt: ",]&|")
                } else if skip("&&") || skip("||") {
                    guard let letter = peek, letter.isLetter || letter == "_" else { throw due("a field's name") }
                    _ = word()
                } else {
                    throw LanguageError("fields are parted by commas", at: next)
                }
            }
            if next == begin { break }
        } while skip(",")
        guard skip("]") else { throw due("`]`") }
        guard next == letters.count else { throw LanguageError("something follows the closing ]", at: next) }
    }

    // MARK: - terms

    private mutating func terms() throws(LanguageError) {
        while let letter = peek {
            let begin = next
            if letter == "?" || letter == "-" { next += 1 }
            switch peek {
            case "\"": try quoted()
            case "%": try expression()
            case nil, " ": throw LanguageError("a term is due behind `\(letter)`", at: begin)
            default:
                while let letter = peek, !letter.isWhitespace {
                    if letter == "\"" {
                        throw LanguageError("a quote stands within a term", hint: "put the whole term in quotes", at: next)
                    }
                    next += 1
                }
            }
            skipSpace()
        }
    }

    // MARK: - Values

    private mutating func value(endingAt ends: String) throws(LanguageError) {
        switch peek {
        case "\"": try quoted()
        case "%": try expression()
        default:
            let begin = next
            while let letter = peek, !letter.isWhitespace, !ends.contains(letter) {
                if letter == "\"" {
                    throw LanguageError("a quote stands within a value", hint: "put the whole value in quotes", at: next)
                }
                next += 1
            }
            guard next > begin else { throw due("a value") }
        }
        skipSpace()
    }

    private mutating func quoted() throws(LanguageError) {
        let begin = next
        next += 1
        while let letter = peek, letter != "\"" { next += letter == "\\" ? 2 : 1 }
        guard peek == "\"" else { throw LanguageError("a quote without its end", at: begin) }
        next += 1
    }

    private mutating func expression() throws(LanguageError) {
        let begin = next
        next += 1
        while let letter = peek, letter != "%" { next += letter == "\\" ? 2 : 1 }
        guard peek == "%" else {
            throw LanguageError("a regular expression stands between two %", hint: "or put the term in quotes", at: begin)
        }
        next += 1
        expressions += 1
    }

    // MARK: - Letters

    private var peek: Character? { next < letters.count ? letters[next] : nil }

    private mutating func skipSpace() { while let letter = peek, letter.isWhitespace { next += 1 } }

    private mutating func word() -> String {
        let begin = next
        while let letter = peek, letter.isLetter || letter.isNumber || "_-.".contains(letter) { next += 1 }
        let word = String(letters[begin..<next])
        skipSpace()
        return word
    }

    private mutating func skip(_ sign: String) -> Bool {
        guard letters[min(next, letters.count)...].starts(with: sign) else { return false }
        next += sign.count
        skipSpace()
        return true
    }

    private func due(_ what: String) -> LanguageError {
        LanguageError("\(what) is due" + (next < letters.count ? " here" : " at the pattern's end"), at: next)
    }
}
