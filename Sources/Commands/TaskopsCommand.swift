import ArgumentParser

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
            CanaryCommand.self, TailCommand.self, SchemaCommand.self, PermissionsCommand.self, WhoamiCommand.self,
            SandboxCommand.self,
        ])
}

/// Reads the command line, runs what it asks for and ends the process with the right exit code.
package func runTaskops() async {
    ignoreBrokenPipes()
    await TaskopsCommand.main(GlobalFlags.movedBehindCommand(Array(CommandLine.arguments.dropFirst())))
}
