/// The names that stand for parts of the stack in files: `${bus}`, `${function}`.
package enum StackVariables {
    package static let builtIn = [
        "stack", "environment", "region", "bus", "rule", "function", "deadLetterQueue", "failureQueue", "clusterId",
        "account",
    ]

    /// What taskops.yaml alone says; the account, and a cluster that it names by a tag, are for others to add.
    package static func values(of regional: RegionalStack, in stack: TaskStack) -> [String: String] {
        var values = [
            "stack": stack.name, "environment": stack.environment, "region": regional.region, "bus": regional.bus,
            "rule": regional.rule, "function": regional.function,
        ]
        values["deadLetterQueue"] = regional.deadLetterQueue
        values["failureQueue"] = regional.failureQueue
        if case .id(let id) = regional.cluster { values["clusterId"] = id.rawValue }
        return values
    }

    /// Whether a name for a variable of one's own: a lower-case letter, then letters, digits, `_` and `-`.
    package static func isWellFormed(name: String) -> Bool {
        guard let first = name.utf8.first, (0x61...0x7A).contains(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D
        }
    }

    /// The value of a name as it stands between the braces, in a Region: its own, `REGION.name`, `regions.NUMBER` for the
    /// name of that Region, `regions.NUMBER.name`.
    ///
    /// - Parameter values: by Region and name.
    package static func value(
        of name: String, in region: String, regions: [String], _ values: [String: [String: String]]
    ) -> String? {
        if let value = values[region]?[name] { return value }
        let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1 else { return nil }
        guard parts[0] == "regions" else { return parts.count == 2 ? values[parts[0]]?[parts[1]] : nil }
        guard let index = Int(parts[1]), String(index) == parts[1], regions.indices.contains(index) else { return nil }
        return parts.count == 2 ? regions[index] : values[regions[index]]?[parts[2]]
    }
}
