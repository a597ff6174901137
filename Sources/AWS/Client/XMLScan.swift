import FoundationEssentials

/// Just enough XML for STS: the text of elements found by name. Attributes and namespaces are passed over. Lists are
/// ``XMLElement``'s.
struct XMLScan: Sendable {
    private let text: String

    init(_ data: Data) {
        text = String(decoding: data, as: UTF8.self)
    }

    struct Missing: Error, CustomStringConvertible {
        let element: String
        var description: String { "the answer holds no <\(element)>" }
    }

    /// The text of the first element of that name; nil where there is none or it holds other elements.
    func first(_ element: String) -> String? {
        var rest = text[...]
        while let open = rest.firstRange(of: "<\(element)") {
            rest = rest[open.upperBound...]
            // `<Arn` must not find `<ArnList>`.
            guard let next = rest.first, next == ">" || next.isWhitespace else { continue }
            // Looked for once: a text of openings without an end would be searched again for each.
            guard let start = rest.firstIndex(of: ">") else { return nil }
            let content = rest[rest.index(after: start)...]
            guard let close = content.firstIndex(of: "<"), content[close...].hasPrefix("</\(element)>") else {
                return nil
            }
            return Self.unescaped(content[..<close])
        }
        return nil
    }

    func required(_ element: String) throws -> String {
        guard let found = first(element) else { throw Missing(element: element) }
        return found
    }

    static func unescaped(_ text: Substring) -> String {
        var output = ""
        var rest = text
        while let ampersand = rest.firstIndex(of: "&") {
            output += rest[..<ampersand]
            rest = rest[ampersand...].dropFirst()
            guard let end = rest.prefix(10).firstIndex(of: ";"), let character = character(rest[..<end]) else {
                output += "&"
                continue
            }
            output.append(character)
            rest = rest[end...].dropFirst()
        }
        return output + rest
    }

    private static func character(_ entity: Substring) -> Character? {
        switch entity {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard entity.hasPrefix("#") else { return nil }
            let digits = entity.dropFirst()
            let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap(Unicode.Scalar.init).map(Character.init)
        }
    }
}
