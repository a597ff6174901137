package import Basics

/// One of AWS's shared files, as far as its grammar goes: sections, keys, and one level of indented keys below a key.
/// Keys are lower-cased, `=` or `:` separates, comments begin a line (what botocore's reader accepts).
package struct ConfigFile: Sendable, Hashable {
    package struct Section: Sendable, Hashable {
        package var line: Int
        package var values: [String: String] = [:]
        /// Settings indented below a key without a value, as in `services` sections.
        package var nested: [String: [String: String]] = [:]

        package subscript(key: String) -> String? { values[key] }
    }

    package let path: String
    /// By the words between the brackets, such as `profile staging`.
    package private(set) var sections: [String: Section] = [:]

    package init(_ text: String, path: String) throws(Problem) {
        self.path = path
        var section: String?
        var key: String?
        for (index, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = Self.trimmed(rawLine)
            guard let first = line.first, first != "#", first != ";" else { continue }
            let location = Problem.Location(file: path, line: index + 1)
            if first == "[" {
                section = try Self.heading(line, location)
                key = nil
                if let section, sections[section] == nil { sections[section] = Section(line: index + 1) }
                continue
            }
            guard let section else {
                throw Problem(
                    .configuration, "a setting stands before the first [section]",
                    hint: "begin the file with [default]",
                    location: location)
            }
            let isIndented = rawLine.first?.isWhitespace == true
            if isIndented, let key, sections[section]?.values[key]?.isEmpty == false { continue }
            guard let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }), separator != line.startIndex
            else {
                // The line itself is not repeated: it may be half a secret.
                throw Problem(
                    .configuration, "this line is neither a [section] nor `key = value`", location: location)
            }
            let name = Self.trimmed(line[..<separator]).lowercased()
            let value = String(Self.trimmed(line[separator...].dropFirst()))
            if isIndented, let key {
                sections[section]?.nested[key, default: [:]][name] = value
            } else {
                sections[section]?.values[name] = value
                key = name
            }
        }
    }

    /// An absent file: nothing in it.
    package init(path: String) {
        self.path = path
    }

    private static func heading(_ line: Substring, _ location: Problem.Location) throws(Problem) -> String {
        guard let end = line.lastIndex(of: "]") else {
            throw Problem(.configuration, "this [section] has no closing bracket", location: location)
        }
        let words = line[..<end].dropFirst().split(whereSeparator: \.isWhitespace)
        let name = words.joined(separator: " ").filter { $0 != "\"" && $0 != "'" }
        guard !name.isEmpty else { throw Problem(.configuration, "this [section] has no name", location: location) }
        return name
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start.prefix(0) }
        return start[...last]
    }
}
