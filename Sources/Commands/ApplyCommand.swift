import AWS
import ArgumentParser
import Basics
import FoundationEssentials
import Monitoring
import TaskSystem
import Terminal
import Views

/// `taskops apply`: makes AWS hold what the monitoring files say.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Makes alarms, dashboards and log groups what the files say.",
        discussion: """
            It plans, asks, and does what the plan says; or just what a file of `taskops plan --out` says. Each thing is \
            looked at again before it is written, and left alone where it is not what the plan was made from. Nothing \
            without the stack's tag is overwritten without --adopt, and nothing deleted without --prune. Ctrl-C ends it \
            after the change at hand; the next run goes on.

            Exit codes: 0 done, 1 error or not all done, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("A plan written by taskops plan --out.", valueName: "plan file"))
    var file: String?

    @Flag(help: "Delete what is the stack's and in no file.")
    var prune = false

    @Flag(help: "Take over what is there under a name of the files without any stack's tag.")
    var adopt = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var output: ReportFormat = .text

    @Option(help: ArgumentHelp("The longest that planning may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "2m")!

    func validate() throws {
        if file != nil, prune || adopt {
            throw ValidationError("--prune and --adopt are for planning: the plan file has its answer already")
        }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            try environment.requireSomebodyToAsk(unless: yes)
            let work = try await ApplyWork(self, in: environment)
            try await agree(to: work, environment)
            let report = try await console.withProgress { progress in
                try await withInterrupts { stop in
                    try await work.applier.run(at: Date(), stop: stop) { progress.show(ApplyView.progress($0)) }
                }
            }
            try show(report, console)
        }
    }

    /// Shows what is to be done, what goes for ever, and asks.
    private func agree(to work: ApplyWork, _ environment: Environment) async throws {
        let plan = work.plan
        let losses = await DeletionLoss.of(plan, clients: work.clients, deadline: .after(timeout.duration))
        environment.console.say(ApplyView.losses(losses))
        guard !yes, !plan.changes.isEmpty else { return }
        environment.console.say(PlanView.lines(plan, on: environment.console.error))
        try await environment.requireYes(to: ApplyView.question(plan))
    }

    private func show(_ report: ApplyReport, _ console: Console) throws {
        switch output {
        case .text: console.print(ApplyView.lines(report))
        case .json: console.print(StyledText(try JSONView.document(report)))
        }
        if output == .text {
            for problem in ApplyView.problems(report) { console.say(ProblemView.line(problem)) }
        }
        if !report.isWhole { throw ExitCode(1) }
    }
}

/// The plan, and whom to tell.
struct ApplyWork {
    let plan: Plan
    let clients: [String: AWSClient]

    var applier: PlanApplier { PlanApplier(plan: plan, clients: clients) }

    init(_ command: ApplyCommand, in environment: Environment) async throws {
        let session: Session
        if let file = command.file {
            session = try Session(command.global, in: environment)
            plan = try await Self.saved(file, session, deadline: .after(command.timeout.duration))
        } else {
            let work = try await MonitoringWork(
                command.global, timeout: command.timeout.duration, in: environment, quotaShare: nil)
            session = work.session
            plan = try await work.plan(.init(prunes: command.prune, adopts: command.adopt), environment.console)
        }
        let pairs = session.stack.regions.map { ($0.region, session.client(in: $0.region)) }
        clients = Dictionary(pairs) { first, _ in first }
    }

    /// A plan is for one account and one stack.
    private static func saved(_ path: String, _ session: Session, deadline: Deadline) async throws -> Plan {
        let plan = try read(path)
        guard plan.stack == session.stack.name else {
            throw Problem(
                .usage, "\(path) is a plan for the stack \(plan.stack), and this is \(session.stack.name)",
                hint: "plan again: taskops plan --out \(path)")
        }
        guard let first = session.regions.first else { throw Problem(.configuration, "the stack has no Region") }
        let account = try await session.client(in: first.region).sts(first.region)
            .getCallerIdentity(deadline: deadline).account
        guard plan.account == account else {
            throw Problem(
                .usage, "\(path) is a plan for the account \(plan.account), and these credentials are of \(account)",
                hint: "take the other credentials, or plan again: taskops plan --out \(path)")
        }
        return plan
    }

    private static func read(_ path: String) throws -> Plan {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Problem(.usage, "\(path) cannot be read", hint: "write it with taskops plan --out \(path)")
        }
        struct Version: Decodable { var schemaVersion: Int }
        guard let version = try? JSONDecoder().decode(Version.self, from: bytes).schemaVersion else {
            throw Problem(.usage, "\(path) is no plan", hint: "write it with taskops plan --out \(path)")
        }
        guard version == Plan.currentSchemaVersion, let plan = try? JSONDecoder().decode(Plan.self, from: bytes) else {
            throw Problem(
                .usage, "\(path) was written by another version of taskops",
                hint: "plan again: taskops plan --out \(path)")
        }
        return plan
    }
}
