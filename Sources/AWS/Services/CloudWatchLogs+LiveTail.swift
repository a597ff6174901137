package import Basics

/// StartLiveTail: events as they are ingested, in updates of a second each (botocore model `logs` 2014-03-28).
extension CloudWatchLogs {
    package struct StartLiveTailInput: Sendable, Hashable, Codable {
        /// One to ten ARNs. The `:*` that `LogGroup.arn` ends with is taken off: here AWS does not take it.
        package var logGroupIdentifiers: [String]
        /// Either this or `logStreamNamePrefixes`, and only with a single group.
        package var logStreamNames: [String]?
        package var logStreamNamePrefixes: [String]?
        package var logEventFilterPattern: String?

        package init(
            logGroupIdentifiers: [String], logStreamNames: [String]? = nil, logStreamNamePrefixes: [String]? = nil,
            logEventFilterPattern: String? = nil
        ) {
            self.logGroupIdentifiers = logGroupIdentifiers.map {
                $0.hasSuffix(":*") ? String($0.dropLast(2)) : $0
            }
            self.logStreamNames = logStreamNames
            self.logStreamNamePrefixes = logStreamNamePrefixes
            self.logEventFilterPattern = logEventFilterPattern
        }
    }

    package struct LiveTailSessionStart: Sendable, Hashable, Codable {
        package var requestID: String?
        package var sessionID: String?
        package var logGroupIdentifiers: [String]?
        package var logStreamNames: [String]?
        package var logStreamNamePrefixes: [String]?
        package var logEventFilterPattern: String?

        enum CodingKeys: String, CodingKey {
            case requestID = "requestId"
            case sessionID = "sessionId"
            case logGroupIdentifiers
            case logStreamNames
            case logStreamNamePrefixes
            case logEventFilterPattern
        }
    }

    /// Unlike `LogEvent` it has no id.
    package struct LiveTailSessionLogEvent: Sendable, Hashable, Codable {
        package var logStreamName: String?
        /// A name or an ARN.
        package var logGroupIdentifier: String?
        package var message: String?
        package var timestamp: Int64?
        package var ingestionTime: Int64?

        package init(
            logStreamName: String? = nil, logGroupIdentifier: String? = nil, message: String? = nil,
            timestamp: Int64? = nil, ingestionTime: Int64? = nil
        ) {
            self.logStreamName = logStreamName
            self.logGroupIdentifier = logGroupIdentifier
            self.message = message
            self.timestamp = timestamp
            self.ingestionTime = ingestionTime
        }
    }

    package struct LiveTailSessionMetadata: Sendable, Hashable, Codable {
        package var sampled: Bool?

        package init(sampled: Bool? = nil) { self.sampled = sampled }
    }

    package struct LiveTailSessionUpdate: Sendable, Hashable, Codable {
        package var sessionMetadata: LiveTailSessionMetadata?
        package var sessionResults: [LiveTailSessionLogEvent]?

        package init(
            sessionMetadata: LiveTailSessionMetadata? = nil, sessionResults: [LiveTailSessionLogEvent]? = nil
        ) {
            self.sessionMetadata = sessionMetadata
            self.sessionResults = sessionResults
        }

        /// Whether more than 500 events matched, and what is here is a sample of them.
        package var isSampled: Bool { sessionMetadata?.sampled ?? false }
    }

    package enum LiveTailEvent: Sendable, Hashable {
        case sessionStart(LiveTailSessionStart)
        case sessionUpdate(LiveTailSessionUpdate)
    }

    /// Why a session that had begun ended other than by an orderly end.
    package enum LiveTailError: Error, Sendable, Hashable {
        /// `SessionTimeoutException`: the three hours that AWS gives a session are over.
        case sessionTimeout(message: String)
        /// `SessionStreamingException`: an error on AWS's side.
        case sessionStreaming(message: String)
        /// The stream was damaged, cut or silent, or ended with another exception.
        case stream(EventStreamError)
        /// An event of a known name that cannot be read.
        case unreadable(detail: String)
    }

    /// The session's events in the order sent. Events of a kind this program does not know are passed over.
    package struct LiveTail: AsyncSequence {
        package typealias Element = LiveTailEvent

        let events: EventStream

        package struct AsyncIterator: AsyncIteratorProtocol {
            var events: EventStream.AsyncIterator

            package mutating func next() async throws(LiveTailError) -> LiveTailEvent? {
                while let event = try await nextEvent() {
                    do {
                        switch event.type {
                        case "sessionStart": return .sessionStart(try event.decode(LiveTailSessionStart.self))
                        case "sessionUpdate": return .sessionUpdate(try event.decode(LiveTailSessionUpdate.self))
                        default: continue
                        }
                    } catch {
                        throw .unreadable(detail: "\(event.type): \(DecodingDetail.text(error))")
                    }
                }
                return nil
            }

            private mutating func nextEvent() async throws(LiveTailError) -> EventStreamEvent? {
                do throws(EventStreamError) { return try await events.next() } catch {
                    switch error {
                    case .exception("SessionTimeoutException", let message): throw .sessionTimeout(message: message)
                    case .exception("SessionStreamingException", let message):
                        throw .sessionStreaming(message: message)
                    default: throw .stream(error)
                    }
                }
            }
        }

        package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: events.makeAsyncIterator()) }
    }

    /// A session sends something each second, also when there is nothing to say.
    package static let liveTailSilence = Duration.seconds(10)

    /// Runs a Live Tail session for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - deadline: until when the session must have begun.
    ///   - end: when it ends at the latest.
    /// - Throws: `AWSError` when it does not begin; `LiveTailError`s come out of the sequence.
    package func withLiveTail<Result>(
        _ input: StartLiveTailInput, deadline: Deadline, end: Deadline? = nil, silence: Duration = liveTailSilence,
        _ body: (LiveTail) async throws -> Result
    ) async throws -> Result {
        try await client.withEventStream(
            .eventStream(.logs, "StartLiveTail", hostPrefix: "stream-", input), in: region, deadline: deadline, end: end,
            silence: silence
        ) { try await body(LiveTail(events: $0)) }
    }
}

extension CloudWatchLogs.LiveTailError {
    package var problem: Problem {
        switch self {
        case .sessionTimeout(let message):
            Problem(
                .timedOut, "the Live Tail session has reached its three hours", cause: message.isEmpty ? nil : message,
                hint: "start another one")
        case .sessionStreaming(let message):
            Problem(
                .failed, "the Live Tail session ended with an error of CloudWatch Logs",
                cause: message.isEmpty ? nil : message, hint: "start another one")
        case .stream(let error): error.problem
        case .unreadable(let detail):
            Problem(
                .failed, "the Live Tail session sent an event that cannot be read", cause: detail,
                hint: "check that the endpoint is AWS's and not a proxy's")
        }
    }
}
