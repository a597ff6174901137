package import Basics

/// One of AWS's shared files, as far as its grammar goes: sections, keys, and one level of indented keys below a key.
/// Keys are lower-cased, `=` or `:` separates, comments begin a line, and what stands twice is refused: what the reader
/// accepts that botocore uses (Python's `RawConfigParser`, in `configloader.py`).
package struct ConfigFile: Sendable, Hashable {
    package struct Section: Sendable, Hashable {
        package var line: Int
        package var values: [String: String] = [:]
        /// Where each key stands.
        package var lines: [String: Int] = [:]
        /// Settings indented below a key without a value, as in `services` sections.
        package var nested: [String: [String: String]] = [:]
        /// Where each nested setting stands, by `key.setting`.
        package var nestedLines: [String: Int] = [:]

        package subscript(key: String) -> String? { values[key] }
    }

    package let path: String
    /// Whether there is such a file.
    package let isThere: Bool
    /// By the words between the brackets, such as `profile staging`.
    package private(set) var sections: [String: Section] = [:]

    package init(_ text: String, path: String) throws(Problem) {
        self.path = path
        isThere = true
        var section: String?
        var key: (name: String, indentation: Int)?
        for (index, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = Self.trimmed(rawLine)
            guard let first = line.first, first != "#", first != ";" else { continue }
            let location = Problem.Location(file: path, line: index + 1)
            let indentation = rawLine.prefix(while: \.isWhitespace).count
            // Only what is indented deeper than a key belongs to it: a whole section may be indented.
            let owner = key.flatMap { indentation > $0.indentation ? $0.name : nil }
            if let section, let owner, sections[section]?.values[owner]?.isEmpty == false { continue }
            if first == "[", owner == nil {
                let name = try Self.heading(line, location)
                if let earlier = sections[name]?.line {
                    throw Problem(
                        .configuration, "the section [\(name)] stands here a second time",
                        cause: "it first stands in line \(earlier)", hint: "make one section of the two",
                        location: location)
                }
                sections[name] = Section(line: index + 1)
                (section, key) = (name, nil)
                continue
            }
            guard let section else {
                throw Problem(
                    .configuration, "a setting stands before the first [section]",
                    hint: "begin the file with [default]",
                    location: location)
            }
            guard let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }), separator != line.startIndex
            else {
                // The line itself is not repeated: it may be half a secret.
                throw Problem(
                    .configuration, "this line of [\(section)] is neither a [section] nor `key = value`",
                    hint: "complete it, or begin it with #", location: location)
            }
            let name = Self.trimmed(line[..<separator]).lowercased()
            let value = String(Self.trimmed(line[separator...].dropFirst()))
            if let owner {
                sections[section]?.nested[owner, default: [:]][name] = value
                sections[section]?.nestedLines["\(owner).\(name)"] = index + 1
                continue
            }
            if let earlier = sections[section]?.lines[name] {
                throw Problem(
                    .configuration, "`\(name)` of [\(section)] is set here a second time",
                    cause: "it is first set in line \(earlier)", hint: "keep one of the two", location: location)
            }
            sections[section]?.values[name] = value
            sections[section]?.lines[name] = index + 1
            key = (name, indentation)
        }
    }

    /// An absent file: nothing in it.
    package init(path: String) {
        self.path = path
        isThere = false
    }

    private static func heading(_ line: Substring, _ location: Problem.Location) throws(Problem) -> String {
        guard let end = line.lastIndex(of: "]") else {
            throw Problem(
                .configuration, "this [section] has no closing bracket", hint: "end it with ]", location: location)
        }
        let words = line[..<end].dropFirst().split(whereSeparator: \.isWhitespace)
        let name = words.joined(separator: " ").filter { $0 != "\"" && $0 != "'" }
        guard !name.isEmpty else {
            throw Problem(
                .configuration, "this [section] has no name", hint: "write it as [default] or [profile NAME]",
                location: location)
        }
        return name
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start.prefix(0) }
        return start[...last]
    }
}
