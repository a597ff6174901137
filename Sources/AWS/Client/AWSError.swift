package import Basics

/// Why a call to AWS failed: what was called and where, and what came back. Never holds a secret.
package struct AWSError: Error, Sendable, Hashable {
    package enum Failure: Sendable, Hashable {
        /// The service answered with an error.
        case answered(status: Int, code: String, message: String, requestID: String?)
        /// No whole answer came.
        case transport(TransportError)
        /// The answer came and cannot be read.
        case unreadable(detail: String, requestID: String?)
        /// The call could not be prepared: no credentials, or no usable endpoint.
        case unprepared(Problem)
    }

    package let service: String
    /// As AWS names it, such as `PutEvents`.
    package let operation: String
    package let region: String
    /// Attempts made; 0 when the call never left.
    package let attempts: Int
    package let failure: Failure
    /// The profile in use, where one was named: hints repeat it.
    package let profile: String?
    /// What is wrong with what was sent, item by item, where the answer says so (`DashboardInvalidInputError`).
    package let validation: [Invalid]

    /// Something that the service does not take, and where in the document it stands.
    package struct Invalid: Sendable, Hashable {
        /// Such as `/widgets/0/properties/metrics`.
        package var dataPath: String
        package var message: String

        package init(dataPath: String, message: String) {
            self.dataPath = dataPath
            self.message = message
        }
    }

    package init(
        service: String, operation: String, region: String, attempts: Int, failure: Failure, profile: String? = nil,
        validation: [Invalid] = []
    ) {
        self.service = service
        self.operation = operation
        self.region = region
        self.attempts = attempts
        self.failure = failure
        self.profile = profile
        self.validation = validation
    }

    /// AWS's error code; nil when AWS gave none.
    package var code: String? {
        if case .answered(_, let code, _, _) = failure { code } else { nil }
    }

    package var message: String? {
        if case .answered(_, _, let message, _) = failure { message } else { nil }
    }

    package var status: Int? {
        if case .answered(let status, _, _, _) = failure { status } else { nil }
    }

    package var requestID: String? {
        switch failure {
        case .answered(_, _, _, let id), .unreadable(_, let id): id
        case .transport, .unprepared: nil
        }
    }

    private var call: String { "\(service) \(operation) in \(region)" }

    private var tries: String { attempts > 1 ? " after \(attempts) attempts" : "" }

    package var problem: Problem {
        switch failure {
        case .answered(let status, let code, let message, let requestID):
            let kind = Self.kind(code: code, status: status)
            let id = requestID.map { ", request id \($0)" } ?? ""
            return Problem(
                kind, "\(call) failed\(tries): \(code) (status \(status)\(id))", cause: message.isEmpty ? nil : message,
                hint: hint(kind, code))
        case .transport(let error):
            var problem = error.problem
            problem.summary = "\(call) got no answer\(tries): \(problem.summary)"
            return problem
        case .unreadable(let detail, let requestID):
            let id = requestID.map { " (request id \($0))" } ?? ""
            return Problem(
                .failed, "\(call) answered in a form that cannot be read\(id)", cause: detail,
                hint: "check that the endpoint is AWS's and not a proxy's")
        case .unprepared(let problem):
            return problem
        }
    }

    private static let credentialCodes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
        "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
        "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidAccessKeyId", "InvalidToken",
        "RequestExpired", "RequestTimeTooSkewed", "AuthFailure",
    ]
    private static let deniedCodes: Set<String> = [
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "OptInRequired",
        "KMSAccessDeniedException",
    ]
    private static let missingCodes: Set<String> = [
        "ResourceNotFoundException", "ResourceNotFound", "NotFoundException", "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
    ]

    static func kind(code: String, status: Int) -> Problem.Kind {
        if credentialCodes.contains(code) { return .credentials }
        if deniedCodes.contains(code) { return .denied }
        if missingCodes.contains(code) { return .notFound }
        switch RetryPolicy.sort(.answered(status: status, code: code, retryAfter: nil)) {
        case .throttled: return .throttled
        default: break
        }
        switch status {
        case 401, 403: return .denied
        case 404: return .notFound
        default: return .failed
        }
    }

    private func hint(_ kind: Problem.Kind, _ code: String) -> String? {
        let profileFlag = profile.map { " --profile \($0)" } ?? ""
        switch kind {
        case .credentials:
            switch code {
            case "ExpiredToken", "ExpiredTokenException":
                return "sign in again: aws sso login\(profileFlag), or renew the temporary credentials"
            case "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "RequestExpired",
                "IncompleteSignature", "IncompleteSignatureException", "AuthFailure":
                return
                    "check this machine's clock (date -u), then the secret access key: aws configure list\(profileFlag)"
            default:
                return "see which credentials are in use: aws configure list\(profileFlag)"
            }
        case .denied where code == "OptInRequired":
            return "turn \(region) on for this account: aws account enable-region --region-name \(region)"
        case .denied:
            return
                "ask for the action \(operation) in the role's policy; aws sts get-caller-identity\(profileFlag) says who you are"
        case .notFound: return "check the name and the Region"
        case .throttled: return "wait a little and try again"
        case .failed: return nil
        default: return nil
        }
    }
}
