import Basics

/// What PutCompositeAlarm takes beside types and limits.
///
/// Source: botocore's model, PutCompositeAlarm: at most 100 children and 500 elements; all of one account and Region; a
/// suppressor needs both its periods.
enum CompositeAlarmRules {
    private static let path = DataPath()
    private static let maximumChildren = 100
    private static let maximumElements = 500

    static func check(_ alarm: DesiredResource, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes) {
        AlarmNameRules.check(alarm, index, &notes)
        ActionRules.check(alarm, index, &notes)
        checkRule(alarm, index, surroundings, &notes)
        checkSuppressor(alarm, index, surroundings, &notes)
    }

    private static func checkRule(
        _ alarm: DesiredResource, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        guard let text = alarm.fields["AlarmRule"]?.string else { return }
        let place = path / "AlarmRule"
        let rule: AlarmRule
        do throws(LanguageError) {
            rule = try AlarmRule(text)
        } catch {
            let letter = error.offset > 0 ? " (letter \(error.offset + 1) of the rule)" : ""
            return notes.note(.alarmRule, index, place, error.summary + letter, error.hint)
        }
        var seen: Set<String> = []
        for child in rule.children where seen.insert(child.name).inserted {
            checkReference(child.name, alarm.id, index, place, surroundings, &notes)
        }
        if seen.count > maximumChildren {
            notes.note(
                .alarmRule, index, place, "the rule names \(seen.count) alarms, and AWS takes \(maximumChildren)",
                "gather some in a composite alarm of their own")
        }
        if rule.elements > maximumElements {
            notes.note(
                .alarmRule, index, place, "the rule has \(rule.elements) elements, and AWS takes \(maximumElements)",
                "alarms, TRUE, FALSE and parentheses count")
        }
    }

    /// An alarm named by its name or its ARN.
    static func checkReference(
        _ reference: String, _ id: ResourceID, _ index: Int, _ path: DataPath, _ surroundings: Surroundings,
        _ notes: inout RuleNotes
    ) {
        guard let name = alarmName(reference, id, index, path, surroundings, &notes) else { return }
        guard surroundings.alarms[id.region]?[name] == nil else { return }
        let near = notes.nearest(to: name, among: surroundings.alarmNames(in: id.region)).map { "did you mean \($0)?" }
        let elsewhere = surroundings.regions.first { surroundings.alarms[$0]?[name] != nil }
        notes.note(
            .unknownAlarm, index, path, "no file makes an alarm `\(name)` in \(id.region)",
            near ?? elsewhere.map { "there is one in \($0), and a composite alarm takes those of its own Region" }
                ?? "write it down in alarms/, or bring it there with: taskops import '\(name)'")
    }

    /// - Returns: nil for one that is no alarm of this account and Region, with a finding unless that is fine.
    private static func alarmName(
        _ reference: String, _ id: ResourceID, _ index: Int, _ path: DataPath, _ surroundings: Surroundings,
        _ notes: inout RuleNotes
    ) -> String? {
        guard reference.hasPrefix("arn:") else { return reference }
        guard let arn = ResourceName(reference), arn.service == "cloudwatch", arn.resource.hasPrefix("alarm:") else {
            notes.note(
                .malformedARN, index, path, "`\(reference)` is no alarm's ARN",
                "the form is arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME, or just the name")
            return nil
        }
        if arn.region != id.region {
            notes.note(
                .actionRegion, index, path, "the alarm is in \(id.region), and one of its rule in \(arn.region)",
                "a composite alarm takes those of its own Region: write ${region}")
            return nil
        }
        let account = surroundings.part("account", in: id.region)
        guard account == arn.account || !surroundings.regions.contains(id.region) else { return nil }
        return String(arn.resource.dropFirst("alarm:".count))
    }

    private static func checkSuppressor(
        _ alarm: DesiredResource, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        let periods = ["ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"]
        guard let suppressor = alarm.fields["ActionsSuppressor"]?.string else {
            for member in periods where alarm.fields[member] != nil {
                notes.note(
                    .exclusiveMembers, index, path / member, "\(member) goes with ActionsSuppressor only", "take it out",
                    ofKey: true)
            }
            return
        }
        for member in periods where alarm.fields[member] == nil {
            notes.note(
                .missingMember, index, path / "ActionsSuppressor", "\(member) is missing",
                "a suppressor needs both its periods", ofKey: true)
        }
        checkReference(suppressor, alarm.id, index, path / "ActionsSuppressor", surroundings, &notes)
    }
}

/// Composite alarms that depend on themselves: CloudWatch makes them, stops to evaluate them, and lets nobody delete them
/// (PutCompositeAlarm).
enum AlarmCycles {
    static func check(_ surroundings: Surroundings, _ notes: inout RuleNotes) {
        let resources = surroundings.files.desired.resources
        for region in surroundings.regions {
            var children: [String: [String]] = [:]
            var order: [(name: String, index: Int)] = []
            for (index, resource) in resources.enumerated()
            where resource.id.kind == .compositeAlarm && resource.id.region == region {
                guard let rule = resource.fields["AlarmRule"]?.string.flatMap({ try? AlarmRule($0) }) else { continue }
                children[resource.id.name] = rule.children.map { child in
                    child.name.hasPrefix("arn:")
                        ? String(ResourceName(child.name)?.resource.dropFirst("alarm:".count) ?? "") : child.name
                }
                order.append((resource.id.name, index))
            }
            var said = Circle.straight(children)
            for (name, index) in order where !said.contains(name) {
                guard let circle = Circle.through(name, { children[$0] ?? [] }) else { continue }
                said.formUnion(circle)
                notes.note(
                    .alarmCycle, index, DataPath() / "AlarmRule",
                    "the alarm depends on itself: \((circle + [name]).joined(separator: " → "))",
                    "AWS evaluates no such alarm, and deletes none: break the circle")
            }
        }
    }
}
