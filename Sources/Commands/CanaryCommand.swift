import AWS
import ArgumentParser
import Basics
import Canary
import Database
import TaskSystem
import Terminal
import Views

/// `taskops canary`: does a task really get through?
struct CanaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canary",
        abstract: "Sends one task through EventBridge, Lambda and DSQL in each Region and times every hop.",
        discussion: """
            Each Region creates a task, reads it at its own endpoint and at the other Region's, completes it, and removes it.

            Exit codes: 0 ok, 1 slow, 2 broken, 3 could not tell (credentials, configuration, the prober itself), 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("The longest the whole run may take [default: taskops.yaml, or 30s].", valueName: "time"))
    var timeout: DurationArgument?

    @Option(help: ArgumentHelp("What takes longer is slow [default: taskops.yaml, or 5s].", valueName: "time"))
    var slowAfter: DurationArgument?

    @Flag(help: "Leave the canary's rows in the database, to look at them.")
    var keep = false

    @OptionGroup(title: "Where the result goes") var outputs: CanaryOutputOptions

    @OptionGroup(title: "A longer look") var load: CanaryLoadOptions

    @OptionGroup(title: "From cron") var watch: CanaryWatchOptions

    func validate() throws {
        if load.isSeries || load.consistency {
            let cron = [
                (watch.state != nil, "--state"), (watch.jitter != nil, "--jitter"), (watch.quiet, "--quiet"),
                (outputs.textfile != nil, "--textfile"), (outputs.metrics, "--metrics"), (outputs.otlp != nil, "--otlp"),
                (outputs.ping != nil, "--ping"), (keep, "--keep"),
            ].first(where: \.0)
            if let cron { throw ValidationError("\(cron.1) goes with a single canary, not with a longer look") }
            if outputs.output != .text, outputs.output != .json {
                throw ValidationError("a longer look is shown as text or json")
            }
        }
        if let timeout, let slowAfter, slowAfter.duration >= timeout.duration {
            throw ValidationError("--slow-after must be shorter than --timeout")
        }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 3) {
            let session = try Session(global, in: environment)
            let code = try await withInterrupts { stop in
                if load.consistency {
                    return try await CanaryConsistencyWork(command: self, session: session, console: console).run(stop)
                }
                if load.isSeries {
                    return try await CanarySeriesWork(command: self, session: session, console: console).run(stop)
                }
                return try await CanaryWork(command: self, session: session, environment: environment).run(stop)
            }
            throw ExitCode(code)
        }
    }

    /// Flags over the file, the file over the defaults.
    func options(_ session: Session) -> CanaryOptions {
        let timeout = timeout?.duration ?? session.stack.canary.timeout
        let slowAfter = slowAfter?.duration ?? min(session.stack.canary.slowAfter, timeout)
        return CanaryOptions(
            timeout: timeout, slowAfter: slowAfter, keepsRows: keep, awaitsUnseen: watch.state != nil)
    }

    static func code(of outcome: CanaryOutcome) -> Int32 {
        switch outcome {
        case .ok: 0
        case .slow: 1
        case .broken: 2
        case .unknown: 3
        }
    }

    func canary(_ session: Session, diagnosing: Diagnosing?, deadline: Deadline) async throws -> CanaryRun {
        if outputs.output == .text, watch.state == nil, !outputs.goesElsewhere, let first = session.regions.first {
            // Without credentials no Region can be looked at: one sentence says it better than a table of blanks.
            _ = try await session.client(in: first.region).credentials(deadline: deadline)
        }
        return CanaryRun(
            stack: session.stack.name, all: await targets(session, deadline: deadline),
            probing: session.regions.map(\.region), options: options(session), diagnose: diagnosing?.canary)
    }

    func targets(_ session: Session, deadline: Deadline) async -> [CanaryTarget] {
        await session.stack.regions.boundedMap { regional in
            CanaryTarget(
                region: regional.region, bus: regional.bus, rule: regional.rule, function: regional.function,
                client: session.client(in: regional.region),
                database: await Exit.result {
                    try await session.database(regional, as: regional.databaseRole, deadline: deadline)
                })
        }
    }
}
