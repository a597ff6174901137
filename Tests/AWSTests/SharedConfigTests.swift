import AWS
import Basics
import Testing

@Suite struct SharedConfigTests {
    static let config = """
        # what everybody uses
        [default]
        region = eu-west-1
        max_attempts=5

        [profile "staging"]
        Region : us-west-2
        services = local
        endpoint_url = http://127.0.0.1:1
        s3 =
            max_concurrent_requests = 20
        output = json
            continued

        [services local]
        cloudwatch_logs =
          endpoint_url = http://127.0.0.1:2
        eventbridge =
          endpoint_url = http://127.0.0.1:3
        ; the end
        """

    static func environment(_ variables: [String: String] = [:], config: String = config, credentials: String? = nil)
        -> ProcessEnvironment
    {
        // Nobody's metadata service is asked by a test that brings none of its own.
        let own = ["HOME": "/home/ada", "AWS_EC2_METADATA_DISABLED": "true"]
        return ProcessEnvironment(variables: variables.merging(own) { one, _ in one }) { path in
            switch path {
            case "/home/ada/.aws/config": config
            case "/home/ada/.aws/credentials": credentials
            case "/home/ada/ca.pem": CredentialFixture.certificate
            default: nil
            }
        }
    }

    @Test func theFilesGrammarIsTheCLIs() throws {
        let file = try ConfigFile(Self.config, path: "c")
        #expect(file.sections["profile staging"]?["region"] == "us-west-2")
        #expect(file.sections["profile staging"]?.nested["s3"] == ["max_concurrent_requests": "20"])
        #expect(file.sections["profile staging"]?["output"] == "json")
        #expect(file.sections["services local"]?.nested["eventbridge"]?["endpoint_url"] == "http://127.0.0.1:3")
        #expect(file.sections["default"]?.line == 2)
    }

    @Test(arguments: [("key = value", 1), ("[a]\nrubbish", 2), ("[a]\n\n[b", 3), ("[]", 1), ("[a]\n= v", 2)])
    func aBrokenLineIsNamed(text: String, line: Int) {
        let problem = #expect(throws: Problem.self) { try ConfigFile(text, path: "/home/ada/.aws/config") }
        #expect(problem?.location == .init(file: "/home/ada/.aws/config", line: line))
        #expect(problem?.description.contains("rubbish") == false)
    }

    @Test func theRegionComesFromTheNearest() throws {
        func region(_ variables: [String: String], flag: String? = nil, profile: String? = nil) throws -> String? {
            let environment = Self.environment(variables)
            return try SharedConfig(environment, profile: profile).region(flag: flag, environment)
        }
        #expect(try region([:]) == "eu-west-1")
        #expect(try region(["AWS_PROFILE": "staging"]) == "us-west-2")
        #expect(try region(["AWS_PROFILE": "staging"], profile: "default") == "eu-west-1")
        #expect(try region(["AWS_DEFAULT_REGION": "a"]) == "a")
        #expect(try region(["AWS_DEFAULT_REGION": "a", "AWS_REGION": "b"]) == "b")
        #expect(try region(["AWS_DEFAULT_REGION": "a", "AWS_REGION": "b"], flag: "c") == "c")
    }

    @Test func endpointsComeFromEveryPlace() throws {
        func endpoints(_ variables: [String: String], flag: String? = nil) throws -> EndpointSettings {
            let environment = Self.environment(variables)
            return try SharedConfig(environment, profile: "staging").endpoints(flag: flag, environment)
        }
        let fromProfile = try endpoints([:])
        #expect(fromProfile.configuredURL(for: .logs) == "http://127.0.0.1:2")
        #expect(fromProfile.configuredURL(for: .eventBridge) == "http://127.0.0.1:3")
        #expect(fromProfile.configuredURL(for: .sqs) == "http://127.0.0.1:1")
        #expect(try endpoints(["AWS_ENDPOINT_URL": "http://e"]).configuredURL(for: .logs) == "http://e")
        #expect(try endpoints(["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://l"]).configuredURL(for: .logs) == "http://l")
        let ignoring = ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://e"]
        #expect(try endpoints(ignoring).configuredURL(for: .logs) == nil)
        #expect(try endpoints(ignoring, flag: "http://f").configuredURL(for: .logs) == "http://f")
        #expect(try endpoints(["AWS_USE_FIPS_ENDPOINT": "true"]).usesFIPS)
        #expect(try endpoints([:]).injectsHostPrefix)
        #expect(try !endpoints(["AWS_DISABLE_HOST_PREFIX_INJECTION": "True"]).injectsHostPrefix)
    }

    @Test func theWholeConfigurationIsReadAtOnce() throws {
        let environment = Self.environment(["AWS_CA_BUNDLE": "~/ca.pem", "AWS_SDK_UA_APP_ID": "oncall"])
        let configuration = try AWSClient.Configuration(environment: environment)
        #expect(configuration.region == "eu-west-1")
        #expect(configuration.retry.maxAttempts == 5)
        #expect(configuration.caBundle == "/home/ada/ca.pem")
        #expect(configuration.appID == "oncall")
        #expect(configuration.profile == nil)
    }

    @Test func whatIsMissingIsNamed() throws {
        let noRegion = #expect(throws: Problem.self) {
            try AWSClient.Configuration(environment: ProcessEnvironment(variables: [:]) { _ in nil })
        }
        #expect(noRegion?.summary == "no AWS Region is set")
        let badNumber = #expect(throws: Problem.self) {
            try AWSClient.Configuration(environment: Self.environment(["AWS_MAX_ATTEMPTS": "many"]))
        }
        #expect(badNumber?.kind == .configuration)
    }
}
