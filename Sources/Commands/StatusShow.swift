import Basics
import Findings
import Status
import Synchronization
import Terminal
import Views

/// Shows looks at the stack in the form asked for: one page, a page that keeps up, or a line for each change.
struct StatusShow {
    private let console: Console
    private let format: StatusFormat

    init(_ console: Console, _ format: StatusFormat) {
        self.console = console
        self.format = format
    }

    /// One look; of a recording, the last.
    func once(_ looks: StatusLooks) async throws -> StatusReport? {
        let report = if let recorded = looks.recorded { recorded.last } else { try await looked(looks) }
        if let report { try show(report) }
        return report
    }

    /// - Parameter showsEach: false to be quiet until the end, and show the last look then.
    func watching(
        _ looks: StatusLooks, _ watch: StatusWatch, showsEach: Bool, stop: StopSignal
    ) async throws -> (ending: StatusWatch.Ending, last: StatusReport?) {
        guard showsEach else { return try await waiting(looks, watch, stop) }
        if format == .text, console.output.isTerminal { return try await onScreen(looks, watch, stop) }
        return try await watch.run(
            stop: stop, look: { try await looks.next { _ in } },
            show: { report, earlier, _ in
                try showChanges(of: report, since: earlier)
                // Nobody reads on: no reason to look on.
                if console.isOutputClosed { stop.request() }
            })
    }

    // MARK: - One page

    private func show(_ report: StatusReport) throws {
        switch format {
        case .text: console.print(StatusView.lines(report, on: console.output))
        case .json: console.print(StyledText(try JSONView.document(report)))
        case .jsonl: console.print(StyledText(try JSONView.line(report)))
        case .markdown: console.print(StyledText(StatusMarkdown.document(report)))
        }
    }

    private func looked(_ looks: StatusLooks) async throws -> StatusReport? {
        try await console.withProgress { line in
            let board = AwaitedBoard(looks.regions)
            return try await looks.next { line.show(StatusView.progress(awaited: board.noted($0))) }
        }
    }

    private func waiting(
        _ looks: StatusLooks, _ watch: StatusWatch, _ stop: StopSignal
    ) async throws -> (ending: StatusWatch.Ending, last: StatusReport?) {
        let ended = try await console.withProgress { line in
            try await watch.run(
                stop: stop, look: { try await looks.next { _ in } },
                show: { report, _, _ in line.show(StatusChangeView.opening(report, on: console.error)) })
        }
        if let last = ended.last { try show(last) }
        return ended
    }

    // MARK: - A line for each change

    private func showChanges(of report: StatusReport, since earlier: StatusReport?) throws {
        switch format {
        case .jsonl:
            console.print(try report.changes(since: earlier).map { StyledText(try JSONView.line($0)) })
        default:
            if earlier == nil { console.print(StatusChangeView.opening(report, on: console.output)) }
            // The opening says that the rest is well.
            let changes = report.changes(since: earlier).filter { earlier != nil || $0.to != .healthy }
            console.print(changes.map { StatusChangeView.line($0, on: console.output) })
        }
    }

    // MARK: - A page that keeps up

    private func onScreen(
        _ looks: StatusLooks, _ watch: StatusWatch, _ stop: StopSignal
    ) async throws -> (ending: StatusWatch.Ending, last: StatusReport?) {
        try await withAlternateScreen(on: console) { screen in
            screen.onLeave { stop.request() }
            let clock = WatchClock(interval: Int(watch.interval.seconds.rounded(.up)))
            screen.showHeader { clock.header(on: $0) }
            return try await watch.run(
                stop: stop,
                look: {
                    clock.began()
                    return try await looks.next { _ in }
                },
                show: { report, _, next in
                    screen.show { StatusView.lines(report, on: $0) }
                    clock.ended(next: next)
                })
        }
    }
}

/// Which Regions have not answered yet, as far as they told.
private final class AwaitedBoard: Sendable {
    private let awaited: Mutex<[(region: String, sources: [String])]>

    init(_ regions: [String]) {
        awaited = Mutex(regions.map { ($0, StatusSource.allCases.map(\.rawValue)) })
    }

    func noted(_ progress: StatusProgress) -> [(region: String, sources: [String])] {
        awaited.withLock { awaited in
            for index in awaited.indices where awaited[index].region == progress.region {
                awaited[index].sources = progress.awaited.map(\.rawValue)
            }
            return awaited.filter { !$0.sources.isEmpty }
        }
    }
}

/// When the page was made, and when the next one will be.
private final class WatchClock: Sendable {
    private struct State {
        var lookBegan: ContinuousClock.Instant?
        var pageBegan: ContinuousClock.Instant?
        var next: ContinuousClock.Instant?
    }

    private let interval: Int
    private let state = Mutex(State())

    init(interval: Int) { self.interval = interval }

    func began() {
        state.withLock {
            $0.lookBegan = .now
            $0.next = nil
        }
    }

    func ended(next: ContinuousClock.Instant) {
        state.withLock {
            $0.pageBegan = $0.lookBegan
            $0.next = next
        }
    }

    func header(on profile: TerminalProfile) -> StyledText {
        let state = state.withLock(\.self)
        let next = state.next.map { max(0, Int(ContinuousClock.now.duration(to: $0).seconds.rounded(.up))) }
        let age = state.pageBegan.map { Int($0.duration(to: .now).seconds) }
        return StatusView.watchHeader(interval: interval, next: next, age: age, on: profile)
    }
}
