/// The functions of metric math: how many arguments each takes, and what it makes of them.
///
/// Source: CloudWatch user guide, "Metric math syntax and functions"; of LAMBDA, "Using your custom data source": a name
/// and up to twenty texts, numbers, `true` or `false`.
struct MathFunction: Sendable {
    var arguments: ClosedRange<Int>
    var result: Result

    enum Result: Sendable {
        /// What goes in comes out: a series of a series, several of several.
        case same
        /// A number of one series, a series of several.
        case folded
        case number, series, several
    }

    /// What an expression is worth.
    enum Worth: Sendable, Hashable {
        case number, series, several
        /// It depends on what nobody here can know.
        case unknown

        /// Of two that stand beside an operator.
        static func + (left: Worth, right: Worth) -> Worth {
            if left == .unknown || right == .unknown { return .unknown }
            if left == .several || right == .several { return .several }
            return left == .series || right == .series ? .series : .number
        }
    }

    static let all: [String: MathFunction] = [
        "ABS": .init(1...1, .same), "ANOMALY_DETECTION_BAND": .init(1...2, .several), "AVG": .init(1...1, .folded),
        "CEIL": .init(1...1, .same), "DATAPOINT_COUNT": .init(1...1, .folded), "DATE": .init(1...1, .series),
        "DAY": .init(1...1, .series), "DB_PERF_INSIGHTS": .init(3...3, .several), "DIFF": .init(1...1, .same),
        "DIFF_TIME": .init(1...1, .same), "EPOCH": .init(1...1, .series), "FILL": .init(2...2, .same),
        "FIRST": .init(1...1, .series), "FLOOR": .init(1...1, .same), "HOUR": .init(1...1, .series),
        "IF": .init(2...3, .series), "INSIGHT_RULE_METRIC": .init(2...3, .series), "LAMBDA": .init(1...21, .several),
        "LAST": .init(1...1, .series), "LOG": .init(1...1, .same), "LOG10": .init(1...1, .same),
        "MAX": .init(1...1, .folded), "METRICS": .init(0...1, .several), "METRIC_COUNT": .init(1...1, .number),
        "MIN": .init(1...1, .folded), "MINUTE": .init(1...1, .series), "MONTH": .init(1...1, .series),
        "PERIOD": .init(1...1, .number), "RATE": .init(1...1, .same), "REMOVE_EMPTY": .init(1...1, .several),
        "RUNNING_SUM": .init(1...1, .same), "SEARCH": .init(2...3, .several), "SERVICE_QUOTA": .init(1...1, .series),
        "SLICE": .init(2...3, .several), "SORT": .init(3...4, .several), "STDDEV": .init(1...1, .folded),
        "SUM": .init(1...1, .folded), "TIME_SERIES": .init(1...1, .series), "YEAR": .init(1...1, .series),
    ]

    /// Words that are arguments of a function, and where.
    static let words: [String: [Int: Set<String>]] = [
        "FILL": [1: ["REPEAT", "LINEAR"]],
        "SORT": [1: ["AVG", "MIN", "MAX", "SUM"], 2: ["ASC", "DESC"]],
    ]

    private init(_ arguments: ClosedRange<Int>, _ result: Result) {
        self.arguments = arguments
        self.result = result
    }

    func worth(of first: Worth?) -> Worth {
        switch result {
        case .number: return .number
        case .series: return .series
        case .several: return .several
        case .same: return first ?? .unknown
        case .folded:
            switch first {
            case .series?: return .number
            case .several?: return .series
            default: return .unknown
            }
        }
    }
}
