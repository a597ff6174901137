package import AWS
package import Basics

/// What goes with a log group that is deleted: its events, for ever.
package struct DeletionLoss: Sendable, Hashable, Codable {
    package var id: ResourceID
    package var bytes: Int64

    package init(id: ResourceID, bytes: Int64) {
        self.id = id
        self.bytes = bytes
    }

    /// Looks at every log group that the plan deletes. One that cannot be looked at is left out: applying will say why.
    package static func of(_ plan: Plan, clients: [String: AWSClient], deadline: Deadline) async -> [DeletionLoss] {
        let groups = plan.changes.filter { $0.action == .delete && $0.id.kind == .logGroup }.map(\.id)
        return await groups.boundedMap(limit: 8) { id -> DeletionLoss? in
            let page = try? await clients[id.region]?.logs(id.region).describeLogGroups(
                .init(logGroupNamePrefix: id.name, limit: 1), deadline: deadline)
            let group = page?.logGroups?.first { $0.logGroupName == id.name }
            return group.map { DeletionLoss(id: id, bytes: $0.storedBytes ?? 0) }
        }.compactMap(\.self)
    }
}
