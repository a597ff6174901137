package import Basics
import FoundationEssentials
package import TaskSystem
import YAML

/// Reads `alarms/`, `dashboards/` and `log-groups/` beside taskops.yaml into a ``DesiredState``.
package enum MonitoringFolder {
    package static let folders = ["alarms", "dashboards", "log-groups"]
    private static let endings = [".yaml", ".yml", ".json"]
    /// Deeper than anybody sorts files; a link that leads back upward ends here.
    private static let maximumDepth = 8
    /// Nobody wrote a larger one by hand, and reading it takes many times its size.
    private static let maximumSize = 32 << 20
    /// AWS publishes no limit for a dashboard's body. The 500 widgets that it takes fit into a fraction of this: what is
    /// larger is a slip, such as a picture in a text widget.
    private static let largestDashboard = 1 << 20

    /// What the files want, or everything that is wrong with them as files.
    ///
    /// - Parameters:
    ///   - root: the folder of taskops.yaml.
    ///   - shownAs: what messages put before a file's name inside it, such as `conf/`; empty for the working directory.
    /// - Throws: ``Problems``, all of them, in file order.
    package static func read(
        root: String, shownAs: String = "", variables: MonitoringVariables, stack: TaskStack
    ) throws -> MonitoringFiles {
        let files = try look(root: root, shownAs: shownAs, variables: variables, stack: stack)
        let problems = files.findings.filter { $0.severity == .error }.map(\.problem)
        guard problems.isEmpty else { throw Problems(problems) }
        return files
    }

    /// The same, with what is wrong beside what could be read all the same.
    package static func look(
        root: String, shownAs: String = "", variables: MonitoringVariables, stack: TaskStack
    ) throws(Problem) -> MonitoringFiles {
        var files = MonitoringFiles(
            desired: DesiredState(stack: stack.name, regions: variables.regions, resources: []))
        var isAnyThere = false
        for folder in folders {
            let path = root.hasSuffix("/") ? root + folder : "\(root)/\(folder)"
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            guard isFolder else {
                throw Problem(.configuration, "\(shownAs)\(folder) is a file, not a folder", hint: "move it away")
            }
            isAnyThere = true
            try collect(path, shown: "\(shownAs)\(folder)", folder: folder, depth: 0, into: &files)
        }
        guard isAnyThere else {
            throw Problem(
                .configuration, "no alarms/, dashboards/ or log-groups/ in \(root)",
                hint: "they stand beside taskops.yaml; taskops import writes them from what is live")
        }
        for index in files.files.indices { read(index, into: &files, variables: variables) }
        var names = KnownNames()
        for (index, entry) in files.entries.enumerated() {
            expand(entry, index: index, into: &files, variables: variables, names: &names)
        }
        files.findings = FindingOrder.sorted(files.findings, regions: variables.regions)
        return files
    }

    /// The pages of `runbooks/` by name, each with its file as messages name it.
    package static func pages(root: String, shownAs: String = "") -> [String: String] {
        let folder = root.hasSuffix("/") ? root + "runbooks" : "\(root)/runbooks"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let pages = names.filter { $0.hasSuffix(".md") && !$0.hasPrefix(".") && $0 != "README.md" }
        return Dictionary(pages.map { (String($0.dropLast(3)), "\(shownAs)runbooks/\($0)") }) { first, _ in first }
    }

    // MARK: - Finding files

    private static func collect(
        _ path: String, shown: String, folder: String, depth: Int, into files: inout MonitoringFiles
    ) throws(Problem) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw Problem(.configuration, "the folder \(shown) could not be read", hint: "check that you may read it")
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            let (path, shown) = ("\(path)/\(name)", "\(shown)/\(name)")
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder {
                guard depth < maximumDepth else {
                    throw Problem(
                        .configuration, "\(shown) is nested too deep", hint: "a link may lead back to a folder above it")
                }
                try collect(path, shown: shown, folder: folder, depth: depth + 1, into: &files)
            } else if endings.contains(where: name.hasSuffix) {
                if name.contains(".test.") { continue }
                files.files.append(MonitoringFile(name: shown, path: path, folder: folder, size: 0))
            } else if !name.hasSuffix(".md") {
                files.findings.append(
                    Finding(
                        .unreadFile,
                        Problem(
                            .configuration, "nobody reads this file", hint: "name it NAME.yaml or NAME.json, or move it away",
                            location: .init(file: shown)), severity: .warning))
            }
        }
    }

    // MARK: - Reading one

    private static func read(_ index: Int, into files: inout MonitoringFiles, variables: MonitoringVariables) {
        let file = files.files[index]
        let size = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? Int ?? 0
        guard size <= maximumSize else {
            return files.note(
                .fileSize, "the file has \(size >> 20) MB, and \(maximumSize >> 20) are read at most", hint: "make several of it",
                in: file)
        }
        guard let bytes = FileManager.default.contents(atPath: file.path) else {
            return files.note(.syntax, "the file could not be read", hint: "check that you may read it", in: file)
        }
        files.files[index].size = bytes.count
        if file.folder == "dashboards", bytes.count > largestDashboard {
            files.note(
                .fileSize, "the dashboard has \(bytes.count >> 10) KB, and \(largestDashboard >> 10) are sent to AWS at most",
                hint: "make several of it, and keep pictures elsewhere", in: file)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return files.note(.syntax, "the file is not UTF-8 text", hint: "save it as UTF-8", in: file)
        }
        do {
            let parsed =
                file.isJSON ? try JSONDocument.parse(text, file: file.name) : try YAMLDocument.parse(text, file: file.name)
            guard let root = parsed, root.text != nil || root.isCollection else {
                return files.note(.emptyFile, "the file is empty", hint: "fill it in or remove it", in: file)
            }
            var reader = FileReader(file, index: index, variables: variables)
            reader.read(text.contains("<<") ? root.mergingKeys() : root)
            files.entries += reader.entries
            files.findings += reader.findings
        } catch {
            var problem = error as? Problem ?? Problem(.configuration, "\(error)", location: .init(file: file.name))
            if !file.isJSON, let line = problem.location?.line, text.hasTab(inIndentOf: line) {
                problem.hint = "YAML is not indented with tabs: use blanks"
            }
            files.findings.append(Finding(.syntax, problem))
        }
    }

    // MARK: - One resource for each Region

    /// What stands where, so that a second thing of the name is found.
    private struct KnownNames {
        var places: [ResourceID: Problem.Location] = [:]
    }

    private static func expand(
        _ entry: FileEntry, index: Int, into files: inout MonitoringFiles, variables: MonitoringVariables,
        names: inout KnownNames
    ) {
        let file = files.files[entry.file]
        for region in entry.regions {
            var reader = FieldReader(file: file.name, region: region, variables: variables)
            let resource = reader.resource(entry, home: variables.regions.first ?? region)
            files.findings += reader.findings
            guard let resource else { continue }
            // Alarms have one name-space, whatever their kind (PutCompositeAlarm: "unique within the Region").
            var key = resource.id
            if key.kind == .compositeAlarm { key.kind = .metricAlarm }
            if let first = names.places[key] {
                files.note(
                    .duplicateName, "a second \(resource.id)", hint: "the first stands at \(first)", in: file,
                    at: reader.nameMark(of: entry))
                continue
            }
            names.places[key] = resource.place
            files.desired.resources.append(resource)
            files.origins.append(.init(entry: index, region: region))
        }
    }
}

extension MonitoringFiles {
    mutating func note(
        _ rule: FindingRule, _ summary: String, hint: String?, in file: MonitoringFile, at mark: YAMLMark? = nil,
        severity: Finding.Severity = .error
    ) {
        findings.append(
            Finding(
                rule,
                Problem(
                    .configuration, summary, hint: hint,
                    location: .init(file: file.name, line: mark?.line ?? 1, column: mark?.column ?? 1)), severity: severity))
    }
}

extension FieldReader {
    /// The entry's resource in the reader's Region; nil where it has no name that could be read.
    fileprivate mutating func resource(_ entry: FileEntry, home: String) -> DesiredResource? {
        let place = Problem.Location(file: file, line: entry.mark.line, column: entry.mark.column)
        let path = DataPath()
        switch entry.kind {
        case .dashboard:
            let name = entry.name.flatMap { value($0, .text(1...255), path / "DashboardName") }
            let body = document(entry.members)
            let tags = entry.tags.flatMap { value($0, .map(0...50), path / "tags") }
            guard let name = name?.string else { return nil }
            return DesiredResource(
                id: ResourceID(.dashboard, name, region: home), fields: body, tags: tags.texts, place: place)
        case .logGroup:
            guard var fields = structure(entry.members, LogGroupFields.logGroup, path, known: ["for"]),
                let name = fields["logGroupName"]?.string
            else { return nil }
            let tags = fields["tags"].texts
            fields["logGroupName"] = nil
            fields["tags"] = nil
            return DesiredResource(
                id: ResourceID(.logGroup, name, region: region), fields: fields, tags: tags, place: place)
        case .metricAlarm, .compositeAlarm:
            let members = entry.kind == .metricAlarm ? AlarmFields.metricAlarm : AlarmFields.compositeAlarm
            guard var fields = structure(entry.members, members, path, known: ["for", "runbook"]),
                let name = fields["AlarmName"]?.string
            else { return nil }
            var tags: [String: String] = [:]
            for tag in fields["Tags"]?.array ?? [] {
                if let key = tag["Key"]?.string { tags[key] = tag["Value"]?.string ?? "" }
            }
            fields["AlarmName"] = nil
            fields["Tags"] = nil
            return DesiredResource(
                id: ResourceID(entry.kind, name, region: region), fields: fields, tags: tags, place: place,
                runbook: entry.runbook)
        }
    }

    fileprivate func nameMark(of entry: FileEntry) -> YAMLMark {
        entry.name?.mark ?? (DataPath() / entry.kind.nameField).mark(in: entry.members)
    }
}

extension JSONTree? {
    /// Of a map: its texts.
    fileprivate var texts: [String: String] { self?.object?.compactMapValues(\.string) ?? [:] }
}

extension YAMLNode {
    fileprivate var isCollection: Bool { if case .scalar = self { false } else { true } }
}

extension String {
    /// Whether the line, counted from 1, begins with a tab among its blanks.
    fileprivate func hasTab(inIndentOf line: Int) -> Bool {
        let lines = split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
        // libyaml may name the line after the tab's.
        return lines[max(0, line - 2)..<min(line, lines.count)].contains { line in
            line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
        }
    }
}
