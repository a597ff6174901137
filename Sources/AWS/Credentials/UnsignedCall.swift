import AWSSigning
import Basics
import FoundationEssentials

/// A call that carries a token of its own instead of a signature: web identity, the SSO portal, its token service and
/// sign-in. Tried three times like any call; the answer is handed back whatever its status.
struct UnsignedCall: Sendable {
    let service: AWSService
    let region: String
    var method = "POST"
    /// Below the endpoint, encoded, with its query.
    var path = "/"
    var headers: HTTPHeaders = [:]
    var body = Data()
    /// What must not come back out in an error, should the service repeat it.
    var secrets: [Secret<String>] = []
    /// Makes the `DPoP` header for the URL it is given, anew for every attempt.
    var proof: (@Sendable (_ url: String) -> String)?

    private static let attempts = 3
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
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(2))
        var number = 1
        while true {
            if let proof { request.headers["DPoP"] = proof(request.url) }
            let outcome = await attempt(request, search)
            let isLast = number >= Self.attempts || search.deadline.hasPassed
            switch outcome {
            case .success(let response) where (200..<300).contains(response.status): return .success(response)
            case .success(let response):
                let refusal = refusal(response)
                guard !isLast, Self.isTransient(refusal) else { return .failure(refusal) }
            case .failure(let error):
                let mayPass = [.unreachable, .interrupted, .timedOut].contains(error.kind)
                guard !isLast, mayPass else {
                    var problem = error.problem
                    problem.summary = "\(service.name) gave no answer: \(problem.summary)"
                    throw problem
                }
            }
            do { try await Task.sleep(for: backoff.delay(afterFailure: number - 1)) } catch {
                throw Problem(.cancelled, "the call to \(service.name) was cancelled")
            }
            number += 1
        }
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

    /// The provider of an identity may be slow to answer STS, which says so with a status of 400.
    private static func isTransient(_ refusal: Refusal) -> Bool {
        [429, 500, 502, 503, 504].contains(refusal.status) || refusal.code == "IDPCommunicationError"
    }

    private func refusal(_ response: HTTPResponse) -> Refusal {
        let answer = ErrorAnswer(response)
        var message = answer.message
        for secret in secrets where !secret.exposed.isEmpty {
            message.replace(secret.exposed, with: "****")
            message.replace(PercentEncoding.encode(secret.exposed), with: "****")
        }
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
