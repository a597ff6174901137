/// A value of taskops.yaml, or why there is none yet.
package enum Setting: Sendable, Hashable {
    /// `from` becomes the comment beside it.
    case found(String, from: String)
    /// Looked for, and there is none; the comment that says so.
    case absent(String)
    /// Not to be told: why, and what it could be.
    case open(String, candidates: [Candidate] = [])

    /// One of several values it could be.
    package struct Candidate: Sendable, Hashable {
        package var value: String
        package var from: String

        package init(_ value: String, from: String) {
            self.value = value
            self.from = from
        }
    }

    package var value: String? {
        if case .found(let value, _) = self { value } else { nil }
    }

    package var isOpen: Bool {
        if case .open = self { true } else { false }
    }
}

/// The names that taskops.yaml has for what an event passes, under their keys there.
package enum PathName: String, Sendable, Hashable, CaseIterable {
    case bus, rule, function, deadLetterQueue, failureQueue

    /// A stack is complete without the queues, but not without the others.
    var isRequired: Bool { self != .deadLetterQueue && self != .failureQueue }

    var output: StackFact.Output {
        switch self {
        case .bus: .bus
        case .rule: .rule
        case .function: .function
        case .deadLetterQueue: .deadLetterQueue
        case .failureQueue: .failureQueue
        }
    }
}

/// A rule that hands events to a function, and where those go that neither of the two got rid of.
package struct EventPath: Sendable, Hashable {
    package var bus: String
    package var rule: String
    package var function: Setting
    package var deadLetterQueue: Setting
    package var failureQueue: Setting

    package init(
        bus: String, rule: String, function: Setting, deadLetterQueue: Setting = .absent("not looked for"),
        failureQueue: Setting = .absent("not looked for")
    ) {
        self.bus = bus
        self.rule = rule
        self.function = function
        self.deadLetterQueue = deadLetterQueue
        self.failureQueue = failureQueue
    }

    package subscript(name: PathName) -> Setting {
        switch name {
        case .bus: .found(bus, from: "the bus of rule \(rule)")
        case .rule: .found(rule, from: "a rule on \(bus) that takes task events")
        case .function: function
        case .deadLetterQueue: deadLetterQueue
        case .failureQueue: failureQueue
        }
    }
}

/// The paths found in a Region, and what could not be looked at on the way.
package struct PathReading: Sendable, Hashable {
    package var paths: [EventPath]
    package var unread: [Unread]
    /// Whether the rules found say that they take task events; rules that do not are only offered.
    package var takesTasks: Bool

    package init(paths: [EventPath] = [], unread: [Unread] = [], takesTasks: Bool = true) {
        self.paths = paths
        self.unread = unread
        self.takesTasks = takesTasks
    }
}
