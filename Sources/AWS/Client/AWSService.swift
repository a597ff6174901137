/// One AWS service as its requests need it described. Values are those of botocore's `service-2.json` and
/// `endpoint-rule-set-1.json` of the named model.
package struct AWSService: Sendable, Hashable {
    package enum Wire: Sendable, Hashable {
        /// Every operation is a POST to `/`, named by `X-Amz-Target: PREFIX.Operation`.
        case json(version: String, target: String, queryCompatible: Bool = false)
        case restJSON
        /// A form goes in, XML comes out.
        case query(version: String)
    }

    /// How the FIPS host is written in AWS GovCloud (US), where several services' ordinary host already is the FIPS one.
    enum GovCloudFIPS: Sendable, Hashable {
        case suffixed, plain, plainUnlessDualStack
    }

    /// As people say it.
    package let name: String
    /// In `AWS_ENDPOINT_URL_<ID>`; in lower case, the key of a `services` section.
    package let endpointID: String
    let hostPrefix: String
    package let signingName: String
    let wire: Wire
    var govCloudFIPS = GovCloudFIPS.suffixed
    /// Born dual-stack: there is only the `api.aws` host.
    var isDualStackOnly = false
    /// Where a partition's plain endpoint is `REGION.DOMAIN` rather than built from `hostPrefix`: the domain.
    var ownDomains: [Partition: String] = [:]
    /// The same for its FIPS endpoint; us-gov-west-1's is the domain itself.
    var ownFIPSDomains: [Partition: String] = [:]

    package static let eventBridge = AWSService(
        name: "EventBridge", endpointID: "EVENTBRIDGE", hostPrefix: "events", signingName: "events",
        wire: .json(version: "1.1", target: "AWSEvents"), govCloudFIPS: .plain)
    package static let dsql = AWSService(
        name: "Aurora DSQL", endpointID: "DSQL", hostPrefix: "dsql", signingName: "dsql", wire: .restJSON,
        isDualStackOnly: true)
    package static let lambda = AWSService(
        name: "Lambda", endpointID: "LAMBDA", hostPrefix: "lambda", signingName: "lambda", wire: .restJSON)
    package static let sqs = AWSService(
        name: "SQS", endpointID: "SQS", hostPrefix: "sqs", signingName: "sqs",
        wire: .json(version: "1.0", target: "AmazonSQS", queryCompatible: true), govCloudFIPS: .plainUnlessDualStack)
    package static let logs = AWSService(
        name: "CloudWatch Logs", endpointID: "CLOUDWATCH_LOGS", hostPrefix: "logs", signingName: "logs",
        wire: .json(version: "1.1", target: "Logs_20140328"), govCloudFIPS: .plainUnlessDualStack)
    package static let cloudWatch = AWSService(
        name: "CloudWatch", endpointID: "CLOUDWATCH", hostPrefix: "monitoring", signingName: "monitoring",
        wire: .json(version: "1.0", target: "GraniteServiceVersion20100801", queryCompatible: true),
        govCloudFIPS: .plain)
    package static let sts = AWSService(
        name: "STS", endpointID: "STS", hostPrefix: "sts", signingName: "sts", wire: .query(version: "2011-06-15"),
        govCloudFIPS: .plainUnlessDualStack)
    package static let cloudFormation = AWSService(
        name: "CloudFormation", endpointID: "CLOUDFORMATION", hostPrefix: "cloudformation", signingName: "cloudformation",
        wire: .query(version: "2010-05-15"), govCloudFIPS: .plainUnlessDualStack)
    package static let resourceGroupsTagging = AWSService(
        name: "Resource Groups Tagging", endpointID: "RESOURCE_GROUPS_TAGGING_API", hostPrefix: "tagging",
        signingName: "tagging", wire: .json(version: "1.1", target: "ResourceGroupsTaggingAPI_20170126"))
}
