/// Tags people may not set.
enum TagRules {
    static func check(_ resource: DesiredResource, _ index: Int, _ notes: inout RuleNotes) {
        let isAlarm = resource.id.kind == .metricAlarm || resource.id.kind == .compositeAlarm
        for key in resource.tags.keys.sorted() {
            let hint: String
            if key.lowercased().hasPrefix("aws:") {
                hint = "AWS keeps this beginning for itself"
            } else if key.hasPrefix("taskops:") {
                hint = "taskops apply sets it; take it out"
            } else {
                continue
            }
            notes.note(
                .reservedTag, index, DataPath() / (isAlarm ? "Tags" : "tags"), "the tag \(key) cannot be set here", hint,
                ofKey: true)
        }
    }
}
