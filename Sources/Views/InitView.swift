import Basics
package import Discovery
package import Terminal

/// What `taskops init` says and asks. The file itself is ``ConfigurationText``.
package enum InitView {
    /// What is shown while it looks.
    package static func looking(_ regions: [String], account: String) -> StyledText {
        let place = regions.count == 1 ? regions[0] : "\(regions.count) Regions"
        return "looks through \(place) of account \(account)"
    }

    package static func remarks(_ warnings: [String], unread: [Unread]) -> [StyledText] {
        var lines = warnings.map { "\("note:", .warning) \($0.onOneLine)" as StyledText }
        // One line for each sort: fourteen Regions that refuse the same thing are one piece of news.
        var seen: [(first: Unread, regions: [String])] = []
        for one in unread {
            let index = seen.firstIndex { $0.first.action == one.action && $0.first.problem.kind == one.problem.kind }
            if let index {
                if !seen[index].regions.contains(one.region) { seen[index].regions.append(one.region) }
            } else {
                seen.append((one, [one.region]))
            }
        }
        lines += seen.map { one in
            let reason = one.first.reason.onOneLine
            let place = one.regions.count > 4 ? "\(one.regions.count) Regions" : one.regions.joined(separator: ", ")
            let next = one.first.problem.kind == .denied ? "; its policy: taskops permissions init" : ""
            return "\("note:", .warning) not all was looked at in \(place): \(reason)\(next, .faint)"
        }
        return lines
    }

    /// Several stacks, as a question like the others.
    package static func whichStack(_ candidates: [StackCandidate]) -> DraftQuestion {
        DraftQuestion(
            about: .stack, subject: "the stack",
            reason: candidates.contains(where: \.isMarked)
                ? "the account has more than one" : "nothing says that one of these is it",
            choices: candidates.map { candidate in
                let clusters = candidate.clusterIDs
                let ids = clusters.isEmpty ? "" : "  (\(clusters.joined(separator: ", ")))"
                return .init(
                    text: "\(candidate.label) in \(candidate.regions.joined(separator: ", "))\(ids)", value: candidate.label,
                    from: "chosen")
            }, takesText: false)
    }

    package static func lines(_ question: DraftQuestion, on profile: TerminalProfile) -> [StyledText] {
        let head: StyledText = "\(question.subject, .heading): \(question.reason.onOneLine)"
        let choices = question.choices.enumerated().flatMap { index, choice in
            let number = StyledText("\(index + 1)", .strong).padded(to: question.choices.count > 9 ? 2 : 1, alignment: .right)
            return ("  \(number)  \(choice.text)" as StyledText).wrapped(to: profile.width ?? .max, indent: 6)
        }
        return head.wrapped(to: profile.width ?? .max, indent: 2) + choices
    }

    package static func prompt(_ question: DraftQuestion) -> StyledText {
        let what =
            switch (question.choices.count, question.takesText) {
            case (0, _): "value"
            case (_, true): "number, or another value"
            case (_, false): "number"
            }
        guard let suggestion = question.suggestion ?? (question.choices.isEmpty ? nil : "1") else {
            return "\(what) \("[Enter leaves it to fill in]", .faint): "
        }
        return "\(what) \("[\(suggestion)]", .faint): "
    }

    package static func refused(_ refused: DraftQuestion.Refused) -> StyledText {
        "\("no:", .warning) \(refused.sentence)"
    }

    /// - Parameter stack: nil where something was left to fill in.
    package static func written(_ file: String, stack: (name: String, regions: [String])?) -> [StyledText] {
        guard let stack else { return ["\("wrote", .warning) \(file, .strong), which has lines to fill in"] }
        return [
            "\("wrote", .good) \(file, .strong): stack \(stack.name, .strong) in \(stack.regions.joined(separator: ", "))",
            "\("next: taskops canary", .faint)",
        ]
    }
}
