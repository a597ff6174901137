/// What is remembered from run to run: events that have not come, those that have, and the verdict so far.
///
/// A value without I/O and without a clock; times are milliseconds since 1970 and handed in. A clock that jumps back
/// makes ages negative, and what is of no age yet is kept.
package struct CanaryMemory: Sendable, Hashable, Codable {
    /// An event that EventBridge accepted and whose change was never seen.
    package struct Pending: Sendable, Hashable, Codable {
        package var event: String
        package var task: String
        package var step: CanaryHop.Step
        package var sentAt: Int64

        package init(event: String, task: String, step: CanaryHop.Step, sentAt: Int64) {
            (self.event, self.task, self.step, self.sentAt) = (event, task, step, sentAt)
        }
    }

    /// A task that is over: its row was removed, or it was given up.
    package struct Closed: Sendable, Hashable, Codable {
        package enum Ending: String, Sendable, Hashable, Codable {
            case seen, late, lost
        }

        package var task: String
        package var ending: Ending
        package var at: Int64
    }

    package struct Region: Sendable, Hashable, Codable {
        package internal(set) var alert = CanaryAlert()
        package internal(set) var pending: [Pending] = []
        /// Oldest first. A row of one of these has come a second time.
        package internal(set) var closed: [Closed] = []
        /// When a task last got through, in time or slowly.
        package internal(set) var lastSuccess: Int64?
        package internal(set) var runs = 0
        package internal(set) var late = 0
        package internal(set) var lost = 0
        package internal(set) var duplicates = 0

        package init() {}
    }

    package let stack: String
    /// Who wrote it last.
    package internal(set) var host: String
    package internal(set) var writtenAt: Int64
    package internal(set) var regions: [String: Region] = [:]

    package init(stack: String, host: String, at now: Int64) {
        (self.stack, self.host, writtenAt) = (stack, host, now)
    }

    /// After this an event is given up: EventBridge tries for 24 hours, then Lambda for 6 (`infrastructure/stack.yaml`).
    package static let lostAfter: Int64 = 30 * 3_600_000
    /// How long a second arrival can still be told from a task of somebody else's: Lambda's own retries are over by then.
    static let closedFor: Int64 = 6 * 3_600_000
    /// Bounds the file, whatever the clock does.
    static let mostClosed = 1000
    static let mostPending = 1000

    /// What to look for in a Region's database.
    package func question(in region: String, at now: Int64) -> CanaryPast.Question {
        let known = regions[region] ?? Region()
        return CanaryPast.Question(
            pending: Dictionary(known.pending.map { ($0.task, $0.step) }) { first, _ in first },
            expired: Set(known.pending.filter { now - $0.sentAt > Self.lostAfter }.map(\.task)),
            closed: Set(known.closed.map(\.task)))
    }
}
