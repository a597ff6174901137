import Basics
import Tailing
import Terminal
import Views

/// Shows what a tail tells: sieves the lines, draws them, and writes them out before it returns.
actor TailScreen {
    private let console: Console
    private let format: TailFormat
    private let stop: StopSignal
    private let file: CursorFile?
    private let trace: String?
    private let sieves: Bool
    private var sieve: LineSieve
    private var view: TailView
    /// What made the tail end, other than the tail itself.
    private(set) var failure: Problem?

    /// - Throws: a pattern that is no regular expression.
    init(
        _ options: SieveOptions, format: TailFormat, highlight: [String], keepsStatistics: Bool,
        labels: TailView.Labels, file: CursorFile?, console: Console, stop: StopSignal
    ) throws(Problem) {
        self.console = console
        self.format = format
        self.stop = stop
        self.file = file
        trace = options.trace
        // Raw lines that all pass need not be understood.
        sieves = format != .raw || keepsStatistics || !options.letsAllPass
        sieve = try LineSieve(options)
        view = TailView(
            labels: labels, highlight: try LineSieve.expressions(highlight, flag: "--highlight"), on: console.output)
    }

    /// - Parameter cursor: saved before anything is written: it says which lines are being written, and whoever is
    ///   killed meanwhile finds out from the output which of them were.
    func show(_ events: [TailEvent], _ cursor: TailCursor?) {
        var page = Page()
        var ends: [Int64] = []
        let now = LocalClock.milliseconds
        for event in events {
            switch event {
            case .line(let line):
                if sieves { draw(sieve.take(line, now: now), on: &page) } else { page.write { TailRecords.raw(line, into: &$0) } }
                tellCrashes(&page)
                ends.append(page.bytes)
            case .notice(let notice): page.say(TailNotices.line(notice, on: console.error))
            case .state: break
            }
        }
        if let file, var cursor {
            cursor.pending?.setEnds(ends)
            cursor.pending?.output = CursorFile.output
            do throws(Problem) { try file.write(cursor) } catch { fail(error) }
        }
        put(page)
    }

    /// Lets go of what waits for the end of an invocation for too long; until it is cancelled.
    func expireNowAndThen() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            var page = Page()
            draw(sieve.expire(now: LocalClock.milliseconds), on: &page)
            put(page)
        }
    }

    /// Everything that waits, and for people how it went.
    ///
    /// - Parameter state: nil where it ended by failing.
    func finish(_ state: TailState?, showsStatistics: Bool) {
        var page = Page()
        draw(sieve.finish(now: LocalClock.milliseconds), on: &page)
        tellCrashes(&page)
        put(page)
        guard let state, !console.isOutputClosed else { return }
        if let trace {
            if console.error.isTerminal { console.say("") }
            for line in TailFooter.hops(sieve.hops, of: trace, on: console.error) { console.say(line) }
        }
        guard showsStatistics || console.error.isTerminal || state.gaps > 0 else { return }
        // Below the ^C that a terminal shows.
        if console.error.isTerminal, trace == nil { console.say("") }
        let statistics = showsStatistics ? sieve.book.statistics : [:]
        for line in TailFooter.lines(statistics, state, on: console.error) { console.say(line) }
    }

    private func fail(_ problem: Problem) {
        failure = failure ?? problem
        stop.request()
    }

    // MARK: -

    /// What is written, and said in between, in one go.
    private struct Page {
        enum Piece {
            case written([UInt8])
            case said(StyledText)
        }

        private var before: [Piece] = []
        private var written: [UInt8] = []
        /// Of what is written.
        private(set) var bytes: Int64 = 0

        var pieces: [Piece] { before + [.written(written)] }

        mutating func write(_ draw: (inout [UInt8]) -> Void) {
            let length = written.count
            draw(&written)
            bytes += Int64(written.count - length)
        }

        mutating func say(_ line: StyledText) {
            before += [.written(written), .said(line)]
            written = []
        }
    }

    private func draw(_ lines: [SievedLine], on page: inout Page) {
        guard !lines.isEmpty else { return }
        page.write { bytes in
            for line in lines {
                switch format {
                case .text:
                    if line.beginsRequest { bytes.append(UInt8(ascii: "\n")) }
                    bytes.append(contentsOf: console.drawn(view.lines(line)).utf8)
                case .jsonl: TailRecords.json(line, into: &bytes)
                case .raw: TailRecords.raw(line.line, into: &bytes)
                }
            }
        }
    }

    private func put(_ page: Page) {
        for piece in page.pieces {
            switch piece {
            case .said(let line): console.say(line)
            case .written([]): break
            // What is drawn for people is harmless already.
            case .written(let bytes): format == .text ? console.pass(bytes) : console.print(verbatim: bytes)
            }
        }
        // The reader has gone: there is nobody to go on for.
        if console.isOutputClosed { stop.request() }
    }

    private func tellCrashes(_ page: inout Page) {
        for crash in sieve.crashes { page.say(TailNotices.line(crash, on: console.error)) }
        if !sieve.crashes.isEmpty { sieve.crashes = [] }
    }
}
