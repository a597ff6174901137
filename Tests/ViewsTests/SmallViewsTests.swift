import Basics
import Sandbox
import Schema
import Terminal
import TestSupport
import Testing
import Views

@Suite struct SmallViewsTests {
    private let profile = TerminalProfile(isTerminal: false, hasColor: false, hasUnicode: true, width: nil)

    private func text(_ lines: [StyledText]) -> String {
        lines.map { Theme.render($0, on: profile) + "\n" }.joined()
    }

    @Test func aProblemIsOneLine() {
        let problem = Problem(
            .configuration, "unknown key `clutser`", cause: "two\nlines", hint: "did you mean `cluster`?",
            location: .init(file: "taskops.yaml", line: 7, column: 5))
        #expect(
            text([ProblemView.line(problem)])
                == "taskops: taskops.yaml:7:5: unknown key `clutser`: two lines; did you mean `cluster`?\n")
    }

    @Test func theSchemasPlan() throws {
        let plan = SchemaPlan(files: [
            .init(version: 1, name: "tasks", state: .applied, statements: []),
            .init(
                version: 2, name: "task_updates", state: .pending,
                statements: ["CREATE TABLE task_updates", "CREATE INDEX ASYNC i"]),
            .init(version: 3, name: "roles", state: .edited, statements: []),
        ])
        let done = SchemaPlan(files: [.init(version: 1, name: "tasks", state: .applied, statements: [])])
        try expectGolden(text(SchemaView.lines(plan)) + "\n" + text(SchemaView.lines(done)), "schema-plan.txt")
    }

    @Test func theLocalStacksSteps() throws {
        let events = [
            SandboxEvent(step: "postgres", state: .starting),
            SandboxEvent(step: "postgres", state: .ready, detail: "listens on a socket", seconds: 0.628),
            SandboxEvent(step: "us-east-1 cluster", state: .ready, detail: "is ACTIVE"),
            SandboxEvent(step: "server", state: .failed, summary: "port taken"),
            SandboxEvent(step: "server", state: .stopped, seconds: 12),
        ]
        #expect(SandboxView.line(events[0]) == nil)
        try expectGolden(text(events.compactMap(SandboxView.line)), "sandbox-steps.txt")
    }

    @Test func exportsSurviveTheShell() {
        #expect(text(SandboxView.exports(["B": "it's", "A": "$(x) \"y\""])) == "export A='$(x) \"y\"'\nexport B='it'\\''s'\n")
    }

    @Test func whatWouldLeadElsewhereIsUnset() {
        #expect(text(SandboxView.exports(["A": "1"], unsetting: ["Z", "B"])) == "unset B\nunset Z\nexport A='1'\n")
    }
}
