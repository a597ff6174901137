package import Basics

/// What became of a plan, change by change.
package struct ApplyReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    package var account: String
    /// When it began: ISO 8601, UTC.
    package var at: String
    /// In the order in which they were to be made.
    package var results: [ChangeResult]
    /// What the plan leaves as it is, until somebody says otherwise.
    package var refused: [Refusal]
    package var unreadable: [Plan.Unreadable]
    /// Whether somebody stopped it.
    package var isInterrupted: Bool
    package var counts: Counts

    package struct Counts: Sendable, Hashable, Codable {
        package var done: Int
        package var failed: Int
        package var skipped: Int
        package var notReached: Int
    }

    package init(
        _ plan: Plan, at: String, results: [ChangeResult], isInterrupted: Bool
    ) {
        stack = plan.stack
        account = plan.account
        self.at = at
        self.results = results
        refused = plan.refused
        unreadable = plan.unreadable
        self.isInterrupted = isInterrupted
        func count(_ outcomes: ChangeResult.Outcome...) -> Int { results.count { outcomes.contains($0.outcome) } }
        counts = Counts(
            done: count(.done, .already), failed: count(.failed, .moved), skipped: count(.skipped),
            notReached: count(.notReached))
    }

    /// Whether AWS now holds what the files say. What is in no file and stays because nobody said to delete it is no
    /// failure of theirs.
    package var isWhole: Bool {
        counts.done == results.count && unreadable.isEmpty && refused.allSatisfy { $0.reason == .notPruned }
    }
}

package struct ChangeResult: Sendable, Hashable, Codable {
    package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        case done
        /// It was as wanted already: an earlier run had got so far.
        case already
        /// It is not what the plan was made from, and was left alone.
        case moved
        case failed
        /// What it needs has failed.
        case skipped
        /// The run ended before its turn came.
        case notReached
    }

    package var id: ResourceID
    package var action: Change.Action
    package var outcome: Outcome
    package var problem: Problem?
    /// What else is wrong with it, item by item: of a dashboard's body, by path. With `done`, what CloudWatch warned of.
    package var messages: [Message]
    /// What has failed that this one needs.
    package var because: ResourceID?

    package struct Message: Sendable, Hashable, Codable {
        package var dataPath: String
        package var message: String

        package init(dataPath: String, message: String) {
            self.dataPath = dataPath
            self.message = message
        }
    }

    package init(
        _ change: Change, _ outcome: Outcome, problem: Problem? = nil, messages: [Message] = [], because: ResourceID? = nil
    ) {
        id = change.id
        action = change.action
        self.outcome = outcome
        self.problem = problem
        self.messages = messages
        self.because = because
    }

    package var isDone: Bool { outcome == .done || outcome == .already }
}
