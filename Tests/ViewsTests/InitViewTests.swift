import Basics
import Discovery
import Terminal
import TestSupport
import Testing
import Views

@Suite struct InitViewTests {
    private func text(_ lines: [StyledText], width: Int? = nil) -> String {
        let profile = TerminalProfile(isTerminal: width != nil, hasColor: false, hasUnicode: true, width: width)
        return lines.map { Theme.render($0, on: profile) + "\n" }.joined()
    }

    private let narrow = TerminalProfile(isTerminal: true, hasColor: false, hasUnicode: true, width: 60)

    @Test func questions() throws {
        let path = DraftQuestion(
            about: .path(0), subject: "the rule that hands task events to the function in us-east-1",
            reason: "more than one rule takes task events",
            choices: ["task-processing-rule on task-events-dev, to task-processor-dev", "r on b, to f"].map {
                .init(text: $0, value: $0, from: "chosen")
            }, takesText: false, suggestion: "2")
        let environment = DraftQuestion(
            about: .environment, subject: "the environment", reason: "nothing says it", suggestion: "dev")
        let name = DraftQuestion(
            about: .cluster(0), subject: "the cluster's id in us-east-1",
            reason: "access to dsql:ListClusters was refused")
        let shown = [path, environment, name].flatMap { question in
            InitView.lines(question, on: narrow) + [InitView.prompt(question)]
        }
        try expectGolden(text(shown, width: 60), "init-questions.txt")
    }

    @Test func refusalsOfOneSortAreOneLine() {
        let refused = ["us-east-1", "us-west-2"].map {
            Unread("dsql:ListClusters", in: $0, Problem(.denied, "no"))
        }
        let lost = Unread("dsql:ListClusters", in: "eu-south-2", Problem(.unreachable, "nobody answers"))
        #expect(
            text(InitView.remarks(["the clusters differ"], unread: refused + [lost])) == """
                note: the clusters differ
                note: not all was looked at in us-east-1, us-west-2: access to dsql:ListClusters was refused; its policy: taskops permissions init
                note: not all was looked at in eu-south-2: dsql:ListClusters gave no answer (nobody answers)

                """)
    }

    @Test func whatWasWritten() {
        #expect(text(InitView.written("taskops.yaml", stack: nil)) == "wrote taskops.yaml, which has lines to fill in\n")
        #expect(
            text(InitView.written("taskops.yaml", stack: ("tasks", ["us-east-1", "us-west-2"])))
                == "wrote taskops.yaml: stack tasks in us-east-1, us-west-2\nnext: taskops canary\n")
    }
}
