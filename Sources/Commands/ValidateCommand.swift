import ArgumentParser
import Basics
import Configuration
import Monitoring
import Sandbox
import TaskSystem
import Terminal
import Views

/// `taskops validate`: what is wrong with the monitoring files, before AWS says so.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks the files in alarms/, dashboards/ and log-groups/ without asking AWS: every problem with its line.",
        discussion: """
            They are held against what AWS takes, against the stack's names, and against each other: metrics and \
            dimensions, metric math, composite rules, dashboards widget by widget, ARNs, runbooks. All files are read; a \
            PATH (a file or a folder) picks whose problems are shown.

            A warning is what may be meant. SARIF is what code hosts show beside the lines of a change.

            Exit codes: 0 nothing wrong (warnings apart), 1 a problem, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("Only problems in this file or folder.", valueName: "path"))
    var paths: [String] = []

    @Option(help: ArgumentHelp("text, json or sarif.", valueName: "format"))
    var output: ValidateFormat = .text

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            let report = try report(in: environment)
            switch output {
            case .text: console.print(ValidateView.lines(report, on: console.output))
            case .json: console.print(StyledText(try JSONView.document(report)))
            case .sarif:
                let sarif = ValidateSARIF(report, version: TaskopsCommand.configuration.version)
                console.print(StyledText(try JSONView.document(sarif)))
            }
            if !report.isValid { throw ExitCode(1) }
        }
    }

    private func report(in environment: Environment) throws -> ValidationReport {
        let here = environment.workingDirectory
        var configuration = global.config ?? environment.variables["TASKOPS_CONFIG"]
        if global.sandbox, configuration == nil { configuration = try SandboxLocation.find(in: environment).configuration }
        let stack = try ConfigurationFile.load(ConfigurationFile.locate(explicit: configuration, from: here))
        let known = stack.regions.map(\.region)
        for region in global.regions where !known.contains(region) {
            throw Problem(
                .usage, "\(region) is not a Region of stack \(stack.name)", hint: "its Regions: \(known.joined(separator: ", "))")
        }
        let root = try MonitoringRoot.find(global, in: environment)
        return try ValidationReport.make(
            root: absolute(root.path, from: here), shownAs: root.shownAs, stack: stack,
            paths: paths.map { absolute($0, from: here) }, regions: global.regions.isEmpty ? nil : Set(global.regions))
    }

    private func absolute(_ path: String, from here: String) -> String {
        path.hasPrefix("/") ? path : path == "." ? here : "\(here)/\(path)"
    }
}

enum ValidateFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, sarif
}
