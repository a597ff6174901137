import Basics

/// Parses a query of Metrics Insights: `SELECT FUNCTION(metric) FROM namespace | SCHEMA(…) [WHERE …] [GROUP BY …]
/// [ORDER BY FUNCTION() [ASC|DESC]] [LIMIT n]`.
///
/// Source: CloudWatch user guide, "Metrics Insights query components and syntax".
struct MetricsInsights {
    private(set) var metric = ""
    private(set) var namespace = ""
    /// Of SCHEMA; nil without one.
    private(set) var dimensions: [String]?
    private(set) var groups: [String] = []

    private struct Token: Hashable {
        enum Kind: Hashable { case word, quoted, text, sign }
        var kind: Kind
        var text: String
        var offset: Int
    }

    private var tokens: [Token] = []
    private let length: Int
    private var next = 0

    private static let functions = ["AVG", "COUNT", "MAX", "MIN", "SUM"]

    /// Whether an expression is a query rather than metric math.
    static func isOne(_ text: String) -> Bool {
        let words = text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
        return words.uppercased() == "SELECT"
    }

    init(_ text: String) throws(LanguageError) {
        length = text.count
        tokens = try Self.scan(text)
        try keyword("SELECT")
        let function = try function()
        guard let name = take(.word, .quoted) else {
            throw LanguageError("\(function)() needs the name of a metric", at: offset)
        }
        metric = name.text
        try sign(")")
        try keyword("FROM")
        try source()
        if skip("WHERE") { try conditions(0) }
        if skip("GROUP") {
            try keyword("BY")
            groups = try names("GROUP BY")
        }
        if skip("ORDER") {
            try keyword("BY")
            _ = try self.function()
            try sign(")")
            _ = skip("ASC") || skip("DESC")
        }
        if skip("LIMIT") {
            guard let number = take(.word), let limit = Int(number.text), (1...500).contains(limit) else {
                throw LanguageError("LIMIT takes a number from 1 to 500", at: offset)
            }
        }
        if next < tokens.count {
            let rest = tokens[next]
            let near = closestMatch(to: rest.text.uppercased(), among: ["WHERE", "GROUP", "ORDER", "LIMIT", "FROM"])
            throw LanguageError(
                "`\(rest.text)` is not expected here", hint: near.map { "did you mean \($0)?" } ?? Self.orderHint,
                at: rest.offset)
        }
    }

    private static let orderHint = "the order is SELECT, FROM, WHERE, GROUP BY, ORDER BY, LIMIT"

    // MARK: - Clauses

    /// The function's name, and its parenthesis.
    private mutating func function() throws(LanguageError) -> String {
        guard let word = take(.word) else { throw LanguageError("a function is due: AVG, COUNT, MAX, MIN or SUM", at: offset) }
        guard Self.functions.contains(word.text.uppercased()) else {
            let near = closestMatch(to: word.text.uppercased(), among: Self.functions).map { "did you mean \($0)?" }
            throw LanguageError(
                "Metrics Insights has no function `\(word.text)`",
                hint: near ?? "one of \(Self.functions.joined(separator: ", "))",
                at: word.offset)
        }
        try sign("(")
        return word.text.uppercased()
    }

    private mutating func source() throws(LanguageError) {
        if skip("SCHEMA") {
            try sign("(")
            var all = try names("SCHEMA")
            try sign(")")
            namespace = all.removeFirst()
            dimensions = all
            return
        }
        guard let name = take(.word, .quoted) else {
            let isText = next < tokens.count && tokens[next].kind == .text
            throw LanguageError(
                "FROM needs a namespace",
                hint: isText ? "a name stands in double quotes: \"AWS/Lambda\"" : "such as \"AWS/Lambda\"",
                at: offset)
        }
        namespace = name.text
        if name.kind == .word, next < tokens.count, tokens[next].text == "/" {
            throw LanguageError(
                "a namespace with a slash stands in double quotes", hint: "\"\(name.text)/…\"", at: name.offset)
        }
    }

    private mutating func conditions(_ depth: Int) throws(LanguageError) {
        guard depth < 50 else { throw LanguageError("it is nested too deep", at: offset) }
        repeat {
            if isSign("(") {
                next += 1
                try conditions(depth + 1)
                try sign(")")
                continue
            }
            guard let key = take(.word, .quoted) else { throw LanguageError("a label's name is due here", at: offset) }
            if skip("NOT") || isWord("IN") {
                try keyword("IN")
                try sign("(")
                repeat { try label(key.text) } while skipSign(",")
                try sign(")")
                continue
            }
            guard skipSign("=") || skipSign("!=") || skipSign("<") || skipSign(">") || skipSign("<=") || skipSign(">=") else {
                throw LanguageError("an operator such as = or != is due behind \(key.text)", at: offset)
            }
            try label(key.text)
        } while skip("AND") || skip("OR")
    }

    private mutating func label(_ key: String) throws(LanguageError) {
        guard take(.text) == nil else { return }
        throw LanguageError("the value of \(key) must stand in single quotes", hint: "such as \(key) = 'name'", at: offset)
    }

    private mutating func names(_ what: String) throws(LanguageError) -> [String] {
        var names: [String] = []
        repeat {
            guard let name = take(.word, .quoted) else { throw LanguageError("\(what) needs a name here", at: offset) }
            names.append(name.text)
        } while skipSign(",")
        return names
    }

    // MARK: - Tokens

    private var offset: Int { next < tokens.count ? tokens[next].offset : length }
    private func isWord(_ word: String) -> Bool {
        next < tokens.count && tokens[next].kind == .word && tokens[next].text.uppercased() == word
    }
    private func isSign(_ sign: String) -> Bool {
        next < tokens.count && tokens[next].kind == .sign && tokens[next].text == sign
    }

    private static let keywords: Set<String> = ["SELECT", "FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "BY", "AND"]

    /// The next token if it is of such a kind; a keyword is no name.
    private mutating func take(_ kinds: Token.Kind...) -> Token? {
        guard next < tokens.count, kinds.contains(tokens[next].kind) else { return nil }
        if tokens[next].kind == .word, Self.keywords.contains(tokens[next].text.uppercased()) { return nil }
        next += 1
        return tokens[next - 1]
    }

    private mutating func skip(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        next += 1
        return true
    }

    private mutating func skipSign(_ sign: String) -> Bool {
        guard isSign(sign) else { return false }
        next += 1
        return true
    }

    private mutating func keyword(_ word: String) throws(LanguageError) {
        guard !skip(word) else { return }
        let found = next < tokens.count ? tokens[next].text : nil
        let isSlip = found.map { closestMatch(to: $0.uppercased(), among: [word]) != nil } ?? false
        throw LanguageError(
            "\(word) is due here" + (found.map { ", not `\($0)`" } ?? ""),
            hint: isSlip ? "did you mean \(word)?" : Self.orderHint, at: offset)
    }

    private mutating func sign(_ sign: String) throws(LanguageError) {
        guard !skipSign(sign) else { return }
        throw LanguageError("`\(sign)` is due here", at: offset)
    }

    private static func scan(_ text: String) throws(LanguageError) -> [Token] {
        let letters = Array(text)
        var tokens: [Token] = []
        var next = 0
        while next < letters.count {
            let begin = next
            let letter = letters[next]
            if letter.isWhitespace {
                next += 1
            } else if letter == "'" || letter == "\"" {
                var content = ""
                next += 1
                while next < letters.count, letters[next] != letter {
                    if letters[next] == "\\", next + 1 < letters.count { next += 1 }
                    content.append(letters[next])
                    next += 1
                }
                guard next < letters.count else { throw LanguageError("a quote without its end", at: begin) }
                next += 1
                tokens.append(Token(kind: letter == "'" ? .text : .quoted, text: content, offset: begin))
            } else if letter.isLetter || letter.isNumber || letter == "_" {
                while next < letters.count, letters[next].isLetter || letters[next].isNumber || "_.".contains(letters[next]) {
                    next += 1
                }
                tokens.append(Token(kind: .word, text: String(letters[begin..<next]), offset: begin))
            } else {
                let two = String(letters[next..<min(next + 2, letters.count)])
                let sign = ["!=", "<=", ">="].contains(two) ? two : String(letter)
                next += sign.count
                tokens.append(Token(kind: .sign, text: sign, offset: begin))
            }
        }
        return tokens
    }
}
