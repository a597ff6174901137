package import Basics

extension LogGroupReference {
    /// From what a person types: a name, a pattern with `*` and `?`, or an ARN, which names its own Region.
    package init(_ text: String, region: String) throws(Problem) {
        guard text.hasPrefix("arn:") else {
            // Log group names: 1 to 512 of these (API reference, CreateLogGroup).
            let isName = !text.isEmpty && text.utf8.count <= 512
            guard isName, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-/.#*?".contains($0)) }) else {
                throw Problem(
                    .usage, "`\(text)` is no name of a log group",
                    hint: "a name such as /aws/lambda/task-processor, a pattern such as '/aws/lambda/task-*', or an ARN")
            }
            self.init(region: region, name: text)
            return
        }
        let whole = text.hasSuffix(":*") ? String(text.dropLast(2)) : text
        let parts = whole.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 7, parts[2] == "logs", !parts[3].isEmpty, parts[4].count == 12, parts[5] == "log-group",
            !parts[6].isEmpty, !parts[6].contains(where: { ":*?".contains($0) })
        else {
            throw Problem(
                .usage, "`\(text)` is no ARN of a log group",
                hint: "such as arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/task-processor")
        }
        self.init(region: parts[3], name: parts[6], arn: whole)
    }

    package var isPattern: Bool { arn == nil && name.contains { $0 == "*" || $0 == "?" } }

    /// What every name that matches begins with.
    var fixedPrefix: String { String(name.prefix { $0 != "*" && $0 != "?" }) }

    /// Whether a name fits the pattern: `*` is any text, `?` any character.
    func matches(_ other: String) -> Bool {
        let (pattern, text) = (Array(name.unicodeScalars), Array(other.unicodeScalars))
        var (at, here) = (0, 0)
        /// Where the last `*` stands, and what it has taken so far.
        var star: (pattern: Int, text: Int)?
        while here < text.count {
            if at < pattern.count, pattern[at] == "*" {
                star = (at, here)
                at += 1
            } else if at < pattern.count, pattern[at] == "?" || pattern[at] == text[here] {
                at += 1
                here += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                at = last.pattern + 1
                here = last.text + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == "*" }
    }
}
