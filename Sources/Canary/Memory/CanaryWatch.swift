/// What a run means together with those before it: the part of the report that needs a memory.
package struct CanaryWatch: Sendable, Hashable, Codable {
    /// M of N, such as `2/3`; nil when every run decides for itself.
    package var alertAfter: String?
    package var regions: [Region] = []
    /// Events of earlier runs that this one has news of.
    package var events: [Event] = []
    package var notes: [Note] = []

    package init(alertAfter: String? = nil) {
        self.alertAfter = alertAfter
    }

    /// The worst Region's; unknown where there is none.
    package var verdict: CanaryOutcome { regions.map(\.verdict).max() ?? .unknown }
    package var hasChanged: Bool { regions.contains(where: \.hasChanged) }

    package struct Region: Sendable, Hashable, Codable {
        package var region: String
        package var verdict: CanaryOutcome
        /// Whether this run changed it.
        package var hasChanged: Bool
        /// Since when it holds; nil when it always did.
        package var since: String?
        /// Of the runs that count towards the next change, how many speak against the verdict, and how many there are.
        package var against: Int
        package var counted: Int
        /// Events that EventBridge accepted and nobody has seen yet.
        package var pending: Int
        /// When a task last got through.
        package var lastSuccess: String?
        /// Since the memory began.
        package var late: Int
        package var lost: Int
        package var duplicates: Int

        init(_ name: String, _ memory: CanaryMemory.Region, verdict: CanaryOutcome, hasChanged: Bool) {
            region = name
            self.verdict = verdict
            self.hasChanged = hasChanged
            since = memory.alert.changedAt?.iso8601
            against = memory.alert.against
            counted = memory.alert.recent.count
            pending = memory.pending.count
            lastSuccess = memory.lastSuccess?.iso8601
            (late, lost, duplicates) = (memory.late, memory.lost, memory.duplicates)
        }

        package func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: CodingKeys.self)
            try object.encode(region, forKey: .region)
            try object.encode(verdict, forKey: .verdict)
            try object.encode(hasChanged, forKey: .hasChanged)
            try object.encode(since, forKey: .since)
            try object.encode(against, forKey: .against)
            try object.encode(counted, forKey: .counted)
            try object.encode(pending, forKey: .pending)
            try object.encode(lastSuccess, forKey: .lastSuccess)
            try object.encode(late, forKey: .late)
            try object.encode(lost, forKey: .lost)
            try object.encode(duplicates, forKey: .duplicates)
        }
    }

    package struct Event: Sendable, Hashable, Codable {
        package enum Kind: String, Sendable, Hashable, Codable {
            /// It came after its run had ended. The record is closed; the outcome of that run and of this one stand.
            case late
            /// It was given up: nobody delivers it any more.
            case lost
            /// It was processed again after its task had been removed.
            case duplicate
            /// Somebody else removed the task that it was to complete, so nobody can tell any more whether it came.
            case untold
        }

        package var kind: Kind
        package var region: String
        package var task: String
        package var event: String?
        package var step: CanaryHop.Step?
        package var sentAt: String?
        /// From sending to processing, by two clocks: the prober's and the database's.
        package var afterMs: Int64?
    }

    /// What the memory says about itself.
    package enum Note: Sendable, Hashable, Codable {
        case clockWentBack(ms: Int64)
        case otherHost(name: String)
    }
}
