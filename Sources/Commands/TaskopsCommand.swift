import ArgumentParser
import FoundationEssentials
import Terminal
import Views

/// The console's first word. Each subcommand has a file of its own: `taskops canary` is CanaryCommand.swift.
struct TaskopsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taskops",
        abstract: "Watches and operates a task system on Aurora DSQL, EventBridge and Lambda in two AWS Regions.",
        discussion: """
            It finds the stack in taskops.yaml, in this folder or one above it. Without an account, try the local stack: \
            taskops sandbox up, then taskops --sandbox canary.
            """,
        version: "0.1.0",
        subcommands: [
            StatusCommand.self, CanaryCommand.self, DiagnoseCommand.self, HistoryCommand.self, ScheduleCommand.self,
            TailCommand.self,
            AlarmsCommand.self, DrillCommand.self, RunbookCommand.self, ValidateCommand.self, PlanCommand.self, ApplyCommand.self,
            ImportCommand.self,
            SchemaCommand.self, InitCommand.self, PermissionsCommand.self, WhoamiCommand.self, SandboxCommand.self,
        ])
}

/// Reads the command line, runs what it asks for and ends the process with the right exit code.
package func runTaskops() async {
    keepMemoryFromCrashOutput()
    ignoreBrokenPipes()
    let words = GlobalFlags.movedBehindCommand(OptionalInterval.expanded(Array(CommandLine.arguments.dropFirst())))
    do {
        var command = try await TaskopsCommand.asyncParseAsRoot(words)
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    } catch {
        guard let problem = UsageProblem.describing(error, in: words) else { TaskopsCommand.exit(withError: error) }
        Console(variables: ProcessInfo.processInfo.environment, color: .auto).say(ProblemView.line(problem))
        TaskopsCommand.exit(withError: ExitCode.validationFailure)
    }
}
