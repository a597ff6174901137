import AWSSigning
import Basics
import FoundationEssentials

/// Why one attempt failed, as the caller will read it and as the retry policy sees it.
struct AttemptFailure: Error {
    let reason: AWSError.Failure
    /// Nil where nothing left this machine.
    let seen: RetryPolicy.Failure?
    /// What the signing clock would have to be put right by, where that was the trouble.
    var skew: TimeInterval?
    /// What is wrong with what was sent, item by item.
    var validation: [AWSError.Invalid] = []

    func attempts(_ number: Int) -> Int { seen == nil ? number - 1 : number }
}

/// What one attempt did, and what there is to tell of it.
struct AttemptRecord {
    var outcome: Result<HTTPResponse, AttemptFailure>
    var sent: CallEvent.Sent?
    var received: [CallEvent.HeaderField] = []

    init(_ outcome: Result<HTTPResponse, AttemptFailure>) {
        self.outcome = outcome
    }
}

/// The attempts at one call: sign, send, sort the answer.
struct Attempt<Output: Sendable> {
    let client: AWSClient
    let operation: AWSOperation<Output>
    let region: String
    let deadline: Deadline
    /// The same for all attempts at one call, so that AWS can tell retries from calls.
    private let invocationID = UUID().uuidString.lowercased()

    init(client: AWSClient, operation: AWSOperation<Output>, region: String, deadline: Deadline) {
        self.client = client
        self.operation = operation
        self.region = region
        self.deadline = deadline
    }

    private var configuration: AWSClient.Configuration { client.configuration }

    /// A request, and what it was signed with.
    struct Signed {
        let request: HTTPRequest
        let credentials: AWSCredentials
        let date: Date
        /// What this machine's time was put right by.
        let offset: TimeInterval
    }

    /// How long one attempt may take.
    var limit: Deadline {
        operation.isLong ? deadline : deadline.clamped(to: .after(configuration.attemptTimeout))
    }

    func make(_ number: Int) async -> AttemptRecord {
        let signed: Signed
        do { signed = try await sign(number) } catch { return Self.unprepared(error) }
        CallTally.current?.add()
        do throws(TransportError) {
            return record(try await configuration.transport.send(signed.request, deadline: limit), of: signed)
        } catch {
            return record(error, of: signed)
        }
    }

    func sign(_ number: Int) async throws(Problem) -> Signed {
        let offset = client.clockOffset
        let credentials = try await client.credentials(deadline: deadline)
        // Asked only now: finding credentials may have taken long.
        let date = configuration.now().addingTimeInterval(offset)
        return Signed(
            request: try prepare(number, credentials, date), credentials: credentials, date: date, offset: offset)
    }

    static func unprepared(_ problem: Problem) -> AttemptRecord {
        AttemptRecord(.failure(AttemptFailure(reason: .unprepared(problem), seen: nil)))
    }

    func record(_ response: HTTPResponse, of signed: Signed) -> AttemptRecord {
        var record = AttemptRecord(sorted(response, signed))
        // Only for whoever watches: nobody else pays for the copies.
        guard configuration.observer != nil else { return record }
        record.sent = sent(signed)
        record.received = Redaction.fields(response.headers, signed.credentials)
        return record
    }

    func record(_ error: TransportError, of signed: Signed) -> AttemptRecord {
        var record = AttemptRecord(
            .failure(AttemptFailure(reason: .transport(error), seen: .transport(error.kind))))
        if configuration.observer != nil { record.sent = sent(signed) }
        return record
    }

    private func sent(_ signed: Signed) -> CallEvent.Sent {
        CallEvent.Sent(
            method: signed.request.method,
            url: Redaction.starred(Redaction.url(signed.request.url), signed.credentials),
            headers: Redaction.fields(signed.request.headers, signed.credentials))
    }

    private func sorted(_ response: HTTPResponse, _ signed: Signed) -> Result<HTTPResponse, AttemptFailure> {
        guard !(200..<300).contains(response.status) else { return .success(response) }
        let answer = ErrorAnswer(response)
        let message = Redaction.clean(answer.message, signed.credentials)
        let validation = answer.validation.map {
            AWSError.Invalid(dataPath: $0.dataPath, message: Redaction.clean($0.message, signed.credentials))
        }
        let correction = ClockSkew.correction(
            code: answer.code, dateHeader: response.headers["Date"], signedAt: signed.date)
        return .failure(
            AttemptFailure(
                reason: .answered(
                    status: response.status, code: answer.code, message: message, requestID: answer.requestID),
                seen: .answered(status: response.status, code: answer.code, retryAfter: ErrorAnswer.retryAfter(response)),
                skew: correction.map { $0 + signed.offset }, validation: validation))
    }

    private func prepare(
        _ number: Int, _ credentials: AWSCredentials, _ date: Date
    ) throws(Problem) -> HTTPRequest {
        let service = operation.service
        let settings = configuration.endpoints
        let endpoint = try Endpoint.resolve(
            service, region: region, globalEndpointID: operation.globalEndpointID, settings: settings
        ).prefixed(operation.hostPrefix, settings: settings)
        guard endpoint.auth == .sigV4 else {
            throw Problem(
                .usage, "\(service.name) \(operation.name) cannot be sent to a global endpoint",
                cause: "global endpoints take SigV4A signatures alone, and this client makes SigV4 ones",
                hint: "send to the bus of one Region")
        }
        let body: Data
        do { body = try operation.body() } catch {
            throw Problem(.defect, "\(service.name) \(operation.name) cannot be written", cause: "\(error)")
        }
        var headers = operation.headers
        headers["Host"] = endpoint.address.authority
        headers["User-Agent"] = client.userAgent(for: service)
        headers["amz-sdk-invocation-id"] = invocationID
        headers["amz-sdk-request"] = "attempt=\(number); max=\(configuration.retry.maxAttempts)"
        let query = operation.queryString
        let signer = SigV4(credentials: credentials, region: region, service: service.signingName)
        let signed = signer.sign(
            SignableRequest(
                method: operation.method, path: endpoint.basePath + operation.path, query: query,
                headers: headers.fields,
                body: body),
            at: date)
        for field in signed.added { headers.add(field.name, field.value) }

        let url = endpoint.url + operation.path + (query.isEmpty ? "" : "?\(query)")
        var request = HTTPRequest(method: operation.method, url: url, headers: headers, body: body)
        request.connectTimeout = configuration.connectTimeout
        request.caBundle = configuration.caBundle
        request.proxy = configuration.proxy
        return request
    }

    func decode(_ response: HTTPResponse, attempts: Int) throws(AWSError) -> Output {
        do { return try operation.decode(response) } catch {
            throw self.error(
                .unreadable(detail: DecodingDetail.text(error), requestID: ErrorAnswer.requestID(response)),
                attempts: attempts)
        }
    }

    func error(
        _ reason: AWSError.Failure, attempts: Int, validation: [AWSError.Invalid] = []
    ) -> AWSError {
        AWSError(
            service: operation.service.name, operation: operation.name, region: region, attempts: attempts,
            failure: reason, profile: configuration.profile, validation: validation)
    }

    var cancelled: TransportError {
        TransportError(kind: .cancelled, host: operation.service.name, port: nil, detail: "cancelled between attempts")
    }

    /// Where waiting for a turn would outlast the deadline.
    var outOfTurn: Problem {
        Problem(
            .timedOut, "\(operation.service.name) \(operation.name) in \(region) would wait too long for its turn",
            cause: "calls are spaced so that the account's other tools are not throttled",
            hint: "try again, or allow more with --timeout")
    }

    func event(_ record: AttemptRecord, number: Int, took: Duration) -> CallEvent {
        var event = CallEvent(
            service: operation.service.name, operation: operation.name, region: region, attempt: number, duration: took)
        event.sent = record.sent
        event.received = record.received
        switch record.outcome {
        case .success(let response):
            event.status = response.status
            event.requestID = ErrorAnswer.requestID(response)
        case .failure(let failure):
            switch failure.reason {
            case .answered(let status, let code, _, let requestID):
                (event.status, event.failure, event.requestID) = (status, code, requestID)
            case .transport(let error): event.failure = error.kind.rawValue
            case .unreadable: event.failure = "unreadable"
            case .unprepared(let problem): event.failure = problem.kind.rawValue
            }
        }
        return event
    }
}
