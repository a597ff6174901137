/// What Lambda says of an invocation at its end: the REPORT line, or the record of `platform.report`.
package struct InvocationReport: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable {
        case success, error, timeout, failure
    }

    package var status = Status.success
    /// In milliseconds, as the next ones.
    package var duration: Double?
    package var billedDuration: Double?
    /// Present for a cold start only.
    package var initDuration: Double?
    package var restoreDuration: Double?
    /// In megabytes, as Lambda counts them.
    package var memorySize: Int?
    package var maxMemoryUsed: Int?
    package var errorType: String?

    package init() {}

    package var isCold: Bool { initDuration != nil || restoreDuration != nil }

    /// Takes in one `Name: value` of a REPORT or INIT_REPORT line; what is not known is let be.
    mutating func take(_ name: Substring, _ value: Substring) {
        switch name {
        case "Duration": duration = Self.number(value)
        case "Billed Duration": billedDuration = Self.number(value)
        case "Init Duration": initDuration = Self.number(value)
        case "Restore Duration": restoreDuration = Self.number(value)
        case "Memory Size": memorySize = Self.number(value).flatMap { Int(exactly: $0) }
        case "Max Memory Used": maxMemoryUsed = Self.number(value).flatMap { Int(exactly: $0) }
        // A status that is not known yet is none of success.
        case "Status": status = Status(rawValue: String(value)) ?? .failure
        case "Error Type": errorType = String(value)
        default: break
        }
    }

    /// Takes in one member of `metrics` of a JSON record.
    mutating func takeMetric(_ name: String, _ value: String) {
        switch name {
        case "durationMs": duration = Self.number(value[...])
        case "billedDurationMs": billedDuration = Self.number(value[...])
        case "initDurationMs": initDuration = Self.number(value[...])
        case "restoreDurationMs": restoreDuration = Self.number(value[...])
        case "memorySizeMB": memorySize = Self.number(value[...]).flatMap { Int(exactly: $0) }
        case "maxMemoryUsedMB": maxMemoryUsed = Self.number(value[...]).flatMap { Int(exactly: $0) }
        default: break
        }
    }

    /// `95.78 ms`, `512 MB`, `12`.
    private static func number(_ text: Substring) -> Double? {
        Double(text.prefix { $0 != " " }).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
}
