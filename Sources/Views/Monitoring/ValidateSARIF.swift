import Basics
package import Monitoring

/// The findings in the form in which code hosts show them beside the lines of a change.
///
/// Source: SARIF 2.1.0, OASIS Standard, 27 March 2020; sections in the comments.
package struct ValidateSARIF: Encodable, Sendable {
    let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    let version = "2.1.0"
    let runs: [Run]

    private enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    /// - Parameter version: of taskops.
    package init(_ report: ValidationReport, version: String) {
        let rules = FindingRule.allCases
        runs = [
            Run(
                tool: .init(
                    driver: .init(
                        name: "taskops", semanticVersion: version,
                        rules: rules.map { .init(id: $0.rawValue, shortDescription: .init(text: $0.meaning)) })),
                results: report.findings.map { finding in
                    Result(finding, ruleIndex: rules.firstIndex(of: finding.rule) ?? 0)
                })
        ]
    }

    struct Run: Encodable, Sendable {
        let tool: Tool
        /// 3.14.17: columns count code points, as libyaml and the JSON reader do.
        let columnKind = "unicodeCodePoints"
        let results: [Result]
    }

    struct Tool: Encodable, Sendable {
        let driver: Driver
    }

    struct Driver: Encodable, Sendable {
        let name: String
        let semanticVersion: String
        let rules: [Rule]
    }

    struct Rule: Encodable, Sendable {
        let id: String
        let shortDescription: Message
    }

    struct Message: Encodable, Sendable {
        let text: String
    }

    struct Result: Encodable, Sendable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Message
        let locations: [Location]

        init(_ finding: Finding, ruleIndex: Int) {
            ruleId = finding.rule.rawValue
            self.ruleIndex = ruleIndex
            level = finding.severity.rawValue
            let problem = finding.problem
            let parts = [problem.summary + (problem.cause.map { ": \($0)" } ?? ""), problem.hint].compactMap(\.self)
            message = Message(text: parts.joined(separator: "; ").onOneLine)
            locations = problem.location.map { [Location($0, dataPath: finding.dataPath)] } ?? []
        }
    }

    struct Location: Encodable, Sendable {
        let physicalLocation: Physical
        let logicalLocations: [Logical]?

        init(_ place: Problem.Location, dataPath: String?) {
            physicalLocation = Physical(
                artifactLocation: .init(uri: Self.uri(place.file)),
                region: place.line.map { Region(startLine: $0, startColumn: place.column ?? 1) })
            logicalLocations = dataPath.map { [Logical(fullyQualifiedName: $0)] }
        }

        /// RFC 3986: a path below the working directory as a relative reference, any other as a file's URI.
        private static func uri(_ path: String) -> String {
            let encoded = path.utf8.map { byte -> String in
                let isPlain =
                    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "-._~/".utf8.contains(byte)
                guard !isPlain else { return String(UnicodeScalar(byte)) }
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }.joined()
            return encoded.hasPrefix("/") ? "file://" + encoded : encoded
        }
    }

    struct Physical: Encodable, Sendable {
        struct Artifact: Encodable, Sendable {
            let uri: String
        }

        let artifactLocation: Artifact
        let region: Region?
    }

    struct Region: Encodable, Sendable {
        let startLine: Int
        let startColumn: Int
    }

    struct Logical: Encodable, Sendable {
        let fullyQualifiedName: String
    }
}

extension FindingRule {
    /// What the kind means, for those who see its name alone.
    var meaning: String {
        switch self {
        case .syntax: "The file cannot be read as YAML or JSON."
        case .emptyFile: "The file or its list describes nothing."
        case .wrongFolder: "The file describes what belongs into another folder."
        case .unreadFile: "The file's ending makes nobody read it."
        case .fileSize: "The file is larger than what AWS or taskops takes."
        case .duplicateKey: "A key is given twice."
        case .unknownKey: "A key that nothing reads."
        case .unknownVariable: "A ${variable} that has no value."
        case .unknownRegion: "A Region that AWS or the stack does not have."
        case .duplicateName: "Two things have one name."
        case .missingMember: "A member that AWS requires is missing."
        case .wrongType: "A value is not of its member's type."
        case .unknownValue: "A value is none of those its member takes."
        case .outOfRange: "A number, a length or a count is beyond AWS's limits."
        case .malformedName: "A name has letters or a form that AWS refuses."
        case .malformedARN: "An ARN is none, or not of what its member takes."
        case .reservedTag: "A tag that is AWS's or taskops' own."
        case .exclusiveMembers: "Members that exclude each other."
        case .evaluationWindow: "An alarm looks back further than AWS lets it, or counts more than it looks at."
        case .returnData: "Not exactly one item of Metrics is what the alarm watches."
        case .duplicateID: "An id is given twice."
        case .statistic: "A statistic that CloudWatch does not have, or not here."
        case .anomalyBand: "An alarm on an anomaly detection band that does not fit together."
        case .logGroupClass: "A log group's class does not take what the group asks for."
        case .metricMath: "A metric math expression that is wrong."
        case .metricsInsights: "A Metrics Insights query that is wrong."
        case .searchExpression: "A search expression that is wrong."
        case .alarmRule: "A composite alarm's rule that is wrong."
        case .filterPattern: "A filter pattern of CloudWatch Logs that is wrong."
        case .logQuery: "A log widget's query that is wrong."
        case .unknownMetric: "A metric or namespace that nobody writes."
        case .unknownDimension: "A dimension that the metric does not have."
        case .foreignResource: "What is named is not this stack's, or not this Region's."
        case .unknownAlarm: "An alarm is named that no file makes."
        case .alarmCycle: "A composite alarm depends on itself."
        case .actionRegion: "An ARN is of another Region than AWS takes here."
        case .unknownLogGroup: "A log group is named that no file and no function has."
        case .missingRunbook: "An alarm without a page in runbooks/."
        case .runbookWithoutAlarm: "A page in runbooks/ that no alarm has."
        case .dashboardBody: "A part of a dashboard's body that CloudWatch refuses."
        case .widgetPlace: "A widget that does not fit into the grid."
        case .metricsArray: "A widget's metrics array that CloudWatch refuses."
        }
    }
}
