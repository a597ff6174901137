import Basics
import Canary
import FoundationEssentials
import Synchronization
import TaskSystem
import Terminal
import Views

/// `taskops canary` with --count or --duration: many runs, shown as they come on a terminal, and their percentiles.
struct CanarySeriesWork {
    let command: CanaryCommand
    let session: Session
    let console: Console

    /// - Returns: the exit code, that of the worst run.
    func run(_ stop: StopSignal) async throws -> Int32 {
        let options = command.options(session)
        let probe = try await command.canary(session, diagnosing: nil, deadline: .after(options.timeout))
        let schedule = command.load.schedule(interval: command.watch.interval?.duration)
        let board = SeriesBoard(stack: session.stack.name, regions: session.regions.map(\.region))
        let once: @Sendable (Int) async -> Void = { _ in
            let result = await probe.run(deadline: .after(options.timeout), stop: stop) { _ in }
            // A run that was broken off in the middle says nothing.
            if !stop.isRequested { board.take(result.report) }
        }
        if command.outputs.output == .text, console.output.isTerminal {
            await withAlternateScreen(on: console) { screen in
                screen.onLeave { stop.request() }
                screen.showHeader { CanarySeriesView.header(board.report, of: schedule.count, on: $0) }
                board.onChange { report in screen.show { CanarySeriesView.lines(report, on: $0) } }
                await schedule.run(stop: stop, once)
            }
        } else {
            await console.withProgress { line in
                board.onChange { line.show(CanarySeriesView.progress($0, of: schedule.count)) }
                await schedule.run(stop: stop, once)
            }
            let report = board.report
            console.print(
                command.outputs.output == .json
                    ? [StyledText(try JSONView.document(report))] : CanarySeriesView.lines(report, on: console.output))
        }
        return CanaryCommand.code(of: board.report.outcome)
    }
}

/// `taskops canary --consistency`.
struct CanaryConsistencyWork {
    let command: CanaryCommand
    let session: Session
    let console: Console

    func run(_ stop: StopSignal) async throws -> Int32 {
        let options = command.options(session)
        guard session.regions.count > 1 else {
            throw Problem(
                .usage, "--consistency takes two Regions, and this is one: \(session.regions.map(\.region).joined())",
                hint: "leave --region out, or name another one")
        }
        let targets = await command.targets(session, deadline: .after(options.timeout)).filter { target in
            session.regions.contains { $0.region == target.region }
        }
        let run = ConsistencyRun(stack: session.stack.name, targets)
        let report = await console.withProgress { line in
            await run.run(
                writes: command.load.count ?? 100, workers: command.load.concurrency ?? 1, patience: options.timeout, stop: stop
            ) { line.show(ConsistencyView.progress(done: $0, of: $1)) }
        }
        console.print(
            command.outputs.output == .json
                ? [StyledText(try JSONView.document(report))] : ConsistencyView.lines(report, on: console.output))
        return CanaryCommand.code(of: stop.isRequested && report.outcome == .ok ? .unknown : report.outcome)
    }
}

/// The series as far as it is known, for runs that end at the same time and a screen that draws it.
private final class SeriesBoard: Sendable {
    private struct State {
        var series: CanarySeries
        var onChange: (@Sendable (CanarySeriesReport) -> Void)?
    }

    private let began = ContinuousClock.now
    private let state: Mutex<State>

    init(stack: String, regions: [String]) {
        let now = UTCTime(secondsSince1970: Int(Date().timeIntervalSince1970)).iso8601
        state = Mutex(State(series: CanarySeries(stack: stack, regions: regions, startedAt: now)))
    }

    var report: CanarySeriesReport { state.withLock { $0.series.report(took: began.duration(to: .now)) } }

    func onChange(_ body: @escaping @Sendable (CanarySeriesReport) -> Void) { state.withLock { $0.onChange = body } }

    func take(_ report: CanaryReport) {
        let (change, now) = state.withLock { state in
            state.series.take(report)
            return (state.onChange, state.series.report(took: began.duration(to: .now)))
        }
        change?(now)
    }
}
