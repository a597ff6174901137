import Basics

/// Makes a plan of what the files want and what was found. Pure: the same two make the same plan.
package struct Planner: Sendable {
    package struct Options: Sendable, Hashable {
        /// Whether what is the stack's and in no file is deleted.
        package var prunes: Bool
        /// Whether what is there without any stack's tag is taken over.
        package var adopts: Bool
        /// Names, or patterns with `*`; empty takes all.
        package var names: [String]

        package init(prunes: Bool = false, adopts: Bool = false, names: [String] = []) {
            self.prunes = prunes
            self.adopts = adopts
            self.names = names
        }
    }

    private let desired: DesiredState
    private let live: LiveState
    private let options: Options

    package init(desired: DesiredState, live: LiveState, options: Options = Options()) {
        self.desired = desired
        self.live = live
        self.options = options
    }

    package func plan(account: String) -> Plan {
        var work = Work()
        let wanted = desired.resources.filter { isChosen($0.id) }
        for resource in wanted { plan(resource, &work) }
        let ids = Set(desired.resources.map(\.id))
        for resource in live.resources.values where !ids.contains(resource.id) && isChosen(resource.id) {
            planUnwanted(resource.id, resource.arn, Fingerprint.of(live: resource), resource.tags, &work)
        }
        for other in live.others where !ids.contains(other.id) && isChosen(other.id) {
            let mark = other.fields.map { Fingerprint.of(fields: $0, tags: other.tags) }
            planUnwanted(other.id, other.arn, mark, other.tags, &work)
        }
        return Plan(
            stack: desired.stack, account: account, regions: desired.regions,
            changes: work.changes.sorted { ($0.id, $0.action.rank) < ($1.id, $1.action.rank) },
            refused: work.refused.sorted { $0.id < $1.id }, unmanaged: work.unmanaged.sorted(),
            unreadable: live.unreadable, unchanged: work.unchanged)
    }

    /// Names asked for that are neither in the files nor in AWS.
    package var unknownNames: [String] {
        options.names.filter { pattern in
            !desired.resources.contains { NamePattern.matches(pattern, $0.id.name) }
                && !live.resources.keys.contains { NamePattern.matches(pattern, $0.name) }
                && !live.others.contains { NamePattern.matches(pattern, $0.id.name) }
        }
    }

    private struct Work {
        var changes: [Change] = []
        var refused: [Refusal] = []
        var unmanaged: [ResourceID] = []
        var unchanged = 0
    }

    // MARK: What a file wants

    private func plan(_ wanted: DesiredResource, _ work: inout Work) {
        if isHidden(wanted) { return }
        guard let found = live.resources[wanted.id] else {
            if let other = namesake(of: wanted.id) {
                work.refused.append(
                    Refusal(wanted.id, .otherAlarmType, owner: owner(of: other), place: wanted.place))
            } else {
                work.changes.append(
                    Change(
                        wanted.id, .create, fields: wanted.fields, tags: tags(for: wanted), place: wanted.place))
            }
            return
        }
        // Whose it is, nobody could say: it is left alone.
        if live.isUnreadable(.tags, in: wanted.id.region, name: wanted.id.name), found.tags == nil { return }
        plan(wanted, over: found, &work)
    }

    private func plan(_ wanted: DesiredResource, over found: LiveResource, _ work: inout Work) {
        let owner = owner(of: found)
        let fields = Comparison.differences(from: found, to: wanted)
        var differences =
            fields + Comparison.tagDifferences(from: found.tags ?? [:], to: wanted.tags, of: wanted.id.kind)
        // Nobody was asked whose it is, since nothing hangs on it.
        if found.tags == nil, differences.isEmpty, !options.adopts {
            work.unchanged += 1
            return
        }
        if owner == desired.stack, fields.isEmpty, found.tags?[Fingerprint.tagKey] != nil {
            // Written, and cut off before it was marked: the next drift would be taken for the file's change. What no apply
            // has marked at all is the template's, and as it should be.
            let mark = [Fingerprint.tagKey: Fingerprint.of(desired: wanted)]
            differences += Comparison.tagDifferences(from: found.tags ?? [:], to: mark, of: wanted.id.kind)
        }
        func refuse(_ reason: Refusal.Reason) {
            work.refused.append(
                Refusal(wanted.id, reason, owner: owner, differences: differences, place: wanted.place))
        }
        if let owner, owner != desired.stack { return refuse(.otherStack) }
        if owner == nil, !options.adopts { return refuse(.notAdopted) }
        if differences.contains(where: { $0.path == "/logGroupClass" }) { return refuse(.logGroupClass) }
        if owner != nil, differences.isEmpty {
            work.unchanged += 1
            return
        }
        var applied = owner == nil || fields.isEmpty ? nil : found.tags?[Fingerprint.tagKey]
        if applied == Fingerprint.unfinished { applied = nil }
        work.changes.append(
            Change(
                wanted.id, owner == nil ? .adopt : .update,
                reason: Comparison.reason(from: found, to: wanted, applied: applied), differences: differences,
                live: Fingerprint.of(live: found), arn: found.arn, fields: whole(wanted, over: found),
                tags: tags(for: wanted), place: wanted.place))
    }

    /// Put operations replace everything, so that what the file leaves alone is said again as it is.
    private func whole(_ wanted: DesiredResource, over found: LiveResource) -> JSONTree {
        var fields = wanted.fields
        if wanted.id.kind == .metricAlarm || wanted.id.kind == .compositeAlarm,
            fields["ActionsEnabled"] == nil || fields["ActionsEnabled"] == .null
        {
            fields["ActionsEnabled"] = found.fields["ActionsEnabled"]
        }
        return fields
    }

    private func tags(for wanted: DesiredResource) -> [String: String] {
        var tags = wanted.tags
        tags[DesiredState.tagKey] = desired.stack
        tags[Fingerprint.tagKey] = Fingerprint.of(desired: wanted)
        return tags
    }

    /// Whether something of it could not be read, so that there is nothing to compare with.
    private func isHidden(_ wanted: DesiredResource) -> Bool {
        let id = wanted.id
        if live.isUnreadable(id.kind, in: id.region) { return true }
        switch id.kind {
        case .dashboard: return live.isUnreadable(.dashboards, in: id.region, name: id.name)
        case .logGroup:
            return wanted.fields["metricFilters"] != nil && live.isUnreadable(.metricFilters, in: id.region, name: id.name)
                || wanted.fields["subscriptionFilters"] != nil
                    && live.isUnreadable(.subscriptionFilters, in: id.region, name: id.name)
        case .metricAlarm, .compositeAlarm: return false
        }
    }

    /// The alarm of the other kind that has the name already.
    private func namesake(of id: ResourceID) -> LiveResource? {
        switch id.kind {
        case .metricAlarm: live.resources[ResourceID(.compositeAlarm, id.name, region: id.region)]
        case .compositeAlarm: live.resources[ResourceID(.metricAlarm, id.name, region: id.region)]
        case .logGroup, .dashboard: nil
        }
    }

    // MARK: What no file wants

    private func planUnwanted(
        _ id: ResourceID, _ arn: String, _ mark: String?, _ tags: [String: String]?, _ work: inout Work
    ) {
        let owner = tags?[DesiredState.tagKey]
        if owner == desired.stack, Self.isApplied(tags ?? [:]) {
            if !options.prunes {
                work.refused.append(Refusal(id, .notPruned, owner: owner))
            } else if let mark {
                work.changes.append(Change(id, .delete, live: mark, arn: arn))
            }
        } else if owner == nil || owner == desired.stack, !live.isUnreadable(.tags, in: id.region, name: id.name) {
            work.unmanaged.append(id)
        }
    }

    /// Whether an apply made or took it. The stack's template puts the stack's tag on all it makes, log groups among
    /// them: what no apply has written, and what CloudFormation made, is not this program's to delete.
    static func isApplied(_ tags: [String: String]) -> Bool {
        tags[Fingerprint.tagKey] != nil && !tags.keys.contains { $0.hasPrefix("aws:cloudformation:") }
    }

    private func owner(of resource: LiveResource) -> String? { resource.tags?[DesiredState.tagKey] }

    private func isChosen(_ id: ResourceID) -> Bool {
        options.names.isEmpty || options.names.contains { NamePattern.matches($0, id.name) }
    }
}

extension Change.Action {
    fileprivate var rank: Int {
        switch self {
        case .create: 0
        case .update: 1
        case .adopt: 2
        case .delete: 3
        }
    }
}

/// Names with `*` for any letters.
package enum NamePattern {
    package static func matches(_ pattern: String, _ name: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return pattern == name }
        guard name.count >= first.count + last.count, name.hasPrefix(first), name.hasSuffix(last) else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.range(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}

extension Substring {
    fileprivate func range(of part: Substring) -> Range<Index>? {
        var start = startIndex
        while true {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            if start == endIndex { return nil }
            start = index(after: start)
        }
    }
}
