package import Findings

/// Something that is not the same in every Region and should be.
package struct RegionDifference: Sendable, Hashable, Codable {
    package enum Aspect: String, Sendable, Hashable, Codable, CaseIterable {
        case codeSha256, functionConfiguration, schemaVersion, eventPattern, retryPolicy, retentionInDays, alarms
    }

    /// What one Region has.
    package struct Value: Sendable, Hashable, Codable {
        package var region: String
        /// As it is shown; nil where it could not be looked at.
        package var value: String?

        package init(region: String, value: String?) {
            self.region = region
            self.value = value
        }
    }

    package var aspect: Aspect
    package var health: Health
    /// Which member or thing differs, such as `MemorySize`; nil where the aspect says it.
    package var subject: String?
    /// One for each Region, in the order of taskops.yaml.
    package var values: [Value]
    /// What it means, in one sentence without a full stop.
    package var sentence: String
    /// The next command to type.
    package var next: String?

    package init(
        _ aspect: Aspect, _ health: Health, subject: String? = nil, values: [Value], sentence: String, next: String? = nil
    ) {
        self.aspect = aspect
        self.health = health
        self.subject = subject
        self.values = values
        self.sentence = sentence
        self.next = next
    }
}

extension RegionDifference {
    /// What is not known is written as null: a reader need not tell a missing key from a missing fact.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(aspect, forKey: .aspect)
        try object.encode(health, forKey: .health)
        try object.encode(subject, forKey: .subject)
        try object.encode(values, forKey: .values)
        try object.encode(sentence, forKey: .sentence)
        try object.encode(next, forKey: .next)
    }
}

extension RegionDifference.Value {
    /// What is not known is written as null: a reader need not tell a missing key from a missing fact.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(region, forKey: .region)
        try object.encode(value, forKey: .value)
    }
}
