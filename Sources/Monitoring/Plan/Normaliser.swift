package import Basics

/// Brings what a file says and what AWS answers into one form, so that only what means something is compared: members at
/// AWS's default are dropped, lists without an order are sorted, numbers are numbers.
package enum Normaliser {
    /// - Parameter fields: of a dashboard its body, of the rest AWS's members.
    package static func fields(_ fields: JSONTree, of kind: ResourceKind) -> JSONTree {
        switch kind {
        case .dashboard: return DashboardNormaliser.body(fields)
        case .logGroup: return structure(fields, LogGroupFields.logGroup, dropping: ["logGroupName", "tags"])
        case .metricAlarm:
            return Standards.metricAlarm(structure(fields, AlarmFields.metricAlarm, dropping: ["AlarmName", "Tags"]))
        case .compositeAlarm:
            return Standards.compositeAlarm(structure(fields, AlarmFields.compositeAlarm, dropping: ["AlarmName", "Tags"]))
        }
    }

    /// Members without a value of their own are dropped; those in no table are kept as they are.
    static func structure(_ value: JSONTree, _ fields: [Field], dropping dropped: Set<String> = []) -> JSONTree {
        guard case .object(let members) = value else { return value }
        var kept: [String: JSONTree] = [:]
        kept.reserveCapacity(members.count)
        for (name, member) in members where member != .null && !dropped.contains(name) {
            guard let field = fields.first(where: { $0.name == name }) else {
                kept[name] = member
                continue
            }
            let value = Self.value(member, field.type)
            if value != field.standard { kept[name] = value }
        }
        return .object(kept)
    }

    private static func value(_ value: JSONTree, _ type: FieldType) -> JSONTree {
        switch (type, value) {
        case (.structure(let fields), .object): return structure(value, fields)
        case (.list(let element, _, let isOrdered), .array(let elements)):
            let list = elements.map { Self.value($0, element) }
            return .array(isOrdered ? list : sorted(list))
        default: return value
        }
    }

    /// In an order that depends on the values alone.
    static func sorted(_ elements: [JSONTree]) -> [JSONTree] {
        guard elements.count > 1 else { return elements }
        return elements.map { (CanonicalJSON.text($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
