/// How grave a line is, in Lambda's own words.
///
/// Source: Lambda developer guide, "Configuring advanced logging controls": TRACE, DEBUG, INFO, WARN, ERROR, FATAL.
package enum LogLevel: Int, Sendable, Hashable, Comparable, CaseIterable {
    case trace, debug, info, warn, error, fatal

    /// Also Python's WARNING and CRITICAL, in either case; nil for other words.
    package init?(word: some StringProtocol) {
        guard word.utf8.count <= 8 else { return nil }
        switch word.uppercased() {
        case "TRACE": self = .trace
        case "DEBUG": self = .debug
        case "INFO": self = .info
        case "WARN", "WARNING": self = .warn
        case "ERROR": self = .error
        case "FATAL", "CRITICAL": self = .fatal
        default: return nil
        }
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

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
