import Basics
import Synchronization

/// Where the lines of all groups come together: put in order, handed out, and, once shown, noted for the cursor.
actor TailDesk {
    /// What may wait to be shown before reading waits.
    static let mostLines = 50_000
    static let mostBytes = 24 << 20

    private let options: TailOptions
    private let show: LogTail.Show

    private var release: OrderedRelease
    /// It was told that calls do not suffice for so many groups, or that is known not to matter.
    private var isCrowdTold: Bool
    private var ready: [TailEvent] = []
    private var readyBytes = 0
    private var state = TailState()
    private var told = TailState()
    /// Notices come from anywhere, also from where nobody waits.
    private let notices = Mutex<[TailNotice]>([])
    private var ledger: TailLedger?
    private var hold = HoldEstimate.first
    private var estimate = HoldEstimate()
    /// Until every group was read once nothing is let go: the first one read would go before all others.
    private var isGathering = true
    private var nextSave = ContinuousClock.now
    private var isUnsaved = false
    private var nextHold = ContinuousClock.now
    private var nextSampled = ContinuousClock.now
    private var nextState = ContinuousClock.now
    /// Handed out, and not yet known to be shown.
    private var showing: [TailEvent] = []

    init(options: TailOptions, show: @escaping LogTail.Show) {
        self.options = options
        self.show = show
        // Live Tail tells the lines then, or nobody is in a hurry for them.
        isCrowdTold = options.isLive || options.hold == .ordered
        release = OrderedRelease(reached: options.cursor?.reached ?? .min)
        if let scope = options.cursorScope { ledger = TailLedger(scope: scope, from: options.cursor) }
    }

    nonisolated var keepsCursor: Bool { options.cursorScope != nil }

    nonisolated func tell(_ notice: TailNotice) {
        notices.withLock { $0.append(notice) }
    }

    /// Whether reading has to wait for whoever shows.
    var isFull: Bool {
        release.heldCount + ready.count > Self.mostLines || release.heldBytes + readyBytes > Self.mostBytes
    }

    // MARK: - Following

    /// New lines, in the order in which they came.
    ///
    /// - Parameters:
    ///   - lines: each with whether it says how soon lines of its group are found.
    ///   - now: by the clock of their Region.
    func add(_ lines: [(line: LogLine, isUsual: Bool)], now: Int64) {
        for (line, isUsual) in lines {
            // What was there before says nothing of it either.
            if isUsual, !isGathering { estimate.note(lag: line.lag, found: now - line.ingestionTime, now: now) }
            guard let late = release.add(line) else { continue }
            readyBytes += late.message.utf8.count
            ready.append(.line(late))
        }
        // Without holding, each page goes in its own order.
        if options.hold == .none, !isGathering { letGo(through: .max) }
        // Held lines must not keep others from being read: order is what gives way.
        guard isFull else { return }
        isGathering = false
        letGo(release.releaseOldest(release.heldCount / 2))
    }

    /// What a group's history says of its lag.
    func expect(_ lag: LagEstimate) { estimate.expect(lag) }

    /// Every group was read once.
    func gathered() { isGathering = false }

    /// - Parameter reach: how old lines may be when they are read, in the group where that is the most.
    func measured(now: Int64, reach: Int64, _ change: (inout TailState) -> Void) {
        if nextHold <= .now {
            nextHold = .now + .seconds(1)
            hold =
                switch options.hold {
                case .none: 0
                case .milliseconds(let fixed): max(0, fixed)
                case .automatic: estimate.automatic(now: now)
                case .ordered: estimate.ordered(reach: reach)
                }
        }
        change(&state)
        state.hold = hold
        if let complete = state.completeThrough, let oldest = release.oldestHeld {
            state.completeThrough = min(complete, oldest - 1)
        }
    }

    /// A Live Tail session left lines out. Said once a minute: it goes on for as long as more come than it tells.
    func sampled(_ region: String) {
        state.sampled += 1
        guard nextSampled <= .now else { return }
        nextSampled = .now + .seconds(60)
        tell(TailNotice(.sampled, region: region, group: ""))
    }

    /// A Region's calls do not suffice for its groups: said once, for what helps is the same everywhere.
    func crowded(_ region: String, _ crowd: TailNotice.Crowd) {
        guard !isCrowdTold else { return }
        isCrowdTold = true
        tell(TailNotice(.crowded, region: region, group: "", crowd: crowd))
    }

    /// Lets go of what is due, and shows what is ready.
    /// - Returns: whether there was anything.
    func pump(now: Int64) async -> Bool {
        if !isGathering { letGo(through: options.hold == .none ? .max : now - hold) }
        return await showReady()
    }

    // MARK: - History

    /// Lines already in order; back when they are shown.
    func showInOrder(_ lines: [LogLine]) async {
        ready.reserveCapacity(ready.count + lines.count + 1)
        for var line in lines {
            release.pass(&line)
            ready.append(.line(line))
        }
        nextSave = .now
        _ = await showReady()
    }

    func update(_ change: (inout TailState) -> Void) { change(&state) }

    // MARK: - Both

    /// A group is followed from a moment on.
    func begin(_ group: LogGroupReference, through moment: Int64) { ledger?.begin(group, through: moment) }

    /// Nothing of a group that is older than this will be read again.
    func forget(_ group: LogGroupReference, before moment: Int64) {
        guard ledger != nil else { return }
        // What was read and waits to be shown is not to be forgotten before it was.
        var oldest = min(moment, release.oldestHeld ?? .max)
        for case .line(let line) in ready { oldest = min(oldest, line.timestamp) }
        for case .line(let line) in showing { oldest = min(oldest, line.timestamp) }
        ledger?.forget(group, before: oldest)
    }

    /// Shows everything there is, and the last state.
    func finish() async -> TailState {
        letGo(through: .max)
        nextSave = .now
        repeat {} while await showReady()
        await show([.state(state)], ledger?.cursor)
        return state
    }

    private func letGo(through moment: Int64) { letGo(release.release(through: moment)) }

    private func letGo(_ lines: [LogLine]) {
        for line in lines {
            readyBytes += line.message.utf8.count
            ready.append(.line(line))
        }
    }

    private func showReady() async -> Bool {
        for notice in notices.withLock({ notices in
            defer { notices = [] }
            return notices
        }) {
            if notice.kind == .gap { state.gaps += 1 }
            ready.append(.notice(notice))
        }
        let isStateDue = state != told && nextState <= .now
        guard !ready.isEmpty || isStateDue else {
            await saveWritten()
            return false
        }
        // Lines are written when they can be noted: a large cursor is saved less often, so that saving does not become
        // the work.
        if keepsCursor, nextSave > .now, !isFull { return false }
        var events = ready
        ready = []
        readyBytes = 0
        var lines: [LogLine] = []
        for case .line(let line) in events {
            state.shown += 1
            if line.isLate { state.late += 1 }
            if keepsCursor { lines.append(line) }
        }
        if isStateDue {
            (told, nextState) = (state, .now + .seconds(1))
            events.append(.state(state))
        }
        showing = events
        await show(events, lines.isEmpty ? nil : ledger?.showing(lines))
        showing = []
        if !lines.isEmpty { isUnsaved = true }
        if let ledger { nextSave = .now + .milliseconds(50 + ledger.remembered / 20) }
        return true
    }

    /// Nothing is on its way any more: the cursor need not name lines that are long written.
    private func saveWritten() async {
        guard isUnsaved, let ledger, nextSave <= .now else { return }
        isUnsaved = false
        await show([], ledger.cursor)
    }
}
