import ArgumentParser
import Testing

@testable import Commands

/// Words that cannot be understood are answered in one line, which names what to type next.
@Suite struct UsageProblemTests {
    /// The line for `typed`, or nil where it can be understood or asks for help.
    private func line(_ typed: String) -> String? {
        let words = typed.split(separator: " ").map(String.init)
        do {
            _ = try TaskopsCommand.parseAsRoot(words)
            return nil
        } catch {
            return UsageProblem.describing(error, in: words).map { "\($0)" }
        }
    }

    @Test(arguments: [
        ("stauts", "unexpected argument 'stauts'; did you mean taskops status?"),
        ("xyzzy", "unexpected argument 'xyzzy'; taskops --help"),
        ("--bogus", "unknown option '--bogus'; taskops --help"),
        ("sandbox braek", "unexpected argument 'braek'; did you mean taskops sandbox break?"),
        ("sandbox up x y", "2 unexpected arguments: 'x', 'y'; taskops sandbox up --help"),
        ("tail --sinse 5m", "unknown option '--sinse'; did you mean '--since'?"),
        ("tail --since", "missing value for '--since <time>'; taskops tail --help"),
        ("canary --count a", "the value 'a' is invalid for '--count <n>'; taskops canary --help"),
        ("canary --count 0", "--count takes 1 to 1000000; taskops canary --help"),
        ("drill", "missing expected argument '<name>'; taskops drill --help"),
        (
            "tail --color pink",
            "the value 'pink' is invalid for '--color <when>'. Please provide one of 'auto', 'always' or 'never'; "
                + "taskops tail --help"
        ),
    ])
    func misunderstood(typed: String, expected: String) {
        #expect(line(typed) == expected)
    }

    @Test(arguments: ["tail --help", "--help", "--version", "help sandbox", "tail --since 5h30m", "sandbox"])
    func understood(typed: String) {
        #expect(line(typed) == nil)
    }

    @Test func commandsThatReportedThemselvesAreLeftAlone() {
        #expect(UsageProblem.describing(ExitCode(64), in: ["tail"]) == nil)
        #expect(UsageProblem.describing(ExitCode.failure, in: ["tail"]) == nil)
    }
}
