/// One line of what the local stack says while it comes up, goes down or is asked how it is.
package struct SandboxEvent: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable {
        case starting, ready, failed, stopping, stopped
        /// A fault was made, or mended, or is one that can be made.
        case broken, mended, listed
        /// A queue, in which messages stayed after what they met was mended.
        case holds
    }

    /// What it is about: `postgres`, `server`, `us-east-1` …; a fault's name.
    package var step: String
    package var state: State
    /// Where it listens, what it did.
    package var detail: String?
    package var seconds: Double?
    /// What went wrong, when it failed.
    package var summary: String?
    package var hint: String?

    package init(
        step: String, state: State, detail: String? = nil, seconds: Double? = nil, summary: String? = nil,
        hint: String? = nil
    ) {
        self.step = step
        self.state = state
        self.detail = detail
        self.seconds = seconds
        self.summary = summary
        self.hint = hint
    }
}
