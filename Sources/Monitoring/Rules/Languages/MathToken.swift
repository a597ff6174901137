/// The words of a metric math expression, each with the letters before it.
enum MathToken: Hashable {
    case number(Double)
    case name(String)
    /// Without its quotes.
    case text(String)
    /// `+ - * / ^ == != <= >= < > && || ( ) [ ] ,`
    case sign(String)

    struct Placed: Hashable {
        var token: MathToken
        var offset: Int
    }

    static func scan(_ text: String) throws(LanguageError) -> [Placed] {
        let letters = Array(text)
        var tokens: [Placed] = []
        var next = 0
        while next < letters.count {
            let begin = next
            let letter = letters[next]
            func add(_ token: MathToken) { tokens.append(Placed(token: token, offset: begin)) }
            if letter.isWhitespace {
                next += 1
            } else if letter.isASCII, letter.isNumber || letter == "." && next + 1 < letters.count && letters[next + 1].isNumber {
                next = end(ofNumber: letters, from: next)
                let digits = String(letters[begin..<next])
                guard let value = Double(digits) else { throw LanguageError("`\(digits)` is no number", at: begin) }
                add(.number(value))
            } else if letter.isASCII, letter.isLetter || letter == "_" {
                while next < letters.count, letters[next].isASCII,
                    letters[next].isLetter || letters[next].isNumber || letters[next] == "_"
                {
                    next += 1
                }
                add(.name(String(letters[begin..<next])))
            } else if letter == "'" || letter == "\"" {
                next = try end(ofText: letters, from: next, isSearch: isSearch(tokens))
                add(.text(String(letters[(begin + 1)..<(next - 1)])))
            } else {
                let two = String(letters[next..<min(next + 2, letters.count)])
                if ["==", "!=", "<=", ">=", "&&", "||"].contains(two) {
                    next += 2
                    add(.sign(two))
                } else if "+-*/^<>()[],".contains(letter) {
                    next += 1
                    add(.sign(String(letter)))
                } else {
                    throw LanguageError("`\(letter)` is not part of metric math", hint: hint(letter), at: begin)
                }
            }
        }
        return tokens
    }

    private static func hint(_ letter: Character) -> String? {
        switch letter {
        case "=": "equal is written =="
        case "%": "a share is written 100 * m1 / m2"
        case "‘", "’", "“", "”": "quotes are written ' or \""
        default: nil
        }
    }

    private static func end(ofNumber letters: [Character], from begin: Int) -> Int {
        var next = begin
        func digits() { while next < letters.count, letters[next].isASCII, letters[next].isNumber { next += 1 } }
        digits()
        if next < letters.count, letters[next] == "." {
            next += 1
            digits()
        }
        if next < letters.count, letters[next] == "e" || letters[next] == "E" {
            var ahead = next + 1
            if ahead < letters.count, letters[ahead] == "+" || letters[ahead] == "-" { ahead += 1 }
            if ahead < letters.count, letters[ahead].isNumber {
                next = ahead
                digits()
            }
        }
        return next
    }

    /// AWS's own examples have single quotes within those around a search: such a text ends before a comma alone.
    private static func end(ofText letters: [Character], from begin: Int, isSearch: Bool) throws(LanguageError) -> Int {
        let quote = letters[begin]
        var next = begin + 1
        var last: Int?
        while next < letters.count {
            if letters[next] == "\\" {
                next += 2
                continue
            }
            if letters[next] == quote {
                guard isSearch else { return next + 1 }
                last = next + 1
                let rest = letters[(next + 1)...].first { !$0.isWhitespace }
                if rest == "," { return next + 1 }
            }
            next += 1
        }
        guard let last else { throw LanguageError("a quote without its end", hint: "close it with \(quote)", at: begin) }
        return last
    }

    private static func isSearch(_ tokens: [Placed]) -> Bool {
        tokens.count > 1 && tokens[tokens.count - 1].token == .sign("(") && tokens[tokens.count - 2].token == .name("SEARCH")
    }
}
