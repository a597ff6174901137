import AWS
import Basics
import FoundationEssentials
import Synchronization

/// What the reads of one Region share: whose turn it is, whether AWS asked to slow down, and what time it is there.
final class RegionPace: Sendable {
    private struct State {
        var schedule: ReadSchedule
        var clock = ServerClock()
    }

    let region: String
    private let client: AWSClient
    private let state: Mutex<State>
    /// Told what a person should know, once for each time that it begins.
    private let notify: @Sendable (TailNotice) -> Void

    init(region: String, client: AWSClient, notify: @escaping @Sendable (TailNotice) -> Void) {
        self.region = region
        self.client = client
        self.notify = notify
        let quota = Quota.of(.logs, "FilterLogEvents", region: region)?.perSecond ?? 10
        state = Mutex(State(schedule: Self.schedule(quota: quota, share: client.configuration.quotaShare)))
    }

    /// One that hands out reads as the client's pacing lets calls go.
    static func schedule(quota: Double, share: Double) -> ReadSchedule {
        ReadSchedule(perSecond: quota * share, atOnce: max(1, quota - quota * share))
    }

    /// Milliseconds since 1970 by this machine's clock, set right where a signature was refused for it.
    var localNow: Int64 { Self.milliseconds(client.configuration.now()) + Int64(client.clockOffset * 1000) }

    /// By AWS's clock.
    var now: Int64 { localNow + state.withLock(\.clock.offset) }

    func schedule<Result: Sendable>(_ body: (inout ReadSchedule) -> sending Result) -> sending Result {
        state.withLock { body(&$0.schedule) }
    }

    func answered(_ output: CloudWatchLogs.FilterLogEventsOutput, sent: Int64) {
        let received = localNow
        state.withLock { state in
            if let date = output.date {
                state.clock.note(date: Self.milliseconds(date), sent: sent, received: received)
            }
            state.schedule.answered()
        }
    }

    /// - Returns: for how long to wait, in milliseconds.
    func refused(_ problem: Problem, group: String) -> Int64 {
        let now = localNow
        let fraction = 0.5 + client.configuration.random() / 2
        let (wait, isNews) = state.withLock { $0.schedule.refused(now: now, fraction: fraction) }
        if isNews {
            let kind: TailNotice.Kind = problem.kind == .throttled ? .slowedDown : .interrupted
            notify(TailNotice(kind, region: region, group: group, problem: problem))
        }
        return max(wait, 1)
    }

    private static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded(.down)) }
}
