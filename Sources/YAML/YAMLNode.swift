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
