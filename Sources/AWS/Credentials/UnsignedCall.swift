import AWSSigning
import Basics
import FoundationEssentials

/// A call that carries a token of its own instead of a signature: web identity, the SSO portal, its token service and
/// sign-in. Tried again like any call; the answer is handed back whatever its status.
struct UnsignedCall: Sendable {
    let service: AWSService
    /// As AWS names it.
    let operation: String
    let region: String
    var method = "POST"
    /// Below the endpoint, encoded, with its query.
    var path = "/"
    var headers: HTTPHeaders = [:]
    var body = Data()
    /// What must not come back out, in an error or with `-vv`, should the service repeat it.
    var secrets: [Secret<String>] = []
    /// Makes the `DPoP` header for the URL it is given, anew for every attempt.
    var proof: (@Sendable (_ url: String) -> String)?

    private static let attemptTimeout = Duration.seconds(10)

    /// What a service that refuses says, without the call's secrets.
    struct Refusal: Error {
        let status: Int
        let code: String
        let message: String
        /// OAuth's own word for it, the body's `error`, such as `TOKEN_EXPIRED` or `invalid_grant`.
        var reason: String?

        var text: String { "\(code) (status \(status))" + (message.isEmpty ? "" : ": \(message)") }
    }

    func send(_ search: CredentialSearch) async throws(Problem) -> Result<HTTPResponse, Refusal> {
        let settings = try search.shared.endpoints(flag: nil, search.environment)
        let endpoint = try Endpoint.resolve(service, region: region, settings: settings)
        var request = HTTPRequest(method: method, url: endpoint.url + path, headers: headers, body: body)
        request.headers["Host"] = endpoint.address.authority
        request.headers["User-Agent"] = UserAgent.text(appID: search.environment["AWS_SDK_UA_APP_ID"])
        request.connectTimeout = .seconds(5)
        request.caBundle = try search.shared.caBundle(search.environment)
        request.proxy = ProxySettings(search.environment.variables)
        let policy = try search.shared.retryPolicy(search.environment)
        var number = 1
        while true {
            if let proof { request.headers["DPoP"] = proof(request.url) }
            let wait: Duration
            let began = ContinuousClock.now
            let outcome = await attempt(request, search)
            if let observer = search.environment.observer {
                observer(event(request, outcome, number: number, took: .now - began))
            }
            switch outcome {
            case .success(let response) where (200..<300).contains(response.status): return .success(response)
            case .success(let response):
                let refusal = refusal(response)
                let seen = RetryPolicy.Failure.answered(
                    status: refusal.status, code: refusal.code, retryAfter: ErrorAnswer.retryAfter(response))
                guard let pause = pause(after: seen, number, policy, search) else { return .failure(refusal) }
                wait = pause
            case .failure(let error):
                guard let pause = pause(after: .transport(error.kind), number, policy, search) else {
                    var problem = error.problem
                    problem.summary = "\(service.name) gave no answer: \(problem.summary)"
                    throw problem
                }
                wait = pause
            }
            do { try await Task.sleep(for: wait) } catch {
                throw Problem(.cancelled, "the call to \(service.name) was cancelled")
            }
            number += 1
        }
    }

    /// Nil where it is not tried again, or not in time.
    private func pause(
        after failure: RetryPolicy.Failure, _ number: Int, _ policy: RetryPolicy, _ search: CredentialSearch
    ) -> Duration? {
        let decision = policy.decide(failure, attempt: number, fraction: .random(in: 0..<1))
        guard case .retry(let wait, _) = decision, wait < search.deadline.remaining else { return nil }
        return wait
    }

    private func attempt(
        _ request: HTTPRequest, _ search: CredentialSearch
    ) async -> Result<HTTPResponse, TransportError> {
        do throws(TransportError) {
            return .success(
                try await search.transport.send(
                    request, deadline: search.deadline.clamped(to: .after(Self.attemptTimeout))))
        } catch { return .failure(error) }
    }

    private func event(
        _ request: HTTPRequest, _ outcome: Result<HTTPResponse, TransportError>, number: Int, took: Duration
    ) -> CallEvent {
        var event = CallEvent(
            service: service.name, operation: operation, region: region, attempt: number, duration: took)
        event.sent = CallEvent.Sent(
            method: request.method, url: Redaction.starred(Redaction.url(request.url), secrets),
            headers: Redaction.fields(request.headers, secrets))
        switch outcome {
        case .success(let response):
            event.status = response.status
            event.requestID = ErrorAnswer.requestID(response)
            event.received = Redaction.fields(response.headers, secrets)
            if !(200..<300).contains(response.status) { event.failure = ErrorAnswer(response).code }
        case .failure(let error): event.failure = error.kind.rawValue
        }
        return event
    }

    private func refusal(_ response: HTTPResponse) -> Refusal {
        let answer = ErrorAnswer(response)
        let message = Redaction.starred(answer.message, secrets)
        struct OAuthBody: Decodable { var error: String? }
        let reason = (try? JSONDecoder().decode(OAuthBody.self, from: response.body))?.error
        // A code is a word; anything else would be a place for what was sent to come back in.
        let isWord = reason?.utf8.allSatisfy { $0 == UInt8(ascii: "_") || ($0 | 32 >= 97 && $0 | 32 <= 122) } ?? false
        return Refusal(
            status: response.status, code: answer.code, message: message, reason: isWord ? reason : nil)
    }
}

extension AWSService {
    /// Endpoints and paths as in botocore's models `sso` 2019-06-10, `sso-oidc` 2019-06-10 and `signin` 2023-01-01.
    static let ssoPortal = AWSService(
        name: "IAM Identity Center", endpointID: "SSO", hostPrefix: "portal.sso", signingName: "awsssoportal",
        wire: .restJSON, govCloudFIPS: .plainUnlessDualStack)
    static let ssoOIDC = AWSService(
        name: "IAM Identity Center's token service", endpointID: "SSO_OIDC", hostPrefix: "oidc",
        signingName: "sso-oauth", wire: .restJSON, govCloudFIPS: .plainUnlessDualStack)
    static let signIn = AWSService(
        name: "AWS Sign-In", endpointID: "SIGNIN", hostPrefix: "signin", signingName: "signin", wire: .restJSON,
        ownDomains: [
            .commercial: "signin.aws.amazon.com", .china: "signin.amazonaws.cn",
            .govCloud: "signin.amazonaws-us-gov.com", .european: "signin.amazonaws-eusc.eu",
            .iso: "signin.c2shome.ic.gov", .isoB: "signin.sc2shome.sgov.gov", .isoE: "signin.csphome.adc-e.uk",
            .isoF: "signin.csphome.hci.ic.gov",
        ], ownFIPSDomains: [.govCloud: "signin-fips.amazonaws-us-gov.com"])
}
