import Diagnosis
import Findings
import Terminal
import TestSupport
import Testing

@testable import Views

@Suite struct DiagnosisViewTests {
    @Test(arguments: [("usual", 100), ("narrow", 40)])
    func theCauseIsFirstAndItsCommandsStayWhole(name: String, width: Int) throws {
        let profile = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: width)
        let text = DiagnosisView.lines(Self.report, on: profile).map { Theme.render($0, on: profile) + "\n" }.joined()
        try expectGolden(text, "diagnosis-\(name).txt")
    }

    @Test func scriptsGetTheSameAsJSON() throws {
        try expectGolden(try JSONView.document(Self.report) + "\n", "diagnosis.json")
    }

    static let report: DiagnosisReport = {
        var broken = LinkFinding(
            .permission, "permission-missing", .certain, .unhealthy,
            "the function's policy does not let the rule task-processing-rule invoke it: events are not delivered, and not retried",
            evidence: ["the dead-letter queue holds the event: ERROR_CODE NO_PERMISSIONS: not authorized"],
            next:
                "aws lambda add-permission --function-name task-processor-dev --statement-id task-processing-rule --region us-east-1"
        )
        broken.runbook = "rule-failed-invocations"
        let crash = LinkFinding(
            .invocation, "function-crashing", .likely, .unhealthy,
            "the function's process ended over the last event it took 40 s ago",
            evidence: ["RequestId: 1 Error: Runtime exited with error: signal: killed"], next: "aws logs filter-log-events")
        let east = RegionDiagnosis(
            region: "us-east-1", event: "0c9c2d3e-1111-4222-8333-444455556666", fate: .undelivered, findings: [broken, crash],
            links: [
                LinkState(.bus, .fine),
                LinkState(
                    .rule, .notLooked, why: "the action events:DescribeRule is refused in us-east-1",
                    next: "taskops permissions diagnose"), LinkState(.pattern, .notReached), LinkState(.target, .fine),
                LinkState(.permission, .broken), LinkState(.invocation, .broken),
            ])
        let west = RegionDiagnosis(
            region: "us-west-2", event: nil, fate: nil, findings: [], links: [LinkState(.bus, .fine), LinkState(.tls, .fine)])
        return DiagnosisReport(stack: "tasks", at: "2026-11-25T03:00:00Z", regions: [east, west])
    }()
}
