/// A link of the path that an event takes, from whoever sends it to the peer's database. Declared in that order.
package enum Link: String, Sendable, Hashable, Codable, Comparable, CaseIterable {
    case credentials, clock
    case bus, rule, pattern, target, permission
    /// The function as Lambda has it: that it is there, takes events, and is told the right things.
    case function
    /// What the function did with the event.
    case invocation
    case cluster
    /// The way to the database: address, connection, answers.
    case endpoint
    case tls
    /// What IAM says of a login.
    case token
    /// What the database says of a login: the grant, and what the role may do.
    case role
    case table
    case conflicts
    case peer
    // The nets beneath: nothing passes through them while all is well.
    case deadLetterQueue, failureQueue

    package static func < (left: Link, right: Link) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }

    /// Whether an event passes it on its way.
    package var isOnThePath: Bool { self != .deadLetterQueue && self != .failureQueue }
}

/// How sure a finding is of being the cause.
package enum Certainty: String, Sendable, Hashable, Codable, Comparable, CaseIterable {
    /// Read from AWS's or the database's own words.
    case certain
    /// Fits what was seen; something else might, too.
    case likely

    package static func < (left: Certainty, right: Certainty) -> Bool { left == .certain && right == .likely }
}

/// A broken link: what, how that is known, where to read on, what to type.
package struct LinkFinding: Sendable, Hashable, Codable {
    package var link: Link
    /// A stable word for programs, such as `rule-disabled`; the same as on the status page.
    package var code: String
    package var certainty: Certainty
    package var health: Health
    /// One sentence without a full stop at its end.
    package var sentence: String
    /// What AWS, the database or the function said, the most telling first.
    package var evidence: [String]
    /// The page in `runbooks/`, without its ending; nil where there is none.
    package var runbook: String?
    /// The next command to type.
    package var next: String?

    package init(
        _ link: Link, _ code: String, _ certainty: Certainty, _ health: Health, _ sentence: String,
        evidence: [String] = [], next: String? = nil
    ) {
        self.link = link
        self.code = code
        self.certainty = certainty
        self.health = health
        self.sentence = sentence
        self.evidence = evidence
        self.next = next
    }
}

/// What was made of one link.
package struct LinkState: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable {
        /// Looked at, and as it should be.
        case fine
        /// A finding says what is wrong.
        case broken
        /// Could not be looked at; `why` says what stood in the way.
        case notLooked
        /// There was nothing to look at: a link before it is gone, or no event was asked about.
        case notReached
    }

    package var link: Link
    package var state: State
    package var why: String?
    /// What makes it possible to look.
    package var next: String?

    package init(_ link: Link, _ state: State, why: String? = nil, next: String? = nil) {
        self.link = link
        self.state = state
        self.why = why
        self.next = next
    }
}

/// How far an event came, as far as it left traces.
package enum EventFate: String, Sendable, Hashable, Codable {
    /// Its change can be read in the database.
    case processed
    /// The function took it up and failed at it.
    case failed
    /// The function took it up, and no more is known.
    case taken
    /// EventBridge, or Lambda, could not hand it to the function.
    case undelivered
    /// No trace of it was found.
    case unseen
}

/// What is wrong in one Region, the likeliest cause first.
package struct RegionDiagnosis: Sendable, Hashable, Codable {
    package var region: String
    package var health: Health
    /// The event asked about, by its id.
    package var event: String?
    package var fate: EventFate?
    /// Ranked: what breaks the path before what weakens it, the certain before the likely, the first link first.
    package var findings: [LinkFinding]
    /// One for each link, in their order.
    package var links: [LinkState]

    package init(region: String, event: String?, fate: EventFate?, findings: [LinkFinding], links: [LinkState]) {
        self.region = region
        self.event = event
        self.fate = fate
        self.findings = findings
        self.links = links
        // Behind what could not be looked at anything may stand.
        health = (findings.map(\.health) + (links.contains { $0.state == .notLooked } ? [.unknown] : [])).worst
    }

    /// The first broken link.
    package var cause: LinkFinding? { findings.first }
}

// What is not known is written as null: a reader need not tell a missing key from a missing fact.
extension LinkFinding {
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(link, forKey: .link)
        try object.encode(code, forKey: .code)
        try object.encode(certainty, forKey: .certainty)
        try object.encode(health, forKey: .health)
        try object.encode(sentence, forKey: .sentence)
        try object.encode(evidence, forKey: .evidence)
        try object.encode(runbook, forKey: .runbook)
        try object.encode(next, forKey: .next)
    }
}

extension RegionDiagnosis {
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(region, forKey: .region)
        try object.encode(health, forKey: .health)
        try object.encode(event, forKey: .event)
        try object.encode(fate, forKey: .fate)
        try object.encode(findings, forKey: .findings)
        try object.encode(links, forKey: .links)
    }
}
