import FoundationEssentials
import YAML

/// The name an alarm's file gives it: text with `${variables}`, which other stacks and Regions fill in differently.
struct AlarmName: Sendable, Hashable {
    /// The page beside it has the file's own name.
    let page: String
    /// What stands between the variables, beginning and end included.
    private let literals: [String]

    /// Nil for a file that cannot be read or names no alarm: that is `taskops validate`'s to say.
    init?(file: String, page: String) {
        guard let bytes = FileManager.default.contents(atPath: file),
            let root = try? YAMLDocument.parse(String(decoding: bytes, as: UTF8.self), file: file),
            case .mapping(let pairs, _) = root,
            let name = pairs.first(where: { $0.key.text == "AlarmName" })?.value.text
        else { return nil }
        self.init(name, page: page)
    }

    init(_ name: String, page: String) {
        self.page = page
        var literals: [String] = []
        var rest = Substring(name)
        while let open = rest.firstRange(of: "${"), let close = rest[open.upperBound...].firstIndex(of: "}") {
            literals.append(String(rest[..<open.lowerBound]))
            rest = rest[rest.index(after: close)...]
        }
        self.literals = literals + [String(rest)]
    }

    var literalLength: Int { literals.reduce(0) { $0 + $1.count } }

    /// Whether the variables can be filled in, each with something, so that this name comes out.
    func fits(_ name: String) -> Bool {
        guard let first = literals.first, let last = literals.last, name.hasPrefix(first) else { return false }
        guard literals.count > 1 else { return name == first }
        var rest = Substring(name).dropFirst(first.count)
        for literal in literals.dropFirst().dropLast() {
            guard let found = rest.dropFirst().firstRange(of: literal) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.count > last.count && rest.hasSuffix(last)
    }
}
