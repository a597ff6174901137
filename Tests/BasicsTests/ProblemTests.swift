import Basics
import Testing

@Suite struct ProblemTests {
    @Test func oneLineSaysWhereWhatWhyAndWhatNext() {
        let problem = Problem(
            .configuration, "unknown key `clutser`", cause: "in regions.us-east-1", hint: "did you mean `cluster`?",
            location: .init(file: "taskops.yaml", line: 7, column: 5))
        #expect(
            problem.description
                == "taskops.yaml:7:5: unknown key `clutser`: in regions.us-east-1; did you mean `cluster`?")
    }

    @Test func anotherSystemsLineBreaksNeverBreakTheLine() {
        let problem = Problem(.failed, "could not connect", cause: "FATAL: no\n\tDETAIL: really")
        #expect(!problem.description.contains("\n"))
    }

    @Test func anotherSystemsFullStopDoesNotStandBeforeWhatToDo() {
        let problem = Problem(.notFound, "there is no group", cause: "It does not exist.", hint: "check the name")
        #expect(problem.description == "there is no group: It does not exist; check the name")
        #expect(Problem(.notFound, "there is no group", cause: "It does not exist.").description.hasSuffix("exist."))
    }

    @Test func secretsStayWrapped() {
        struct Holder { let token = Secret("wJalrXUtnFEMI") }
        var dumped = ""
        dump(Holder(), to: &dumped)
        #expect(!dumped.contains("wJalr"))
        #expect("\(Holder())".contains("****"))
        #expect(String(reflecting: Secret("wJalr")) == "****")
    }
}
