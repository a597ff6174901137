import ArgumentParser
import Basics
import Canary
import Configuration
import FoundationEssentials
import Permissions
import Sandbox
import TaskSystem
import Terminal
import Views

/// `taskops schedule`: the words that make somebody else run the canary.
struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Prints what makes cron, systemd or EventBridge Scheduler run the canary.",
        subcommands: [ScheduleCronCommand.self, ScheduleSystemdCommand.self, ScheduleEventBridgeCommand.self])
}

/// What all three take.
struct ScheduleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How often: 1m, 5m, 1h …; whole minutes that part an hour, or hours that part a day.", valueName: "time"))
    var every = DurationArgument(argument: "1m")!

    @Option(help: ArgumentHelp("The longest a run may take [default: what leaves room, at most 30s].", valueName: "time"))
    var timeout: DurationArgument?

    @Option(help: ArgumentHelp("How many runs must agree before the verdict changes.", valueName: "m/n"))
    var alertAfter = CanaryAlertPolicy(text: "2/3")!

    @Flag(inversion: .prefixedNo, help: "Put the figures into CloudWatch, for alarms and `taskops history`.")
    var metrics = true

    @Option(help: ArgumentHelp("Write a file for Prometheus' node exporter.", valueName: "file"))
    var textfile: String?

    @Option(help: ArgumentHelp("Send the figures to this OpenTelemetry collector.", valueName: "url"))
    var otlp: String?

    func rhythm() throws(Problem) -> CanaryRhythm {
        guard let rhythm = CanaryRhythm(every: every.duration) else {
            throw Problem(
                .usage, "--every \(every.duration.text) is no rhythm that cron can keep",
                hint: "take whole minutes that part an hour (1m, 5m, 15m), hours that part a day (1h, 6h), or 1d")
        }
        return rhythm
    }

    /// What fits into a minute, with the time hosts are spread over and the time for sending.
    func times() throws(Problem) -> (timeout: Duration, jitter: Duration) {
        let jitter = min(.seconds(10), every.duration / 6)
        let room = every.duration - jitter - CanaryOutputOptions.patience - .seconds(1)
        let timeout = timeout?.duration ?? min(.seconds(30), room)
        guard timeout <= room else {
            throw Problem(
                .usage, "--timeout \(timeout.text) leaves no room before the next run, \(every.duration.text) later",
                hint: "take --timeout \(room.wholeSeconds.text), or run it less often")
        }
        return (timeout, jitter)
    }

    /// The canary's own words.
    ///
    /// - Parameter state: nil where nothing can be remembered.
    func words(state: String?, jitter: Duration?, timeout: Duration, global: GlobalOptions) -> [String] {
        var words = global.regions.flatMap { ["--region", $0] } + (global.profile.map { ["--profile", $0] } ?? [])
        if let state { words += ["--state", state, "--alert-after", alertAfter.description] }
        words += ["--interval", every.duration.text, "--timeout", timeout.text]
        if let jitter, jitter > .zero { words += ["--jitter", jitter.text] }
        if metrics { words.append("--metrics") }
        if let textfile { words += ["--textfile", textfile] }
        if let otlp { words += ["--otlp", otlp] }
        return words
    }
}

extension ScheduleOptions {
    /// The job of a machine's own scheduler: the program by its path, the file by its path, and a memory.
    func job(state: String, _ global: GlobalOptions, in environment: Environment) throws -> ScheduleView.Job {
        let rhythm = try rhythm()
        let times = try times()
        let (path, stack) = try Self.stack(global, in: environment)
        var options = self
        options.textfile = textfile.map { environment.absolute($0) }
        let words =
            ["\(environment.programDirectory)/taskops", "canary"] + (global.sandbox ? ["--sandbox"] : ["--config", path])
            + options.words(
                state: environment.absolute(state), jitter: times.jitter, timeout: times.timeout, global: global) + ["--quiet"]
        return ScheduleView.Job(
            stack: stack.name, rhythm: rhythm, words: words, limit: Int(every.duration.seconds.rounded(.up)))
    }

    /// The file by its whole path, since nobody knows where a scheduler begins, and what stands in it.
    static func stack(_ global: GlobalOptions, in environment: Environment) throws -> (path: String, stack: TaskStack) {
        var explicit = global.config ?? environment.variables["TASKOPS_CONFIG"]
        if global.sandbox { explicit = try global.config ?? SandboxLocation.find(in: environment).configuration }
        let path = environment.absolute(
            try ConfigurationFile.locate(explicit: explicit, from: environment.workingDirectory))
        return (path, try ConfigurationFile.load(path))
    }
}

extension Environment {
    fileprivate func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)" }
}

struct ScheduleCronCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cron", abstract: "A line for crontab -e.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var schedule: ScheduleOptions

    @Option(help: ArgumentHelp("Where the runs remember each other.", valueName: "file"))
    var state = "/var/tmp/taskops-canary.state"

    func run() async throws {
        let environment = Environment.current(global)
        try await Exit.reporting(to: environment.console, failure: 1) {
            environment.console.pass(ScheduleView.crontab(try schedule.job(state: state, global, in: environment)))
        }
    }
}

struct ScheduleSystemdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "systemd", abstract: "A service and its timer.",
        discussion: """
            Without --directory both are printed. With it they are written there:

              taskops schedule systemd --directory /etc/systemd/system
              systemctl daemon-reload && systemctl enable --now taskops-canary.timer
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var schedule: ScheduleOptions

    @Option(help: ArgumentHelp("Write taskops-canary.service and .timer into this folder.", valueName: "folder"))
    var directory: String?

    func run() async throws {
        let environment = Environment.current(global)
        try await Exit.reporting(to: environment.console, failure: 1) {
            // systemd makes the folder of StateDirectory.
            let job = try schedule.job(state: "/var/lib/taskops/canary.state", global, in: environment)
            let files = [("service", ScheduleView.service(job)), ("timer", ScheduleView.timer(job))]
            for (kind, text) in files {
                if let directory {
                    try ReplacedFile.write(text.utf8, to: "\(directory)/taskops-canary.\(kind)")
                } else {
                    environment.console.pass(text + (kind == "service" ? "\n" : ""))
                }
            }
        }
    }
}

struct ScheduleEventBridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventbridge", abstract: "A CloudFormation template: EventBridge Scheduler and a Lambda function.",
        discussion: """
            The function is this program: scripts/package-canary.sh makes its zip, and `taskops schema apply \
            --console-role-arn` with the role in the stack's output lets it into the database. It remembers nothing from run to run, so \
            that M of N is the alarm's matter (DatapointsToAlarm), and its metrics come from its log (EMF).
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var schedule: ScheduleOptions

    func validate() throws {
        if schedule.textfile != nil { throw ValidationError("a function has no disk that somebody reads: leave --textfile out") }
    }

    func run() async throws {
        let environment = Environment.current(global)
        try await Exit.reporting(to: environment.console, failure: 1) {
            let times = try schedule.times()
            let stack = try ScheduleOptions.stack(global, in: environment).stack
            let regions = stack.regions.filter { global.regions.isEmpty || global.regions.contains($0.region) }
            var options = schedule
            // Its log makes the metrics.
            options.metrics = false
            let words = options.words(state: nil, jitter: nil, timeout: times.timeout, global: global) + ["--output", "emf"]
            let policy = PermissionPolicy(
                commands: ["canary"], stack: stack, regions: regions, account: ScheduleTemplate.account)
            environment.console.pass(
                try ScheduleTemplate.document(
                    stack: stack.name, rhythm: schedule.rhythm(), arguments: words,
                    timeout: Int((times.timeout + CanaryOutputOptions.patience).seconds.rounded(.up)),
                    statements: Self.statements(policy)))
        }
    }

    /// Without what it never does: its log makes the metrics, and it sends no writes of its own.
    private static func statements(_ policy: PermissionPolicy) -> [ScheduleTemplate.Statement] {
        policy.statement.compactMap { statement in
            let actions = statement.action.filter { !["cloudwatch:PutMetricData", "lambda:InvokeFunction"].contains($0) }
            return actions.isEmpty ? nil : .init(sid: statement.sid, actions: actions, resources: statement.resource)
        }
    }
}
