import AWS

/// A Live Tail session as its events, under the names that the model gives them.
struct LiveTailEvents: Encodable, Sendable {
    struct Event: Encodable, Sendable {
        var sessionStart: CloudWatchLogs.LiveTailSessionStart?
        var sessionUpdate: CloudWatchLogs.LiveTailSessionUpdate?
    }

    var responseStream: [Event] = []
}

extension TypedCalls.Context {
    func liveTail() async throws -> LiveTailEvents {
        try await logs.withLiveTail(.init(logGroupIdentifiers: []), deadline: deadline, end: deadline) { tail in
            var read = LiveTailEvents()
            for try await event in tail {
                switch event {
                case .sessionStart(let start): read.responseStream.append(.init(sessionStart: start))
                case .sessionUpdate(let update): read.responseStream.append(.init(sessionUpdate: update))
                }
            }
            return read
        }
    }
}
