import ArgumentParser
import Basics
import Monitoring
import Terminal
import Views

/// `taskops plan`: what differs between the monitoring files and AWS.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what differs between the files in alarms/, dashboards/ and log-groups/ and AWS.",
        discussion: """
            It only reads. Defaults that AWS or its console fill in are no differences. What is there without the stack's \
            tag, or is the stack's and in no file, is named and left alone unless --adopt or --prune says otherwise.

            Exit codes: 0 nothing differs, 2 something does, 1 error or not all could be looked at, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("Only what has this name, or fits it where it has a *.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "Delete what is the stack's and in no file.")
    var prune = false

    @Flag(help: "Take over what is there under a name of the files without any stack's tag.")
    var adopt = false

    @Option(help: ArgumentHelp("Write the plan to this file, for taskops apply.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var output: ReportFormat = .text

    @Option(help: ArgumentHelp("The longest it may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "2m")!

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            let work = try await MonitoringWork(global, timeout: timeout.duration, in: environment)
            let plan = try await work.plan(.init(prunes: prune, adopts: adopt, names: names), console)
            if let out { try AtomicFile.write(JSONView.document(plan) + "\n", to: out, replacing: true) }
            switch output {
            case .text: console.print(PlanView.lines(plan, on: console.output))
            case .json: console.print(StyledText(try JSONView.document(plan)))
            }
            if let problem = plan.unreadableProblem { throw problem }
            if !plan.isEmpty { throw ExitCode(2) }
        }
    }
}
