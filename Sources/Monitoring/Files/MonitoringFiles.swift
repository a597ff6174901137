package import Basics
import YAML

/// What the folder's files say, and where they say it.
package struct MonitoringFiles: Sendable {
    package var desired: DesiredState
    /// What is wrong with the files as files: syntax, types, names, variables. In file order.
    package var findings: [Finding] = []
    /// Of `desired.resources`, one each, in the same order.
    var origins: [Origin] = []
    var entries: [FileEntry] = []
    /// Every file that was read, as findings name it.
    package var files: [MonitoringFile] = []

    /// Where a resource was written down, and for which Region its variables were filled in.
    struct Origin: Sendable, Hashable {
        var entry: Int
        var region: String
    }

    /// Whether the file gives the alarm this member, right or wrong: one of a wrong type, or under a misspelt name, is not
    /// missing as well.
    func says(_ member: String, of resource: Int) -> Bool {
        guard case .mapping(let pairs, _) = entries[origins[resource].entry].members else { return false }
        if pairs.contains(where: { $0.key.anyText == member }) { return true }
        let known = AlarmFields.metricAlarm.map(\.name)
        return pairs.contains { pair in
            let name = pair.key.anyText
            return !known.contains(name) && closestMatch(to: name, among: known) == member
        }
    }

    /// The place of something inside a resource.
    ///
    /// - Parameter ofKey: the place of its name rather than of its value.
    package func place(of resource: Int, _ path: DataPath, ofKey: Bool = false) -> Problem.Location {
        let entry = entries[origins[resource].entry]
        let mark = path.mark(in: entry.members, ofKey: ofKey)
        return Problem.Location(file: files[entry.file].name, line: mark.line, column: mark.column)
    }
}

/// A file of `alarms/`, `dashboards/` or `log-groups/`.
package struct MonitoringFile: Sendable, Hashable {
    /// As messages name it.
    package var name: String
    package var path: String
    /// One of the kinds whose folder it lies in.
    package var folder: String
    package var size: Int

    /// The name without folders and ending.
    package var baseName: String {
        let last = name.split(separator: "/").last ?? ""
        return String(last.prefix(upTo: last.lastIndex(of: ".") ?? last.endIndex))
    }

    package var isJSON: Bool { name.hasSuffix(".json") }
}

/// One resource as it stands in a file, for all its Regions.
struct FileEntry: Sendable {
    var kind: ResourceKind
    /// Index in ``MonitoringFiles/files``.
    var file: Int
    /// A mapping of AWS's members, defaults laid under; for a dashboard its body.
    var members: YAMLNode
    /// Where it begins.
    var mark: YAMLMark
    var regions: [String]
    /// Of a dashboard, which is no member of its body.
    var name: YAMLNode?
    /// Of a dashboard in the mapping form.
    var tags: YAMLNode?
    /// The page it names, and where; its file's name where it names none.
    var runbook: String
    var runbookMark: YAMLMark
    /// Members that a mapping in the file says itself, for a dashboard with a body in text: all marks are that text's.
    var isBodyText = false
}
