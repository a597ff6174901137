package import Basics
import FoundationEssentials

extension AWSClient {
    /// Makes a call whose answer is an event stream, and hands the events over as long as `body` runs; then, or when the
    /// task is cancelled, the connection is closed.
    ///
    /// Until the answer's head has come this is a call like any other: paced, retried, observed. From then on nothing is
    /// repeated, because nobody but the reader knows what it has missed.
    ///
    /// - Parameters:
    ///   - deadline: until when the stream must be open.
    ///   - end: when it ends at the latest; nil leaves that to the service and the reader.
    ///   - silence: a connection that says nothing for so long is given up. Choose more than the service's own rhythm.
    /// - Throws: `AWSError` when the stream does not open; whatever `body` throws after that.
    package func withEventStream<Result>(
        _ operation: AWSOperation<Void>, in region: String? = nil, deadline: Deadline, end: Deadline? = nil,
        silence: Duration, _ body: (EventStream) async throws -> Result
    ) async throws -> Result {
        let attempt = Attempt(
            client: self, operation: operation, region: region ?? configuration.region,
            deadline: end.map(deadline.clamped) ?? deadline)
        var progress = Progress()
        while true {
            let paced = try await turn(attempt, number: progress.number)
            let started = ContinuousClock.now
            let now = progress
            let opening = await attempt.open(now.number, end: end, silence: silence) { record in
                var event = attempt.event(record, number: now.number, took: .now - started)
                event.paced = paced
                succeed(attempt, now, event)
            } body: { stream in
                try await body(stream)
            }
            switch opening {
            case .read(let result): return try result.get()
            case .refused(let record, let failure):
                var event = attempt.event(record, number: now.number, took: .now - started)
                event.paced = paced
                try await again(after: failure, attempt, &progress, event)
            }
        }
    }
}

/// What came of one attempt at opening a stream.
enum Opening<Outcome> {
    case refused(AttemptRecord, AttemptFailure)
    /// It opened, and was read until the reader had enough or met an error.
    case read(Swift.Result<Outcome, any Error>)
}

extension Attempt<Void> {
    /// An error's body is collected up to this.
    private static var largestError: Int { 1 << 20 }

    /// - Parameter opened: told as soon as the answer's head is there and is no error.
    func open<Outcome>(
        _ number: Int, end: Deadline?, silence: Duration, opened: (AttemptRecord) -> Void,
        body: (EventStream) async throws -> Outcome
    ) async -> Opening<Outcome> {
        let signed: Signed
        do { signed = try await sign(number) } catch { return Self.refused(Self.unprepared(error)) }
        var request = signed.request
        request.acceptsGzip = false
        let limit = limit
        do {
            return try await client.configuration.transport.withStream(
                request, deadline: end, headDeadline: limit, silence: silence
            ) { stream in
                if let record = await refusal(stream, signed, limit) { return Self.refused(record) }
                opened(record(HTTPResponse(status: stream.status, headers: stream.headers, body: Data()), of: signed))
                do { return .read(.success(try await body(EventStream(stream.body)))) } catch {
                    return .read(.failure(error))
                }
            }
        } catch let error as TransportError {
            return Self.refused(record(error, of: signed))
        } catch {
            return .read(.failure(error))
        }
    }

    /// Nil where the answer is an event stream.
    private func refusal(_ stream: HTTPStream, _ signed: Signed, _ limit: Deadline) async -> AttemptRecord? {
        let type = stream.headers["Content-Type"]
        let isStream = type.map { $0.hasPrefix("application/vnd.amazon.eventstream") } ?? true
        guard !(200..<300).contains(stream.status) || !isStream else { return nil }
        let answer: HTTPResponse
        do throws(TransportError) {
            let body = try await stream.body.collect(atMost: Self.largestError, deadline: limit)
            answer = HTTPResponse(status: stream.status, headers: stream.headers, body: body)
        } catch {
            return record(error, of: signed)
        }
        var refusal = record(answer, of: signed)
        if case .success = refusal.outcome {
            refusal.outcome = .failure(
                AttemptFailure(
                    reason: .unreadable(
                        detail: "no event stream, but \(Redaction.clean(type ?? "", signed.credentials))",
                        requestID: ErrorAnswer.requestID(answer)),
                    seen: .answered(status: answer.status, code: nil, retryAfter: nil)))
        }
        return refusal
    }

    private static func refused<Outcome>(_ record: AttemptRecord) -> Opening<Outcome> {
        guard case .failure(let failure) = record.outcome else {
            preconditionFailure("an attempt that succeeded was not refused")
        }
        return .refused(record, failure)
    }
}
