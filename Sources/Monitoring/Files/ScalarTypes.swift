import Basics
import YAML

extension YAMLNode {
    /// The value as YAML's core schema reads it (YAML 1.2, section 10.3.2), which for JSON is JSON's own.
    ///
    /// - Parameter fill: what becomes of text before it counts; what it changes is text, whatever it looks like.
    func json(_ fill: (String, YAMLNode) -> String = { text, _ in text }) -> JSONTree {
        switch self {
        case .scalar(let text, let isPlain, _):
            let filled = fill(text, self)
            return isPlain && filled == text ? Self.plain(text) : .string(filled)
        case .sequence(let items, _): return .array(items.map { $0.json(fill) })
        case .mapping(let pairs, _):
            return .object(
                Dictionary(pairs.map { (fill($0.key.anyText, $0.key), $0.value.json(fill)) }) { first, _ in first })
        }
    }

    /// The letters of a scalar, null or not; empty for what is none.
    var anyText: String { if case .scalar(let text, _, _) = self { text } else { "" } }

    private static func plain(_ text: String) -> JSONTree {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: number(text).map(JSONTree.number) ?? .string(text)
        }
    }

    /// A finite number in YAML's or JSON's form. Swift's own reader also takes `0x1p3`, `inf` and `nan`.
    static func number(_ text: String) -> Double? {
        if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16).map(Double.init) }
        if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8).map(Double.init) }
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }),
            let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    /// What the node is, in a word for people.
    var kindName: String {
        switch self {
        case .scalar(_, let isPlain, _):
            switch json() {
            case .null: "nothing"
            case .bool: "true or false"
            case .number: isPlain ? "a number" : "text"
            default: "text"
            }
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
