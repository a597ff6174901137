import Basics
import FoundationEssentials
import Subprocess
import TestSupport
import Testing

@testable import AWS

/// Every error that the models of our services know, and those that any service may give, put to botocore's standard mode
/// and to this room's policy: the same is tried again, after the same wait, at the same cost.
@Suite struct RetryParityTests {
    static let script = #"""
        import json, os
        for key in list(os.environ):
            if key.startswith("AWS_"): del os.environ[key]
        os.environ["AWS_NEW_RETRIES_2026"] = "false"
        import botocore.session
        from botocore.exceptions import ConnectTimeoutError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
        from botocore.retries import quota, standard

        class Answer:
            def __init__(self, status, headers): self.status_code, self.headers = status, headers

        session = botocore.session.get_session()
        known = standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES + standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES
        known += ["ValidationException", "ResourceNotFoundException", "AccessDeniedException", "InternalFailure", "ExpiredToken", "Unknown", None]
        seen, cases = set(), []

        def note(service, model, status, code, after, attempt, failure=None):
            if (service, status, code, after, attempt, failure) in seen: return
            seen.add((service, status, code, after, attempt, failure))
            adapter = standard.RetryEventAdapter()
            detector = standard.ThrottlingErrorDetector(adapter)
            context = standard.RetryContext(attempt_number=attempt, operation_model=model, request_context={})
            if failure:
                url = "http://127.0.0.1/"
                context.caught_exception = {
                    "timedOut": ReadTimeoutError(endpoint_url=url), "unreachable": EndpointConnectionError(endpoint_url=url),
                    "interrupted": ConnectionClosedError(endpoint_url=url)}[failure]
            else:
                headers = {} if after is None else {"x-amz-retry-after": str(after)}
                context.http_response = Answer(status, headers)
                context.parsed_response = {"Error": {"Code": code} if code else {}}
            case = {"service": service, "status": status, "code": code, "after": None if after is None else str(after), "attempt": attempt, "failure": failure,
                    "wait": None, "cost": None}
            if standard.StandardRetryConditions(max_attempts=6).is_retryable(context):
                backoff = standard.ExponentialBackoff(
                    random=lambda: 0.5, service_name=service, throttling_detector=detector)
                case["wait"] = backoff.delay_amount(context)
                standard.RetryQuotaChecker(quota.RetryQuota(), detector).acquire_retry_quota(context)
                case["cost"] = context.request_context["retry_quota_capacity"]
            cases.append(case)

        for name in ("events", "dsql", "lambda", "logs", "cloudwatch", "sqs", "sts", "sso", "sso-oidc", "signin"):
            service = session.get_service_model(name)
            for operation in service.operation_names:
                model = service.operation_model(operation)
                codes = known + (["IDPCommunicationError"] if name == "sts" else [])
                errors = [(400, code) for code in codes]
                for shape in model.error_shapes:
                    error = shape.metadata.get("error", {})
                    errors.append((error.get("httpStatusCode", 400), error.get("code") or shape.name))
                for status, code in errors: note(name, model, status, code, None, 1)
                for status in (403, 404, 429, 500, 501, 502, 503, 504): note(name, model, status, None, None, 2)
                for failure in ("timedOut", "unreachable", "interrupted"): note(name, model, 0, None, None, 1, failure)
        for after in (0, 1, 700, 5400, 60000, 99999999999, -1, "soon", ""):
            for attempt in range(1, 7):
                note(name, model, 429, None, after, attempt)
                note(name, model, 503, None, after, attempt)
        print(json.dumps(cases))
        """#

    struct Case: Decodable, Sendable {
        let service: String
        let status: Int
        let code: String?
        let after: String?
        let attempt: Int
        let failure: String?
        let wait: Double?
        let cost: Int?
    }

    @Test(.enabled("python3 with botocore is not here", CredentialParityTests.hasBotocore))
    func theSameIsTriedAgain() async throws {
        let result = try await run(
            .name("env"), arguments: [MotoTests.python, "-c", Self.script], output: .string(limit: 16 << 20),
            error: .string(limit: 1 << 20))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError.suffix(2000))")
        let cases = try JSONDecoder().decode([Case].self, from: Data(result.standardOutput.utf8))
        for one in cases {
            let failure: RetryPolicy.Failure
            if let kind = one.failure.flatMap(TransportError.Kind.init) {
                failure = .transport(kind)
            } else {
                let headers = HTTPHeaders(one.after.map { [("x-amz-retry-after", $0)] } ?? [])
                failure = .answered(
                    status: one.status, code: one.code,
                    retryAfter: ErrorAnswer.retryAfter(HTTPResponse(status: one.status, headers: headers, body: Data())))
            }
            let decision = RetryPolicy(maxAttempts: 6).decide(failure, attempt: one.attempt, fraction: 0.5)
            let theirs: RetryPolicy.Decision =
                if let wait = one.wait, let cost = one.cost {
                    .retry(after: .microseconds(Int64((wait * 1_000_000).rounded())), cost: cost)
                } else { .giveUp }
            #expect(decision == theirs, "\(one)")
        }
        #expect(cases.count > 500)
        #expect(
            cases.contains { $0.wait == nil && $0.attempt < 6 } && cases.contains { $0.cost == 5 }
                && cases.contains { $0.cost == 14 })
    }
}
