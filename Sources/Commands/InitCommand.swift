import AWS
import ArgumentParser
import Basics
import Configuration
import Discovery
import FoundationEssentials
import TaskSystem
import Terminal
import Views

/// `taskops init`: a taskops.yaml from what stands in the account.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Finds the stack in an account and writes taskops.yaml, each value with where it came from.",
        discussion: """
            It looks at CloudFormation's outputs, DSQL's clusters with their tags and peers, and at EventBridge's rules, in \
            the Regions after --region, or in all where DSQL peers clusters. What it cannot tell it asks on a terminal; in a \
            script it leaves the line without a value, and no command takes the file before somebody filled it in. \
            Of the file after --config it keeps connection, endpointUrl and variables.

            Exit codes: 0 written, 1 error or something left to fill in, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Option(
        help: ArgumentHelp(
            "Which stack, where the account has several: its CloudFormation name, or its tag.", valueName: "name"))
    var stack: String?

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file = ConfigurationFile.name

    @Flag(name: .customLong("print"), help: "Print the file instead of writing it.")
    var prints = false

    @Flag(help: "Write over a file that is there already.")
    var force = false

    @Option(help: ArgumentHelp("The longest that looking may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "1m")!

    func validate() throws {
        if prints, force { throw ValidationError("--print writes no file, so there is nothing to --force") }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            try refuseToReplace()
            let search = InitSearch(try AccountSession(global, in: environment), timeout: timeout.duration, in: environment)
            let found = try await search.draft(of: stack)
            let text = ConfigurationText(
                await search.asked(found.draft), account: found.account, date: Self.today)
            try deliver(text, console)
            for problem in Self.problems(text, in: prints ? "standard output" : file) { console.say(ProblemView.line(problem)) }
            if !text.open.isEmpty { throw ExitCode(1) }
        }
    }

    /// Said before the first call, and not only when all the work is done.
    private func refuseToReplace() throws {
        if !prints, !force, FileManager.default.fileExists(atPath: file) { throw AtomicFile.exists(file) }
    }

    private func deliver(_ text: ConfigurationText, _ console: Console) throws {
        // What is written must be readable: if it is not, that is a mistake of ours, and no file is left behind.
        let stack = text.open.isEmpty ? try ConfigurationFile.decode(text.text, file: file) : nil
        if prints { return console.print(StyledText(String(text.text.dropLast()))) }
        try AtomicFile.write(text.text, to: file, replacing: force)
        console.print(InitView.written(file, stack: stack.map { ($0.name, $0.regions.map(\.region)) }))
    }

    private static var today: String {
        UTCTime(secondsSince1970: Int(Date().timeIntervalSince1970.rounded(.down))).dayText
    }

    private static func problems(_ text: ConfigurationText, in file: String) -> [Problem] {
        text.open.map {
            Problem(
                .configuration, "\($0.key) was not found", cause: $0.reason, hint: "fill it in",
                location: .init(file: file, line: $0.line))
        }
    }
}
