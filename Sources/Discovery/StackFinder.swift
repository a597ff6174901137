package import AWS
package import Basics
import TaskSystem

/// Walks the ways that a stack's outputs leave unsaid, in all of its Regions at once.
package enum StackFinder {
    package static func draft(
        _ candidate: StackCandidate, deadline: Deadline, client: @Sendable @escaping (String) throws -> AWSClient
    ) async -> StackDraft {
        let readings = await candidate.parts.boundedMap { part -> (String, PathReading)? in
            let known = StackDraft.known(part)
            guard known.count < PathName.allCases.count, let client = try? client(part.region) else { return nil }
            return (part.region, await PathSurvey(region: part.region, client: client, known: known).run(deadline: deadline))
        }
        return StackDraft(candidate, readings: Dictionary(uniqueKeysWithValues: readings.compactMap(\.self)))
    }

    /// Where neither CloudFormation nor DSQL told of a task system: the Regions whose rules take task events.
    ///
    /// - Parameter inventories: the Regions looked at, for why no cluster was found there.
    /// - Returns: nil where there is no such rule.
    package static func draftByRules(
        _ inventories: [RegionInventory], deadline: Deadline, client: @Sendable @escaping (String) throws -> AWSClient
    ) async -> StackDraft? {
        let readings = await inventories.map(\.region).boundedMap(limit: 8) { region -> (String, PathReading)? in
            guard let client = try? client(region) else { return nil }
            return (region, await PathSurvey(region: region, client: client, known: [:]).run(deadline: deadline))
        }
        let found = readings.compactMap(\.self).filter { $0.1.takesTasks && !$0.1.paths.isEmpty }
        guard !found.isEmpty else { return nil }
        let candidate = StackCandidate(label: "", parts: found.map { part($0.0, inventories) }, isMarked: false)
        return StackDraft(candidate, readings: Dictionary(uniqueKeysWithValues: found))
    }

    private static func part(_ region: String, _ inventories: [RegionInventory]) -> StackCandidate.Part {
        var part = StackCandidate.Part(region: region)
        if case .failure(let unread)? = inventories.first(where: { $0.region == region })?.clusters { part.unread = unread }
        return part
    }
}
