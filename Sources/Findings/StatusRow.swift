/// One part of the stack in one Region, and how it is.
package struct StatusRow: Sendable, Hashable, Codable {
    /// The parts, in the order an event takes them.
    package enum Part: String, Sendable, Hashable, Codable, CaseIterable {
        case bus, rule, permission, function, logGroup, deadLetterQueue, failureQueue
        /// The cluster as DSQL describes it: it *exists*.
        case cluster
        /// The database behind the endpoint: it *answers*, and *is current*.
        case database
        case alarms, metrics
        /// This machine's clock beside AWS's; there is such a row only when they disagree.
        case clock
    }

    package var part: Part
    /// AWS's name for the thing: the cluster's id, the queue's name.
    package var name: String
    package var health: Health
    /// What it is, in one line: `ACTIVE, peered with us-west-2, witness us-east-2`.
    package var summary: String
    /// Everything that is not as it should be; worst first. A healthy row has none.
    package var findings: [Finding]

    /// The row's health is that of its worst finding.
    package init(part: Part, name: String, summary: String, findings: [Finding] = []) {
        self.part = part
        self.name = name
        self.summary = summary
        self.findings = findings.sorted { $0.health > $1.health }
        health = findings.map(\.health).worst
    }
}

/// One thing that is not as it should be: what, how that is known, and what to type next.
package struct Finding: Sendable, Hashable, Codable {
    /// A stable word for programs, such as `rule-disabled`.
    package var code: String
    package var health: Health
    /// One sentence without a full stop at its end.
    package var sentence: String
    /// What AWS or the database said; nil where the sentence says it all.
    package var evidence: String?
    /// The next command to type.
    package var next: String?

    package init(_ code: String, _ health: Health, _ sentence: String, evidence: String? = nil, next: String? = nil) {
        self.code = code
        self.health = health
        self.sentence = sentence
        self.evidence = evidence
        self.next = next
    }
}

extension Finding {
    /// What is not known is written as null: a reader need not tell a missing key from a missing fact.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(code, forKey: .code)
        try object.encode(health, forKey: .health)
        try object.encode(sentence, forKey: .sentence)
        try object.encode(evidence, forKey: .evidence)
        try object.encode(next, forKey: .next)
    }
}
