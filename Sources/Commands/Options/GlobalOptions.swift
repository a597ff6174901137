import ArgumentParser
import Basics
import Terminal

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read this file instead of looking for taskops.yaml upward.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("region"), help: ArgumentHelp("Only this Region of the stack; may be repeated.", valueName: "region"))
    var regions: [String] = []

    @Option(help: ArgumentHelp("Take credentials and settings from this profile.", valueName: "name"))
    var profile: String?

    @Option(name: .customLong("endpoint-url"), help: ArgumentHelp("Send every AWS call to this address.", valueName: "url"))
    var endpointURL: String?

    @Flag(help: "Use the local stack started by `taskops sandbox up`.")
    var sandbox = false

    @Option(help: ArgumentHelp("When to use colours: auto, always or never.", valueName: "when"))
    var color: TerminalProfile.ColorChoice = .auto

    @Flag(
        name: [.customShort("v"), .long],
        help: "Show each AWS call and database connection on standard error; -vv: their header fields too, never a secret.")
    var verbose: Int
}

extension TerminalProfile.ColorChoice: ExpressibleByArgument {}

/// A length of time on the command line: `30s`, `2m`.
struct DurationArgument: ExpressibleByArgument, Hashable {
    var duration: Duration

    init?(argument: String) {
        guard let duration = Duration(text: argument), duration > .zero else { return nil }
        self.duration = duration
    }

    /// As it is typed, which is what the help should show.
    var defaultValueDescription: String { duration.text }
}

/// The two forms every report has.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
