import AWS
import ArgumentParser
import Basics
import Canary
import FoundationEssentials
import TaskSystem
import Terminal
import Views

/// `taskops history`: how the canaries of the last days went.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Draws the last days' canaries from CloudWatch: how many got through, and how long each hop took.",
        discussion: """
            It reads what `taskops canary --metrics` (or its EMF) has put into namespace TaskOps/Canary: one GetMetricData in \
            each Region.

            Exit codes: 0, 1 when a Region did not answer, or only in part, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("How far back, such as 2h, 7d or 60d.", valueName: "time"))
    var last = DurationArgument(argument: "7d")!

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var output: ReportFormat = .text

    @Option(help: ArgumentHelp("The longest it may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "20s")!

    func validate() throws {
        if last.duration > .seconds(455 * 86_400) { throw ValidationError("CloudWatch keeps metrics for 455 days") }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            let session = try Session(global, in: environment)
            let deadline = Deadline.after(timeout.duration)
            if output == .text, let first = session.regions.first {
                _ = try await session.client(in: first.region).credentials(deadline: deadline)
            }
            let history = CanaryHistory(
                stack: session.stack.name,
                session.regions.map { .init(region: $0.region, client: session.client(in: $0.region)) })
            let report = await history.read(.init(last: last.duration, until: Date()), deadline: deadline)
            console.print(
                output == .json
                    ? [StyledText(try JSONView.document(report))] : CanaryHistoryView.lines(report, on: console.output))
            throw ExitCode(report.regions.allSatisfy { $0.problem == nil } ? 0 : 1)
        }
    }
}
