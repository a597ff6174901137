import AWSSigning
import Basics
import FoundationEssentials

/// How the metadata service of an EC2 instance is to be reached (botocore's `IMDSFetcher` and `configprovider.py`).
struct InstanceMetadataSettings: Sendable {
    var url: String
    var isDisabled: Bool
    /// Whether the first version, which asks for no token, may be used where the second gives none.
    var allowsFirstVersion: Bool
    var timeout: Duration
    var attempts: Int

    init(_ environment: ProcessEnvironment, _ shared: SharedConfig) throws(Problem) {
        func setting(_ variable: String, _ key: String) -> (value: String, name: String, location: Problem.Location?)? {
            shared.setting(variable, key, environment)
        }
        isDisabled = environment.isTrue("AWS_EC2_METADATA_DISABLED")
        let noFirst = setting("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled")
        allowsFirstVersion = noFirst?.value.lowercased() != "true"
        let seconds = setting("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout").flatMap { Double($0.value) }
        timeout = .seconds(min(max(seconds ?? 1, 0.05), 60))
        let number = setting("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts")
        attempts = min(max(number.flatMap { Int($0.value) } ?? 1, 1), 100)

        let mode = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode")
        if let mode, !["ipv4", "ipv6"].contains(mode.value.lowercased()) {
            throw Problem(
                .configuration, "\(mode.name) is `\(mode.value)`, which is no way to reach the metadata service",
                hint: "write IPv4 or IPv6", location: mode.location)
        }
        url = mode?.value.lowercased() == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
        if let own = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint") {
            guard URLAddress(own.value) != nil else {
                throw Problem(
                    .configuration, "\(own.name) is not an http or https URL", hint: "write it as http://host:port",
                    location: own.location)
            }
            url = own.value.hasSuffix("/") ? String(own.value.dropLast()) : own.value
        }
    }
}

extension CredentialSearch {
    private static var rolePath: String { "/latest/meta-data/iam/security-credentials/" }

    /// The role of the EC2 instance this runs on. Nowhere else does anybody answer, so silence is no error.
    func fromInstanceMetadata() async throws(Problem) -> SourceOutcome {
        let settings = try InstanceMetadataSettings(environment, shared)
        func absent(_ why: String) -> SourceOutcome { .absent("instance metadata: \(why)") }
        guard !settings.isDisabled else { return absent("turned off by AWS_EC2_METADATA_DISABLED") }
        let host = URLAddress(settings.url)?.authority ?? settings.url

        let token: Secret<String>?
        switch await ask(settings, "PUT", "/latest/api/token", ["x-aws-ec2-metadata-token-ttl-seconds": "21600"]) {
        case .failure(let error) where error.kind == .timedOut:
            // The answer does not come where it must pass more hops than the instance allows, as in a container.
            token = nil
        case .failure(let error): return absent("\(error.problem.summary)")
        case .success(let response):
            switch response.status {
            case 200: token = Secret(String(decoding: response.body, as: UTF8.self))
            case 403, 404, 405: token = nil
            default: return absent("\(host) answered the request for a token with status \(response.status)")
            }
        }
        guard token != nil || settings.allowsFirstVersion else {
            return absent("\(host) gave no token, and doing without is turned off")
        }
        let headers: HTTPHeaders = token.map { ["x-aws-ec2-metadata-token": $0.exposed] } ?? [:]
        let role: String
        switch await ask(settings, "GET", Self.rolePath, headers) {
        case .failure(let error): return absent(error.problem.summary)
        case .success(let response):
            let text = String(decoding: response.body, as: UTF8.self)
            let name = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            guard response.status == 200, !name.isEmpty else {
                return absent("\(host) names no role of this instance (status \(response.status))")
            }
            role = name
        }
        switch await ask(settings, "GET", Self.rolePath + PercentEncoding.encode(role), headers) {
        case .failure(let error): return absent(error.problem.summary)
        case .success(let response):
            let answer = try? JSONDecoder().decode(RoleAnswer.self, from: response.body)
            guard response.status == 200, var whole = answer?.whole else {
                let said = answer?.code.map { " (\(Redaction.masked($0)))" } ?? ""
                return absent("\(host) answered without credentials of role \(role)\(said)")
            }
            // During an outage the service hands out what has expired, and AWS goes on accepting it.
            let soon = now().addingTimeInterval(CredentialCache.advisory)
            if whole.expiration <= now() { whole.expiration = soon.addingTimeInterval(.random(in: 120...600)) }
            return .found(whole.credentials(from: "instance metadata of EC2 (role \(role))"))
        }
    }

    /// Tries again what may have been a stumble: no connection, or anything but an answer that means something.
    private func ask(
        _ settings: InstanceMetadataSettings, _ method: String, _ path: String, _ headers: HTTPHeaders
    ) async -> Result<HTTPResponse, TransportError> {
        var request = HTTPRequest(method: method, url: settings.url + path, headers: headers)
        request.headers["User-Agent"] = UserAgent.text(appID: environment["AWS_SDK_UA_APP_ID"])
        request.connectTimeout = settings.timeout
        request.bypassesProxy = true
        var outcome: Result<HTTPResponse, TransportError>
        var number = 0
        repeat {
            number += 1
            do throws(TransportError) {
                let limit = deadline.clamped(to: .after(settings.timeout))
                outcome = .success(try await transport.send(request, deadline: limit))
            } catch { outcome = .failure(error) }
            if case .success(let response) = outcome, response.status < 500, response.status != 429 { return outcome }
        } while number < settings.attempts && !deadline.hasPassed
        return outcome
    }
}
