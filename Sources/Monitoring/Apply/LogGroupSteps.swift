import Basics

/// The calls that bring a log group from what it is to what is wanted: AWS has one for each of its members. Pure.
enum LogGroupStep: Sendable, Hashable {
    case retention(Int?)
    case key(String?)
    case protection(Bool)
    case putMetricFilter(JSONTree)
    case deleteMetricFilter(String)
    case putSubscriptionFilter(JSONTree)
    case deleteSubscriptionFilter(String)

    /// - Parameters:
    ///   - live: the group's members as they are; for a new one what it was made with.
    ///   - fields: as wanted. Filters that are not mentioned are left alone.
    static func from(_ live: JSONTree, to fields: JSONTree) -> [LogGroupStep] {
        let live = Normaliser.fields(live, of: .logGroup)
        let wanted = Normaliser.fields(fields, of: .logGroup)
        var steps: [LogGroupStep] = []
        if wanted["kmsKeyId"] != live["kmsKeyId"] { steps.append(.key(wanted["kmsKeyId"]?.string)) }
        // Where an account's policy decides, the group's own retention is not told and counts for nothing.
        if live["retentionPolicyName"] == nil, wanted["retentionInDays"] != live["retentionInDays"] {
            steps.append(.retention(wanted["retentionInDays"]?.number.map { Int($0) }))
        }
        if wanted["deletionProtectionEnabled"] != live["deletionProtectionEnabled"] {
            steps.append(.protection(wanted["deletionProtectionEnabled"]?.bool ?? false))
        }
        // A group takes only so many: what goes makes room for what comes.
        if let filters = filters("metricFilters", live, fields) {
            steps += filters.gone.map { .deleteMetricFilter($0) } + filters.changed.map { .putMetricFilter($0) }
        }
        if let filters = filters("subscriptionFilters", live, fields) {
            steps += filters.gone.map { .deleteSubscriptionFilter($0) } + filters.changed.map { .putSubscriptionFilter($0) }
        }
        return steps
    }

    private static func filters(
        _ member: String, _ live: JSONTree, _ fields: JSONTree
    ) -> (gone: [String], changed: [JSONTree])? {
        guard let asWritten = fields[member]?.array else { return nil }
        func byName(_ filters: [JSONTree]) -> [String: JSONTree] {
            Dictionary(filters.compactMap { filter in filter["filterName"]?.string.map { ($0, filter) } }) { $1 }
        }
        let before = byName(live[member]?.array ?? [])
        let after = byName(Normaliser.fields([member: .array(asWritten)], of: .logGroup)[member]?.array ?? [])
        // What is sent is what the file says: the normal form has lost members that are at their default.
        let sent = byName(asWritten)
        return (
            gone: before.keys.filter { sent[$0] == nil }.sorted(),
            changed: sent.keys.filter { after[$0] != before[$0] }.sorted().compactMap { sent[$0] }
        )
    }
}
