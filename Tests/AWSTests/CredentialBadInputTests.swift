import Basics
import FoundationEssentials
import Testing

@testable import AWS

/// What people get wrong in their files: one sentence each, with file, line, key and what to do.
@Suite struct CredentialBadInputTests {
    typealias Fixture = CredentialFixture

    struct Case: Sendable, CustomStringConvertible {
        let config: String
        let line: Int?
        let words: String
        var description: String { words }

        init(_ words: String, line: Int?, _ lines: String...) {
            (self.words, self.line, self.config) = (words, line, lines.joined(separator: "\n"))
        }
    }

    static let cases = [
        Case(
            "no closing bracket", line: 1,
            "[profile p", "region = x"),
        Case(
            "neither a [section] nor `key = value`", line: 2,
            "[profile p]", "secretwithoutkey"),
        Case(
            "a second time", line: 3,
            "[profile p]", "region = x", "[profile p]"),
        Case(
            "`region` of [profile p] is set here a second time", line: 3,
            "[profile p]", "region = x", "region = y"),
        Case(
            "go in a circle", line: 6,
            "[profile p]", "role_arn = a", "source_profile = q", "[profile q]", "role_arn = b", "source_profile = p"),
        Case(
            "go in a circle", line: 3,
            "[profile p]", "role_arn = a", "source_profile = p"),
        Case(
            "source_profile `qq`, which does not exist", line: 3,
            "[profile p]", "role_arn = a", "source_profile = qq", "[profile q]"),
        Case(
            "the source_profile `q` of profile `p` has no credentials", line: 3,
            "[profile p]", "role_arn = a", "source_profile = q", "[profile q]", "region = x"),
        Case(
            "neither source_profile nor credential_source", line: 2,
            "[profile p]", "role_arn = a"),
        Case(
            "both source_profile and credential_source", line: 4,
            "[profile p]", "role_arn = a", "source_profile = p", "credential_source = Environment"),
        Case(
            "credential_source `Enviroment`, which there is not", line: 3,
            "[profile p]", "role_arn = a", "credential_source = Enviroment"),
        Case(
            "the credential_source `Environment` of profile `p` has no credentials", line: 3,
            "[profile p]", "role_arn = a", "credential_source = Environment"),
        Case(
            "has aws_access_key_id and no aws_secret_access_key", line: 3,
            "[profile p]", "region = x", "aws_access_key_id = A"),
        Case(
            "sso_session `none`, which does not exist", line: 4,
            "[profile p]", "sso_account_id = 1", "sso_role_name = r", "sso_session = none"),
        Case(
            "set up for SSO and has no sso_region", line: 5,
            "[profile p]", "sso_account_id = 1", "sso_role_name = r", "sso_session = s", "[sso-session s]", "sso_start_url = u"),
        Case(
            "set up for SSO and has no sso_role_name", line: 1,
            "[profile p]", "sso_account_id = 1"),
        Case(
            "sso_region of profile `p` differs", line: 2,
            "[profile p]", "sso_region = a", "sso_account_id = 1", "sso_role_name = r", "sso_session = s", "[sso-session s]",
            "sso_region = b"),
        Case(
            "a quotation that does not end", line: 2,
            "[profile p]", "credential_process = sh -c 'x"),
    ]

    @Test(arguments: cases)
    func everyMistakeIsNamedWithItsPlace(mistake: Case) async {
        let problem = await Fixture(config: mistake.config).problem(profile: "p")
        let text = problem?.description ?? "nothing"
        #expect(text.contains(mistake.words), "\(text)")
        #expect(problem?.location == .init(file: Fixture.configPath, line: mistake.line), "\(text)")
        #expect(problem?.hint != nil, "\(text)")
        #expect(!text.contains("secretwithoutkey") && !text.contains("\n"))
    }

    static func configuration(_ variables: [String: String], _ config: String = "", files: [String: String] = [:]) -> Problem? {
        do throws(Problem) {
            _ = try AWSClient.Configuration(environment: Fixture(variables, config: config, files: files).environment)
            return nil
        } catch { return error }
    }

    @Test func settingsOfTheClientAreNamedWithTheirPlace() {
        let nested = "[default]\nservices = s\n[services s]\nlambda =\n  endpoint_url = 127.0.0.1:1\n"
        for (config, line, words) in [
            ("[default]\nendpoint_url = localhost:4566", 2, "endpoint_url is not an http or https URL"),
            (nested, 5, "endpoint_url of lambda is not an http or https URL"),
            ("[default]\nservices = none", 2, "services section `none`, which does not exist"),
            ("[default]\nmax_attempts = many", 2, "max_attempts is `many`"),
            ("[default]\n\nregion = us east", 3, "`us east` is not an AWS Region"),
            ("[default]\nca_bundle = /no.pem", 2, "ca_bundle names /no.pem, which does not exist"),
        ] {
            let problem = Self.configuration(config.contains("region") ? ["AWS_REGION": ""] : [:], config)
            #expect(problem?.summary.contains(words) == true, "\(problem?.description ?? "nothing")")
            #expect(problem?.location == .init(file: Fixture.configPath, line: line))
            #expect(problem?.hint != nil)
        }
        let variable = Self.configuration(["AWS_ENDPOINT_URL": "user:password@host"])
        #expect(variable?.summary == "AWS_ENDPOINT_URL is not an http or https URL")
        #expect(variable?.description.contains("password") == false)
        let region = Self.configuration(["AWS_REGION": "us_east"])
        #expect(region?.description.contains("`us_east` is not an AWS Region: it comes from AWS_REGION") == true)
        // Another service's endpoint is nobody's trouble here.
        #expect(Self.configuration(["AWS_ENDPOINT_URL_S3": "rubbish"]) == nil)
    }

    @Test(
        arguments: [
            ("", "holds no certificate", nil), ("rubbish\n", "holds no certificate", nil),
            ("# mine\n-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "cannot be decoded", 2),
            ("-----BEGIN CERTIFICATE-----\nMAA=\n", "does not end", 1),
            // A sequence as a certificate is one, and nothing in it.
            ("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "cannot be decoded", 1),
            (Fixture.certificate + Fixture.certificate.replacing("MIIBhz", with: "MIIBhy"), "cannot be decoded", 9),
            ("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", "holds no certificate", nil),
        ] as [(String, String, Int?)])
    func aBundleThatDoesNotParseIsNamedWithItsLine(text: String, words: String, line: Int?) {
        let problem = Self.configuration(["AWS_CA_BUNDLE": "/ca.pem"], files: ["/ca.pem": text])
        #expect(problem?.summary.contains(words) == true, "\(problem?.description ?? "nothing")")
        #expect(problem?.location == line.map { .init(file: "/ca.pem", line: $0) })
    }

    @Test func aFileThatCannotBeReadIsNamedWithTheReason() {
        struct Denied: Error, CustomStringConvertible { let description = "Permission denied" }
        for (variables, words) in [
            ([:], "/home/ada/.aws/config cannot be read: Permission denied"),
            (["AWS_CONFIG_FILE": "/none", "AWS_CA_BUNDLE": "/ca.pem"], "AWS_CA_BUNDLE names /ca.pem, which cannot be read"),
        ] as [([String: String], String)] {
            var environment = Fixture(variables).environment
            environment.readFile = { path in
                if path == "/home/ada/.aws/config" || path == "/ca.pem" { throw Denied() }
                return nil
            }
            let problem = #expect(throws: Problem.self) { try AWSClient.Configuration(environment: environment) }
            #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
            #expect(problem?.description.contains("Permission denied") == true && problem?.hint != nil)
        }
    }

    @Test func theRetryModeIsOneOfThree() throws {
        func mode(_ config: String, _ variables: [String: String] = [:]) throws -> String? {
            let environment = Fixture(variables, config: config).environment
            return try SharedConfig(environment, profile: nil).retryMode(environment)
        }
        #expect(try mode("") == nil)
        #expect(try mode("[default]\nretry_mode = Adaptive") == "adaptive")
        #expect(try mode("[default]\nretry_mode = adaptive", ["AWS_RETRY_MODE": "standard"]) == "standard")
        let problem = #expect(throws: Problem.self) { try mode("[default]\nretry_mode = fast") }
        #expect(problem?.location == .init(file: Fixture.configPath, line: 2))
    }

    @Test func theRegionTellsWhereItWasSet() throws {
        func choice(_ variables: [String: String], flag: String? = nil) throws -> Sourced<String>? {
            let environment = Fixture(variables, config: "[default]\n\nregion = eu-west-1\n").environment
            return try SharedConfig(environment, profile: nil).regionChoice(flag: flag, environment)
        }
        #expect(try choice([:])?.source == "AWS_REGION")
        #expect(try choice([:], flag: "x")?.source == "--region")
        #expect(
            try choice(["AWS_REGION": ""])
                == Sourced("eu-west-1", source: "profile default in ~/.aws/config:3"))
    }

    @Test func containersAndInstancesAreFoundWhereAWSPutsThem() throws {
        func url(_ name: String, _ value: String) throws -> String? {
            try ContainerEndpoint.url(Fixture([name: value]).environment)?.value
        }
        let relative = try url("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x")
        #expect(relative == "http://169.254.170.2/v2/credentials/x")
        let full = [
            "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials", "http://localhost:1/",
            "http://[::1]:1/", "http://127.9.9.9/", "https://example.com/x",
        ]
        for address in full {
            let found = try url("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
            #expect(found == address)
        }
        func metadata(_ variables: [String: String], _ config: String = "") throws -> InstanceMetadataSettings {
            let environment = Fixture(variables, config: config).environment
            return try InstanceMetadataSettings(environment, SharedConfig(environment, profile: nil))
        }
        #expect(try metadata([:]).url == "http://169.254.169.254")
        #expect(try metadata([:]).timeout == .seconds(1) && metadata([:]).attempts == 1)
        let mode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
        #expect(try metadata([mode: "IPv6"]).url == "http://[fd00:ec2::254]")
        #expect(try metadata([:], "[default]\nmetadata_service_num_attempts = 3").attempts == 3)
        let wrong = #expect(throws: Problem.self) { try metadata([mode: "ipv5"]) }
        #expect(wrong?.hint == "write IPv4 or IPv6")
    }

    @Test func wordsAreSplitAsAShellSplitsThem() {
        #expect(ShellWords.split(#"a "b c" 'd "e' f\ g "h\"i\n" ''"#) == ["a", "b c", "d \"e", "f g", #"h"i\n"#, ""])
        #expect(ShellWords.split("") == [])
        for open in ["'a", "\"a", "a\\", "\"a\\"] { #expect(ShellWords.split(open) == nil) }
    }
}
