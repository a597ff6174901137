import Basics

/// Collects what the rules find, each with its place in the file.
struct RuleNotes {
    let files: MonitoringFiles
    private(set) var findings: [Finding] = []
    private var searches = 0

    init(_ files: MonitoringFiles) {
        self.files = files
    }

    /// - Parameters:
    ///   - resource: index in `desired.resources`.
    ///   - path: inside the resource, in AWS's members; what the file does not say itself is found at what it lies in.
    ///   - ofKey: it is the member that is wrong, not its value.
    mutating func note(
        _ rule: FindingRule, _ resource: Int, _ path: DataPath, _ summary: String, _ hint: String? = nil,
        severity: Finding.Severity = .error, ofKey: Bool = false
    ) {
        findings.append(
            Finding(
                rule,
                Problem(
                    .configuration, summary, hint: hint, location: files.place(of: resource, path, ofKey: ofKey)),
                severity: severity, dataPath: path.steps.isEmpty ? nil : path.description))
    }

    /// Notes that a member is missing, unless the file gives it and it was wrong.
    mutating func missing(_ member: String, _ resource: Int, _ hint: String) {
        guard !files.says(member, of: resource) else { return }
        note(.missingMember, resource, DataPath(), "\(member) is missing", hint)
    }

    /// The nearest of very many names. Somebody who got hundreds wrong needs no suggestion for each, and does not want to wait
    /// for them.
    mutating func nearest(to name: String, among names: some Sequence<String>) -> String? {
        searches += 1
        return searches > 200 ? nil : closestMatch(to: name, among: names)
    }

    mutating func note(_ finding: Finding) {
        findings.append(finding)
    }
}
