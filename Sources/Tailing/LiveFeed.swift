import AWS
import Basics
import Synchronization

/// Live Tail sessions for one Region's groups, ten to a session, one taking over from the next before AWS ends it.
///
/// Lines come a second after their ingestion and not all of them: reading goes on behind it, and finds the rest. That is
/// why a session that takes over needs no exact seam, only one at which no line is shown twice.
struct LiveFeed: Sendable {
    static let mostGroups = 10
    /// AWS takes 15 sessions for an account; others may want some. Groups beyond these are read.
    static let mostSessions = 10
    /// Three hours is what AWS gives a session.
    static let renewal = Duration.seconds(10_200)
    private static let again = Backoff(base: .seconds(5), cap: .seconds(300))

    let work: RegionWork
    let logs: CloudWatchLogs
    /// By ARN.
    let groups: [String: LogGroupReference]
    let filterPattern: String?
    let tell: @Sendable (TailNotice) -> Void
    let sampled: @Sendable () async -> Void
    var renewal = LiveFeed.renewal

    private enum Outcome: Sendable {
        case renewalDue(session: Int)
        case ended(session: Int, Problem?, hadBegun: Bool)
    }

    /// The session whose lines count.
    private final class Current: Sendable {
        let number = Mutex(0)
    }

    func run() async {
        let current = Current()
        await withTaskGroup(of: Outcome?.self) { tasks in
            var newest = 0
            var failures = 0
            func begin(after wait: Duration) {
                newest += 1
                let number = newest
                tasks.addTask {
                    do { if wait > .zero { try await Task.sleep(for: wait) } } catch { return nil }
                    return await session(number, current)
                }
                tasks.addTask {
                    do { try await Task.sleep(for: wait + renewal) } catch { return nil }
                    return .renewalDue(session: number)
                }
            }
            begin(after: .zero)
            for await outcome in tasks {
                guard !Task.isCancelled else { continue }
                switch outcome {
                case nil: continue
                case .renewalDue(let number):
                    if number == newest { begin(after: .zero) }
                case .ended(let number, let problem, let hadBegun):
                    // One that was superseded had its end coming.
                    guard number == newest else { continue }
                    failures = hadBegun ? 1 : failures + 1
                    await work.live(Array(groups.values), is: false)
                    if failures == 1, let problem, problem.kind != .timedOut || !hadBegun { tellEnd(problem) }
                    if let problem, Self.isFinal(problem) { continue }
                    begin(after: Self.again.delay(afterFailure: failures - 1, fraction: 0.5 + .random(in: 0..<0.5)))
                }
            }
        }
        await work.live(Array(groups.values), is: false)
    }

    private func tellEnd(_ problem: Problem) {
        let names = groups.values.map(\.name).sorted().joined(separator: ", ")
        tell(TailNotice(.liveEnded, region: work.region, group: names, problem: problem))
    }

    private static func isFinal(_ problem: Problem) -> Bool {
        switch problem.kind {
        case .denied, .usage, .configuration: true
        default: false
        }
    }

    private func session(_ number: Int, _ current: Current) async -> Outcome {
        let hadBegun = Mutex(false)
        do {
            let input = CloudWatchLogs.StartLiveTailInput(
                logGroupIdentifiers: groups.keys.sorted(), logEventFilterPattern: filterPattern)
            try await logs.withLiveTail(input, deadline: .after(.seconds(20))) { tail in
                for try await event in tail {
                    switch event {
                    case .sessionStart:
                        hadBegun.withLock { $0 = true }
                        current.number.withLock { $0 = max($0, number) }
                        await work.live(Array(groups.values), is: true)
                    case .sessionUpdate(let update):
                        // Another one has taken over.
                        guard current.number.withLock({ $0 }) == number else { return }
                        await take(update)
                    }
                }
            }
            let problem = Problem(.unreachable, "the Live Tail session ended")
            return .ended(session: number, problem, hadBegun: hadBegun.withLock { $0 })
        } catch {
            let problem: Problem? =
                switch error {
                case let error as CloudWatchLogs.LiveTailError: error.problem
                case let error as AWSError: error.problem
                default: nil
                }
            return .ended(session: number, problem, hadBegun: hadBegun.withLock { $0 })
        }
    }

    private func take(_ update: CloudWatchLogs.LiveTailSessionUpdate) async {
        if update.isSampled { await sampled() }
        var lines: [LogGroupReference: [LogLine]] = [:]
        for event in update.sessionResults ?? [] {
            guard let identifier = event.logGroupIdentifier, let timestamp = event.timestamp, let group = group(identifier)
            else { continue }
            lines[group, default: []].append(
                LogLine(
                    region: group.region, group: group.name, stream: event.logStreamName ?? "", id: nil,
                    timestamp: timestamp, ingestionTime: event.ingestionTime ?? timestamp, message: event.message ?? ""))
        }
        for (group, lines) in lines { await work.receivedLive(lines, of: group) }
    }

    /// "The name or ARN of the log group" (API reference, LiveTailSessionLogEvent); in answers seen, `account:name` too.
    private func group(_ identifier: String) -> LogGroupReference? {
        if let group = groups[identifier] { return group }
        return groups.first {
            identifier == $0.value.name || $0.key.hasSuffix(":" + identifier)
                || identifier.hasSuffix(":" + $0.value.name)
        }?.value
    }
}
