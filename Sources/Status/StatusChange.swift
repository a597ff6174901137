package import Findings

/// A row whose health or summary is not what it was at the last look.
package struct StatusChange: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    /// ISO 8601, UTC: when the look that saw it began.
    package var at: String
    package var region: String
    package var part: StatusRow.Part
    package var name: String
    package var from: Health
    package var to: Health
    /// What the row says now; the worst finding's sentence where there is one.
    package var sentence: String
    /// The next command to type; nil where nothing is to be done.
    package var next: String?
}

extension StatusReport {
    /// What changed since an earlier look at the same stack, in the order of the rows.
    ///
    /// Counts that move on their own (how many rows, how old a message) are no change: only a row's health, or which
    /// findings it has, is.
    ///
    /// - Parameter earlier: nil at the first look, before which nothing was known of any row.
    package func changes(since earlier: StatusReport?) -> [StatusChange] {
        regions.flatMap { region in
            let before = earlier?.regions.first { $0.region == region.region }?.rows ?? []
            return region.rows.compactMap { row -> StatusChange? in
                let old = before.first { $0.part == row.part }
                guard old?.health != row.health || old?.findings.map(\.code) != row.findings.map(\.code) else { return nil }
                return StatusChange(
                    at: at, region: region.region, part: row.part, name: row.name, from: old?.health ?? .unknown,
                    to: row.health, sentence: row.findings.first?.sentence ?? row.summary, next: row.findings.first?.next)
            }
        }
    }
}

extension StatusChange {
    /// What is not known is written as null: a reader need not tell a missing key from a missing fact.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(schemaVersion, forKey: .schemaVersion)
        try object.encode(at, forKey: .at)
        try object.encode(region, forKey: .region)
        try object.encode(part, forKey: .part)
        try object.encode(name, forKey: .name)
        try object.encode(from, forKey: .from)
        try object.encode(to, forKey: .to)
        try object.encode(sentence, forKey: .sentence)
        try object.encode(next, forKey: .next)
    }
}
