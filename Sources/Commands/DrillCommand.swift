import AWS
import ArgumentParser
import Basics
import FoundationEssentials
import Monitoring
import TaskSystem
import Terminal
import Views

/// `taskops drill`: does the alarm really call somebody?
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Puts an alarm into ALARM, watches whether its actions are taken, and puts it back.",
        discussion: """
            Whoever the alarm calls is called; the reason says that it is a drill, and whose. In every Region that has the \
            alarm, or in those after --region.

            Exit codes: 0 rang, 1 did not (switched off, no action, or an action failed), 3 could not tell, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("The alarm.", valueName: "name"))
    var name: String

    @Flag(help: "Do not ask.")
    var yes = false

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var output: ReportFormat = .text

    @Option(help: ArgumentHelp("How long to wait for the history to tell.", valueName: "time"))
    var timeout = DurationArgument(argument: "1m")!

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 3) {
            try environment.requireSomebodyToAsk(unless: yes)
            let session = try Session(global, in: environment)
            let drill = try await drill(session)
            var looks = await drill.look(deadline: .after(timeout.duration))
            if global.regions.isEmpty { looks = AlarmDrill.drillable(looks) }
            try await announce(looks, environment)
            let report = await console.withProgress { progress in
                await withInterrupts { stop in
                    await drill.run(looks, at: Date(), deadline: .after(timeout.duration), stop: stop) {
                        progress.show(DrillView.progress($0))
                    }
                }
            }
            try show(report, console)
        }
    }

    private func drill(_ session: Session) async throws -> AlarmDrill {
        guard let first = session.regions.first else { throw Problem(.configuration, "the stack has no Region") }
        let caller = try await session.client(in: first.region).sts(first.region)
            .getCallerIdentity(deadline: .after(timeout.duration))
        return AlarmDrill(
            alarm: name, by: caller.arn,
            targets: session.regions.map { DrillTarget(region: $0.region, client: session.client(in: $0.region)) },
            mark: String(UUID().uuidString.lowercased().prefix(8)))
    }

    /// - Throws: where nothing can be drilled, all the reasons; where the answer is not yes, that.
    private func announce(
        _ looks: [(region: String, alarm: Result<DrillAlarm, Problem>)], _ environment: Environment
    ) async throws {
        let alarms = looks.compactMap { try? $0.alarm.get() }
        guard !alarms.isEmpty else {
            throw Problems(looks.compactMap { if case .failure(let problem) = $0.alarm { problem } else { nil } })
        }
        guard !yes else { return }
        environment.console.say(DrillView.announcement(alarms))
        try await environment.requireYes(to: DrillView.question)
    }

    private func show(_ report: DrillReport, _ console: Console) throws {
        switch output {
        case .text:
            console.print(DrillView.lines(report))
            for problem in report.regions.compactMap(\.problem) { console.say(ProblemView.line(problem)) }
        case .json: console.print(StyledText(try JSONView.document(report)))
        }
        switch report.outcome {
        case .rang: break
        case .silent: throw ExitCode(1)
        case .unknown: throw ExitCode(3)
        }
    }
}
