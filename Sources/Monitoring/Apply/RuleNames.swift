/// The alarms that a composite alarm's rule names.
///
/// Source: CloudWatch API reference, PutCompositeAlarm: `ALARM(name)`, `OK("name")`, `INSUFFICIENT_DATA('arn')`; a name that
/// holds a parenthesis or a blank stands in quotes, in which a backslash keeps the next letter.
enum RuleNames {
    static func all(in rule: String) -> Set<String> {
        var names: Set<String> = []
        var rest = Substring(rule)
        while let open = rest.firstIndex(of: "(") {
            let word = rest[..<open].reversed().drop { $0.isWhitespace }.prefix { $0.isLetter || $0 == "_" }.reversed()
            rest = rest[rest.index(after: open)...]
            guard ["ALARM", "OK", "INSUFFICIENT_DATA"].contains(String(word)) else { continue }
            rest = rest.drop { $0.isWhitespace }
            if let quote = rest.first, quote == "\"" || quote == "'" {
                rest = rest.dropFirst()
                names.insert(name(Self.quoted(&rest, until: quote)))
            } else {
                let bare = rest.prefix { $0 != ")" }
                rest = rest[bare.endIndex...]
                names.insert(name(String(bare.reversed().drop { $0.isWhitespace }.reversed())))
            }
        }
        return names
    }

    private static func quoted(_ rest: inout Substring, until quote: Character) -> String {
        var text = ""
        while let character = rest.popFirst(), character != quote {
            if character == "\\", let kept = rest.popFirst() { text.append(kept) } else { text.append(character) }
        }
        return text
    }

    /// Of an ARN, the name in it.
    static func name(_ reference: String) -> String {
        let parts = reference.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        return parts.count == 7 && parts[0] == "arn" && parts[5] == "alarm" ? String(parts[6]) : reference
    }
}
