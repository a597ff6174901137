package import Basics
import FoundationEssentials
package import TaskSystem

/// What `taskops validate` found.
package struct ValidationReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    /// How many files were looked at, and what they describe, each thing once for each of its Regions.
    package var files: Int
    package var resources: Int
    package var errors: Int
    package var warnings: Int
    /// In file order.
    package var findings: [Finding]

    package init(stack: String, files: Int, resources: Int, findings: [Finding]) {
        self.stack = stack
        self.files = files
        self.resources = resources
        self.findings = findings
        errors = findings.count { $0.severity == .error }
        warnings = findings.count - errors
    }

    package var isValid: Bool { errors == 0 }

    /// What AWS would refuse, or could not do what it is there for: while there is any of it, nothing is planned. What
    /// concerns the checkout alone, such as a runbook that is not written yet, keeps nobody from applying.
    package var obstacles: [Problem] {
        findings.filter { $0.severity == .error && !$0.rule.isOfTheCheckout }.map(\.problem)
    }

    /// Reads the folder and holds it against everything.
    ///
    /// - Parameters:
    ///   - root: the folder of taskops.yaml.
    ///   - shownAs: what messages put before a file's name inside it.
    ///   - paths: absolute; files and folders whose findings are asked for, all where it is empty. Everything is read all
    ///     the same: what refers to what is not in one file.
    ///   - regions: whose resources are looked at; all where it is nil.
    /// - Throws: where there is nothing to look at, or a path that none of the files lies at.
    package static func make(
        root: String, shownAs: String, stack: TaskStack, paths: [String] = [], regions: Set<String>? = nil
    ) throws(Problem) -> ValidationReport {
        try read(root: root, shownAs: shownAs, stack: stack, paths: paths, regions: regions).report
    }

    /// The same, with what the files want as far as it could be read; a stand-in where they name the account.
    package static func read(
        root: String, shownAs: String, stack: TaskStack, paths: [String] = [], regions: Set<String>? = nil
    ) throws(Problem) -> (report: ValidationReport, desired: DesiredState) {
        let variables = try MonitoringVariables.withoutAsking(stack)
        let files = try MonitoringFolder.look(root: root, shownAs: shownAs, variables: variables, stack: stack)
        let pages = MonitoringFolder.pages(root: root, shownAs: shownAs)
        var findings = FileValidator.findings(
            in: files, stack: stack, variables: variables, pages: pages, regions: regions)
        var looked = files.files.map(\.name)
        if !paths.isEmpty {
            let known = files.files.map(\.name) + pages.values + findings.compactMap { $0.problem.location?.file }
            let asked = try asked(paths, among: Set(known), root: root, shownAs: shownAs)
            findings.removeAll { !asked.contains($0.problem.location?.file ?? "") }
            looked.removeAll { !asked.contains($0) }
        }
        let chosen = Set(looked)
        let resources = files.desired.resources.count {
            chosen.contains($0.place.file) && regions?.contains($0.id.region) ?? true
        }
        Excerpts.add(to: &findings, root: root, shownAs: shownAs)
        let report = ValidationReport(stack: stack.name, files: looked.count, resources: resources, findings: findings)
        return (report, files.desired)
    }

    private static func asked(
        _ paths: [String], among names: Set<String>, root: String, shownAs: String
    ) throws(Problem) -> Set<String> {
        let base = FilePath.normal(root)
        var asked: Set<String> = []
        for path in paths {
            let path = FilePath.normal(path)
            let fitting = names.filter { name in
                let whole = FilePath.normal("\(base)/\(name.dropFirst(shownAs.count))")
                return whole == path || path == base || whole.hasPrefix(path + "/")
            }
            guard !fitting.isEmpty else {
                throw Problem(
                    .notFound, "no monitoring file at \(path)",
                    hint: "they lie in \(MonitoringFolder.folders.joined(separator: "/, "))/ of \(root)")
            }
            asked.formUnion(fitting)
        }
        return asked
    }
}

/// Paths as text.
enum FilePath {
    /// Without `.`, `..` and doubled slashes.
    static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}

/// The lines that findings point at.
enum Excerpts {
    /// So long a line is no line for people; what stands around the place is enough.
    private static let maximumLength = 4000

    static func add(to findings: inout [Finding], root: String, shownAs: String) {
        var file = ""
        var lines: [Substring] = []
        var text = ""
        for index in findings.indices {
            guard let place = findings[index].problem.location, let line = place.line else { continue }
            if place.file != file {
                file = place.file
                let bytes = FileManager.default.contents(atPath: "\(root)/\(file.dropFirst(shownAs.count))")
                text = String(decoding: bytes ?? Data(), as: UTF8.self)
                lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            }
            guard lines.indices.contains(line - 1) else { continue }
            let whole = lines[line - 1].last == "\r" ? lines[line - 1].dropLast() : lines[line - 1]
            if whole.unicodeScalars.count <= maximumLength { findings[index].excerpt = String(whole) }
        }
    }
}
