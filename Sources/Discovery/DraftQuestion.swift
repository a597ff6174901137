import TaskSystem

/// Something only a person can say.
package struct DraftQuestion: Sendable, Hashable {
    /// What the answer is for; Regions by their place in the draft.
    package enum About: Sendable, Hashable {
        case stack, environment
        case cluster(Int)
        /// Bus, rule, function and queues at once.
        case path(Int)
        case name(Int, PathName)
    }

    package struct Choice: Sendable, Hashable {
        /// What is shown.
        package var text: String
        package var value: String
        package var from: String

        package init(text: String, value: String, from: String) {
            self.text = text
            self.value = value
            self.from = from
        }
    }

    package enum Answer: Sendable, Hashable {
        case choice(Int)
        case text(String)
    }

    package var about: About
    /// Half a sentence: `the rule in us-east-1`.
    package var subject: String
    /// Why it has to be asked.
    package var reason: String
    package var choices: [Choice]
    /// Whether something else than the choices may be typed.
    package var takesText: Bool
    /// What Enter means; nil where it leaves the question open.
    package var suggestion: String?

    package init(
        about: About, subject: String, reason: String, choices: [Choice] = [], takesText: Bool = true,
        suggestion: String? = nil
    ) {
        self.about = about
        self.subject = subject
        self.reason = reason
        self.choices = choices
        self.takesText = takesText
        self.suggestion = suggestion
    }

    /// What a typed line means: a choice's number, or text where text is taken.
    ///
    /// - Returns: nil where nothing was typed and nothing is suggested: the question stays open.
    /// - Throws: ``Refused`` with what to type instead.
    package func answer(_ line: String) throws(Refused) -> Answer? {
        let typed = line.isEmpty ? suggestion ?? (choices.isEmpty ? "" : "1") : line
        if typed.isEmpty { return nil }
        if let number = Int(typed), choices.indices.contains(number - 1) { return .choice(number - 1) }
        if let index = choices.firstIndex(where: { $0.value == typed }) { return .choice(index) }
        guard takesText else { throw Refused(sentence: "type a number from 1 to \(choices.count)") }
        if let problem = problem(with: typed) { throw Refused(sentence: problem) }
        return .text(typed)
    }

    package struct Refused: Error, Sendable, Hashable {
        package let sentence: String
    }

    private func problem(with text: String) -> String? {
        switch about {
        case .stack where !TaskStack.isWellFormed(name: text): "a stack's name has at most 64 letters, digits, - and _"
        case .cluster where ClusterID(rawValue: text) == nil:
            "a cluster id has \(ClusterID.length) lower-case letters and digits"
        // Of the names of buses, rules, functions, queues and environments none has a blank or begins like a flag.
        default:
            text.contains(where: \.isWhitespace) || text.hasPrefix("-") ? "a name has no blanks, and does not begin with -" : nil
        }
    }
}

extension StackDraft {
    /// What is still open, in the order of the file. A path stands for all that it settles.
    package var questions: [DraftQuestion] {
        var all: [DraftQuestion] = []
        if case .open(let reason, let candidates) = stack {
            all.append(Self.question(.stack, "the stack's name", reason, candidates))
        }
        if case .open(let reason, let candidates) = environment {
            var question = Self.question(.environment, "the environment", reason, candidates)
            // What taskops.yaml means when it says nothing.
            if candidates.isEmpty { question.suggestion = "dev" }
            all.append(question)
        }
        for (index, regional) in regions.enumerated() {
            if case .open(let reason, let candidates) = regional.cluster {
                all.append(Self.question(.cluster(index), "the cluster's id in \(regional.region)", reason, candidates))
            }
            let open = PathName.allCases.filter { regional.names[$0]?.isOpen ?? false }
            guard !open.isEmpty else { continue }
            let paths = regional.reading.paths
            if paths.count > 1 || !paths.isEmpty && !regional.reading.takesTasks {
                all.append(pathQuestion(index, regional))
            } else {
                for name in open {
                    guard case .open(let reason, let candidates)? = regional.names[name] else { continue }
                    all.append(
                        Self.question(
                            .name(index, name), "\(name.rawValue) in \(regional.region)", reason, candidates))
                }
            }
        }
        return all
    }

    private static func question(
        _ about: DraftQuestion.About, _ subject: String, _ reason: String, _ candidates: [Setting.Candidate]
    ) -> DraftQuestion {
        DraftQuestion(
            about: about, subject: subject, reason: reason,
            choices: candidates.map { .init(text: "\($0.value)  (\($0.from))", value: $0.value, from: $0.from) })
    }

    private func pathQuestion(_ index: Int, _ regional: RegionDraft) -> DraftQuestion {
        let reason =
            regional.reading.takesTasks ? "more than one rule takes task events" : "no rule names the source \(TaskEvent.source)"
        // Whoever chose a rule in the first Region most likely means the one of the same name in the second.
        let earlier = regions[..<index].last?.names[.rule]?.value
        let same = regional.reading.paths.firstIndex {
            $0.rule == earlier && $0.bus == regions[..<index].last?.names[.bus]?.value
        }
        return DraftQuestion(
            about: .path(index), subject: "the rule that hands task events to the function in \(regional.region)",
            reason: reason,
            choices: regional.reading.paths.map { path in
                let function = path.function.value ?? "a function that could not be looked at"
                return .init(
                    text: "\(path.rule) on \(path.bus), to \(function)", value: "\(path.bus)/\(path.rule)", from: "chosen")
            }, takesText: false, suggestion: same.map { "\($0 + 1)" })
    }
}
