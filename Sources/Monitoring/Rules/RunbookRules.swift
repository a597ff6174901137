import Basics
import YAML

/// Every alarm has a page, and every page an alarm.
enum RunbookRules {
    static func check(_ pages: [String: String], _ surroundings: Surroundings, _ notes: inout RuleNotes) {
        let files = surroundings.files
        var used: Set<String> = []
        for entry in files.entries where entry.kind == .metricAlarm || entry.kind == .compositeAlarm {
            used.insert(entry.runbook)
            guard pages[entry.runbook] == nil else { continue }
            let file = files.files[entry.file]
            let near = closestMatch(to: entry.runbook, among: pages.keys).map { "did you mean runbook: \($0)?" }
            notes.note(
                Finding(
                    .missingRunbook,
                    Problem(
                        .configuration, "no page runbooks/\(entry.runbook).md for this alarm",
                        hint: near ?? "write one, or name another page with runbook: NAME",
                        location: .init(file: file.name, line: entry.runbookMark.line, column: entry.runbookMark.column))))
        }
        for (page, file) in pages where !used.contains(page) {
            notes.note(
                Finding(
                    .runbookWithoutAlarm,
                    Problem(
                        .configuration, "no alarm has this page",
                        hint: "name it in an alarm with runbook: \(page), or remove it", location: .init(file: file))))
        }
    }
}
