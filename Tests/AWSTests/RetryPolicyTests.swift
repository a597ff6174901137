import AWS
import AWSSigning
import Basics
import Testing

/// The decision alone: no client, no clock.
@Suite struct RetryPolicyTests {
    static func answered(_ status: Int, _ code: String? = nil, after: Duration? = nil) -> RetryPolicy.Failure {
        .answered(status: status, code: code, retryAfter: after)
    }

    @Test(arguments: [
        (answered(400, "ThrottlingException"), RetryPolicy.Sort.throttled), (answered(429), .throttled),
        (answered(403, "RequestThrottled"), .throttled), (answered(400, "PriorRequestNotComplete"), .throttled),
        (answered(500), .transient), (answered(502), .transient), (answered(503), .transient),
        (answered(504), .transient),
        (answered(400, "RequestTimeout"), .transient), (answered(501), .final),
        (answered(400, "ValidationException"), .final),
        (answered(429, "ConcurrentModificationException"), .final), (answered(429, "TooManyRequestsError"), .final),
        (answered(400, "IDPCommunicationError"), .transient),
        (answered(404, "ResourceNotFoundException"), .final), (.transport(.unreachable), .transient),
        (.transport(.interrupted), .transient), (.transport(.timedOut), .transient), (.transport(.untrusted), .final),
        (.transport(.cancelled), .final), (.transport(.malformed), .final),
    ])
    func failuresAreSorted(failure: RetryPolicy.Failure, sort: RetryPolicy.Sort) {
        #expect(RetryPolicy.sort(failure) == sort)
    }

    @Test(arguments: [
        (answered(500), 1, 1.0, Duration.milliseconds(50)), (answered(500), 2, 1.0, .milliseconds(100)),
        (answered(500), 2, 0.5, .milliseconds(50)), (answered(429), 1, 1.0, .seconds(1)),
        (answered(429), 3, 1.0, .seconds(4)),
        (answered(429), 9, 1.0, .seconds(20)),
        (answered(429, nil, after: .milliseconds(1500)), 1, 0.5, .milliseconds(1500)),
        // The service may add five seconds and no more, and cannot shorten the wait.
        (answered(429, nil, after: .seconds(60)), 1, 0.5, .milliseconds(5500)),
        (answered(429, nil, after: .milliseconds(1)), 1, 0.5, .milliseconds(500)),
    ])
    func waitsGrow(failure: RetryPolicy.Failure, attempt: Int, fraction: Double, wait: Duration) {
        let cost = RetryPolicy.sort(failure) == .throttled ? 5 : 14
        #expect(
            RetryPolicy(maxAttempts: 10).decide(failure, attempt: attempt, fraction: fraction)
                == .retry(after: wait, cost: cost))
    }

    @Test func theLastAttemptIsTheLast() {
        let policy = RetryPolicy(maxAttempts: 3)
        #expect(policy.decide(Self.answered(500), attempt: 2, fraction: 0) != .giveUp)
        #expect(policy.decide(Self.answered(500), attempt: 3, fraction: 0) == .giveUp)
        #expect(RetryPolicy(maxAttempts: 0).maxAttempts == 1)
    }

    @Test func settingsAreRead() throws {
        func read(_ mode: String?, _ attempts: String? = nil) throws -> RetryPolicy {
            let lines = [mode.map { "retry_mode = \($0)" }, attempts.map { "max_attempts = \($0)" }].compactMap(\.self)
            // Since it became the rule, botocore passes this variable over.
            let environment = CredentialFixture(
                ["AWS_NEW_RETRIES_2026": "false"], config: (["[default]"] + lines).joined(separator: "\n")
            ).environment
            return try SharedConfig(environment, profile: nil).retryPolicy(environment)
        }
        #expect(try read(nil) == RetryPolicy(maxAttempts: 3, mode: .standard))
        #expect(try read("Adaptive", "7") == RetryPolicy(maxAttempts: 7, mode: .adaptive))
        #expect(try read("legacy").mode == .standard)
        for (mode, attempts) in [("fast", nil), (nil, "0"), (nil, "many"), (nil, "-1")] as [(String?, String?)] {
            let problem = #expect(throws: Problem.self) { try read(mode, attempts) }
            #expect(problem?.kind == .configuration)
            #expect(problem?.location == .init(file: CredentialFixture.configPath, line: 2))
        }
    }

    @Test func environmentStandsAboveProfile() throws {
        var environment = ProcessEnvironment(variables: ["AWS_CONFIG_FILE": "c", "AWS_MAX_ATTEMPTS": "2"]) { path in
            path == "c" ? "[default]\nretry_mode = adaptive\nmax_attempts = 9\n" : nil
        }
        environment.variables["HTTPS_PROXY"] = "http://127.0.0.1:1"
        environment.variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_x"
        var configuration = AWSClient.Configuration(
            credentials: StaticCredentials(AWSCredentials(accessKeyID: "a", secretAccessKey: Secret("s"))),
            region: "us-east-1")
        try configuration.apply(SharedConfig(environment, profile: nil), environment)
        #expect(configuration.retry == RetryPolicy(maxAttempts: 2, mode: .adaptive))
        #expect(configuration.proxy == ProxySettings(https: "http://127.0.0.1:1"))
        #expect(configuration.userAgent.executionEnvironment == "AWS_Lambda_x")
        environment.variables["AWS_RETRY_MODE"] = "sometimes"
        #expect(throws: Problem.self) { try configuration.apply(SharedConfig(environment, profile: nil), environment) }
    }
}
