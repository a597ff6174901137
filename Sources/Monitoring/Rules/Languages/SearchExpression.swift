import Basics

/// Parses what SEARCH looks for: `{Namespace, Dimension} terms`.
///
/// Source: CloudWatch user guide, "CloudWatch search expression syntax".
struct SearchExpression {
    private(set) var namespace: String?
    private(set) var dimensions: [String] = []
    /// What `MetricName="…"` names exactly.
    private(set) var metricNames: [(name: String, offset: Int)] = []

    /// "The maximum search expression query size is 1024 characters."
    static let maximumLength = 1024

    init(_ text: String) throws(LanguageError) {
        guard text.count <= Self.maximumLength else {
            throw LanguageError("a search has at most \(Self.maximumLength) characters, and this has \(text.count)", at: 0)
        }
        let letters = Array(text)
        var next = letters.firstIndex { !$0.isWhitespace } ?? letters.count
        guard next < letters.count else {
            throw LanguageError("the search is empty", hint: "name a schema {…}, terms, or both", at: 0)
        }
        if letters[next] == "{" {
            guard let close = letters[next...].firstIndex(of: "}") else {
                throw LanguageError("the schema has no }", at: next)
            }
            let names = Self.names(String(letters[(next + 1)..<close]))
            guard let first = names.first, !first.isEmpty else {
                throw LanguageError("the schema names no namespace", hint: "such as {AWS/Lambda,FunctionName}", at: next)
            }
            namespace = first
            dimensions = Array(names.dropFirst())
            next = close + 1
        }
        try terms(letters, from: next)
    }

    /// Quotes and parentheses have their ends; operators have something to work on.
    private mutating func terms(_ letters: [Character], from begin: Int) throws(LanguageError) {
        var next = begin
        var open: [Int] = []
        var word = ""
        while next < letters.count {
            switch letters[next] {
            case "\"":
                let start = next
                var content = ""
                next += 1
                while next < letters.count, letters[next] != "\"" {
                    if letters[next] == "\\", next + 1 < letters.count { next += 1 }
                    content.append(letters[next])
                    next += 1
                }
                guard next < letters.count else { throw LanguageError("a quote without its end", at: start) }
                if word == "MetricName=" { metricNames.append((content, start + 1)) }
                word = ""
            case "(":
                open.append(next)
                word = ""
            case ")":
                guard open.popLast() != nil else { throw LanguageError("nothing is open that `)` could close", at: next) }
                word = ""
            case let letter where letter.isWhitespace: if word != "MetricName=" { word = "" }
            case let letter: word.append(letter)
            }
            next += 1
        }
        if let open = open.last { throw LanguageError("`)` is missing", at: open) }
    }

    private static func names(_ text: String) -> [String] {
        var names: [String] = [""]
        var isQuoted = false
        for letter in text {
            if letter == "\"" {
                isQuoted.toggle()
            } else if letter == ",", !isQuoted {
                names.append("")
            } else {
                names[names.count - 1].append(letter)
            }
        }
        return names.map { name in
            String(name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }
    }
}
