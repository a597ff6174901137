import Basics
import YAML

/// Turns one file into entries: which form it has, what `defaults` lay under each, for which Regions it stands.
struct FileReader {
    let file: MonitoringFile
    let index: Int
    let variables: MonitoringVariables
    private(set) var entries: [FileEntry] = []
    private(set) var findings: [Finding] = []

    /// The list key of each folder.
    private static let listKeys = ["alarms": "alarms", "log-groups": "logGroups", "dashboards": "dashboards"]
    /// Keys that give away what a file describes.
    private static let signs: [(folder: String, what: String, keys: [String])] = [
        ("alarms", "alarms", ["AlarmName", "AlarmRule", "alarms"]),
        ("log-groups", "log groups", ["logGroupName", "logGroups"]),
        ("dashboards", "a dashboard", ["widgets", "DashboardName", "DashboardBody", "dashboards"]),
    ]

    init(_ file: MonitoringFile, index: Int, variables: MonitoringVariables) {
        self.file = file
        self.index = index
        self.variables = variables
    }

    mutating func read(_ root: YAMLNode) {
        guard case .mapping(let pairs, let mark) = root else {
            let listKey = Self.listKeys[file.folder] ?? ""
            return note(
                .wrongType, "the file must be a mapping, not \(root.kindName)", "a list goes under \(listKey):", root.mark)
        }
        let keys = Set(pairs.map(\.key.anyText))
        let fitting = Self.signs.first { $0.folder == file.folder }
        if fitting.map({ keys.isDisjoint(with: $0.keys) }) ?? true,
            let other = Self.signs.first(where: { !keys.isDisjoint(with: $0.keys) })
        {
            return note(
                .wrongFolder, "this describes \(other.what), and stands in \(file.folder)/", "move it to \(other.folder)/",
                mark)
        }
        let regions = file.folder == "dashboards" ? nil : variables.regions
        var top = Own(regions: regions, runbook: file.baseName, runbookMark: mark)
        let rest = takeOwn(pairs, into: &top, isFile: true)
        if let listKey = Self.listKeys[file.folder], keys.contains(listKey) {
            list(rest, listKey, top)
        } else {
            add(YAMLNode.mapping(rest, mark), own: top, isFile: true)
        }
    }

    // MARK: - taskops' own keys

    private struct Own {
        /// Nil for a dashboard that is made once for the account.
        var regions: [String]?
        var runbook: String
        var runbookMark: YAMLMark
        /// Members under every entry of the list.
        var defaults: [YAMLNode.Pair] = []
    }

    /// Takes `for` and `runbook` out of the members, and of a file those that only hold anchors.
    private mutating func takeOwn(_ pairs: [YAMLNode.Pair], into own: inout Own, isFile: Bool) -> [YAMLNode.Pair] {
        var rest: [YAMLNode.Pair] = []
        for pair in pairs {
            switch pair.key.anyText {
            case "for": own.regions = regions(pair.value) ?? own.regions
            case "runbook" where file.folder == "alarms":
                guard let name = pair.value.text, !name.isEmpty else {
                    note(.wrongType, "runbook must be a page's name", "such as runbook: \(file.baseName)", pair.value.mark)
                    continue
                }
                own.runbook = name.hasSuffix(".md") ? String(name.dropLast(3)) : name
                own.runbookMark = pair.value.mark
            case let key where isFile && key.hasPrefix("x-"): continue
            default: rest.append(pair)
            }
        }
        return rest
    }

    private mutating func regions(_ node: YAMLNode) -> [String]? {
        if node.text == "each Region" { return variables.regions }
        let items: [YAMLNode]
        if case .sequence(let list, _) = node { items = list } else { items = [node] }
        var regions: [String] = []
        for item in items {
            let home = variables.regions.first ?? ""
            guard let text = item.text, let region = try? variables.filled(text, in: home) else {
                note(.wrongType, "for takes `each Region` or a list of Regions", "such as for: [\(home)]", item.mark)
                return nil
            }
            guard variables.regions.contains(region) else {
                let near = closestMatch(to: region, among: variables.regions + ["each Region"]).map { "did you mean \($0)?" }
                note(
                    .unknownRegion, "`\(region)` is not a Region of the stack",
                    near ?? "its Regions: \(variables.regions.joined(separator: ", "))", item.mark)
                continue
            }
            if regions.contains(region) {
                note(.duplicateKey, "\(region) is named twice", "leave one of them", item.mark)
            } else {
                regions.append(region)
            }
        }
        return regions
    }

    // MARK: - Entries

    private mutating func list(_ pairs: [YAMLNode.Pair], _ listKey: String, _ top: Own) {
        var top = top
        var items: YAMLNode?
        for pair in pairs {
            switch pair.key.anyText {
            case listKey where items == nil: items = pair.value
            case "defaults" where top.defaults.isEmpty:
                guard case .mapping(let defaults, _) = pair.value else {
                    note(.wrongType, "defaults must be a mapping of members, not \(pair.value.kindName)", nil, pair.value.mark)
                    continue
                }
                top.defaults = defaults
            case let key:
                let known = [listKey, "defaults", "for"] + (file.folder == "alarms" ? ["runbook"] : [])
                if known.contains(key) {
                    note(.duplicateKey, "\(key) is given twice", "leave one of them", pair.key.mark)
                    continue
                }
                let near = closestMatch(to: key, among: known).map { "did you mean `\($0)`?" }
                note(
                    .unknownKey, "unknown key `\(key)` beside \(listKey)",
                    near ?? "members go into the list, or under defaults; anchors under a key that begins with x-",
                    pair.key.mark)
            }
        }
        guard let items else { return }
        guard case .sequence(let entries, _) = items else {
            return note(
                .wrongType, "\(listKey) must be a list, not \(items.kindName)", "each of its items begins with a dash",
                items.mark)
        }
        if entries.isEmpty { note(.emptyFile, "\(listKey) is empty", "add one, or remove the file", items.mark) }
        for entry in entries {
            guard case .mapping(let pairs, let mark) = entry else {
                note(.wrongType, "an item of \(listKey) must be a mapping, not \(entry.kindName)", nil, entry.mark)
                continue
            }
            var own = top
            let rest = takeOwn(pairs, into: &own, isFile: false)
            add(YAMLNode.mapping(Defaults.laid(top.defaults, under: rest), mark), own: own, isFile: false)
        }
    }

    private mutating func add(_ node: YAMLNode, own: Own, isFile: Bool) {
        guard case .mapping(let pairs, let mark) = node else { return }
        let kind: ResourceKind
        switch file.folder {
        case "log-groups": kind = .logGroup
        case "dashboards": return addDashboard(pairs, mark, own: own, isFile: isFile)
        default: kind = pairs.contains { $0.key.anyText == "AlarmRule" } ? .compositeAlarm : .metricAlarm
        }
        entries.append(
            FileEntry(
                kind: kind, file: index, members: node, mark: mark, regions: own.regions ?? variables.regions,
                runbook: own.runbook, runbookMark: own.runbookMark))
    }

    private mutating func addDashboard(_ pairs: [YAMLNode.Pair], _ mark: YAMLMark, own: Own, isFile: Bool) {
        var entry = FileEntry(
            kind: .dashboard, file: index, members: .mapping(pairs, mark), mark: mark,
            regions: own.regions ?? Array(variables.regions.prefix(1)), runbook: own.runbook, runbookMark: own.runbookMark)
        let keys = pairs.map(\.key.anyText)
        if isFile, keys.contains("widgets") || !keys.contains(where: { ["DashboardName", "DashboardBody"].contains($0) }) {
            // The body itself, as the console shows it; what it lacks is for the rules to say.
            entry.name = .scalar(file.baseName, isPlain: false, mark)
            entries.append(entry)
            return
        }
        var body: YAMLNode?
        for pair in pairs {
            switch pair.key.anyText {
            case "DashboardName" where entry.name == nil: entry.name = pair.value
            case "DashboardBody" where body == nil: body = pair.value
            case "tags" where entry.tags == nil: entry.tags = pair.value
            case let key:
                let known = ["DashboardName", "DashboardBody", "tags", "for"]
                if known.contains(key) {
                    note(.duplicateKey, "\(key) is given twice", "leave one of them", pair.key.mark)
                    continue
                }
                let near = closestMatch(to: key, among: known).map { "did you mean `\($0)`?" }
                note(.unknownKey, "unknown key `\(key)`", near ?? "known: \(known.joined(separator: ", "))", pair.key.mark)
            }
        }
        guard let name = entry.name else {
            return note(.missingMember, "DashboardName is missing", "name the dashboard", mark)
        }
        guard let body else {
            return note(.missingMember, "DashboardBody is missing", "a mapping, or the body as text", mark)
        }
        entry.name = name
        guard let members = self.body(body) else { return }
        (entry.members, entry.isBodyText) = members
        entries.append(entry)
    }

    /// The body as nodes. One that is text is parsed; everything in it then stands where the text begins.
    private mutating func body(_ node: YAMLNode) -> (YAMLNode, Bool)? {
        guard case .scalar(let text, _, let mark) = node else { return (node, false) }
        do throws(Problem) {
            guard let body = try JSONDocument.parse(text, file: file.name) else {
                note(.missingMember, "DashboardBody is empty", "a mapping, or the body as text", mark)
                return nil
            }
            return (body.placed(at: mark), true)
        } catch {
            let place = error.location.map { " (line \($0.line ?? 1), column \($0.column ?? 1) of it)" } ?? ""
            note(.syntax, "DashboardBody is not valid JSON: \(error.cause ?? "")\(place)", error.hint, mark)
            return nil
        }
    }

    private mutating func note(_ rule: FindingRule, _ summary: String, _ hint: String?, _ mark: YAMLMark) {
        findings.append(
            Finding(
                rule,
                Problem(
                    .configuration, summary, hint: hint,
                    location: .init(file: file.name, line: mark.line, column: mark.column))))
    }
}

extension YAMLNode {
    /// The same tree with one place for everything in it.
    fileprivate func placed(at mark: YAMLMark) -> YAMLNode {
        switch self {
        case .scalar(let text, let isPlain, _): .scalar(text, isPlain: isPlain, mark)
        case .sequence(let items, _): .sequence(items.map { $0.placed(at: mark) }, mark)
        case .mapping(let pairs, _):
            .mapping(pairs.map { Pair(key: $0.key.placed(at: mark), value: $0.value.placed(at: mark)) }, mark)
        }
    }
}
