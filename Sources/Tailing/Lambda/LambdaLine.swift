/// What a line of a function's log group is, read from its text alone. Everything else is an application's line.
///
/// Source of the formats: Lambda developer guide, "Working with Lambda function logs" and "Understanding the telemetry
/// schema" (`platform.*`), and the pages on logging for Python and Node.js.
package struct LambdaLine: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case initStart, initReport, start, end, report
        /// `XRAY TraceId: …` on a line of its own.
        case trace
        /// `Task timed out after 3.00 seconds`.
        case timedOut
        /// Other records of the platform: `platform.runtimeDone`, `platform.extension`.
        case platform
        case application
    }

    package var kind = Kind.application
    package var level: LogLevel?
    package var requestID: String?
    /// Of `report`, and of `initReport` as far as it goes.
    package var report: InvocationReport?
    package var errorType: String?
    /// The message without what is told above. For a line of JSON its message; otherwise the text.
    package var text: String
    /// Of a line of JSON, everything that is not told above, as written.
    package var fields: [JSONMembers.Member] = []

    /// Something went wrong, by the line's own words.
    package var isError: Bool {
        if let level, level >= .error { return true }
        return kind == .timedOut || report.map { $0.status != .success } ?? false
    }

    package init(_ message: String) {
        let trimmed = Self.trimmed(message)
        text = trimmed
        if let members = JSONMembers(trimmed) {
            readJSON(members)
        } else {
            readText(trimmed[...])
        }
    }

    /// Without the line breaks at its end. Character by character only where bytes do not tell: a million lines show it.
    private static func trimmed(_ message: String) -> String {
        let bytes = message.utf8
        var end = bytes.endIndex
        while end > bytes.startIndex {
            let before = bytes.index(before: end)
            guard bytes[before] == 0x0A || bytes[before] == 0x0D else { break }
            end = before
        }
        // Behind a plain ASCII character nothing before can be part of a line break.
        if end > bytes.startIndex, (0x20..<0x7F).contains(bytes[bytes.index(before: end)]) {
            return end == bytes.endIndex ? message : String(message[..<end])
        }
        end = message.endIndex
        while end > message.startIndex {
            let before = message.index(before: end)
            guard message[before].isNewline else { break }
            end = before
        }
        return String(message[..<end])
    }

    // MARK: - Text

    private mutating func readText(_ line: Substring) {
        // The first byte decides for nearly all lines.
        switch line.utf8.first {
        case UInt8(ascii: "S"):
            if let id = Self.id(after: "START RequestId: ", in: line) { (kind, requestID) = (.start, id) }
        case UInt8(ascii: "E"):
            if let id = Self.id(after: "END RequestId: ", in: line) { (kind, requestID) = (.end, id) }
        case UInt8(ascii: "R"):
            if let id = Self.id(after: "REPORT RequestId: ", in: line) {
                (kind, requestID) = (.report, id)
                takeReport(line)
            } else if let id = Self.id(after: "RequestId: ", in: line), line.contains(" Error: ") {
                // `RequestId: … Error: Runtime exited with error: exit status 1`
                (level, requestID) = (.error, id)
            }
        case UInt8(ascii: "I"):
            if line.hasPrefix("INIT_START ") {
                kind = .initStart
            } else if line.hasPrefix("INIT_REPORT ") {
                kind = .initReport
                takeReport(line.dropFirst("INIT_REPORT ".count))
            }
        case UInt8(ascii: "X"):
            if line.hasPrefix("XRAY TraceId: ") { kind = .trace }
        case UInt8(ascii: "["):
            readPython(line)
        case .some(let byte) where (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte):
            if Self.mayBeginWithTimeOrID(line), !readNode(line) { readTimeOut(line) }
        default:
            break
        }
    }

    /// `REPORT RequestId: …\tDuration: 95.78 ms\t…`, perhaps with X-Ray's part on a line of its own behind it.
    private mutating func takeReport(_ line: Substring) {
        var found = InvocationReport()
        for part in line.split(whereSeparator: { $0 == "\t" || $0.isNewline }) {
            let words = part.split(separator: ":", maxSplits: 1)
            guard words.count == 2 else { continue }
            found.take(words[0].drop { $0 == " " }, words[1].drop { $0 == " " })
        }
        report = found
        errorType = found.errorType
    }

    /// `[ERROR]\t2026-11-21T10:00:00.123Z\tUUID\tmessage`, and `[ERROR] Runtime.ImportModuleError: …`.
    private mutating func readPython(_ line: Substring) {
        guard let close = line.firstIndex(of: "]"), let found = LogLevel(word: line[line.index(after: line.startIndex)..<close])
        else { return }
        level = found
        let rest = line[line.index(after: close)...]
        let parts = rest.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
        if parts.count == 4, parts[0].isEmpty, Self.isTime(parts[1]) {
            if Self.isID(parts[2]) { requestID = parts[2].lowercased() }
            text = String(parts[3])
        } else {
            text = String(rest.drop { $0 == " " || $0 == "\t" })
            let type = text.prefix { !$0.isWhitespace && $0 != ":" }
            if found >= .error, text[type.endIndex...].hasPrefix(":") { errorType = String(type) }
        }
    }

    /// `2026-11-21T10:00:00.123Z\tUUID\tINFO\tmessage`; before the first invocation the id is `undefined`.
    private mutating func readNode(_ line: Substring) -> Bool {
        let parts = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, Self.isTime(parts[0]), let found = LogLevel(word: parts[2]),
            Self.isID(parts[1]) || parts[1] == "undefined"
        else { return false }
        level = found
        if Self.isID(parts[1]) { requestID = parts[1].lowercased() }
        text = String(parts[3])
        return true
    }

    /// `[2026-11-21T10:00:00.123Z ]UUID Task timed out after 3.00 seconds`.
    private mutating func readTimeOut(_ line: Substring) {
        var words = line.split(separator: " ", maxSplits: 2)
        if words.count == 3, Self.isTime(words[0]), Self.isID(words[1]) {
            words.removeFirst()
        } else {
            words = line.split(separator: " ", maxSplits: 1)
        }
        guard words.count == 2, Self.isID(words[0]), words[1].hasPrefix("Task timed out after ") else { return }
        (kind, level, requestID, text) = (.timedOut, .error, words[0].lowercased(), String(words[1]))
    }

    // MARK: - JSON

    private mutating func readJSON(_ members: JSONMembers) {
        if let type = members["type"], type.isString, type.value.hasPrefix("platform."),
            let record = members["record"]?.members
        {
            return readPlatform(type.value, record)
        }
        for member in members.all {
            switch member.name {
            case "level" where level == nil && member.isString:
                level = LogLevel(word: member.value)
                if level == nil { fields.append(member) }
            case "requestId" where member.isString, "AWSRequestId" where member.isString:
                requestID = member.value.lowercased()
            case "timestamp", "time":
                // The event has a time of its own, which is shown.
                break
            default:
                if member.name == "errorType", member.isString { errorType = member.value }
                fields.append(member)
            }
        }
        let index = fields.firstIndex { $0.name == "message" } ?? fields.firstIndex { $0.name == "msg" }
        if let index {
            text = fields.remove(at: index).value
        } else {
            text = ""
        }
    }

    private mutating func readPlatform(_ type: String, _ record: JSONMembers) {
        requestID = record["requestId"]?.value.lowercased()
        errorType = record["errorType"]?.value
        text = type
        switch type {
        case "platform.initStart": kind = .initStart
        case "platform.start": kind = .start
        case "platform.initReport": kind = .initReport
        case "platform.report": kind = .report
        default: kind = .platform
        }
        let metrics = record["metrics"]
        if kind == .report || kind == .initReport {
            var found = InvocationReport()
            if let status = record["status"]?.value { found.status = .init(rawValue: status) ?? .failure }
            found.errorType = errorType
            for metric in metrics?.members?.all ?? [] { found.takeMetric(metric.name, metric.value) }
            if kind == .initReport { (found.initDuration, found.duration) = (found.duration, nil) }
            report = found
        }
        // Numbers first, as in the text format.
        fields = (metrics?.members?.all ?? []) + record.all.filter { !["requestId", "metrics"].contains($0.name) }
        if let status = record["status"]?.value, status != "success" { level = .warn }
    }

    // MARK: -

    /// The id behind a beginning, up to the next blank.
    private static func id(after beginning: String, in line: Substring) -> String? {
        guard line.hasPrefix(beginning) else { return nil }
        let word = line.dropFirst(beginning.count).prefix { !$0.isWhitespace }
        return isID(word) ? word.lowercased() : nil
    }

    /// A UUID as Lambda writes one.
    static func isID(_ word: Substring) -> Bool {
        let bytes = word.utf8
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            [8, 13, 18, 23].contains(index)
                ? byte == UInt8(ascii: "-")
                : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
        }
    }

    /// Whether dashes stand where a time or a UUID has them: splitting a line costs more than all the rest.
    private static func mayBeginWithTimeOrID(_ line: Substring) -> Bool {
        line.utf8.withContiguousStorageIfAvailable { bytes in
            let dash = UInt8(ascii: "-")
            return bytes.count > 10 && (bytes[4] == dash && bytes[10] == UInt8(ascii: "T") || bytes[8] == dash)
        } ?? true
    }

    /// `2026-11-21T10:00:00.123Z`.
    private static func isTime(_ word: Substring) -> Bool {
        let bytes = Array(word.utf8)
        return (20...30).contains(bytes.count) && bytes[4] == UInt8(ascii: "-") && bytes[10] == UInt8(ascii: "T")
            && bytes[13] == UInt8(ascii: ":") && (0x30...0x39).contains(bytes[0])
    }
}
