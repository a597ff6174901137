import TaskSystem
import Testing

@testable import Discovery

/// What a typed line means.
@Suite struct DraftQuestionTests {
    private static let choices = ["dev", "prod"].map { DraftQuestion.Choice(text: $0, value: $0, from: "x") }

    private func question(
        _ about: DraftQuestion.About = .environment, choices: [DraftQuestion.Choice] = [], takesText: Bool = true,
        suggestion: String? = nil
    ) -> DraftQuestion {
        DraftQuestion(
            about: about, subject: "s", reason: "r", choices: choices, takesText: takesText, suggestion: suggestion)
    }

    @Test(
        arguments: [
            ("1", .choice(0)), ("2", .choice(1)), ("", .choice(0)), ("prod", .choice(1)), ("qa", .text("qa")), ("3", .text("3")),
        ] as [(String, DraftQuestion.Answer)])
    func amongChoices(line: String, answer: DraftQuestion.Answer) throws {
        #expect(try question(choices: Self.choices).answer(line) == answer)
    }

    @Test(arguments: ["0", "3", "-1", "x"])
    func whatIsNoChoiceIsRefusedWhereTextIsNotTaken(line: String) {
        let refused = #expect(throws: DraftQuestion.Refused.self) {
            try question(choices: Self.choices, takesText: false).answer(line)
        }
        #expect(refused?.sentence == "type a number from 1 to 2")
    }

    @Test func enterTakesTheSuggestionOrLeavesItOpen() throws {
        #expect(try question(suggestion: "dev").answer("") == .text("dev"))
        #expect(try question(choices: Self.choices, suggestion: "2").answer("") == .choice(1))
        #expect(try question().answer("") == nil)
    }

    @Test(
        arguments: [
            (.stack, "my tasks"), (.stack, "täsks"), (.cluster(0), "task-mgmt"), (.cluster(0), "ABC0def1baz2quux3quuux4abc"),
            (.name(0, .bus), "two words"), (.environment, "--force"),
        ] as [(DraftQuestion.About, String)])
    func whatCannotBeItIsRefusedWithTheRule(about: DraftQuestion.About, line: String) {
        #expect(throws: DraftQuestion.Refused.self) { try question(about).answer(line) }
    }

    @Test func anIdIsTaken() throws {
        #expect(try question(.cluster(0)).answer(Facts.east.rawValue) == .text(Facts.east.rawValue))
    }
}
