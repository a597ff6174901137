import AWS
import Basics
import FoundationEssentials
import TestSupport
import Testing

@Suite struct GetMetricDataTests {
    private static let begin = Date(timeIntervalSince1970: 1_795_572_000)

    private static let input = CloudWatch.GetMetricDataInput(
        metricDataQueries: [
            .init(
                id: "errors",
                metricStat: .init(
                    metric: .init(
                        namespace: "AWS/Lambda", metricName: "Errors", dimensions: [.init(name: "FunctionName", value: "f")]),
                    period: 60, stat: "Sum"))
        ], startTime: begin, endTime: begin.addingTimeInterval(3600), scanBy: .timestampAscending)

    @Test func itAsksInTheModelsWords() async throws {
        try await LoopbackServer.run { _ in
            .json(#"{"MetricDataResults":[]}"#)
        } _: { server in
            let fixture = ClientFixture(server.url)
            _ = try await fixture.client.cloudWatch("us-west-2").getMetricData(Self.input, deadline: fixture.deadline)
            let request = try #require(server.record.requests.first)
            #expect(request["X-Amz-Target"] == "GraniteServiceVersion20100801.GetMetricData")
            #expect(request["Content-Type"] == "application/x-amz-json-1.0")
            let sent = try JSONDecoder().decode(CloudWatch.GetMetricDataInput.self, from: Data(request.body))
            #expect(sent.metricDataQueries == Self.input.metricDataQueries)
            let text = String(decoding: request.body, as: UTF8.self)
            for word in [
                #""StartTime":1795572000"#, #""EndTime":1795575600"#, #""ScanBy":"TimestampAscending""#, #""Id":"errors""#,
                #""Stat":"Sum""#, #""Period":60"#, #""Dimensions":[{"#, #""Namespace":"AWS/Lambda""#,
            ] {
                #expect(text.contains(word), "\(word) in \(text)")
            }
        }
    }

    @Test func aMetricThatGoesOnOverPagesIsOne() async throws {
        let script = Script([
            .json(
                #"{"MetricDataResults":[{"Id":"a","Timestamps":[1795572000],"Values":[1],"StatusCode":"PartialData"}],"#
                    + #""NextToken":"more","Messages":[{"Code":"x","Value":"y"}]}"#),
            .json(
                #"{"MetricDataResults":[{"Id":"a","Timestamps":[1795572060],"Values":[2],"StatusCode":"Complete"},"#
                    + #"{"Id":"b","Timestamps":[],"Values":[],"StatusCode":"InternalError"}]}"#),
        ])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url)
            let all = try await fixture.client.cloudWatch("us-east-1").allMetricData(Self.input, deadline: fixture.deadline)
            #expect(all.metricDataResults?.map(\.id) == ["a", "b"])
            #expect(all.metricDataResults?.first?.values == [1, 2])
            #expect(all.metricDataResults?.first?.timestamps?.map(\.timeIntervalSince1970) == [1_795_572_000, 1_795_572_060])
            #expect(all.metricDataResults?.map(\.statusCode) == [.complete, .internalError])
            #expect(all.messages?.map(\.value) == ["y"])
            #expect(all.nextToken == nil)
            #expect(String(decoding: server.record.requests[1].body, as: UTF8.self).contains(#""NextToken":"more""#))
        }
    }

    /// Every service's prefix as the Service Authorization Reference writes it.
    @Test(arguments: [
        ("EventBridge", "DescribeRule", "events:DescribeRule"), ("Aurora DSQL", "GetCluster", "dsql:GetCluster"),
        ("Lambda", "GetPolicy", "lambda:GetPolicy"), ("Lambda", "Invoke", "lambda:InvokeFunction"),
        ("SQS", "GetQueueUrl", "sqs:GetQueueUrl"), ("CloudWatch Logs", "DescribeLogGroups", "logs:DescribeLogGroups"),
        ("CloudWatch", "GetMetricData", "cloudwatch:GetMetricData"), ("Teapot", "Pour", nil),
    ])
    func aRefusedCallNamesItsAction(service: String, operation: String, action: String?) {
        let error = AWSError(
            service: service, operation: operation, region: "us-east-1", attempts: 1,
            failure: .answered(status: 403, code: "AccessDenied", message: "", requestID: nil))
        #expect(error.iamAction == action)
    }

    @Test func aTallyCountsRetriesAndOnlyWhatRunsBeneathIt() async throws {
        let script = Script([
            .json("{}", status: 500), .json(#"{"MetricDataResults":[]}"#),
        ])
        try await LoopbackServer.run(script.handler) { server in
            let fixture = ClientFixture(server.url)
            let tally = CallTally()
            try await CallTally.$current.withValue(tally) {
                async let answer = fixture.client.cloudWatch("us-east-1").getMetricData(Self.input, deadline: fixture.deadline)
                _ = try await answer
            }
            _ = try await fixture.client.cloudWatch("us-east-1").getMetricData(Self.input, deadline: fixture.deadline)
            #expect(tally.requests == 2)
        }
    }
}
