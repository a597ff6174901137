package import FoundationEssentials

/// One JSON object per line on standard output, which Lambda carries to the function's log group.
///
/// The handler never logs what a task says: titles and descriptions belong to people, and the log group has more readers
/// than the table. Ids, field names, counts and times are enough to follow an event.
package struct FunctionLog: Sendable {
    /// Lambda's own words for `AWS_LAMBDA_LOG_LEVEL`.
    ///
    /// Source: Lambda developer guide, "Configuring advanced logging controls": TRACE, DEBUG, INFO, WARN, ERROR, FATAL.
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case trace, debug, info, warn, error, fatal

        package init?(word: String) {
            guard let level = Self.allCases.first(where: { $0.word == word.uppercased() }) else { return nil }
            self = level
        }

        package var word: String {
            switch self {
            case .trace: "TRACE"
            case .debug: "DEBUG"
            case .info: "INFO"
            case .warn: "WARN"
            case .error: "ERROR"
            case .fatal: "FATAL"
            }
        }

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    package typealias Field = (name: String, value: LogValue)

    package var threshold: Level
    /// What every line of this log says, in this order: the ids of the invocation.
    package private(set) var context: [Field] = []
    private let now: @Sendable () -> Date
    private let write: @Sendable (String) -> Void

    package init(threshold: Level, now: @escaping @Sendable () -> Date, write: @escaping @Sendable (String) -> Void) {
        self.threshold = threshold
        self.now = now
        self.write = write
    }

    /// The same log with more to say on every line. A field without a value is left out.
    package func with(_ fields: KeyValuePairs<String, LogValue?>) -> FunctionLog {
        var log = self
        log.context += Self.present(fields)
        return log
    }

    package func callAsFunction(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, LogValue?> = [:]) {
        guard level >= threshold else { return }
        let moment = now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let head: [Field] = [("timestamp", .text(moment)), ("level", .text(level.word)), ("message", .text(message))]
        var line = "{"
        for (name, value) in head + context + Self.present(fields) {
            if line.utf8.count > 1 { line += "," }
            line.appendJSON(name)
            line += ":"
            value.append(to: &line)
        }
        write(line + "}")
    }

    private static func present(_ fields: KeyValuePairs<String, LogValue?>) -> [Field] {
        fields.compactMap { name, value in value.map { (name, $0) } }
    }
}

/// What a field of a log line may hold.
package enum LogValue: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    case text(String)
    case integer(Int)
    /// Written to the tenth of a millisecond; finer is noise.
    case milliseconds(Duration)
    case list([String])

    package init(stringLiteral value: String) {
        self = .text(value)
    }

    fileprivate func append(to line: inout String) {
        switch self {
        case .text(let text):
            line.appendJSON(text)
        case .integer(let number):
            line += String(number)
        case .milliseconds(let duration):
            let tenths = Int(
                (Double(duration.components.seconds) * 1e4 + Double(duration.components.attoseconds) / 1e14).rounded())
            line += "\(tenths / 10).\(abs(tenths % 10))"
        case .list(let items):
            line += "["
            for (index, item) in items.enumerated() {
                if index > 0 { line += "," }
                line.appendJSON(item)
            }
            line += "]"
        }
    }
}

extension String {
    /// A JSON string. A raw line break would split one record into two in the log group.
    fileprivate mutating func appendJSON(_ text: String) {
        let hex = Array("0123456789abcdef")
        self += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": self += "\\\""
            case "\\": self += "\\\\"
            case "\n": self += "\\n"
            case "\r": self += "\\r"
            case "\t": self += "\\t"
            case _ where scalar.value < 0x20:
                self += "\\u00" + String(hex[Int(scalar.value >> 4)]) + String(hex[Int(scalar.value & 15)])
            default: unicodeScalars.append(scalar)
            }
        }
        self += "\""
    }
}
