package import Basics
package import FoundationEssentials

/// Amazon EventBridge (botocore model `events` 2015-10-07, JSON 1.1).
package struct EventBridge: Sendable {
    let client: AWSClient
    let region: String

    // MARK: PutEvents

    package struct PutEventsInput: Sendable, Hashable, Codable {
        /// 1 to 10.
        package var entries: [Entry]
        /// Of a global endpoint. Its requests need SigV4A, which this client does not make: such a call is refused.
        package var endpointID: String?

        package init(entries: [Entry], endpointID: String? = nil) {
            self.entries = entries
            self.endpointID = endpointID
        }

        enum CodingKeys: String, CodingKey {
            case entries = "Entries"
            case endpointID = "EndpointId"
        }
    }

    package struct Entry: Sendable, Hashable, Codable {
        package var time: Date?
        package var source: String
        package var detailType: String
        /// A JSON document as text.
        package var detail: String
        package var eventBusName: String?
        package var resources: [String]?
        package var traceHeader: String?

        package init(
            source: String, detailType: String, detail: String, eventBusName: String? = nil, time: Date? = nil,
            resources: [String]? = nil, traceHeader: String? = nil
        ) {
            self.time = time
            self.source = source
            self.detailType = detailType
            self.detail = detail
            self.eventBusName = eventBusName
            self.resources = resources
            self.traceHeader = traceHeader
        }

        enum CodingKeys: String, CodingKey {
            case time = "Time"
            case source = "Source"
            case detailType = "DetailType"
            case detail = "Detail"
            case eventBusName = "EventBusName"
            case resources = "Resources"
            case traceHeader = "TraceHeader"
        }
    }

    package struct PutEventsOutput: Sendable, Hashable, Codable {
        package var failedEntryCount: Int
        /// One per entry sent, in the order sent.
        package var entries: [EntryResult]

        enum CodingKeys: String, CodingKey {
            case failedEntryCount = "FailedEntryCount"
            case entries = "Entries"
        }
    }

    /// Either an id, or a code and a message. An id says the entry was accepted, not that any rule saw it: a bus that
    /// does not exist accepts and drops.
    package struct EntryResult: Sendable, Hashable, Codable {
        package var eventID: String?
        package var errorCode: String?
        package var errorMessage: String?

        enum CodingKeys: String, CodingKey {
            case eventID = "EventId"
            case errorCode = "ErrorCode"
            case errorMessage = "ErrorMessage"
        }
    }

    package func putEvents(_ input: PutEventsInput, deadline: Deadline) async throws(AWSError) -> PutEventsOutput {
        var operation = AWSOperation.json(.eventBridge, "PutEvents", input, as: PutEventsOutput.self)
        operation.globalEndpointID = input.endpointID
        return try await client.call(operation, in: region, deadline: deadline)
    }

    // MARK: DescribeEventBus

    package struct DescribeEventBusInput: Sendable, Hashable, Codable {
        /// A name or an ARN.
        package var name: String?

        package init(name: String?) {
            self.name = name
        }

        enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    package struct EventBus: Sendable, Hashable, Codable {
        package var name: String?
        package var arn: String?
        package var description: String?
        package var policy: String?
        package var kmsKeyIdentifier: String?
        package var deadLetterConfig: DeadLetterConfig?
        package var creationTime: Date?
        package var lastModifiedTime: Date?

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case arn = "Arn"
            case description = "Description"
            case policy = "Policy"
            case kmsKeyIdentifier = "KmsKeyIdentifier"
            case deadLetterConfig = "DeadLetterConfig"
            case creationTime = "CreationTime"
            case lastModifiedTime = "LastModifiedTime"
        }
    }

    package struct DeadLetterConfig: Sendable, Hashable, Codable {
        package var arn: String?

        enum CodingKeys: String, CodingKey { case arn = "Arn" }
    }

    package func describeEventBus(
        _ input: DescribeEventBusInput, deadline: Deadline
    ) async throws(AWSError) -> EventBus {
        try await client.call(.json(.eventBridge, "DescribeEventBus", input), in: region, deadline: deadline)
    }

    // MARK: DescribeRule

    package struct DescribeRuleInput: Sendable, Hashable, Codable {
        package var name: String
        package var eventBusName: String?

        package init(name: String, eventBusName: String?) {
            self.name = name
            self.eventBusName = eventBusName
        }

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case eventBusName = "EventBusName"
        }
    }

    package struct RuleState: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let enabled: RuleState = "ENABLED"
        package static let disabled: RuleState = "DISABLED"
        package static let enabledWithAllCloudTrailManagementEvents: RuleState =
            "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

        /// Whether events that match are delivered.
        package var isEnabled: Bool { self == .enabled || self == .enabledWithAllCloudTrailManagementEvents }
    }

    package struct Rule: Sendable, Hashable, Codable {
        package var name: String?
        package var arn: String?
        /// A JSON document as text.
        package var eventPattern: String?
        package var scheduleExpression: String?
        package var state: RuleState?
        package var description: String?
        package var roleARN: String?
        package var managedBy: String?
        package var eventBusName: String?

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case arn = "Arn"
            case eventPattern = "EventPattern"
            case scheduleExpression = "ScheduleExpression"
            case state = "State"
            case description = "Description"
            case roleARN = "RoleArn"
            case managedBy = "ManagedBy"
            case eventBusName = "EventBusName"
        }
    }

    package func describeRule(_ input: DescribeRuleInput, deadline: Deadline) async throws(AWSError) -> Rule {
        try await client.call(.json(.eventBridge, "DescribeRule", input), in: region, deadline: deadline)
    }

    package struct ListTargetsByRuleInput: Sendable, Hashable, Codable {
        package var rule: String
        package var eventBusName: String?
        package var nextToken: String?
        package var limit: Int?

        package init(rule: String, eventBusName: String?, nextToken: String? = nil, limit: Int? = nil) {
            self.rule = rule
            self.eventBusName = eventBusName
            self.nextToken = nextToken
            self.limit = limit
        }

        enum CodingKeys: String, CodingKey {
            case rule = "Rule"
            case eventBusName = "EventBusName"
            case nextToken = "NextToken"
            case limit = "Limit"
        }
    }

    package struct ListTargetsByRuleOutput: Sendable, Hashable, Codable {
        package var targets: [Target]?
        package var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case targets = "Targets"
            case nextToken = "NextToken"
        }
    }

    package struct Target: Sendable, Hashable, Codable {
        package var id: String
        package var arn: String
        package var roleARN: String?
        package var input: String?
        package var inputPath: String?
        package var inputTransformer: InputTransformer?
        package var deadLetterConfig: DeadLetterConfig?
        package var retryPolicy: RetryPolicy?

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case arn = "Arn"
            case roleARN = "RoleArn"
            case input = "Input"
            case inputPath = "InputPath"
            case inputTransformer = "InputTransformer"
            case deadLetterConfig = "DeadLetterConfig"
            case retryPolicy = "RetryPolicy"
        }
    }

    package struct InputTransformer: Sendable, Hashable, Codable {
        package var inputPathsMap: [String: String]?
        package var inputTemplate: String

        enum CodingKeys: String, CodingKey {
            case inputPathsMap = "InputPathsMap"
            case inputTemplate = "InputTemplate"
        }
    }

    package struct RetryPolicy: Sendable, Hashable, Codable {
        package var maximumRetryAttempts: Int?
        package var maximumEventAgeInSeconds: Int?

        enum CodingKeys: String, CodingKey {
            case maximumRetryAttempts = "MaximumRetryAttempts"
            case maximumEventAgeInSeconds = "MaximumEventAgeInSeconds"
        }
    }

    package func listTargetsByRule(
        _ input: ListTargetsByRuleInput, deadline: Deadline
    ) async throws(AWSError) -> ListTargetsByRuleOutput {
        try await client.call(.json(.eventBridge, "ListTargetsByRule", input), in: region, deadline: deadline)
    }

    // MARK: TestEventPattern

    package struct TestEventPatternInput: Sendable, Hashable, Codable {
        package var eventPattern: String
        /// A whole event as JSON text: id, account, source, time, region, resources and detail-type are required.
        package var event: String

        package init(eventPattern: String, event: String) {
            self.eventPattern = eventPattern
            self.event = event
        }

        enum CodingKeys: String, CodingKey {
            case eventPattern = "EventPattern"
            case event = "Event"
        }
    }

    package struct TestEventPatternOutput: Sendable, Hashable, Codable {
        package var result: Bool

        enum CodingKeys: String, CodingKey { case result = "Result" }
    }

    package func testEventPattern(
        _ input: TestEventPatternInput, deadline: Deadline
    ) async throws(AWSError) -> TestEventPatternOutput {
        try await client.call(.json(.eventBridge, "TestEventPattern", input), in: region, deadline: deadline)
    }
}

extension AWSClient {
    package func eventBridge(_ region: String) -> EventBridge { EventBridge(client: self, region: region) }
}
