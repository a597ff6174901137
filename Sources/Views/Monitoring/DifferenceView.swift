import Basics
import Monitoring
import Terminal

/// One member that differs, on one line.
enum DifferenceView {
    static func lines(_ difference: Difference, on profile: TerminalProfile) -> [StyledText] {
        let margin = StyledText("      ")
        var line = margin
        if let widget = difference.widget { line += "widget \("\"\(widget)\"", .strong): " }
        line += words(of: difference, on: profile)
        return profile.isTerminal ? line.fitted(to: profile.lineWidth, indent: 8) : [line]
    }

    private static func words(of difference: Difference, on profile: TerminalProfile) -> StyledText {
        let values = ValueText(profile)
        let place = place(of: difference)
        switch difference.kind {
        case .moved: return moved(difference, values)
        case .added where difference.widget != nil && place.isEmpty: return StyledText("added", .good)
        case .removed where difference.widget != nil && place.isEmpty: return StyledText("removed", .bad)
        case .added where place == "metric":
            return "\("metric added", .good) \(values.metric(difference.after))"
        case .removed where place == "metric":
            return "\("metric removed", .bad) \(values.metric(difference.before))"
        case .added where difference.isElement:
            return "\(place) \("+ \(values.whole(difference.after))", .good)"
        case .removed where difference.isElement:
            return "\(place) \("- \(values.whole(difference.before))", .bad)"
        default:
            let (before, after) = values.pair(difference.before, difference.after)
            return "\(place)\(place.isEmpty ? "" : " ")\(before, .faint) \(values.arrow, .faint) \(after)"
        }
    }

    /// What of the thing it is, as a person says it: without the widget's number and where its properties lie.
    private static func place(of difference: Difference) -> String {
        var parts = difference.path.split(separator: "/").map(String.init)
        guard difference.widget != nil, parts.first == "widgets" else { return parts.joined(separator: "/") }
        parts.removeFirst(min(2, parts.count))
        if parts.first == "properties" { parts.removeFirst() }
        guard parts.first == "metrics", parts.count > 1, let index = Int(parts[1]) else {
            return parts.joined(separator: "/")
        }
        if parts.count == 2 { return "metric" }
        return "metric \(index + 1) \(parts[2...].joined(separator: "/"))"
    }

    private static func moved(_ difference: Difference, _ values: ValueText) -> StyledText {
        guard let before = difference.before, let after = difference.after else {
            return "metrics in another order"
        }
        func changes(_ names: [String]) -> [String] {
            names.filter { before[$0] != after[$0] }.map {
                "\($0) \(values.short(before[$0])) \(values.arrow) \(values.short(after[$0]))"
            }
        }
        let (places, sizes) = (changes(["x", "y"]), changes(["width", "height"]))
        let word = places.isEmpty ? "resized" : sizes.isEmpty ? "moved" : "moved and resized"
        return "\(word, .warning): \((places + sizes).joined(separator: ", "), .faint)"
    }
}

extension Difference {
    /// Whether it is one element of a list of texts, rather than a member.
    fileprivate var isElement: Bool {
        ["AlarmActions", "OKActions", "InsufficientDataActions", "alarms", "IncludedTagKeys", "ExcludedTagKeys"].contains {
            path.hasSuffix("/\($0)")
        } && (before ?? after)?.string != nil
    }
}

/// Values on part of a line.
struct ValueText {
    let arrow: String
    private let ellipsis: String
    /// Columns; nil where a line is as long as it is.
    private let room: Int?

    init(_ profile: TerminalProfile) {
        arrow = profile.arrow
        ellipsis = profile.ellipsis
        room = profile.isTerminal ? max(20, (profile.lineWidth - 40) / 2) : nil
    }

    func short(_ value: JSONTree?) -> String { cut(whole(value), from: 0) }

    /// Of two long texts that begin alike, what is alike is left out.
    func pair(_ before: JSONTree?, _ after: JSONTree?) -> (String, String) {
        let (old, new) = (whole(before), whole(after))
        guard let room, old.count > room || new.count > room else { return (old, new) }
        let same = zip(old, new).prefix { $0 == $1 }.count
        let begin = max(0, same - room / 3)
        return (cut(old, from: begin), cut(new, from: begin))
    }

    /// A metric as it stands in a widget, without brackets: `AWS/Lambda Errors FunctionName=f`.
    func metric(_ value: JSONTree?) -> String {
        guard let elements = value?.array else { return short(value) }
        let names = elements.compactMap(\.string)
        var words = names.prefix(2).map { $0 }
        var index = 2
        while index + 1 < names.count {
            words.append("\(names[index])=\(names[index + 1])")
            index += 2
        }
        let options = elements.compactMap(\.object).first ?? [:]
        words += options.sorted { $0.key < $1.key }.map { "\($0.key) \(whole($0.value))" }
        return words.joined(separator: " ")
    }

    private func cut(_ text: String, from begin: Int) -> String {
        let shown = begin > 0 ? ellipsis + text.dropFirst(begin) : text
        guard let room, shown.count > room else { return shown }
        return shown.prefix(room - ellipsis.count) + ellipsis
    }

    /// However long it is: a name cut short cannot be copied.
    func whole(_ value: JSONTree?) -> String {
        switch value {
        case nil: "unset"
        case .string(let text) where Self.isPlain(text): text
        case let value?: CanonicalJSON.text(value)
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text != "unset" && !text.contains(where: \.isNewline) && text.first != "\"" && text.first != " "
            && text.last != " " && Double(text) == nil && !["true", "false", "null"].contains(text)
    }
}
