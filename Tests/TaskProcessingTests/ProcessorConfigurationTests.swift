import Basics
import CMathCompat
import TaskProcessing
import Testing

@Suite struct ProcessorConfigurationTests {
    private static let whole = [
        "STACK_NAME": "tasks", "ENVIRONMENT": "dev", "EVENT_BUS_NAME": "task-events-dev", "DATABASE_ROLE": "task_processor",
        "CLUSTER_ENDPOINT": "abc0def1baz2quux3quuux4abc.dsql.us-east-1.on.aws", "AWS_REGION": "us-east-1",
    ]

    @Test func whatIsSetIsRead() throws {
        let overrides = [
            "PGHOSTADDR": "127.0.0.1", "PGPORT": "54321", "PGSSLROOTCERT": "ca.pem", "AWS_LAMBDA_LOG_LEVEL": "warn",
            "AWS_LAMBDA_FUNCTION_NAME": "task-processor-dev",
        ]
        let configuration = try ProcessorConfiguration(variables: Self.whole.merging(overrides) { $1 })
        #expect(configuration.clusterEndpoint == "abc0def1baz2quux3quuux4abc.dsql.us-east-1.on.aws")
        #expect(configuration.hostaddr == "127.0.0.1" && configuration.port == 54321 && configuration.sslRootCert == "ca.pem")
        #expect(configuration.logLevel == .warn && configuration.functionName == "task-processor-dev")
        let plain = try ProcessorConfiguration(variables: Self.whole.merging(["AWS_LAMBDA_LOG_LEVEL": "loud"]) { $1 })
        #expect(plain.port == 5432 && plain.hostaddr == nil && plain.logLevel == .info)
    }

    @Test(arguments: whole.keys.sorted(), [nil, ""])
    func whatIsMissingOrEmptyIsNamed(variable: String, value: String?) {
        var variables = Self.whole
        variables[variable] = value
        let problem = #expect(throws: Problem.self) { try ProcessorConfiguration(variables: variables) }
        #expect(problem?.kind == .configuration && problem?.summary.contains(variable) == true && problem?.hint != nil)
    }

    @Test(arguments: ["0", "65536", "x", "-1", "5432 "])
    func aPortThatIsNoneIsRefused(port: String) {
        let problem = #expect(throws: Problem.self) {
            try ProcessorConfiguration(variables: Self.whole.merging(["PGPORT": port]) { $1 })
        }
        #expect(problem?.summary.contains("PGPORT") == true)
    }
}

/// The one function of the C library that the project brings itself.
@Suite struct CMathCompatTests {
    @Test func itIsTheHypotenuse() {
        #expect(hypotf(3, 4) == 5 && hypotf(-3, 4) == 5 && hypotf(0, -0.0) == 0)
        #expect(hypotf(2e38, 2e38) == Float(2e38 * 2.0.squareRoot()), "no overflow on the way")
        #expect(hypotf(3e38, 3e38) == .infinity)
        #expect(hypotf(.leastNonzeroMagnitude, 0) == .leastNonzeroMagnitude)
        #expect(hypotf(.infinity, .nan) == .infinity && hypotf(.nan, -.infinity) == .infinity)
        #expect(hypotf(.nan, 1).isNaN)
    }
}
