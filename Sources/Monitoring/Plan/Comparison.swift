import Basics

/// What differs between a resource as its file wants it and as AWS has it.
package enum Comparison {
    /// But for tags.
    package static func differences(from live: LiveResource, to desired: DesiredResource) -> [Difference] {
        if desired.id.kind == .dashboard {
            return DashboardComparison.differences(from: live.fields, to: desired.fields)
        }
        let (before, after) = Leaving.compared(live: live, desired: desired)
        return TreeComparison.differences(from: before, to: after, at: "", fields: desired.id.kind.fields)
    }

    /// Tags that the file wants otherwise; others are other people's.
    package static func tagDifferences(
        from live: [String: String], to desired: [String: String], of kind: ResourceKind
    ) -> [Difference] {
        let member = kind == .logGroup || kind == .dashboard ? "tags" : "Tags"
        return desired.sorted { $0.key < $1.key }.compactMap { key, value in
            if live[key] == value { return nil }
            return Difference("/\(member)/\(key)", before: live[key].map { .string($0) }, after: .string(value))
        }
    }

    /// Whose doing a difference is, by the fingerprint that the last apply left.
    ///
    /// - Parameter applied: what the tag says; nil where there is none.
    package static func reason(from live: LiveResource, to desired: DesiredResource, applied: String?) -> Change.Reason? {
        guard let applied else { return nil }
        let isFileChanged = Fingerprint.of(desired: desired) != applied
        let isLiveChanged = !Leaving.variants(of: live).contains { Fingerprint.of(normalised: $0) == applied }
        return switch (isFileChanged, isLiveChanged) {
        case (true, true): .both
        case (true, false): .file
        case (false, true): .drift
        case (false, false): nil
        }
    }
}

/// Members that a file may leave to others by not naming them.
enum Leaving {
    static let names: Set<String> = ["ActionsEnabled", "metricFilters", "subscriptionFilters"]

    /// Both sides normalised, without what the file leaves to others.
    static func compared(live: LiveResource, desired: DesiredResource) -> (before: JSONTree, after: JSONTree) {
        let kind = desired.id.kind
        var before = Normaliser.fields(live.fields, of: kind)
        let after = Normaliser.fields(desired.fields, of: kind)
        for name in names where desired.fields[name] == nil || desired.fields[name] == .null { before[name] = nil }
        // What an account-level policy determines is not the group's own setting, whose value AWS does not tell then
        // (LogGroup, `retentionPolicyName`).
        if before["retentionPolicyName"] != nil {
            before["retentionPolicyName"] = nil
            before["retentionInDays"] = after["retentionInDays"]
        }
        return (before, after)
    }

    /// What is live, with and without what a file may leave to others: which of it the last applied file named, its
    /// fingerprint does not tell.
    static func variants(of live: LiveResource) -> [JSONTree] {
        var whole = Normaliser.fields(live.fields, of: live.id.kind)
        whole["retentionPolicyName"] = nil
        return names.filter { whole[$0] != nil }.reduce([whole]) { variants, name in
            variants
                + variants.map { variant in
                    var without = variant
                    without[name] = nil
                    return without
                }
        }
    }
}

extension ResourceKind {
    /// The members that a file may have.
    package var fields: [Field] {
        switch self {
        case .metricAlarm: AlarmFields.metricAlarm
        case .compositeAlarm: AlarmFields.compositeAlarm
        case .logGroup: LogGroupFields.logGroup
        case .dashboard: []
        }
    }
}
