package import AWS
package import Basics

/// What to tail, and how.
package struct TailOptions: Sendable, Hashable {
    /// How long a line waits for older ones of other groups, streams and Regions.
    package enum Hold: Sendable, Hashable {
        /// As long as the lag seen so far makes sensible, two seconds at the most.
        case automatic
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
    package typealias Show = @Sendable (_ events: [TailEvent]) async -> Void
    /// Saves how far lines were shown. Called after `show`, not after each one when there is much to save.
    package typealias Save = @Sendable (_ cursor: TailCursor) async -> Void

    private let clients: [String: AWSClient]
    private let options: TailOptions

    /// - Parameter clients: one for each Region that a group is in.
    package init(clients: [String: AWSClient], options: TailOptions) {
        self.clients = clients
        self.options = options
    }

    /// - Parameters:
    ///   - stop: ends it; what is held back is shown first.
    ///   - save: nil keeps no cursor; otherwise `scope` is what it belongs to.
    /// - Returns: how it stood at the end.
    /// - Throws: what waiting does not help against: rights, credentials, a refused filter pattern, and, unless it
    ///   follows, a group that does not exist. What had been read is shown before.
    package func run(
        stop: StopSignal, scope: String = "", show: @escaping Show, save: Save? = nil
    ) async throws(Problem) -> TailState {
        for group in options.groups where clients[group.region] == nil {
            throw Problem(.defect, "no client for \(group.region)")
        }
        let desk = TailDesk(options: options, scope: scope, show: show, save: save)
        let work = TailWork(clients: clients, options: options, desk: desk)
        let result = await stop.run { () async -> Result<Void, Problem> in
            do throws(Problem) { return .success(try await work.run()) } catch { return .failure(error) }
        }
        let state = await desk.finish()
        if case .failure(let problem) = result, problem.kind != .cancelled { throw problem }
        return state
    }
}
