import Basics
import FoundationEssentials
import Monitoring
import Terminal
import TestSupport
import Testing
import Views

@Suite struct ValidateViewTests {
    private let report = ValidationReport(
        stack: "tasks", files: 12, resources: 31,
        findings: [
            finding(
                .unknownMetric, "alarms/errors.yaml", 3, 13, "AWS/Lambda has no metric `Erors`", "did you mean Errors?",
                excerpt: "MetricName: Erors", path: "/MetricName"),
            finding(
                .metricsArray, "dashboards/tasks.json", 8, 14, "a metric has a namespace and a name, and this has 1 of them",
                "[\"AWS/Lambda\", \"Errors\", …]",
                excerpt: "\t\t\"metrics\": [[\"AWS/Lambda\"], [\".\", \"Errors\", \"FunctionName\"]]",
                path: "/widgets/0/properties/metrics/0"),
            finding(
                .unknownKey, "dashboards/tasks.json", 20, 90, "unknown key `zoom` in a metric widget", "known: title, view",
                excerpt: String(repeating: "x", count: 80) + "        \"zoom\": 3", path: "/widgets/1/properties/zoom",
                severity: .warning),
            finding(.runbookWithoutAlarm, "runbooks/forgotten.md", nil, nil, "no alarm has this page", "name it, or remove it"),
        ])

    private static func finding(
        _ rule: FindingRule, _ file: String, _ line: Int?, _ column: Int?, _ summary: String, _ hint: String,
        excerpt: String? = nil,
        path: String? = nil, severity: Finding.Severity = .error
    ) -> Finding {
        var finding = Finding(
            rule,
            Problem(.configuration, summary, hint: hint, location: .init(file: file, line: line, column: column)),
            severity: severity, dataPath: path)
        finding.excerpt = excerpt
        return finding
    }

    private func text(width: Int?) -> String {
        let profile = TerminalProfile(isTerminal: width != nil, hasColor: false, hasUnicode: true, width: width)
        return ValidateView.lines(report, on: profile).map(\.plain).joined(separator: "\n") + "\n"
    }

    @Test func forPeople() throws {
        try expectGolden(text(width: 100), "validate-wide.txt")
        try expectGolden(text(width: 44), "validate-narrow.txt")
    }

    @Test func oneLineForEachInAPipe() throws {
        try expectGolden(text(width: nil), "validate-pipe.txt")
    }

    @Test func nothingWrong() {
        let report = ValidationReport(stack: "tasks", files: 1, resources: 2, findings: [])
        let profile = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)
        #expect(ValidateView.lines(report, on: profile).map(\.plain) == ["valid: 1 file, 2 resources"])
    }

    /// What code hosts read; `sarif-schema-2.1.0.json` takes it.
    @Test func sarif() throws {
        try expectGolden(
            try JSONView.document(ValidateSARIF(report, version: "0.1.0")).replacing("\\/", with: "/") + "\n", "validate.sarif")
    }
}
