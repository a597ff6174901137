import Basics

/// Parses a composite alarm's rule.
///
/// Source: PutCompositeAlarm, `AlarmRule`: `ALARM(name)`, `OK(name)`, `INSUFFICIENT_DATA(name)`, TRUE, FALSE, AND, OR,
/// NOT, parentheses, names with or without double quotes; and `AT_LEAST(n | p%, [NOT] STATE, (names))` of November 2025.
struct AlarmRule {
    /// Every alarm named, a name or an ARN, with the letters before it; in the order of the rule.
    private(set) var children: [(name: String, offset: Int)] = []
    /// Child alarms, TRUE, FALSE and parentheses: AWS takes 500.
    private(set) var elements = 0

    private let letters: [Character]
    private var next = 0
    private static let states = ["ALARM", "OK", "INSUFFICIENT_DATA"]
    private static let words = states + ["TRUE", "FALSE", "AND", "OR", "NOT", "AT_LEAST"]

    init(_ text: String) throws(LanguageError) {
        letters = Array(text)
        skipSpace()
        guard next < letters.count else { throw LanguageError("the rule is empty", at: 0) }
        try either(0)
        if next < letters.count { throw unexpected("AND or OR is due here") }
    }

    // MARK: - Grammar

    private mutating func either(_ depth: Int) throws(LanguageError) {
        guard depth < 200 else { throw LanguageError("it is nested too deep", at: next) }
        try both(depth)
        while skip("OR") { try both(depth) }
    }

    private mutating func both(_ depth: Int) throws(LanguageError) {
        try one(depth)
        while skip("AND") { try one(depth) }
    }

    private mutating func one(_ depth: Int) throws(LanguageError) {
        while skip("NOT") {}
        let begin = next
        if skipLetter("(") {
            elements += 1
            try either(depth + 1)
            guard skipLetter(")") else { throw unexpected("`)` is missing", hint: "it closes what opens at letter \(begin + 1)") }
            return
        }
        let word = self.word()
        switch word {
        case let state where Self.states.contains(state):
            guard skipLetter("(") else { throw unexpected("`(` is due behind \(state)", hint: "\(state)(\"name\")") }
            elements += 1
            children.append(try name(until: ")"))
            guard skipLetter(")") else { throw unexpected("`)` is missing behind the alarm's name") }
        case "AT_LEAST": try atLeast(begin)
        case let word where ["TRUE", "FALSE"].contains(word.uppercased()): elements += 1
        case "":
            throw unexpected(
                next < letters.count ? "`\(letters[next])` is not expected here" : "the rule ends where an alarm is due")
        case let word:
            let near = closestMatch(to: word.uppercased(), among: Self.words).map { "did you mean \($0)?" }
            next = begin
            throw LanguageError(
                "`\(word)` is no part of a rule", hint: near ?? "an alarm stands in a state: ALARM(\"\(word)\")", at: begin)
        }
    }

    private mutating func atLeast(_ begin: Int) throws(LanguageError) {
        guard skipLetter("(") else { throw unexpected("`(` is due behind AT_LEAST") }
        var digits = ""
        while next < letters.count, letters[next].isASCII, letters[next].isNumber {
            digits.append(letters[next])
            next += 1
        }
        let isShare = skipLetter("%")
        skipSpace()
        guard let count = Int(digits), count > 0, !isShare || count <= 100 else {
            throw unexpected("AT_LEAST begins with a number or a share", hint: "AT_LEAST(2, ALARM, (a, b, c))")
        }
        try comma()
        _ = skip("NOT")
        let state = word()
        guard Self.states.contains(state) else {
            throw unexpected("a state is due: ALARM, OK or INSUFFICIENT_DATA", hint: "AT_LEAST(2, ALARM, (a, b, c))")
        }
        try comma()
        guard skipLetter("(") else { throw unexpected("the alarms of AT_LEAST stand in parentheses") }
        let first = children.count
        repeat {
            elements += 1
            children.append(try name(until: ",)"))
        } while skipLetter(",")
        guard skipLetter(")"), skipLetter(")") else { throw unexpected("`)` is missing") }
        if !isShare, count > children.count - first {
            throw LanguageError("at least \(count) of \(children.count - first) alarms can never be", at: begin)
        }
    }

    private mutating func comma() throws(LanguageError) {
        guard skipLetter(",") else { throw unexpected("a comma is due here") }
    }

    private mutating func name(until ends: String) throws(LanguageError) -> (name: String, offset: Int) {
        skipSpace()
        let begin = next
        if next < letters.count, letters[next] == "\"" || letters[next] == "'" {
            let quote = letters[next]
            var name = ""
            next += 1
            while next < letters.count, letters[next] != quote {
                if letters[next] == "\\", next + 1 < letters.count { next += 1 }
                name.append(letters[next])
                next += 1
            }
            guard next < letters.count else { throw LanguageError("a quote without its end", at: begin) }
            next += 1
            skipSpace()
            guard !name.isEmpty else { throw LanguageError("an alarm has no name here", at: begin) }
            return (name, begin)
        }
        var name = ""
        while next < letters.count, !ends.contains(letters[next]) {
            if letters[next] == "(" || letters[next] == "\"" {
                throw LanguageError(
                    "`\(letters[next])` in a name without quotes",
                    hint: "put the name in double quotes, or close the parenthesis before",
                    at: next)
            }
            name.append(letters[next])
            next += 1
        }
        while name.last?.isWhitespace == true { name.removeLast() }
        guard !name.isEmpty else { throw LanguageError("an alarm has no name here", at: begin) }
        return (name, begin)
    }

    // MARK: - Letters

    private mutating func skipSpace() {
        while next < letters.count, letters[next].isWhitespace { next += 1 }
    }

    /// A word of letters and `_`; empty where something else stands.
    private mutating func word() -> String {
        let begin = next
        while next < letters.count, letters[next].isLetter || letters[next].isNumber || "_-".contains(letters[next]) { next += 1 }
        let word = String(letters[begin..<next])
        skipSpace()
        return word
    }

    private mutating func skip(_ keyword: String) -> Bool {
        let begin = next
        guard word().uppercased() == keyword else {
            next = begin
            return false
        }
        return true
    }

    private mutating func skipLetter(_ letter: Character) -> Bool {
        guard next < letters.count, letters[next] == letter else { return false }
        next += 1
        skipSpace()
        return true
    }

    private func unexpected(_ words: String, hint: String? = nil) -> LanguageError {
        LanguageError(next < letters.count ? words : "the rule ends too early: \(words)", hint: hint, at: next)
    }
}
