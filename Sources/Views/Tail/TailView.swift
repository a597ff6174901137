import Basics
package import Tailing
package import Terminal

/// Draws lines of log groups for people. It remembers the day and the columns it began, nothing else.
package struct TailView {
    /// Which of the names stand before each line, and how wide.
    package struct Labels: Sendable, Hashable {
        /// Nil where all lines are of one Region.
        package var regionWidth: Int?
        /// Nil where all lines are of one group.
        package var groupWidth: Int?

        package init(regionWidth: Int? = nil, groupWidth: Int? = nil) {
            (self.regionWidth, self.groupWidth) = (regionWidth, groupWidth)
        }

        /// - Parameter groups: those asked for; a pattern may bring more, so it counts for several.
        package init(_ groups: [LogGroupReference]) {
            let regions = Set(groups.map(\.region))
            let names = Set(groups.map { TailView.short($0.name) })
            regionWidth = regions.count > 1 ? regions.map(\.count).max() : nil
            let isOpen = names.contains { $0.contains("*") || $0.contains("?") }
            groupWidth = names.count > 1 || isOpen ? min(24, names.map(\.count).max() ?? 0) : nil
        }
    }

    /// Columns without which a message is better on a line of its own.
    private static let leastForMessages = 36

    private let profile: TerminalProfile
    private let labels: Labels
    private let highlight: [Regex<AnyRegexOutput>]
    private var day = ""
    /// Columns that came with the first line that needs them: groups of other services have neither.
    private var hasRequests = false
    private var hasLevels = false

    package init(labels: Labels, highlight: [Regex<AnyRegexOutput>] = [], on profile: TerminalProfile) {
        self.profile = profile
        self.labels = labels
        self.highlight = highlight
    }

    /// What is printed for a line: itself, before it the day when it is another one, behind it the rest of a message of
    /// several lines. Nothing is cut.
    package mutating func lines(_ sieved: SievedLine) -> [StyledText] {
        let line = sieved.line
        var lines: [StyledText] = []
        let time = UTCTime(microsecondsSince1970: line.timestamp * 1000)
        let clock = "\(time.clockText).\((time.microsecond / 1000).padded(3))"
        var head = StyledText()
        if profile.width == nil {
            // In a pipe each line says it all: somebody may keep just one.
            head = StyledText("\(time.dayText)T\(clock)Z ", .faint)
        } else {
            if time.dayText != day {
                day = time.dayText
                lines.append(StyledText("\(day), times in UTC", .faint))
            }
            head = StyledText("\(clock) ", .faint)
        }
        if let width = labels.regionWidth { head += StyledText(line.region, .name(line.region)).padded(to: width) + " " }
        if let width = labels.groupWidth {
            head += StyledText(Self.short(line.group), .name(line.group)).padded(to: width) + " "
        }
        hasRequests = hasRequests || sieved.requestID != nil
        if hasRequests {
            let id = sieved.requestID ?? ""
            head += StyledText(String(id.prefix(8)), .name(id)).padded(to: 8) + " "
        }
        hasLevels = hasLevels || sieved.lambda.level != nil
        if hasLevels { head += Self.level(sieved.lambda.level).padded(to: 5) + " " }
        if line.isLate { head += StyledText("late ", .warning) }
        let message = Self.message(sieved.lambda).map { highlighted($0) }
        guard let width = profile.width, width - head.width < Self.leastForMessages else {
            lines.append(head + (message.first ?? StyledText()))
            lines += message.dropFirst().map { "    " + $0 }
            return lines
        }
        // On a narrow terminal the names leave no room beside them.
        lines.append(head)
        lines += message.map { "    " + $0 }
        return lines
    }

    /// `/aws/lambda/task-processor` as `task-processor`; other services' names as they are.
    static func short(_ group: String) -> String {
        let usual = "/aws/lambda/"
        return group.hasPrefix(usual) && group.count > usual.count ? String(group.dropFirst(usual.count)) : group
    }

    // MARK: - The message

    private static func message(_ lambda: LambdaLine) -> [StyledText] {
        let tag: StyledText.Tag =
            switch lambda.kind {
            case .start, .end, .initStart, .trace, .platform: .faint
            case .timedOut: .bad
            case .report, .initReport: lambda.isError ? .bad : .plain
            case .application: lambda.level.map { $0 >= .error ? .bad : $0 == .warn ? .warning : .plain } ?? .plain
            }
        var text = lambda.text
        if [.start, .end, .report].contains(lambda.kind), let id = lambda.requestID {
            // It stands before the line already.
            for word in [" RequestId: \(id)", " RequestId: \(id.uppercased())"] {
                text = text.replacing(word, with: "", maxReplacements: 1)
            }
        }
        // One character at a time: a carriage return and a line feed are one of them.
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
            StyledText(untabbed($0), tag)
        }
        if lines.isEmpty { lines = [""] }
        for field in lambda.fields {
            let gap = lines[0].spans.isEmpty ? "" : " "
            lines[0] += "\(gap + oneLine(field.name) + "=", .faint)" + value(field)
        }
        return lines
    }

    private static func value(_ field: JSONMembers.Member) -> StyledText {
        let isBad = field.name == "errorType" || field.name == "error"
        guard field.isString else { return StyledText(oneLine(field.value), isBad && field.value != "null" ? .bad : .plain) }
        let needsQuotes = field.value.isEmpty || field.value.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
        let text = needsQuotes ? "\"" + oneLine(field.value) + "\"" : field.value
        return StyledText(text, isBad ? .bad : .plain)
    }

    /// Within a line laid out as `key=value` a value keeps to its line.
    private static func oneLine(_ text: String) -> String {
        guard text.contains(where: { $0.isNewline || $0 == "\t" }) else { return text }
        return text.map { $0.isNewline ? "\\n" : $0 == "\t" ? "\\t" : String($0) }.joined()
    }

    /// Tabs separate the fields of Lambda's lines; where they would stop depends on what stands before.
    private static func untabbed(_ text: Substring) -> String {
        guard text.utf8.contains(0x09) else { return String(text) }
        return text.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "  ").trimmedEnd
    }

    private static func level(_ level: LogLevel?) -> StyledText {
        guard let level else { return StyledText() }
        let tag: StyledText.Tag = level >= .error ? .bad : level == .warn ? .warning : .faint
        return StyledText(level.word, tag)
    }

    private func highlighted(_ text: StyledText) -> StyledText {
        guard !highlight.isEmpty else { return text }
        var result = StyledText()
        for span in text.spans {
            var rest = span.text[...]
            while let found = highlight.compactMap({ rest.firstMatch(of: $0)?.range }).filter({ !$0.isEmpty })
                .min(by: { $0.lowerBound < $1.lowerBound })
            {
                result += StyledText(String(rest[..<found.lowerBound]), span.tag)
                result += StyledText(String(rest[found]), .changed(span.tag))
                rest = rest[found.upperBound...]
            }
            result += StyledText(String(rest), span.tag)
        }
        return result
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }
}
