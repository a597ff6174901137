import AWS
import ArgumentParser
import Basics
import Findings
import FoundationEssentials
import Status
import TaskSystem
import Terminal
import Views

/// `taskops alarms`: what rings, over all Regions, and the page to open.
struct AlarmsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms",
        abstract: "Shows the stack's alarms over its Regions, those that ring first, with their runbooks.",
        discussion: """
            An alarm is the stack's when it watches its function, rule, bus, queues or cluster, or refers to one that does.

            Exit codes: 0 none in ALARM, 1 one without data or with its actions switched off, 2 one in ALARM, 3 could not \
            tell, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(name: .customLong("all"), help: "Show those that are OK as well.")
    var showsAll = false

    @Option(help: ArgumentHelp("text, json or jsonl (a record for each alarm).", valueName: "format"))
    var output: AlarmsFormat = .text

    @Option(help: ArgumentHelp("The longest it may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "20s")!

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 3) {
            let session = try Session(global, in: environment)
            let deadline = Deadline.after(timeout.duration)
            let report = await AlarmsRun.run(
                try await targets(session, deadline: deadline), stack: session.stack.name, at: Date(), deadline: deadline)
            console.print(try rendered(report, on: console.output))
            for problem in report.regions.compactMap(\.problem) where output == .text { console.say(ProblemView.line(problem)) }
            throw ExitCode(report.health.exitCode)
        }
    }

    private func targets(_ session: Session, deadline: Deadline) async throws -> [AlarmsTarget] {
        if output == .text, let first = session.regions.first {
            // Without credentials no Region can be looked at: one sentence says it better than one for each.
            _ = try await session.client(in: first.region).credentials(deadline: deadline)
        }
        return await session.regions.boundedMap { regional in
            let client = session.client(in: regional.region)
            let cluster = await Exit.result {
                try await ClusterLookup.id(of: regional, client: client, deadline: deadline)
            }
            return AlarmsTarget(stack: regional, client: client, cluster: cluster)
        }
    }

    private func rendered(_ report: AlarmsReport, on profile: TerminalProfile) throws -> [StyledText] {
        let shown = showsAll ? report : report.standing
        switch output {
        case .text: return AlarmsReportView.lines(shown, of: report, on: profile)
        case .json: return [StyledText(try JSONView.document(shown))]
        case .jsonl: return try AlarmsReportView.records(shown).map { StyledText(try JSONView.line($0)) }
        }
    }
}

enum AlarmsFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, jsonl
}
