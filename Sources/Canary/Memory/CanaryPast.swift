/// Canaries of earlier runs, as one look into a Region's database finds them.
package enum CanaryPast {
    /// What a run asks its database about those before it.
    package struct Question: Sendable, Hashable {
        /// Tasks of events that have not come, and which of the two events it is.
        package var pending: [String: CanaryHop.Step]
        /// Those among them that are given up with this run.
        package var expired: Set<String>
        /// Tasks that are over.
        package var closed: Set<String>

        package init(
            pending: [String: CanaryHop.Step] = [:], expired: Set<String> = [], closed: Set<String> = []
        ) {
            (self.pending, self.expired, self.closed) = (pending, expired, closed)
        }

        package var isEmpty: Bool { pending.isEmpty && closed.isEmpty }

        /// Whether a row has told all it can, so that nothing is lost by removing it. A task that nobody here knows is
        /// another run's, which may still be under way.
        package func removes(_ row: Row) -> Bool {
            if let step = pending[row.task] {
                return step == .create || row.isCompleted || expired.contains(row.task)
            }
            return closed.contains(row.task)
        }
    }

    /// A canary's row that was there.
    package struct Row: Sendable, Hashable {
        package var task: String
        package var isCompleted: Bool
        /// When the newest of its events was processed, by the database's clock.
        package var processedAt: Int64?

        package init(task: String, isCompleted: Bool, processedAt: Int64?) {
            (self.task, self.isCompleted, self.processedAt) = (task, isCompleted, processedAt)
        }
    }
}

/// What one run leaves for the memory, in one Region.
package struct CanaryTrace: Sendable, Hashable {
    package var region: String
    package var outcome: CanaryOutcome
    package var task: String?
    /// The event that was accepted and not seen before the run ended.
    package var unseen: CanaryMemory.Pending?
    /// Whether this run removed its own row.
    package var isRemoved: Bool
    /// Rows of earlier runs; nil when nobody could look.
    package var past: [CanaryPast.Row]?
    /// False where there were more rows than one look takes: then a row that is missing proves nothing.
    package var isPastWhole: Bool
    /// False for a run that somebody broke off: it says nothing of the path, nor of the prober.
    package var counts = true

    package init(
        region: String, outcome: CanaryOutcome, task: String? = nil, unseen: CanaryMemory.Pending? = nil,
        isRemoved: Bool = false, past: [CanaryPast.Row]? = nil, isPastWhole: Bool = true
    ) {
        self.region = region
        self.outcome = outcome
        self.task = task
        self.unseen = unseen
        self.isRemoved = isRemoved
        self.past = past
        self.isPastWhole = isPastWhole
    }
}
