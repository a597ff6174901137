import YAML

/// A place inside a document, in the form of CloudWatch's own `DataPath`: `/widgets/3/properties/metrics/0`.
package struct DataPath: Sendable, Hashable, CustomStringConvertible {
    package enum Step: Sendable, Hashable {
        case member(String)
        case item(Int)
    }

    package var steps: [Step]

    package init(_ steps: [Step] = []) {
        self.steps = steps
    }

    package static func / (path: DataPath, member: String) -> DataPath { DataPath(path.steps + [.member(member)]) }
    package static func / (path: DataPath, item: Int) -> DataPath { DataPath(path.steps + [.item(item)]) }

    package var description: String {
        steps.map { step in
            switch step {
            case .member(let name): "/\(name)"
            case .item(let index): "/\(index)"
            }
        }.joined()
    }

    /// The deepest place on the way that the document has: the value's, or the key's where `key` is asked for.
    func mark(in root: YAMLNode, ofKey: Bool = false) -> YAMLMark {
        var node = root
        var mark = root.mark
        for (index, step) in steps.enumerated() {
            switch (step, node) {
            case (.member(let name), .mapping(let pairs, _)):
                guard let pair = pairs.first(where: { $0.key.text == name }) else { return mark }
                node = pair.value
                let isLast = index == steps.count - 1
                // A value that spans lines begins at its own first member; people look for its name.
                mark = ofKey && isLast || pair.value.spansLines(from: pair.key) ? pair.key.mark : pair.value.mark
            case (.item(let number), .sequence(let items, _)):
                guard items.indices.contains(number) else { return mark }
                node = items[number]
                mark = node.mark
            default: return mark
            }
        }
        return mark
    }
}

extension YAMLNode {
    /// Whether it is more than a scalar and begins on a line below its key.
    fileprivate func spansLines(from key: YAMLNode) -> Bool {
        if case .scalar = self { return false }
        return mark.line > key.mark.line
    }
}
