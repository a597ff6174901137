import AWS
import AWSSigning
import Basics
import FoundationEssentials

/// Every operation of `Sources/AWS/Services`, by botocore's names. What is asked for is of no account here, only how the
/// answer is read. An output that is not `Codable` under AWS's names is written so in TypedCalls+Names.swift.
enum TypedCalls {
    struct Context: Sendable {
        let client: AWSClient
        let url: String
        let deadline: Deadline
    }

    typealias Call = @Sendable (Context) async throws -> any Encodable & Sendable

    static let region = "us-east-1"
    static let name = "any"

    static let all: [String: Call] = others.merging(writes) { read, _ in read }

    private static let others: [String: Call] = [
        "cloudformation DescribeStacks": { try await $0.stacks.describeStacks(deadline: $0.deadline) },
        "cloudwatch DescribeAlarms": { try await $0.cloudWatch.describeAlarms(.init(), deadline: $0.deadline) },
        "cloudwatch GetDashboard": {
            try await $0.cloudWatch.getDashboard(.init(dashboardName: name), deadline: $0.deadline)
        },
        "cloudwatch GetMetricData": {
            let now = Context.now
            return try await $0.cloudWatch.getMetricData(
                .init(metricDataQueries: [], startTime: now, endTime: now), deadline: $0.deadline)
        },
        "cloudwatch ListDashboards": { try await $0.cloudWatch.listDashboards(deadline: $0.deadline) },
        "cloudwatch ListTagsForResource": {
            try await $0.cloudWatch.listTagsForResource(.init(resourceARN: name), deadline: $0.deadline)
        },
        "cloudwatch PutMetricData": {
            try await $0.cloudWatch.putMetricData(.init(namespace: name, metricData: []), deadline: $0.deadline)
            return [String: String]()
        },
        "dsql GetCluster": { try await $0.dsql.getCluster(identifier: name, deadline: $0.deadline) },
        "dsql ListClusters": { try await $0.dsql.listClusters(deadline: $0.deadline) },
        "dsql ListTagsForResource": { try await $0.dsql.listTagsForResource(arn: name, deadline: $0.deadline) },
        "events DescribeEventBus": { try await $0.events.describeEventBus(.init(name: name), deadline: $0.deadline) },
        "events DescribeRule": {
            try await $0.events.describeRule(.init(name: name, eventBusName: nil), deadline: $0.deadline)
        },
        "events ListEventBuses": { try await $0.events.listEventBuses(deadline: $0.deadline) },
        "events ListRules": { try await $0.events.listRules(.init(eventBusName: nil), deadline: $0.deadline) },
        "events ListTargetsByRule": {
            try await $0.events.listTargetsByRule(.init(rule: name, eventBusName: nil), deadline: $0.deadline)
        },
        "events PutEvents": { try await $0.events.putEvents(.init(entries: []), deadline: $0.deadline) },
        "events TestEventPattern": {
            try await $0.events.testEventPattern(.init(eventPattern: "{}", event: "{}"), deadline: $0.deadline)
        },
        "lambda GetFunction": { try await $0.lambda.getFunction(name: name, deadline: $0.deadline) },
        "lambda GetFunctionConfiguration": {
            try await $0.lambda.getFunctionConfiguration(name: name, deadline: $0.deadline)
        },
        "lambda GetFunctionEventInvokeConfig": {
            try await $0.lambda.getFunctionEventInvokeConfig(name: name, deadline: $0.deadline)
        },
        "lambda GetPolicy": { try await $0.lambda.getPolicy(name: name, deadline: $0.deadline) },
        "lambda Invoke": {
            Named(try await $0.lambda.invoke(.init(functionName: name, payload: Data()), deadline: $0.deadline))
        },
        "logs DescribeLogGroups": { try await $0.logs.describeLogGroups(.init(), deadline: $0.deadline) },
        "logs DescribeMetricFilters": {
            try await $0.logs.describeMetricFilters(.init(), deadline: $0.deadline)
        },
        "logs DescribeSubscriptionFilters": {
            try await $0.logs.describeSubscriptionFilters(.init(logGroupName: name), deadline: $0.deadline)
        },
        "logs FilterLogEvents": { try await $0.logs.filterLogEvents(.init(), deadline: $0.deadline) },
        "logs ListTagsForResource": {
            try await $0.logs.listTagsForResource(.init(resourceARN: name), deadline: $0.deadline)
        },
        "logs StartLiveTail": { try await $0.liveTail() },
        "resourcegroupstaggingapi GetResources": {
            try await $0.tagging.getResources(.init(), deadline: $0.deadline)
        },
        "signin CreateOAuth2Token": { try Named(login: try await $0.renewedLogin()) },
        "sqs GetQueueAttributes": {
            try await $0.sqs.getQueueAttributes(.init(queueURL: name, attributeNames: []), deadline: $0.deadline)
        },
        "sqs ReceiveMessage": { try await $0.sqs.receiveMessage(.init(queueURL: name), deadline: $0.deadline) },
        "sqs GetQueueUrl": { try await $0.sqs.getQueueURL(.init(queueName: name), deadline: $0.deadline) },
        "sso GetRoleCredentials": { Named(role: try await $0.roleCredentials()) },
        "sso-oidc CreateToken": { try Named(signIn: try await $0.renewedSignIn()) },
        "sts AssumeRole": {
            Named(try await $0.sts.assumeRole(.init(roleARN: name, sessionName: name), deadline: $0.deadline))
        },
        "sts AssumeRoleWithWebIdentity": { Named(try await $0.webIdentity()) },
        "sts GetCallerIdentity": { Named(try await $0.sts.getCallerIdentity(deadline: $0.deadline)) },
    ]
}

extension TypedCalls.Context {
    var stacks: CloudFormation { client.cloudFormation(TypedCalls.region) }
    var cloudWatch: CloudWatch { client.cloudWatch(TypedCalls.region) }
    var dsql: DSQL { client.dsql(TypedCalls.region) }
    var events: EventBridge { client.eventBridge(TypedCalls.region) }
    var lambda: Lambda { client.lambda(TypedCalls.region) }
    var logs: CloudWatchLogs { client.logs(TypedCalls.region) }
    var tagging: ResourceGroupsTagging { client.resourceGroupsTagging(TypedCalls.region) }
    var sqs: SQS { client.sqs(TypedCalls.region) }
    var sts: STS { client.sts(TypedCalls.region) }
}
