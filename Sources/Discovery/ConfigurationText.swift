import TaskSystem

/// A draft as the text of taskops.yaml: every value with a comment that says where it came from, and what is still open
/// without a value, so that reading the file fails at its line.
package struct ConfigurationText: Sendable, Hashable {
    package let text: String
    /// Lines that have to be filled in, with what is missing there.
    package let open: [OpenLine]

    package struct OpenLine: Sendable, Hashable {
        /// From 1.
        package var line: Int
        /// `regions.us-east-1.bus`
        package var key: String
        package var reason: String
    }

    /// - Parameters:
    ///   - account: whose account was looked through; twelve digits.
    ///   - date: `2026-11-25`, the day it was done.
    package init(_ draft: StackDraft, account: String, date: String) {
        var lines = [
            Line("# Written by taskops init on \(date), from what stands in account \(account)."),
            Line("# The comment beside each value says where it came from; README.md explains the keys."),
            Self.line("stack", draft.stack, indent: 0, place: ""),
            Self.line("environment", draft.environment, indent: 0, place: ""),
            Line("defaults:"),
        ]
        let common = Self.common(draft)
        lines += PathName.allCases.compactMap { name in
            common[name].map { Self.line(name.rawValue, $0, indent: 2, place: "defaults.") }
        }
        lines.append(Line("  databaseRole: taskops", "made by taskops schema apply, from schema/004_roles.sql"))
        lines += Self.variables(draft)
        lines.append(Line("regions:"))
        for regional in draft.regions {
            let place = "regions.\(regional.region)."
            lines.append(Line("  \(regional.region):"))
            var cluster = Self.line("cluster", regional.cluster, indent: 4, place: place)
            if cluster.open == nil, let comment = cluster.comment {
                cluster.comment = ([comment] + regional.remarks).joined(separator: "; ")
            }
            lines.append(cluster)
            for name in PathName.allCases where common[name] == nil {
                if let setting = regional.names[name] {
                    lines.append(Self.line(name.rawValue, setting, indent: 4, place: place))
                }
            }
            let variables = Self.variables(of: regional, isTopicCommon: Self.commonTopic(draft) != nil, place: place)
            if !variables.isEmpty { lines += [Line("    variables:")] + variables }
            if let kept = regional.kept { lines += Self.lines(kept) }
        }
        // Comments stand in one column, but for the lines that reach beyond it.
        let column = lines.filter { $0.comment != nil }.map(\.code.count).filter { $0 <= 52 }.max() ?? 0
        text = lines.map { line in
            guard let comment = line.comment else { return line.code + "\n" }
            let gap = String(repeating: " ", count: max(0, column - line.code.count) + 2)
            return "\(line.code)\(gap)# \(comment.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
        }.joined()
        open = lines.enumerated().compactMap { index, line in
            line.open.map { OpenLine(line: index + 1, key: $0.key, reason: $0.reason) }
        }
    }

    // MARK: -

    private struct Line {
        var code: String
        var comment: String?
        var open: (key: String, reason: String)?

        init(_ code: String, _ comment: String? = nil) {
            self.code = code
            self.comment = comment
        }
    }

    /// What is the same in every Region stands once; what is open is asked for where it belongs.
    private static func common(_ draft: StackDraft) -> [PathName: Setting] {
        PathName.allCases.reduce(into: [:]) { common, name in
            let settings = draft.regions.compactMap { $0.names[name] }
            guard let first = settings.first, settings.count == draft.regions.count else { return }
            if let value = first.value, settings.allSatisfy({ $0.value == value }) {
                var origins: [String] = []
                for case .found(_, let from) in settings where !origins.contains(from) { origins.append(from) }
                common[name] = .found(value, from: origins.joined(separator: "; "))
            } else if case .absent = first, settings.allSatisfy({ $0 == first }) {
                common[name] = first
            }
        }
    }

    /// What the files in `alarms/` need beside what is built in.
    private static func variables(_ draft: StackDraft) -> [Line] {
        guard let topic = commonTopic(draft) else { return [] }
        return [Line("variables:"), line("onCallTopic", topic, indent: 2, place: "variables.")]
    }

    private static func commonTopic(_ draft: StackDraft) -> Setting? {
        let topics = draft.regions.map(\.onCallTopic)
        guard let first = topics.first, let topic = first, topics.allSatisfy({ $0?.value == topic.value }) else { return nil }
        return topic
    }

    private static func line(_ key: String, _ setting: Setting, indent: Int, place: String) -> Line {
        let space = String(repeating: " ", count: indent)
        switch setting {
        case .found(let value, let from):
            return Line("\(space)\(key): \(scalar(value))", from)
        case .absent(let reason):
            return Line("\(space)# \(key): \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))")
        case .open(let reason, let candidates):
            let could = candidates.isEmpty ? "" : " (\(candidates.map(\.value).joined(separator: ", ")))"
            let isOptional = PathName(rawValue: key)?.isRequired == false
            var line = Line(
                "\(space)\(key):",
                "not found: \(reason)\(could); fill this in\(isOptional ? ", or take the line out" : "")")
            line.open = ("\(place)\(key)", "\(reason)\(could)")
            return line
        }
    }

    /// What a Region's monitoring files call by a name of their own; one that an earlier file chose is the one that counts.
    private static func variables(
        of regional: StackDraft.RegionDraft, isTopicCommon: Bool, place: String
    ) -> [Line] {
        var kept = regional.kept?.variables ?? [:]
        if kept["onCallTopic"] == regional.onCallTopic?.value { kept["onCallTopic"] = nil }
        var lines: [Line] = []
        if !isTopicCommon, kept["onCallTopic"] == nil, let topic = regional.onCallTopic {
            lines.append(line("onCallTopic", topic, indent: 6, place: "\(place)variables."))
        }
        return lines
            + kept.sorted { $0.key < $1.key }.map { name, value in
                Line("      \(name): \(scalar(value))", "kept from \(regional.kept?.file ?? "")")
            }
    }

    private static func lines(_ kept: StackDraft.Kept) -> [Line] {
        var lines: [Line] = []
        let connection = [
            kept.connection.hostaddr.map { "hostaddr: \(scalar($0))" }, kept.connection.port.map { "port: \($0)" },
            kept.connection.sslRootCert.map { "sslrootcert: \(scalar($0))" },
        ].compactMap(\.self)
        if !connection.isEmpty {
            lines.append(Line("    connection: {\(connection.joined(separator: ", "))}", "kept from \(kept.file)"))
        }
        if let url = kept.endpointURL { lines.append(Line("    endpointUrl: \(scalar(url))", "kept from \(kept.file)")) }
        return lines
    }

    /// Plain where YAML takes it for nothing but text, in single quotes otherwise.
    static func scalar(_ value: String) -> String {
        let isPlain =
            value.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._/-".utf8.contains(byte)
            }
            // What begins with a digit may be a number; an address with its three dots is none.
            && (value.first.map { $0.isLetter || $0 == "/" } == true || value.count { $0 == "." } == 3)
            && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(value.lowercased())
        return isPlain || isClusterID(value) ? value : "'\(value.replacing("'", with: "''"))'"
    }

    /// Ids may begin with a digit and still be no number, unless they are digits through and through.
    private static func isClusterID(_ value: String) -> Bool {
        ClusterID(rawValue: value) != nil && value.contains { $0.isLetter && $0 != "e" }
    }
}
