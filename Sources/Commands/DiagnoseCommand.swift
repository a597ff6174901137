import AWS
import ArgumentParser
import Basics
import Diagnosis
import Findings
import FoundationEssentials
import Tailing
import TaskSystem
import Terminal
import Views

/// `taskops diagnose`: which link is broken, and what to type next.
struct DiagnoseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: "Follows the path of an event and names the first broken link, with evidence and what to type next.",
        discussion: """
            It reads configuration and sends nothing. With --event it also says how far that event came: what the function's \
            log, the dead-letter queue, the failure queue and the database hold of it. Without, the newest traces count.

            What could not be looked at is told apart from what was looked at and is fine.

            Exit codes: 0 nothing found, 1 degraded, 2 unhealthy, 3 could not tell, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("An event's id, as PutEvents answered it; a task's id is its first event's.", valueName: "id"))
    var event: String?

    @Option(
        help: ArgumentHelp(
            "When the event was sent, or a little before, such as 10m or 10:30: nothing older is held against it [default: 1d].",
            valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("The longest it may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "20s")!

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var output: ReportFormat = .text

    func validate() throws {
        if let event, UUID(uuidString: event) == nil {
            throw ValidationError("--event takes a whole id, such as 0c9c2d3e-1111-4222-8333-444455556666")
        }
        if since != nil, event == nil { throw ValidationError("--since says when the event of --event was sent") }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 3) {
            let asked = try asked(now: LocalClock.now)
            let session = try Session(global, in: environment)
            let report = await console.withProgress { progress in
                progress.show(DiagnosisView.progress(session.regions.map(\.region)))
                return await withInterrupts { stop in await diagnosed(asked, session, in: environment, stop: stop) }
            }
            console.print(try rendered(report, on: console.output))
            throw ExitCode(report.health.exitCode)
        }
    }

    private func asked(now: TailClock) throws(Problem) -> AskedEvent? {
        guard let id = event.flatMap(UUID.init(uuidString:)) else { return nil }
        func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
        guard let since else { return AskedEvent(id: id, since: AskedEvent.longest(before: date(now.now))) }
        let moment = try TimeExpression.moment(since, flag: "--since", clock: now)
        guard moment <= now.now else {
            throw Problem(.usage, "--since \(since) is still to come", hint: "did you mean yesterday?")
        }
        return AskedEvent(id: id, since: date(moment))
    }

    private func diagnosed(
        _ asked: AskedEvent?, _ session: Session, in environment: Environment, stop: StopSignal
    ) async -> DiagnosisReport {
        let now = Date()
        let regions = await Diagnosing(session, in: environment).run(
            session.regions.map(\.region), event: asked, deadline: .after(timeout.duration), stop: stop)
        return DiagnosisReport(
            stack: session.stack.name, at: UTCTime(secondsSince1970: Int(now.timeIntervalSince1970)).iso8601, regions: regions)
    }

    private func rendered(_ report: DiagnosisReport, on profile: TerminalProfile) throws -> [StyledText] {
        switch output {
        case .text: DiagnosisView.lines(report, on: profile)
        case .json: [StyledText(try JSONView.document(report))]
        }
    }
}
