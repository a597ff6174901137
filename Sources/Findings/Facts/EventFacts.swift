/// An event bus, as DescribeEventBus describes it.
package struct BusFacts: Sendable, Hashable, Codable {
    package var name: String?
    package var arn: String?
    package var description: String?
    /// A JSON document as text.
    package var policy: String?
    package var kmsKeyIdentifier: String?
    package var deadLetterConfig: DeadLetterConfigFacts?
    package var creationTime: String?
    package var lastModifiedTime: String?

    package init() {}
}

package struct DeadLetterConfigFacts: Sendable, Hashable, Codable {
    package var arn: String?

    package init(arn: String?) {
        self.arn = arn
    }
}

/// A rule, as DescribeRule describes it.
package struct RuleFacts: Sendable, Hashable, Codable {
    package var name: String?
    package var arn: String?
    /// A JSON document as text.
    package var eventPattern: String?
    package var scheduleExpression: String?
    package var state: String?
    package var description: String?
    package var roleArn: String?
    package var managedBy: String?
    package var eventBusName: String?

    package init() {}
}

/// A rule's target, as ListTargetsByRule lists it.
package struct TargetFacts: Sendable, Hashable, Codable {
    package var id: String
    package var arn: String
    package var roleArn: String?
    package var input: String?
    package var inputPath: String?
    package var inputTransformer: InputTransformer?
    package var deadLetterConfig: DeadLetterConfigFacts?
    package var retryPolicy: RetryPolicy?

    package struct InputTransformer: Sendable, Hashable, Codable {
        package var inputPathsMap: [String: String]?
        package var inputTemplate: String

        package init(inputPathsMap: [String: String]?, inputTemplate: String) {
            self.inputPathsMap = inputPathsMap
            self.inputTemplate = inputTemplate
        }
    }

    /// Without one EventBridge tries 185 times over 24 hours.
    package struct RetryPolicy: Sendable, Hashable, Codable {
        package var maximumRetryAttempts: Int?
        package var maximumEventAgeInSeconds: Int?

        package init(maximumRetryAttempts: Int?, maximumEventAgeInSeconds: Int?) {
            self.maximumRetryAttempts = maximumRetryAttempts
            self.maximumEventAgeInSeconds = maximumEventAgeInSeconds
        }
    }

    package init(id: String, arn: String) {
        self.id = id
        self.arn = arn
    }
}
