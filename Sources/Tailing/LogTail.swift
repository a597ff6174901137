package import AWS
package import Basics

/// What to tail, and how.
package struct TailOptions: Sendable, Hashable {
    /// How long a line waits for older ones of other groups, streams and Regions.
    package enum Hold: Sendable, Hashable {
        /// As long as half of the lines do not notice: they are shown within 0.7 seconds of their ingestion.
        case automatic
        /// For as long as nearly all lines have come by the lag seen so far, a minute at the most.
        case ordered
        /// Lines are shown as they are found; those out of order are marked late.
        case none
        case milliseconds(Int64)
    }

    /// Names, ARNs, or patterns with `*` and `?` in the name.
    package var groups: [LogGroupReference]
    package var window: TailWindow
    /// CloudWatch's own filter pattern, evaluated there.
    package var filterPattern: String?
    /// Of what was there before, only so many of the newest lines, of all groups together.
    package var lines: Int?
    /// Whether Live Tail shows lines as they are ingested, with reading behind it.
    package var isLive = false
    package var hold = Hold.automatic
    /// Where an earlier tail ended; a group that it does not know begins with the window.
    package var cursor: TailCursor?
    /// Whether whoever shows lines saves how far: nil where not, otherwise what the cursor belongs to.
    package var cursorScope: String?

    package init(groups: [LogGroupReference], window: TailWindow) {
        self.groups = groups
        self.window = window
    }
}

/// Shows what log groups hold and, unless the window has an end, what comes: each line once, in order, and what comes
/// too late for its place marked so.
///
/// Memory is bounded: pages are handed on as they come, and reading waits for whoever shows them.
package struct LogTail: Sendable {
    /// Shows events, in this order. What was given is shown when it returns.
    ///
    /// With a cursor: that is saved first, and then the events are written; there may be none.
    package typealias Show = @Sendable (_ events: [TailEvent], _ cursor: TailCursor?) async -> Void

    /// How much of the FilterLogEvents quota its clients should be given: a person watches, and reading is all it does.
    /// What is left is a call a second at the least in most Regions, for whoever else looks at logs there; when they ask
    /// for more, throttling halves the pace.
    package static let quotaShare = 0.9

    private let clients: [String: AWSClient]
    private let options: TailOptions

    /// - Parameter clients: one for each Region that a group is in.
    package init(clients: [String: AWSClient], options: TailOptions) {
        self.clients = clients
        self.options = options
    }

    /// - Parameters:
    ///   - stop: ends it; what is held back is shown first.
    ///   - show: shows what there is, and saves how far.
    /// - Returns: how it stood at the end.
    /// - Throws: what waiting does not help against: rights, credentials, a refused filter pattern, and, unless it
    ///   follows, a group that does not exist. What had been read is shown before.
    package func run(stop: StopSignal, show: @escaping Show) async throws(Problem) -> TailState {
        for group in options.groups where clients[group.region] == nil {
            throw Problem(.defect, "no client for \(group.region)")
        }
        let desk = TailDesk(options: options, show: show)
        let work = TailWork(clients: clients, options: options, desk: desk)
        let result = await stop.run { () async -> Result<Void, Problem> in
            do throws(Problem) { return .success(try await work.run()) } catch { return .failure(error) }
        }
        let state = await desk.finish()
        if case .failure(let problem) = result, problem.kind != .cancelled { throw problem }
        return state
    }
}
