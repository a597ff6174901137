import Basics
import Discovery
import Terminal
import Views

/// The conversation of `taskops init`: look, ask which stack, look closer, ask what is still open.
struct InitSearch {
    private let session: AccountSession
    private let environment: Environment
    private let deadline: Deadline
    /// One Region that never answers leaves time for walking the others' rules.
    private let lookDeadline: Deadline

    init(_ session: AccountSession, timeout: Duration, in environment: Environment) {
        self.session = session
        self.environment = environment
        deadline = .after(timeout)
        lookDeadline = .after(timeout / 2)
    }

    /// - Parameter name: what `--stack` says.
    /// - Throws: ``Problem`` when there is no stack, or several and nobody to ask.
    func draft(of name: String?) async throws -> (draft: StackDraft, account: String) {
        let console = environment.console
        let account = try await session.account(deadline: deadline)
        let inventories = await console.withProgress { progress in
            progress.show(InitView.looking(session.regions, account: account))
            return await AccountSurvey.run(session.regions, deadline: lookDeadline, client: session.client(in:))
        }
        let unread = inventories.flatMap(\.unread)
        let candidates = StackCandidates.group(inventories)
        let chosen = try await choose(candidates.filter { name.map($0.answers) ?? true }, of: candidates, named: name)
        let found: StackDraft?
        if let chosen {
            found = await StackFinder.draft(chosen, deadline: deadline, client: session.client(in:))
        } else {
            found = await StackFinder.draftByRules(inventories, deadline: deadline, client: session.client(in:))
        }
        guard var draft = found else { throw Self.nothing(in: session, account: account, unread) }
        for index in draft.regions.indices { draft.regions[index].kept = session.kept[draft.regions[index].region] }
        for line in InitView.remarks(draft.warnings, unread: unread) { console.say(line) }
        return (draft, account)
    }

    /// Asks on a terminal until nothing is open or nobody wants to answer; in a script everything stays as it is.
    func asked(_ draft: StackDraft) async -> StackDraft {
        var draft = draft
        var left: Set<DraftQuestion.About> = []
        while environment.canAsk, let question = draft.questions.first(where: { !left.contains($0.about) }) {
            guard let answer = await answer(to: question) else { return draft }
            if let answer { draft.settle(question, with: answer) } else { left.insert(question.about) }
        }
        return draft
    }

    // MARK: -

    private func choose(
        _ fitting: [StackCandidate], of all: [StackCandidate], named name: String?
    ) async throws -> StackCandidate? {
        if let name, fitting.isEmpty, !all.isEmpty {
            let labels = all.map(\.label)
            let near = closestMatch(to: name, among: labels).map { "did you mean \($0)?" }
            throw Problem(
                .notFound, "no stack \(name) in the Regions looked at",
                hint: near ?? "there are: \(labels.joined(separator: ", "))")
        }
        let marked = fitting.filter(\.isMarked)
        // A cluster that says nothing of a task system is chosen by name or by a person, never for being alone.
        if let only = marked.first, marked.count == 1 { return only }
        if let name, let only = fitting.first, fitting.count == 1, only.answers(to: name) { return only }
        let choices = marked.isEmpty ? fitting : marked
        guard !choices.isEmpty else { return nil }
        let question = InitView.whichStack(choices)
        if environment.canAsk, case .choice(let index)?? = await answer(to: question) { return choices[index] }
        throw Problem(
            .notFound, marked.isEmpty ? "no stack that says it is a task system" : "more than one stack here",
            cause: choices.map { "\($0.label) in \($0.regions.joined(separator: ", "))" }.joined(separator: "; "),
            hint: "say which: taskops init --stack \(choices[0].label)")
    }

    /// - Returns: nil at the end of input; `.some(nil)` where the question stays open.
    private func answer(to question: DraftQuestion) async -> DraftQuestion.Answer?? {
        let console = environment.console
        for line in InitView.lines(question, on: console.error) { console.say(line) }
        while let line = await environment.ask(InitView.prompt(question)) {
            do {
                return .some(try question.answer(line))
            } catch {
                console.say(InitView.refused(error))
            }
        }
        return nil
    }

    private static func refusal(_ first: Unread, _ unread: [Unread]) -> Problem {
        guard first.problem.kind == .denied else { return first.problem }
        let actions = unread.map(\.action).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return Problem(
            .denied, "you may not look for a stack: \(actions.joined(separator: ", ")) refused", cause: first.problem.cause,
            hint: "the policy it needs: taskops permissions init")
    }

    private static func nothing(in session: AccountSession, account: String, _ unread: [Unread]) -> Problem {
        // Where nothing could be asked, the first reason is as good as all.
        if unread.count >= session.regions.count * 2, let first = unread.first { return refusal(first, unread) }
        let place =
            session.isEverywhere
            ? "the \(session.regions.count) Regions with multi-Region clusters" : session.regions.joined(separator: ", ")
        let refused = Set(unread.map(\.action)).sorted().joined(separator: ", ")
        return Problem(
            .notFound, "no task system in account \(account), looked for in \(place)",
            cause: refused.isEmpty
                ? "no CloudFormation stack has its outputs, no cluster the tag taskops:stack, no rule takes task events"
                : "\(refused) gave no answer",
            hint: session.isEverywhere
                ? "name its Region: taskops init --region REGION" : "look everywhere: taskops init")
    }
}
