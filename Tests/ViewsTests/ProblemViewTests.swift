import Basics
import Terminal
import Testing

@testable import Views

@Suite struct ProblemViewTests {
    private func line(_ cause: String?, hint: String?) -> String {
        ProblemView.line(Problem(.notFound, "it failed", cause: cause, hint: hint)).plain
    }

    @Test func anotherSystemsFullStopGoesWhereAHintFollows() {
        #expect(line("It does not exist.", hint: "make it") == "taskops: it failed: It does not exist; make it")
        #expect(line("It does not exist.\n", hint: "make it") == "taskops: it failed: It does not exist; make it")
    }

    @Test func whatIsCutShortAndWhatEndsTheLineStays() {
        #expect(line("It does not...", hint: "make it") == "taskops: it failed: It does not...; make it")
        #expect(line("It does not exist.", hint: nil) == "taskops: it failed: It does not exist.")
        #expect(line(nil, hint: "make it") == "taskops: it failed; make it")
    }
}
