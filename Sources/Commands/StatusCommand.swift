import ArgumentParser
import Basics
import Findings
import Status
import Terminal
import Views

/// `taskops status`: the whole stack, every Region, one page.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows every Region's part of the stack on one page: what is wrong first, and what to type next.",
        discussion: """
            It reads cluster, database, bus, rule, function, queues, alarms and the last hour's metrics in each Region, and \
            says where Regions differ.

            --watch looks again and again: on a terminal as a page that keeps up, in a pipe as a line for each change, \
            with --output jsonl as a record for each change. It takes a time: --watch 5s.

            Exit codes: 0 healthy, 1 degraded, 2 unhealthy, 3 could not tell, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Look again every 10s, or as often as the time behind it says.")
    var watch = false

    @Option(help: ArgumentHelp("The time between two looks, with --watch or --wait-for [default: 10s].", valueName: "time"))
    var interval: DurationArgument?

    @Option(help: ArgumentHelp("Look until the stack is healthy, or at least degraded.", valueName: "health"))
    var waitFor: AwaitedHealth?

    @Option(
        help: ArgumentHelp(
            "The longest a look may take [default: 10s]; with --wait-for, the longest to wait [default: 10m].", valueName: "time")
    )
    var timeout: DurationArgument?

    @Option(help: ArgumentHelp("Append every look to this file.", valueName: "file"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "Show the last look in such a file, or with --watch all of them, instead of looking.", valueName: "file"))
    var replay: String?

    @Option(help: ArgumentHelp("text, json, jsonl or markdown.", valueName: "format"))
    var output: StatusFormat = .text

    func validate() throws {
        if replay != nil, record != nil || waitFor != nil {
            throw ValidationError("--replay shows what was: it takes neither --record nor --wait-for")
        }
        if watch, output == .json || output == .markdown {
            throw ValidationError("--watch has no end, and a \(output.rawValue) document has one: use --output jsonl")
        }
        if interval != nil, !watch, waitFor == nil {
            throw ValidationError("--interval goes with --watch or --wait-for")
        }
        if let interval, interval.duration < .seconds(1) {
            throw ValidationError("--watch looks at most once a second: AWS's quotas are shared with the team's other tools")
        }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 3) {
            let last = try await withInterrupts { stop in
                if let replay {
                    return try await shown(StatusLooks(recording: StatusRecording.read(replay)), console, stop)
                }
                return try await StatusLooks.live(self, in: environment, stop: stop) { looks in
                    try await shown(looks, console, stop)
                }
            }
            throw ExitCode(last?.health.exitCode ?? 3)
        }
    }

    /// Shows the looks as they were asked for, and returns the last one.
    private func shown(_ looks: StatusLooks, _ console: Console, _ stop: StopSignal) async throws -> StatusReport? {
        guard watch || waitFor != nil else { return try await StatusShow(console, output).once(looks) }
        let limit = waitFor == nil ? nil : timeout?.duration ?? .seconds(600)
        let watching = StatusWatch(
            interval: replay == nil ? interval?.duration ?? .seconds(10) : interval?.duration ?? .zero,
            awaited: waitFor?.health, deadline: limit.map { Deadline.after($0) })
        let (ending, last) = try await StatusShow(console, output).watching(
            looks, watching, showsEach: watch, stop: stop)
        if ending == .timedOut, let last, let waitFor, let limit {
            console.say(
                ProblemView.line(
                    Problem(
                        .timedOut, "the stack is \(last.health.rawValue), and was not \(waitFor.rawValue) within \(limit.text)",
                        hint: "see why: taskops status")))
        }
        return last
    }
}

/// The forms a status page has.
enum StatusFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, jsonl, markdown
}

/// What `--wait-for` waits for.
enum AwaitedHealth: String, ExpressibleByArgument, CaseIterable {
    case healthy, degraded

    var health: Health { self == .healthy ? .healthy : .degraded }
}
