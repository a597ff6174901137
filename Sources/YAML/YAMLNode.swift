/// A value of a YAML file, with the place where it begins.
package indirect enum YAMLNode: Sendable, Hashable {
    /// `isPlain`: written without quotes, so that `~` and `null` mean nothing rather than themselves.
    case scalar(String, isPlain: Bool, YAMLMark)
    case sequence([YAMLNode], YAMLMark)
    /// In the order of the file; a key may be given twice, which the reader reports.
    case mapping([Pair], YAMLMark)

    package struct Pair: Sendable, Hashable {
        package var key: YAMLNode
        package var value: YAMLNode

        package init(key: YAMLNode, value: YAMLNode) {
            self.key = key
            self.value = value
        }
    }

    package var mark: YAMLMark {
        switch self {
        case .scalar(_, _, let mark), .sequence(_, let mark), .mapping(_, let mark): mark
        }
    }

    /// The text of a scalar that is not null.
    package var text: String? {
        guard case .scalar(let text, let isPlain, _) = self else { return nil }
        return isPlain && Self.nulls.contains(text) ? nil : text
    }

    /// The tree with every merge key `<<` replaced by what it names (yaml.org/type/merge.html): what a mapping says itself
    /// stays, and of several that are merged the first wins. One that names no mapping stays as it is.
    package func mergingKeys() -> YAMLNode {
        switch self {
        case .scalar: return self
        case .sequence(let items, let mark): return .sequence(items.map { $0.mergingKeys() }, mark)
        case .mapping(let pairs, let mark):
            var own: [Pair] = []
            var merged: [Pair] = []
            for pair in pairs {
                let value = pair.value.mergingKeys()
                if case .scalar("<<", isPlain: true, _) = pair.key, let more = value.pairsToMerge {
                    merged += more
                } else {
                    own.append(Pair(key: pair.key, value: value))
                }
            }
            guard !merged.isEmpty else { return .mapping(own, mark) }
            var known = Set(own.compactMap(\.key.text))
            return .mapping(own + merged.filter { $0.key.text.map { known.insert($0).inserted } ?? true }, mark)
        }
    }

    private var pairsToMerge: [Pair]? {
        switch self {
        case .scalar: return nil
        case .mapping(let pairs, _): return pairs
        case .sequence(let items, _):
            var all: [Pair] = []
            for item in items {
                guard case .mapping(let pairs, _) = item else { return nil }
                all += pairs
            }
            return all
        }
    }

    /// YAML 1.2, core schema, section 10.3.2.
    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
}

/// A place in a file, counted from 1; columns count characters as libyaml does.
package struct YAMLMark: Sendable, Hashable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
