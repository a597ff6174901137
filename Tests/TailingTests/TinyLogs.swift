import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import TestSupport

@testable import Tailing

/// CloudWatch Logs as small as can be, on a real socket: what groups hold, in pages, and an answer out of line when told.
final class TinyLogs: Sendable {
    struct State {
        var groups: [String: [LogLine]] = [:]
        var retention: [String: Int] = [:]
        var pageSize = 7
        /// Whether it knows `startFromHead`.
        var readsBackwards = true
        /// Consulted first: by how many calls there were, and what was asked for.
        var misbehave: @Sendable (_ call: Int, _ asked: Asked) -> (code: String, status: Int)? = { _, _ in nil }
        var calls = 0
    }

    struct Asked: Decodable, Sendable {
        var logGroupName: String?
        var logGroupNamePrefix: String?
        var startTime: Int64?
        var endTime: Int64?
        var nextToken: String?
        var limit: Int?
        var startFromHead: Bool?
    }

    let state = Mutex(State())

    init(_ groups: [String: [LogLine]] = [:], _ change: (inout State) -> Void = { _ in }) {
        state.withLock { state in
            state.groups = groups
            change(&state)
        }
    }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        state.withLock { state in
            guard let asked = try? JSONDecoder().decode(Asked.self, from: Data(request.body)) else {
                return Self.failure(("SerializationException", 400))
            }
            state.calls += 1
            if let failure = state.misbehave(state.calls, asked) { return Self.failure(failure) }
            if request["X-Amz-Target"]?.hasSuffix("DescribeLogGroups") == true { return Self.described(state, asked) }
            guard let lines = state.groups[asked.logGroupName ?? ""] else {
                return Self.failure(("ResourceNotFoundException", 400))
            }
            var found = lines.filter { $0.timestamp >= asked.startTime ?? 0 && $0.timestamp <= asked.endTime ?? .max }
            found.sort { ($0.timestamp, $0.id ?? "") < ($1.timestamp, $1.id ?? "") }
            if asked.startFromHead == false, state.readsBackwards { found.reverse() }
            let begin = asked.nextToken.flatMap { Int($0) } ?? 0
            let page = found.dropFirst(begin).prefix(min(state.pageSize, asked.limit ?? .max))
            var output = CloudWatchLogs.FilterLogEventsOutput()
            output.events = page.map { line in
                var event = CloudWatchLogs.LogEvent()
                (event.eventID, event.logStreamName, event.message) = (line.id, line.stream, line.message)
                (event.timestamp, event.ingestionTime) = (line.timestamp, line.ingestionTime)
                return event
            }
            if begin + page.count < found.count { output.nextToken = "\(begin + page.count)" }
            return .json(String(decoding: try! JSONEncoder().encode(output), as: UTF8.self))
        }
    }

    private static func described(_ state: State, _ asked: Asked) -> LoopbackServer.Reply {
        let groups = state.groups.keys.filter { $0.hasPrefix(asked.logGroupNamePrefix ?? "") }.sorted().map { name in
            #"{"logGroupName":"\#(name)","retentionInDays":\#(state.retention[name].map { "\($0)" } ?? "null")}"#
        }
        return .json(#"{"logGroups":[\#(groups.joined(separator: ","))]}"#)
    }

    private static func failure(_ failure: (code: String, status: Int)) -> LoopbackServer.Reply {
        .json(#"{"__type":"\#(failure.code)","message":"so it was told"}"#, status: failure.status)
    }

    /// What one run told.
    struct Told: Sendable {
        var lines: [LogLine] = []
        var notices: [TailNotice] = []
        var cursor: TailCursor?
        var state: TailState?
        var problem: Problem?

        var kinds: [TailNotice.Kind] { notices.map(\.kind) }
        var messages: [String] { lines.map(\.message) }
    }

    /// Tails, until `isEnough` or, in a window, to the end.
    func tail(
        _ names: [String], _ window: TailWindow, isEnough: @escaping @Sendable (Told) -> Bool = { _ in false },
        with change: (inout TailOptions) -> Void = { _ in }
    ) async throws -> Told {
        var options = TailOptions(
            groups: names.map { LogGroupReference(region: "us-east-1", name: $0) }, window: window)
        options.cursorScope = "t"
        change(&options)
        return try await LoopbackServer.run(answer) { server in
            let credentials = AWSCredentials(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("s"))
            var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
            configuration.endpoints = EndpointSettings(override: server.url)
            configuration.transport = HTTPTransport()
            configuration.retry = RetryPolicy(maxAttempts: 1)
            configuration.quotaShare = 1000
            let told = Mutex(Told())
            let stop = StopSignal()
            let tail = LogTail(clients: ["us-east-1": AWSClient(configuration)], options: options)
            do throws(Problem) {
                let show: LogTail.Show = { events, cursor in
                    let now = told.withLock { told in
                        told.cursor = cursor ?? told.cursor
                        for event in events {
                            switch event {
                            case .line(let line): told.lines.append(line)
                            case .notice(let notice): told.notices.append(notice)
                            case .state: break
                            }
                        }
                        return told
                    }
                    if isEnough(now) { stop.request() }
                }
                let state = try await tail.run(stop: stop, show: show)
                told.withLock { $0.state = state }
            } catch {
                told.withLock { $0.problem = error }
            }
            return told.withLock { $0 }
        }
    }
}
