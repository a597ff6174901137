import ArgumentParser
import Basics
import Tailing
import Terminal
import Views

/// `taskops tail`: the lines of log groups, in order and without loss, over all Regions.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Shows the lines of log groups, in one order over groups and Regions, and follows them without losing one.",
        discussion: """
            Without a name, those of the stack's functions in all its Regions. Names, patterns and ARNs with a --region need \
            no taskops.yaml. Times without a zone are local; lines show UTC.

            Exit codes: 0, 1 error, 4 lines are known to be missing, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup(title: "Which lines") var selection: TailSelectionOptions

    @Argument(help: ArgumentHelp("Log groups: names, patterns with * and ?, or ARNs.", valueName: "group"))
    var groups: [String] = []

    @Option(help: ArgumentHelp("text, jsonl (a JSON object per line) or raw (the messages alone).", valueName: "format"))
    var output: TailFormat = .text

    @Option(help: ArgumentHelp("Mark what this regular expression finds; may be repeated.", valueName: "regex"))
    var highlight: [String] = []

    @Flag(help: "An invocation's lines together, when it has ended.")
    var requests = false

    @Flag(help: "At the end: invocations, errors, cold starts, durations and memory.")
    var stats = false

    @Option(help: ArgumentHelp("Go on where an earlier run with this file ended, and keep it up to date.", valueName: "file"))
    var cursor: String?

    func validate() throws {
        if output != .text, !highlight.isEmpty { throw ValidationError("--highlight is for --output text") }
        if cursor != nil, requests || selection.trace != nil {
            throw ValidationError("--cursor counts lines as shown that --requests and --trace still hold back; leave one out")
        }
        if let lines = selection.lines, lines < 1 { throw ValidationError("--lines takes a number from 1") }
        if selection.live, selection.follow == false { throw ValidationError("--live follows, and --no-follow does not") }
    }

    func run() async throws {
        useOneHeap()
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            let window = try selection.window(clock: LocalClock.now, isWatched: console.output.isTerminal)
            let names = try groups.map { try TailSelection.Name($0) }
            // Bad patterns are found before the first call.
            _ = try (LineSieve(sieve), LineSieve.expressions(highlight, flag: "--highlight"))
            let chosen = try await TailSelection(names, global, in: environment)
            let file = cursor.map { CursorFile(path: $0) }
            var before = try file?.read(scope: chosen.scope)
            let again = before?.settle(output: CursorFile.output) ?? 0
            var options = selection.options(groups: chosen.groups, window: window, cursor: before)
            options.cursorScope = file.map { _ in chosen.scope }
            console.say(TailNotices.line(window))
            if again > 0 { console.say(TailNotices.comeAgain(again, on: console.error)) }
            let state = try await tail(chosen, options, file, on: console)
            if state.gaps > 0 { throw ExitCode(4) }
        }
    }

    private var sieve: SieveOptions {
        var sieve = selection.sieve
        sieve.groupsRequests = requests
        return sieve
    }

    private func tail(
        _ chosen: TailSelection, _ options: TailOptions, _ file: CursorFile?, on console: Console
    ) async throws -> TailState {
        try await withInterrupts { stop in
            let screen = try TailScreen(
                sieve, format: output, highlight: highlight, keepsStatistics: stats, labels: .init(chosen.groups),
                file: file, console: console, stop: stop)
            // Cancelled and awaited when this scope ends.
            async let _: Void = screen.expireNowAndThen()
            let state: TailState
            do {
                state = try await LogTail(clients: chosen.clients, options: options).run(
                    stop: stop, show: { await screen.show($0, $1) })
            } catch {
                // What was read and waits for the end of its invocation is shown all the same.
                await screen.finish(nil, showsStatistics: stats)
                throw error
            }
            await screen.finish(state, showsStatistics: stats)
            if let failure = await screen.failure { throw failure }
            return state
        }
    }
}

/// The forms of a line.
enum TailFormat: String, ExpressibleByArgument, CaseIterable {
    case text, jsonl, raw
}
