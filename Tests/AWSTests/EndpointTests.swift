import AWS
import Basics
import FoundationEssentials
import TestSupport
import Testing

/// AWS's own endpoint-rule cases (botocore's `endpoint-tests-1.json`), read from beside the checkout.
@Suite struct EndpointTests {
    struct Case: Sendable, Decodable, CustomTestStringConvertible {
        struct Parameters: Sendable, Decodable {
            var region: String?
            var useFIPS: Bool?
            var useDualStack: Bool?
            var endpoint: String?
            var endpointID: String?

            enum CodingKeys: String, CodingKey {
                case region = "Region"
                case useFIPS = "UseFIPS"
                case useDualStack = "UseDualStack"
                case endpoint = "Endpoint"
                case endpointID = "EndpointId"
            }
        }
        struct Expectation: Sendable, Decodable {
            struct Endpoint: Sendable, Decodable {
                struct Properties: Sendable, Decodable { let authSchemes: [Scheme]? }
                struct Scheme: Sendable, Decodable {
                    let name: String
                    let signingName: String?
                    let signingRegionSet: [String]?
                }
                let url: String
                let properties: Properties?
            }
            let endpoint: Endpoint?
            let error: String?
        }
        let documentation: String?
        let params: Parameters?
        let expect: Expectation
        var service: AWSService? = nil
        var testDescription: String { "\(service?.name ?? ""): \(documentation ?? "")" }

        enum CodingKeys: String, CodingKey { case documentation, params, expect }
    }

    struct File: Decodable { let testCases: [Case] }

    static let folder = Repository.vectors.map { "\($0)/endpoints" }
    static let services: [(String, AWSService)] = [
        ("dsql", .dsql), ("events", .eventBridge), ("logs", .logs), ("cloudwatch", .cloudWatch),
    ]
    static let cases: [Case] = services.flatMap { name, service -> [Case] in
        guard let folder, let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(name).json")),
            let file = try? JSONDecoder().decode(File.self, from: data)
        else { return [] }
        return file.testCases.map { one in
            var one = one
            one.service = service
            return one
        }
    }

    @Test(.enabled(if: folder != nil, "no ../shared/vectors beside this checkout; set TASKOPS_VECTORS to run these"))
    func theCasesAreThere() {
        #expect(Self.cases.count >= 140)
    }

    @Test(
        .enabled(if: folder != nil, "no ../shared/vectors beside this checkout; set TASKOPS_VECTORS to run these"),
        arguments: cases)
    func everyCaseIsAWSs(one: Case) throws {
        let service = try #require(one.service)
        var settings = EndpointSettings(override: one.params?.endpoint)
        settings.usesFIPS = one.params?.useFIPS ?? false
        settings.usesDualStack = one.params?.useDualStack ?? false
        if let expected = one.expect.endpoint {
            let endpoint = try Endpoint.resolve(
                service, region: one.params?.region, globalEndpointID: one.params?.endpointID, settings: settings)
            #expect(endpoint.url == expected.url)
            var auth = Endpoint.AuthScheme.sigV4
            if let scheme = expected.properties?.authSchemes?.first, scheme.name == "sigv4a" {
                auth = .sigV4A(signingName: scheme.signingName ?? "", regionSet: scheme.signingRegionSet ?? [])
            }
            #expect(endpoint.auth == auth)
        } else {
            #expect(throws: Problem.self) {
                try Endpoint.resolve(
                    service, region: one.params?.region, globalEndpointID: one.params?.endpointID, settings: settings)
            }
        }
    }

    @Test func aCallToAGlobalEndpointIsRefusedBeforeItLeaves() async throws {
        try await LoopbackServer.run { _ in
            ClientTests.accepted
        } _: { server in
            let fixture = ClientFixture(server.url)
            var input = ClientTests.entry
            input.endpointID = "abc123.456def"
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(input, deadline: fixture.deadline)
            }
            #expect(error?.attempts == 0)
            #expect(error?.problem.cause?.contains("SigV4A") == true)
            #expect(server.record.connections == 0)
        }
    }

    @Test(arguments: [
        (AWSService.sqs, "us-gov-west-1", true, false, "https://sqs.us-gov-west-1.amazonaws.com"),
        (.lambda, "us-gov-west-1", true, false, "https://lambda-fips.us-gov-west-1.amazonaws.com"),
        (.sts, "us-east-1", false, false, "https://sts.us-east-1.amazonaws.com"),
        (.sts, "us-gov-west-1", true, false, "https://sts.us-gov-west-1.amazonaws.com"),
        (.lambda, "eu-west-1", false, true, "https://lambda.eu-west-1.api.aws"),
    ])
    func theOtherServicesFollowTheirRules(_ row: (AWSService, String, Bool, Bool, String)) throws {
        var settings = EndpointSettings()
        (settings.usesFIPS, settings.usesDualStack) = (row.2, row.3)
        #expect(try Endpoint.resolve(row.0, region: row.1, settings: settings).url == row.4)
    }

    /// What botocore's `_urljoin` makes of a `hostPrefix`; addresses are the exception that `prefixed` explains.
    @Test(
        arguments: [
            (nil, "us-west-2", "https://stream-logs.us-west-2.amazonaws.com"),
            (nil, "cn-north-1", "https://stream-logs.cn-north-1.amazonaws.com.cn"),
            ("https://logs.example.com", "us-west-2", "https://stream-logs.example.com"),
            ("http://logs.example.com:8080/base/", "us-west-2", "http://stream-logs.example.com:8080/base"),
            ("http://localhost:4566", "us-west-2", "http://stream-localhost:4566"),
            ("http://127.0.0.1:4566", "us-west-2", "http://127.0.0.1:4566"),
            ("http://[::1]:4566", "us-west-2", "http://[::1]:4566"),
            ("http://127.0.0.1.example.com", "us-west-2", "http://stream-127.0.0.1.example.com"),
        ] as [(String?, String, String)])
    func aHostPrefixStandsBeforeNames(_ row: (String?, String, String)) throws {
        var settings = EndpointSettings(override: row.0)
        let plain = try Endpoint.resolve(.logs, region: row.1, settings: settings)
        #expect(try plain.prefixed("stream-", settings: settings).url == row.2)
        #expect(try plain.prefixed(nil, settings: settings) == plain)
        settings.injectsHostPrefix = false
        #expect(try plain.prefixed("stream-", settings: settings) == plain)
    }

    @Test func theMostParticularSettingWins() {
        var settings = EndpointSettings()
        settings.profile = "http://profile"
        #expect(settings.configuredURL(for: .logs) == "http://profile")
        settings.profileByService = ["CLOUDWATCH_LOGS": "http://services"]
        #expect(settings.configuredURL(for: .logs) == "http://services")
        settings.environment = "http://environment"
        #expect(settings.configuredURL(for: .logs) == "http://environment")
        settings.environmentByService = ["CLOUDWATCH_LOGS": "http://one"]
        #expect(settings.configuredURL(for: .logs) == "http://one")
        #expect(settings.configuredURL(for: .sqs) == "http://environment")
        settings.override = "http://flag"
        #expect(settings.configuredURL(for: .logs) == "http://flag")
    }

    @Test(arguments: ["us east 1", "us-east-1.evil.com", "", "US-EAST-1", "-a", "a/b"])
    func whatIsNoRegionIsRefused(region: String) {
        #expect(throws: Problem.self) { try Endpoint.resolve(.sqs, region: region, settings: EndpointSettings()) }
    }

    @Test(arguments: [
        "localhost:5000", "http://", "http://a?b", "http://u:p@h", "http://h:99999", "http://a b", "ftp://a",
    ])
    func whatIsNoEndpointIsRefused(url: String) {
        let problem = #expect(throws: Problem.self) {
            try Endpoint.resolve(.sqs, region: "us-east-1", settings: EndpointSettings(override: url))
        }
        #expect(problem?.kind == .configuration)
    }

    @Test func aPathBelowTheHostIsKept() throws {
        let endpoint = try Endpoint.resolve(
            .sqs, region: "us-east-1", settings: EndpointSettings(override: "https://[::1]:8443/base/"))
        #expect(endpoint.url == "https://[::1]:8443/base")
        #expect(endpoint.address.authority == "[::1]:8443")
    }
}
