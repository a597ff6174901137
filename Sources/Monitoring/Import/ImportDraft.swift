import Basics
import YAML

/// A file to be written.
package struct ImportedFile: Sendable, Hashable {
    /// Below the folder of taskops.yaml, such as `alarms/function-errors.yaml`.
    package var path: String
    package var text: String
    /// What it describes, Region by Region.
    package var resources: [ResourceID]

    /// Files for all of them.
    package static func all(_ resources: [LiveResource], variables: MonitoringVariables) -> [ImportedFile] {
        ImportDraft(variables: variables).files(resources)
    }

    /// The first thing of which the files, read again, say something else than what is live, and where.
    package static func difference(_ desired: DesiredState, _ live: [LiveResource]) -> (id: ResourceID, path: String)? {
        let wanted = Dictionary(desired.resources.map { ($0.id, $0) }) { first, _ in first }
        for resource in live {
            guard let wanted = wanted[resource.id] else { return (resource.id, "it is missing") }
            if let difference = Comparison.differences(from: resource, to: wanted).first {
                return (resource.id, difference.path)
            }
        }
        return nil
    }
}

/// Turns live things into files: members in the tables' order, defaults left out, variables put back, and what is the same in
/// several Regions written once. Pure.
struct ImportDraft {
    let variables: MonitoringVariables

    /// One thing as a file would say it in its Region.
    private struct Entry: Hashable {
        let kind: ResourceKind
        let name: String
        let fields: JSONTree
        let tags: [String: String]
        /// Its page, by its file's own name: variables are not filled in there.
        let runbook: String?
    }

    func files(_ resources: [LiveResource]) -> [ImportedFile] {
        var order: [Entry] = []
        var regions: [Entry: [LiveResource]] = [:]
        for resource in resources.sorted(by: { $0.id < $1.id }) {
            let entry = entry(resource)
            if regions[entry] == nil { order.append(entry) }
            regions[entry, default: []].append(resource)
        }
        var names: Set<String> = []
        return order.map { entry in
            let found = regions[entry] ?? []
            let base = free(FileName.base(entry.name), in: entry.kind.folder, &names)
            let file = entry.kind == .dashboard ? dashboard(entry, base) : yaml(entry, found.map(\.id.region), base)
            return ImportedFile(path: file.path, text: file.text, resources: found.map(\.id))
        }
    }

    /// Two things of one name, which differ between the Regions, stand in two files.
    private func free(_ base: String, in folder: String, _ names: inout Set<String>) -> String {
        var name = base
        var number = 2
        while !names.insert("\(folder)/\(name)").inserted {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }

    private func entry(_ resource: LiveResource) -> Entry {
        let kind = resource.id.kind
        let placer = VariablePlacer(variables, region: resource.id.region, others: kind == .dashboard)
        let fields: JSONTree =
            switch kind {
            case .dashboard: Self.everyText(resource.fields, placer.placed)
            case .logGroup: Self.placed(Self.written(resource), LogGroupFields.logGroup, placer)
            case .metricAlarm: Self.placed(Self.written(resource), AlarmFields.metricAlarm, placer)
            case .compositeAlarm: Self.placed(Self.written(resource), AlarmFields.compositeAlarm, placer)
            }
        // taskops' own come back by themselves, and AWS's own cannot be set.
        let tags = (resource.tags ?? [:]).filter { !$0.key.hasPrefix("taskops:") && !$0.key.hasPrefix("aws:") }
        return Entry(
            kind: kind, name: placer.placed(resource.id.name), fields: fields, tags: tags.mapValues(placer.placed),
            runbook: Self.page(of: resource))
    }

    /// What says something: defaults are dropped, and the rule of a composite alarm stays as it was written.
    private static func written(_ resource: LiveResource) -> JSONTree {
        var fields = Normaliser.fields(resource.fields, of: resource.id.kind)
        if let rule = resource.fields["AlarmRule"] { fields["AlarmRule"] = rule }
        // To say that there are none would be to forbid them.
        for name in ["metricFilters", "subscriptionFilters"] where fields[name] == [] { fields[name] = nil }
        return fields
    }

    // MARK: Variables

    private static func placed(_ value: JSONTree, _ fields: [Field], _ placer: VariablePlacer) -> JSONTree {
        guard let members = value.object else { return value }
        var placed: [String: JSONTree] = [:]
        for (name, member) in members {
            placed[name] = fields.first { $0.name == name }.map { Self.placed(member, $0.type, placer) } ?? member
        }
        return .object(placed)
    }

    private static func placed(_ value: JSONTree, _ type: FieldType, _ placer: VariablePlacer) -> JSONTree {
        switch (type, value) {
        case (.text, .string(let text)): .string(placer.placed(text))
        case (.map, .object(let members)): .object(members.mapValues { everyText($0, placer.placed) })
        case (.list(let element, _, _), .array(let elements)): .array(elements.map { placed($0, element, placer) })
        case (.structure(let fields), _): placed(value, fields, placer)
        default: value
        }
    }

    private static func everyText(_ value: JSONTree, _ change: (String) -> String) -> JSONTree {
        switch value {
        case .string(let text): .string(change(text))
        case .array(let elements): .array(elements.map { everyText($0, change) })
        case .object(let members): .object(members.mapValues { everyText($0, change) })
        default: value
        }
    }

    // MARK: Text

    private func yaml(_ entry: Entry, _ regions: [String], _ base: String) -> (path: String, text: String) {
        var members: [YAMLDraft.Member] = []
        if let page = entry.runbook, page != base { members.append(.init("runbook", .text(page))) }
        // Without a word a file means every Region of the stack.
        if Set(regions) != Set(variables.regions) {
            members.append(.init("for", .sequence(variables.regions.filter(regions.contains).map { .text($0) })))
        }
        let fields: [Field] =
            switch entry.kind {
            case .logGroup: LogGroupFields.logGroup
            case .compositeAlarm: AlarmFields.compositeAlarm
            default: AlarmFields.metricAlarm
            }
        var object = entry.fields.object ?? [:]
        object[entry.kind.nameField] = .string(entry.name)
        if !entry.tags.isEmpty {
            if entry.kind == .logGroup {
                object["tags"] = .object(entry.tags.mapValues { .string($0) })
            } else {
                object["Tags"] = .array(
                    entry.tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] })
            }
        }
        members += Self.members(object, fields)
        return ("\(entry.kind.folder)/\(base).yaml", YAMLWriter.text(.mapping(members)))
    }

    /// The page that the description names, as `Runbook: runbooks/NAME.md`.
    private static func page(of resource: LiveResource) -> String? {
        guard resource.id.kind.isAlarm, let text = resource.fields["AlarmDescription"]?.string,
            let start = text.firstRange(of: "runbooks/"), let end = text[start.upperBound...].firstRange(of: ".md")
        else { return nil }
        let name = text[start.upperBound..<end.lowerBound]
        return name.isEmpty || name.contains { $0.isWhitespace || $0 == "/" } ? nil : String(name)
    }

    private static func members(_ object: [String: JSONTree], _ fields: [Field]) -> [YAMLDraft.Member] {
        let known = fields.compactMap { field in
            object[field.name].map { YAMLDraft.Member(field.name, draft($0, field.type)) }
        }
        let names = Set(fields.map(\.name))
        return known + object.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.map { .init($0.key, draft($0.value)) }
    }

    private static func draft(_ value: JSONTree, _ type: FieldType? = nil) -> YAMLDraft {
        switch value {
        case .null: return .bare("null")
        case .bool(let value): return .bare(value ? "true" : "false")
        case .number(let number): return .bare(Int64(exactly: number).map(String.init) ?? "\(number)")
        case .string(let text): return .text(text)
        case .array(let elements):
            guard case .list(let element, _, _) = type else { return .sequence(elements.map { draft($0) }) }
            return .sequence(elements.map { draft($0, element) })
        case .object(let object):
            guard case .structure(let fields) = type else { return .mapping(members(object, [])) }
            return .mapping(members(object, fields))
        }
    }

    /// As the console's *View/edit source* shows it, where the file's name can be the dashboard's.
    private func dashboard(_ entry: Entry, _ base: String) -> (path: String, text: String) {
        let path = "dashboards/\(base).json"
        guard entry.name != base || !entry.tags.isEmpty || entry.fields["widgets"] == nil else {
            return (path, DashboardWriter.text(entry.fields))
        }
        var mapping: JSONTree = ["DashboardName": .string(entry.name), "DashboardBody": entry.fields]
        if !entry.tags.isEmpty { mapping["tags"] = .object(entry.tags.mapValues { .string($0) }) }
        return (path, DashboardWriter.text(mapping))
    }
}

/// What a thing's file is called.
enum FileName {
    /// `/aws/lambda/${function}` becomes `aws-lambda-function`, and `${stack}-${environment}-silent` just `silent`: every file is
    /// the stack's. No dots: a file that begins with one is hidden, and `x.test` is a test.
    static func base(_ name: String) -> String {
        let whole = "${stack}-${environment}"
        var base = ""
        for scalar in (name.hasPrefix(whole) && name != whole ? name.dropFirst(whole.count) : name[...]).unicodeScalars {
            let isKept =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-")
            if isKept {
                base.unicodeScalars.append(scalar)
            } else if scalar != "$", !base.isEmpty, base.last != "-" {
                base.append("-")
            }
        }
        let name = base.prefix(80).split(separator: "-", omittingEmptySubsequences: true).joined(separator: "-")
        return name.isEmpty ? "unnamed" : name
    }
}
