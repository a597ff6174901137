import FoundationEssentials
import Testing

/// How a command that calls AWS is run by the tests that run all of them.
struct Exercise: Sendable, CustomTestStringConvertible {
    /// As the command tree has them, such as `schema plan`.
    let name: String
    var flags: [String] = []
    /// How long it is allowed to take in a test, `--timeout`; without the flag it takes its own default.
    let timeout: Int
    /// How it ends once it has its answers: `schema plan` also by saying that something differs.
    let answered: Set<Int32>
    /// How it ends when AWS gives it none.
    let failed: Int32
    /// How it ends when its credentials are refused.
    var refused: Int32 = 1
    /// Whether what failed stands in its report, and standard error stays empty.
    var reports = false
    /// Whether it goes on without what it could not look at, with a note or a line for each.
    var goesOn = false
    /// Whether its answer is a line on standard error: there is nothing of the name it was given, so that nothing is changed.
    var refusesName = false

    var words: [String] { name.split(separator: " ").map(String.init) }
    var testDescription: String { name }

    static let all = [
        // What is wrong with AWS breaks the canary's path; a status page without answers cannot tell.
        Exercise(
            name: "canary", flags: ["--region", "us-east-1", "--output", "json", "--slow-after", "1s"], timeout: 3,
            answered: [0, 1], failed: 2, refused: 3, reports: true),
        Exercise(
            name: "alarms", flags: ["--output", "json"], timeout: 2, answered: [0], failed: 3, refused: 3, reports: true),
        Exercise(
            name: "history", flags: ["--region", "us-east-1", "--output", "json"], timeout: 2, answered: [0], failed: 1,
            reports: true),
        Exercise(
            name: "init", flags: ["--print", "--region", "us-east-1"], timeout: 4, answered: [0], failed: 1, goesOn: true),
        Exercise(
            name: "status", flags: ["--region", "us-east-1", "--output", "json"], timeout: 3, answered: [0, 1, 2],
            failed: 3, refused: 3, reports: true),
        Exercise(
            name: "diagnose", flags: ["--region", "us-east-1", "--output", "json"], timeout: 3, answered: [0, 1, 2],
            failed: 3, refused: 3, reports: true),
        Exercise(name: "plan", flags: ["--output", "json"], timeout: 4, answered: [0, 2], failed: 1),
        Exercise(
            name: "import", flags: ["no-such-thing", "--region", "us-east-1", "--to", "/dev/null"], timeout: 3,
            answered: [1], failed: 1, refusesName: true),
        Exercise(
            name: "drill", flags: ["no-such-alarm", "--yes", "--region", "us-east-1", "--output", "json"], timeout: 3,
            answered: [3], failed: 3, refused: 3, refusesName: true),
        Exercise(name: "schema plan", timeout: 2, answered: [0, 2], failed: 1),
        Exercise(name: "schema apply", timeout: 2, answered: [0], failed: 1),
        Exercise(name: "whoami", timeout: 2, answered: [0], failed: 1),
        Exercise(name: "permissions", timeout: 2, answered: [0], failed: 1),
    ]

    /// Commands that are run by none of these tests, and why.
    static let others = [
        "sandbox up": "makes the local stack, and calls AWS as `schema apply` does", "sandbox down": "calls nothing",
        "sandbox status": "calls nothing", "sandbox env": "calls nothing",
        "sandbox break": "calls nothing itself", "sandbox mend": "calls nothing itself", "runbook": "calls nothing",
        "help": "calls nothing", "validate": "calls nothing", "schedule cron": "calls nothing",
        "schedule systemd": "calls nothing", "schedule eventbridge": "calls nothing",
        "apply": "writes, and goes on where it may: its own tests break AWS beneath it",
        "tail": "waits out what other commands end at, for as long as it lasts: FaultTests has a test of its own for it",
    ]

    /// Every command that can be typed, as the program itself tells.
    static func commands() async throws -> [String] {
        func leaves(_ command: JSONValue, _ words: [String]) -> [String] {
            let subcommands = command["subcommands"]?.items ?? []
            guard !subcommands.isEmpty else { return [words.joined(separator: " ")] }
            return subcommands.flatMap { leaves($0, words + [$0["commandName"]?.text ?? ""]) }
        }
        let ended = try await Console.run("--experimental-dump-help")
        return leaves(try #require(try JSONValue(ended.output)["command"]), [])
    }
}

extension EndToEnd {
    @Suite struct ExerciseTests {
        @Test("each command is tried under every fault and for every secret, or it says why not")
        func noneIsForgotten() async throws {
            let known = Exercise.all.map(\.name) + Exercise.others.keys
            #expect(try await Exercise.commands().sorted() == known.sorted())
        }
    }
}
