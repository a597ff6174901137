import AWSSigning
import Basics
import FoundationEssentials

/// Why one attempt failed, as the caller will read it and as the retry policy sees it.
struct AttemptFailure: Error {
    let reason: AWSError.Failure
    /// Nil where nothing left this machine.
    let seen: RetryPolicy.Failure?

    func attempts(_ number: Int) -> Int { seen == nil ? number - 1 : number }
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

    func make(_ number: Int) async -> Result<HTTPResponse, AttemptFailure> {
        let credentials: AWSCredentials
        let request: HTTPRequest
        do {
            credentials = try await client.credentials(deadline: deadline)
            request = try prepare(number, credentials)
        } catch {
            return .failure(AttemptFailure(reason: .unprepared(error), seen: nil))
        }
        let limit = operation.isLong ? deadline : deadline.clamped(to: .after(configuration.attemptTimeout))
        let response: HTTPResponse
        do {
            response = try await configuration.transport.send(request, deadline: limit)
        } catch {
            return .failure(AttemptFailure(reason: .transport(error), seen: .transport(error.kind)))
        }
        guard !(200..<300).contains(response.status) else { return .success(response) }
        let answer = ErrorAnswer(response)
        let message = Redaction.clean(answer.message, credentials)
        return .failure(
            AttemptFailure(
                reason: .answered(
                    status: response.status, code: answer.code, message: message, requestID: answer.requestID),
                seen: .answered(status: response.status, code: answer.code, retryAfter: Self.retryAfter(response))))
    }

    private func prepare(_ number: Int, _ credentials: AWSCredentials) throws(Problem) -> HTTPRequest {
        let endpoint = try Endpoint.resolve(operation.service, region: region, settings: configuration.endpoints)
        let body: Data
        do { body = try operation.body() } catch {
            throw Problem(.defect, "\(operation.service.name) \(operation.name) cannot be written", cause: "\(error)")
        }
        var headers = operation.headers
        headers["Host"] = endpoint.address.authority
        headers["User-Agent"] = UserAgent.text(appID: configuration.appID)
        headers["amz-sdk-invocation-id"] = invocationID
        headers["amz-sdk-request"] = "attempt=\(number); max=\(configuration.retry.maxAttempts)"
        let query = operation.queryString
        let signer = SigV4(credentials: credentials, region: region, service: operation.service.signingName)
        let signed = signer.sign(
            SignableRequest(
                method: operation.method, path: endpoint.basePath + operation.path, query: query,
                headers: headers.fields,
                body: body),
            at: configuration.now())
        for field in signed.added { headers.add(field.name, field.value) }

        let url = endpoint.url + operation.path + (query.isEmpty ? "" : "?\(query)")
        var request = HTTPRequest(method: operation.method, url: url, headers: headers, body: body)
        request.connectTimeout = configuration.connectTimeout
        request.caBundle = configuration.caBundle
        return request
    }

    /// `x-amz-retry-after` is in milliseconds.
    private static func retryAfter(_ response: HTTPResponse) -> Duration? {
        response.headers["x-amz-retry-after"].flatMap { UInt32($0) }.map { .milliseconds($0) }
    }

    func decode(_ response: HTTPResponse, attempts: Int) throws(AWSError) -> Output {
        do { return try operation.decode(response) } catch {
            throw self.error(
                .unreadable(detail: DecodingDetail.text(error), requestID: ErrorAnswer.requestID(response)),
                attempts: attempts)
        }
    }

    func error(_ reason: AWSError.Failure, attempts: Int) -> AWSError {
        AWSError(
            service: operation.service.name, operation: operation.name, region: region, attempts: attempts,
            failure: reason, profile: configuration.profile)
    }

    var cancelled: TransportError {
        TransportError(kind: .cancelled, host: operation.service.name, port: nil, detail: "cancelled between attempts")
    }

    func event(_ outcome: Result<HTTPResponse, AttemptFailure>, number: Int, took: Duration) -> CallEvent {
        var event = CallEvent(
            service: operation.service.name, operation: operation.name, region: region, attempt: number, duration: took)
        switch outcome {
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
