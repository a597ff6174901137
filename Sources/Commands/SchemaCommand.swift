import ArgumentParser
import Basics
import Database
import FoundationEssentials
import Sandbox
import Schema
import Terminal
import Views

/// `taskops schema plan|apply`: the DSQL schema as files.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Compares the DSQL schema with the files in schema/, and applies them.",
        subcommands: [Plan.self, Apply.self])

    struct Options: ParsableArguments {
        @OptionGroup var global: GlobalOptions

        @Option(name: .customLong("schema"), help: ArgumentHelp("The folder of the .sql files.", valueName: "folder"))
        var folder: String?

        @Option(
            name: .customLong("console-role-arn"),
            help: ArgumentHelp(
                "Who else may connect as the console's role; may be repeated. Apply lets in whoever runs it.", valueName: "arn"))
        var consoleRoles: [String] = []

        @Option(help: ArgumentHelp("The longest it may take.", valueName: "time"))
        var timeout = DurationArgument(argument: "5m")!
    }

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what apply would run.", discussion: "Exit codes: 0 nothing, 2 something, 1 error, 64 bad usage.")

        @OptionGroup var options: Options

        @Option(help: ArgumentHelp("text or json.", valueName: "format"))
        var output: ReportFormat = .text

        func run() async throws {
            let environment = Environment.current(options.global)
            let console = environment.console
            try await Exit.reporting(to: console, failure: 1) {
                let work = try await SchemaWork(options, in: environment, grantsCaller: false)
                let plan = try await work.connected {
                    try await SchemaPlanner(files: work.files, variables: work.variables).plan($0, deadline: work.deadline)
                }
                switch output {
                case .text: console.print(SchemaView.lines(plan))
                case .json: console.print(StyledText(try JSONView.document(plan)))
                }
                if !plan.isUpToDate { throw ExitCode(2) }
            }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs what is outstanding, one statement per transaction.",
            discussion: "A run that failed half-way is continued by the next one. Exit codes: 0 done, 1 error, 64 bad usage.")

        @OptionGroup var options: Options

        func run() async throws {
            let environment = Environment.current(options.global)
            let console = environment.console
            try await Exit.reporting(to: console, failure: 1) {
                try await SchemaWork(options, in: environment, grantsCaller: true).apply(console)
            }
        }
    }
}
