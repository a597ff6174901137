import Basics
import FoundationEssentials
import Subprocess
import TestSupport
import Testing

@testable import AWS

@Suite struct XMLElementTests {
    private func read(_ text: String) throws -> XMLElement { try XMLElement(Data(text.utf8)) }

    @Test func aTreeOfWhatAWSWrites() throws {
        let root = try read(
            """
            <?xml version="1.0"?><!-- c --><DescribeStacksResponse xmlns="http://x/" a='>'>
              <DescribeStacksResult><Stacks><member><StackName>a &amp; b &#x263A;</StackName><Empty/></member>
              <member><StackName><![CDATA[<c>]]></StackName></member></Stacks></DescribeStacksResult>
              <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
            </DescribeStacksResponse>
            """)
        #expect(root.name == "DescribeStacksResponse")
        let stacks = try #require(root.child("DescribeStacksResult")?.list("Stacks"))
        #expect(stacks.map { $0.text("StackName") } == ["a & b ☺", "<c>"])
        #expect(stacks.first?.text("Empty") == "")
        #expect(stacks.first?.text("Missing") == nil)
        #expect(root.list("Stacks") == nil)
        #expect(try read("<a><Stacks/></a>").list("Stacks") == [])
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a><b></a></b>", "</a>", "<a", "<a b='", "<!-- a", "<![CDATA[x", "<a>&lt;", "< a></a>",
        "<!DOCTYPE a><a></a>",
    ])
    func whatIsNoXMLIsRefused(text: String) {
        #expect(throws: XMLElement.Malformed.self) { try read(text) }
    }

    @Test func whatIsNestedWithoutEndIsRefused() {
        #expect(throws: XMLElement.Malformed.self) { try read(String(repeating: "<a>", count: 100_000)) }
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(throws: Never.self) { try read(nested(60)) }
        #expect(throws: XMLElement.Malformed.self) { try read(nested(70)) }
    }

    @Test func randomTextEnds() {
        let pieces = [
            "<", ">", "</", "a", "<a>", "</a>", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "'", "\"", " ", "&amp;", "é",
        ]
        for text in RandomInputTests.texts(pieces, seed: 9) { _ = try? read(text) }
    }
}

@Suite struct CloudFormationTests {
    private static func page(_ stacks: String, token: String? = nil) -> LoopbackServer.Reply {
        let next = token.map { "<NextToken>\($0)</NextToken>" } ?? ""
        let text = """
            <DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>\
            <Stacks>\(stacks)</Stacks>\(next)</DescribeStacksResult></DescribeStacksResponse>
            """
        return .answer(status: 200, headers: [("Content-Type", "text/xml")], body: Array(text.utf8))
    }

    @Test func allPagesAreRead() async throws {
        try await LoopbackServer.run { request in
            if String(decoding: request.body, as: UTF8.self).contains("NextToken=t%2F1") {
                return Self.page("<member><StackName>two</StackName><StackStatus>SOMETHING_NEW</StackStatus></member>")
            }
            return Self.page(
                """
                <member><StackId>arn:x</StackId><StackName>one</StackName><StackStatus>CREATE_COMPLETE</StackStatus>\
                <Parameters><member><ParameterKey>P</ParameterKey><ParameterValue>p</ParameterValue></member></Parameters>\
                <Outputs><member><OutputKey>O</OutputKey><OutputValue>a &lt; b</OutputValue></member></Outputs>\
                <Tags><member><Key>taskops:stack</Key><Value>tasks</Value></member></Tags></member>
                """, token: "t/1")
        } _: { server in
            let fixture = ClientFixture(server.url)
            let stacks = try await fixture.client.cloudFormation("us-east-1").allStacks(deadline: fixture.deadline)
            #expect(
                stacks == [
                    CloudFormation.Stack(
                        stackID: "arn:x", stackName: "one", stackStatus: "CREATE_COMPLETE",
                        parameters: [.init("P", "p")], outputs: [.init("O", "a < b")],
                        tags: [.init("taskops:stack", "tasks")]),
                    CloudFormation.Stack(stackName: "two", stackStatus: "SOMETHING_NEW"),
                ])
            let first = try #require(server.record.requests.first)
            #expect(String(decoding: first.body, as: UTF8.self) == "Action=DescribeStacks&Version=2010-05-15")
            #expect(first["Authorization"]?.contains("/us-east-1/cloudformation/aws4_request") == true)
        }
    }

    @Test func anAnswerOfAnotherFormIsSaidToBeOne() async throws {
        try await LoopbackServer.run { _ in
            .answer(status: 200, body: Array("<html></html>".utf8))
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.cloudFormation("us-east-1").allStacks(deadline: fixture.deadline)
            }
            #expect(error?.problem.cause == "the answer holds no <DescribeStacksResult>")
        }
    }

    @Test func aRefusalIsOne() async throws {
        try await LoopbackServer.run { _ in
            .answer(
                status: 403,
                body: Array(
                    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>".utf8))
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.cloudFormation("us-east-1").allStacks(deadline: fixture.deadline)
            }
            #expect(error?.problem.kind == .denied)
        }
    }
}

/// The vectors beside the checkout have no file for CloudFormation: its rules are asked of botocore itself.
@Suite struct CloudFormationEndpointTests {
    struct Case: Sendable, Decodable {
        let region: String
        let fips: Bool
        let dualStack: Bool
        let url: String
    }

    static let script = """
        import itertools, json, botocore.session
        from botocore.endpoint_provider import EndpointProvider
        loader = botocore.session.get_session().get_component("data_loader")
        provider = EndpointProvider(
            loader.load_service_model("cloudformation", "endpoint-rule-set-1"), loader.load_data("partitions"))
        regions = ["us-east-1", "eu-south-2", "cn-north-1", "us-gov-west-1", "us-gov-east-1", "us-iso-east-1",
                   "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "us-nowhere-9"]
        print(json.dumps([
            {"region": region, "fips": fips, "dualStack": dual,
             "url": provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual).url}
            for region, fips, dual in itertools.product(regions, (False, True), (False, True))]))
        """

    @Test(.enabled("python3 with boto3 and moto's server is not here", MotoTests.isThere))
    func everyCaseIsBotocores() async throws {
        let result = try await run(
            .name("env"), arguments: [MotoTests.python, "-c", Self.script], output: .string(limit: 1 << 20))
        let cases = try JSONDecoder().decode([Case].self, from: Data(result.standardOutput.utf8))
        #expect(cases.count == 44)
        for one in cases {
            var settings = EndpointSettings()
            (settings.usesFIPS, settings.usesDualStack) = (one.fips, one.dualStack)
            let endpoint = try Endpoint.resolve(.cloudFormation, region: one.region, settings: settings)
            #expect(endpoint.url == one.url, "\(one)")
            #expect(endpoint.auth == .sigV4)
        }
    }
}
