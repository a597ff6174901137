import Basics

/// The ids an expression may name, and what each stands for.
struct MathScope {
    enum Meaning: Sendable, Hashable {
        case metric
        case expression(String)
    }

    let ids: [String: Meaning]
    /// An alarm watches one series, and takes no search.
    let isAlarm: Bool
    fileprivate let memory = Memory()

    init(ids: [String: Meaning], isAlarm: Bool = false) {
        self.ids = ids
        self.isAlarm = isAlarm
    }

    /// What the expressions are worth that others name: each is parsed once, however often it is named.
    fileprivate final class Memory {
        var worths: [String: MathFunction.Worth] = [:]
        var open: Set<String> = []
    }
}

/// Parses metric math. What it returns is enough for saying whether the expression can stand where it does.
struct MetricMath {
    /// The ids it names.
    private(set) var names: Set<String> = []
    /// The functions it calls.
    private(set) var functions: Set<String> = []
    /// The texts of its searches: what is searched, and letters before it.
    private(set) var searches: [(text: String, offset: Int)] = []
    private(set) var worth = MathFunction.Worth.unknown

    private let tokens: [MathToken.Placed]
    private let length: Int
    private var next = 0
    private let scope: MathScope
    private var depth = 0

    /// - Throws: the first thing that is wrong.
    init(_ text: String, in scope: MathScope) throws(LanguageError) {
        self.scope = scope
        length = text.count
        tokens = try MathToken.scan(text)
        guard !tokens.isEmpty else { throw LanguageError("the expression is empty", at: 0) }
        worth = try either()
        if let rest = peek {
            throw LanguageError("`\(Self.words(rest))` is not expected here", hint: hintAfterValue(rest), at: rest.offset)
        }
    }

    // MARK: - Grammar, weakest binding first

    private mutating func either() throws(LanguageError) -> MathFunction.Worth {
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw LanguageError("it is nested too deep", at: peek?.offset ?? length) }
        return try binary(["||", "OR"]) { (math) throws(LanguageError) in
            try math.binary(["&&", "AND"]) { (math) throws(LanguageError) in
                try math.binary(["==", "!=", "<=", ">=", "<", ">"]) { (math) throws(LanguageError) in
                    try math.binary(["+", "-"]) { (math) throws(LanguageError) in
                        try math.binary(["*", "/"]) { (math) throws(LanguageError) in
                            try math.binary(["^"]) { (math) throws(LanguageError) in try math.unary() }
                        }
                    }
                }
            }
        }
    }

    private mutating func binary(
        _ signs: Set<String>, _ operand: (inout MetricMath) throws(LanguageError) -> MathFunction.Worth
    ) throws(LanguageError) -> MathFunction.Worth {
        var worth = try operand(&self)
        while let token = peek, isOne(of: signs, token) {
            next += 1
            worth = worth + (try operand(&self))
        }
        return worth
    }

    private func isOne(of signs: Set<String>, _ token: MathToken.Placed) -> Bool {
        switch token.token {
        case .sign(let sign), .name(let sign): signs.contains(sign)
        default: false
        }
    }

    private mutating func unary() throws(LanguageError) -> MathFunction.Worth {
        var minus = 0
        while let token = peek, token.token == .sign("-") {
            next += 1
            minus += 1
            if minus > 50 { throw LanguageError("it is nested too deep", at: token.offset) }
        }
        return try primary()
    }

    private mutating func primary() throws(LanguageError) -> MathFunction.Worth {
        guard let token = peek else { throw LanguageError("the expression ends where a value is due", at: length) }
        next += 1
        switch token.token {
        case .number: return .number
        case .text: throw LanguageError("text stands where a value is due", at: token.offset)
        case .sign("("):
            let worth = try either()
            try take(")", for: token)
            return worth
        case .sign("["):
            repeat { _ = try either() } while skip(",")
            try take("]", for: token)
            return .several
        case .sign(let sign):
            throw LanguageError("`\(sign)` stands where a value is due", at: token.offset)
        case .name(let name):
            if peek?.token == .sign("(") { return try call(name, at: token.offset) }
            return try named(name, at: token.offset)
        }
    }

    private mutating func named(_ name: String, at offset: Int) throws(LanguageError) -> MathFunction.Worth {
        guard let meaning = scope.ids[name] else {
            if MathFunction.all[name.uppercased()] != nil {
                throw LanguageError("\(name) is a function", hint: "it is written \(name.uppercased())(…)", at: offset)
            }
            let near = closestMatch(to: name, among: scope.ids.keys).map { "did you mean \($0)?" }
            let list = scope.ids.keys.sorted().joined(separator: ", ")
            throw LanguageError(
                "nothing has the id `\(name)`", hint: near ?? (list.isEmpty ? "give a metric this id" : "there are: \(list)"),
                at: offset)
        }
        names.insert(name)
        guard case .expression(let text) = meaning else { return .series }
        return worth(of: name, text)
    }

    /// What is wrong with another expression is said where that stands.
    private func worth(of name: String, _ text: String) -> MathFunction.Worth {
        let memory = scope.memory
        if let known = memory.worths[name] { return known }
        guard memory.open.count < 100, memory.open.insert(name).inserted else { return .unknown }
        defer { memory.open.remove(name) }
        let worth: MathFunction.Worth
        if MetricsInsights.isOne(text) {
            worth = (try? MetricsInsights(text)).map { $0.groups.isEmpty ? .series : .several } ?? .unknown
        } else {
            worth = (try? MetricMath(text, in: scope))?.worth ?? .unknown
        }
        memory.worths[name] = worth
        return worth
    }

    private mutating func call(_ name: String, at offset: Int) throws(LanguageError) -> MathFunction.Worth {
        guard let function = MathFunction.all[name] else {
            if MathFunction.all[name.uppercased()] != nil {
                throw LanguageError("functions are written in capitals", hint: "\(name.uppercased())", at: offset)
            }
            let near = closestMatch(to: name, among: MathFunction.all.keys).map { "did you mean \($0)?" }
            throw LanguageError("metric math has no function `\(name)`", hint: near, at: offset)
        }
        functions.insert(name)
        let parenthesis = tokens[next]
        next += 1
        var worths: [MathFunction.Worth] = []
        if peek?.token != .sign(")") {
            repeat { worths.append(try argument(worths.count, of: name)) } while skip(",")
        }
        try take(")", for: parenthesis)
        guard function.arguments.contains(worths.count) else {
            let (low, high) = (function.arguments.lowerBound, function.arguments.upperBound)
            let due = low == high ? "\(low)" : "\(low) to \(high)"
            throw LanguageError(
                "\(name) takes \(due) argument\(high == 1 ? "" : "s"), and has \(worths.count)",
                hint: worths.count > high && high == 1 ? "several go into a list: \(name)([m1, m2])" : nil, at: offset)
        }
        return function.worth(of: worths.first)
    }

    private mutating func argument(_ number: Int, of function: String) throws(LanguageError) -> MathFunction.Worth {
        guard let token = peek else { throw LanguageError("the expression ends where an argument is due", at: length) }
        if let words = MathFunction.words[function]?[number], case .name(let word) = token.token, scope.ids[word] == nil,
            next + 1 >= tokens.count || tokens[next + 1].token != .sign("(")
        {
            guard words.contains(word) else {
                let near = closestMatch(to: word, among: words).map { "did you mean \($0)?" }
                throw LanguageError(
                    "\(function) has no \(word)", hint: near ?? "one of \(words.sorted().joined(separator: ", "))",
                    at: token.offset)
            }
            next += 1
            return .unknown
        }
        if function == "SORT", number == 1 || number == 2, MathFunction.words[function]?[number] != nil {
            throw LanguageError(
                number == 1 ? "SORT needs AVG, MIN, MAX or SUM here" : "SORT needs ASC or DESC here", at: token.offset)
        }
        if case .text(let text) = token.token {
            next += 1
            try checkText(text, number, of: function, at: token.offset)
            return .unknown
        }
        if function == "DB_PERF_INSIGHTS", token.token == .sign("[") { return try texts() }
        if function == "LAMBDA", number > 0, token.token == .name("true") || token.token == .name("false") {
            next += 1
            return .unknown
        }
        if function == "SEARCH", number < 2 {
            throw LanguageError(
                number == 0 ? "SEARCH needs what to search for in quotes" : "SEARCH needs a statistic in quotes",
                hint: "such as SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\"', 'Sum')", at: token.offset)
        }
        return try either()
    }

    private mutating func checkText(
        _ text: String, _ number: Int, of function: String, at offset: Int
    ) throws(LanguageError) {
        switch (function, number) {
        case ("SEARCH", 0): searches.append((text, offset + 1))
        case ("SEARCH", 1):
            guard Statistic.isAny(text) else {
                let near = closestMatch(to: text, among: Statistic.plain).map { "did you mean \($0)?" }
                throw LanguageError("`\(text)` is no statistic", hint: near ?? Statistic.hint, at: offset)
            }
        case ("METRICS", 0), ("INSIGHT_RULE_METRIC", _), ("DB_PERF_INSIGHTS", _), ("LAMBDA", _): return
        default: throw LanguageError("\(function) takes no text here", at: offset)
        }
    }

    /// A list of texts: names of Performance Insights' metrics.
    private mutating func texts() throws(LanguageError) -> MathFunction.Worth {
        let bracket = tokens[next]
        next += 1
        repeat {
            guard let token = peek, case .text = token.token else {
                throw LanguageError("a name in quotes is due here", at: peek?.offset ?? length)
            }
            next += 1
        } while skip(",")
        try take("]", for: bracket)
        return .several
    }

    // MARK: - Tokens

    private var peek: MathToken.Placed? { next < tokens.count ? tokens[next] : nil }

    private mutating func skip(_ sign: String) -> Bool {
        guard peek?.token == .sign(sign) else { return false }
        next += 1
        return true
    }

    private mutating func take(_ sign: String, for opening: MathToken.Placed) throws(LanguageError) {
        guard !skip(sign) else { return }
        if let token = peek {
            throw LanguageError(
                "`\(Self.words(token))` stands where `\(sign)` is due", hint: hintAfterValue(token), at: token.offset)
        }
        throw LanguageError("`\(sign)` is missing", hint: "it closes what opens at letter \(opening.offset + 1)", at: length)
    }

    private func hintAfterValue(_ token: MathToken.Placed) -> String? {
        switch token.token {
        case .number, .name, .text: "an operator or a comma is due before it"
        case .sign(")"), .sign("]"): "nothing is open that it could close"
        default: nil
        }
    }

    private static func words(_ token: MathToken.Placed) -> String {
        switch token.token {
        case .number(let value): PeriodRules.whole(value)
        case .name(let name): name
        case .text(let text): "'\(text)'"
        case .sign(let sign): sign
        }
    }
}
