import Basics
import Tailing
import Terminal
import Views

/// Shows what a tail tells: sieves the lines, draws them, and writes them out before it returns.
actor TailScreen {
    private let console: Console
    private let format: TailFormat
    private let stop: StopSignal
    private let sieves: Bool
    private var sieve: LineSieve
    private var view: TailView
    /// What made the tail end, other than the tail itself.
    private(set) var failure: Problem?

    /// - Throws: a pattern that is no regular expression.
    init(
        _ options: SieveOptions, format: TailFormat, highlight: [String], keepsStatistics: Bool,
        labels: TailView.Labels, console: Console, stop: StopSignal
    ) throws(Problem) {
        self.console = console
        self.format = format
        self.stop = stop
        // Raw lines that all pass need not be understood.
        sieves = format != .raw || keepsStatistics || !options.letsAllPass
        sieve = try LineSieve(options)
        view = TailView(
            labels: labels, highlight: try LineSieve.expressions(highlight, flag: "--highlight"), on: console.output)
    }

    func show(_ events: [TailEvent]) {
        var page = Page()
        let now = LocalClock.milliseconds
        for event in events {
            switch event {
            case .line(let line):
                if sieves { draw(sieve.take(line, now: now), on: &page) } else { TailRecords.raw(line, into: &page.text) }
                tellCrashes(&page)
            case .notice(let notice):
                put(&page)
                console.say(TailNotices.line(notice, on: console.error))
            case .state:
                break
            }
        }
        put(&page)
    }

    /// Lets go of what waits for the end of an invocation for too long; until it is cancelled.
    func expireNowAndThen() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            var page = Page()
            draw(sieve.expire(now: LocalClock.milliseconds), on: &page)
            put(&page)
        }
    }

    /// Everything that waits, and for people how it went.
    ///
    /// - Parameter state: nil where it ended by failing.
    func finish(_ state: TailState?, showsStatistics: Bool) {
        var page = Page()
        draw(sieve.finish(now: LocalClock.milliseconds), on: &page)
        put(&page)
        tellCrashes(&page)
        guard let state, !console.isOutputClosed else { return }
        guard showsStatistics || console.error.isTerminal || state.gaps > 0 else { return }
        // Below the ^C that a terminal shows.
        if console.error.isTerminal { console.say("") }
        let statistics = showsStatistics ? sieve.book.statistics : [:]
        for line in TailFooter.lines(statistics, state, on: console.error) { console.say(line) }
    }

    func fail(_ problem: Problem) {
        failure = failure ?? problem
        stop.request()
    }

    // MARK: -

    /// What is written in one go.
    private struct Page {
        var lines: [StyledText] = []
        var text = ""
    }

    private func draw(_ lines: [SievedLine], on page: inout Page) {
        for line in lines {
            switch format {
            case .text:
                if line.beginsRequest { page.lines.append("") }
                page.lines += view.lines(line)
            case .jsonl: TailRecords.json(line, into: &page.text)
            case .raw: TailRecords.raw(line.line, into: &page.text)
            }
        }
    }

    private func put(_ page: inout Page) {
        if !page.lines.isEmpty { console.print(page.lines) }
        console.print(verbatim: page.text)
        page = Page()
        // The reader has gone: there is nobody to go on for.
        if console.isOutputClosed { stop.request() }
    }

    private func tellCrashes(_ page: inout Page) {
        guard !sieve.crashes.isEmpty else { return }
        put(&page)
        for crash in sieve.crashes { console.say(TailNotices.line(crash, on: console.error)) }
        sieve.crashes = []
    }
}
