package import Basics

/// Amazon SQS (botocore model `sqs` 2012-11-05, JSON 1.0).
package struct SQS: Sendable {
    let client: AWSClient
    let region: String

    package struct GetQueueURLInput: Sendable, Hashable, Codable {
        package var queueName: String
        package var accountID: String?

        package init(queueName: String, accountID: String? = nil) {
            self.queueName = queueName
            self.accountID = accountID
        }

        enum CodingKeys: String, CodingKey {
            case queueName = "QueueName"
            case accountID = "QueueOwnerAWSAccountId"
        }
    }

    package struct GetQueueURLOutput: Sendable, Hashable, Codable {
        package var queueURL: String

        enum CodingKeys: String, CodingKey { case queueURL = "QueueUrl" }
    }

    package func getQueueURL(
        _ input: GetQueueURLInput, deadline: Deadline
    ) async throws(AWSError) -> GetQueueURLOutput {
        try await client.call(.json(.sqs, "GetQueueUrl", input), in: region, deadline: deadline)
    }

    package struct GetQueueAttributesInput: Sendable, Hashable, Codable {
        package var queueURL: String
        /// `All` asks for every one.
        package var attributeNames: [String]

        package init(queueURL: String, attributeNames: [String]) {
            self.queueURL = queueURL
            self.attributeNames = attributeNames
        }

        enum CodingKeys: String, CodingKey {
            case queueURL = "QueueUrl"
            case attributeNames = "AttributeNames"
        }
    }

    package struct GetQueueAttributesOutput: Sendable, Hashable, Codable {
        package var attributes: [String: String]?

        enum CodingKeys: String, CodingKey { case attributes = "Attributes" }

        /// Messages waiting to be received; approximate, as AWS says of all its counts.
        package var approximateNumberOfMessages: Int? { number("ApproximateNumberOfMessages") }
        package var approximateNumberOfMessagesNotVisible: Int? { number("ApproximateNumberOfMessagesNotVisible") }
        package var approximateNumberOfMessagesDelayed: Int? { number("ApproximateNumberOfMessagesDelayed") }
        package var arn: String? { attributes?["QueueArn"] }

        package func number(_ name: String) -> Int? { attributes?[name].flatMap { Int($0) } }
    }

    package func getQueueAttributes(
        _ input: GetQueueAttributesInput, deadline: Deadline
    ) async throws(AWSError) -> GetQueueAttributesOutput {
        try await client.call(.json(.sqs, "GetQueueAttributes", input), in: region, deadline: deadline)
    }

    // MARK: ReceiveMessage

    package struct ReceiveMessageInput: Sendable, Hashable, Codable {
        package var queueURL: String
        /// 1 to 10.
        package var maxNumberOfMessages: Int?
        /// Seconds for which nobody else is given them; 0 leaves them visible.
        package var visibilityTimeout: Int?
        /// Seconds to wait for a message; from 1 on every server is asked, at 0 only some.
        package var waitTimeSeconds: Int?
        /// `All` asks for every one.
        package var messageAttributeNames: [String]?
        package var messageSystemAttributeNames: [String]?

        package init(
            queueURL: String, maxNumberOfMessages: Int? = nil, visibilityTimeout: Int? = nil, waitTimeSeconds: Int? = nil,
            messageAttributeNames: [String]? = nil, messageSystemAttributeNames: [String]? = nil
        ) {
            self.queueURL = queueURL
            self.maxNumberOfMessages = maxNumberOfMessages
            self.visibilityTimeout = visibilityTimeout
            self.waitTimeSeconds = waitTimeSeconds
            self.messageAttributeNames = messageAttributeNames
            self.messageSystemAttributeNames = messageSystemAttributeNames
        }

        enum CodingKeys: String, CodingKey {
            case queueURL = "QueueUrl"
            case maxNumberOfMessages = "MaxNumberOfMessages"
            case visibilityTimeout = "VisibilityTimeout"
            case waitTimeSeconds = "WaitTimeSeconds"
            case messageAttributeNames = "MessageAttributeNames"
            case messageSystemAttributeNames = "MessageSystemAttributeNames"
        }
    }

    package struct Message: Sendable, Hashable, Codable {
        package var messageID: String?
        package var body: String?
        package var attributes: [String: String]?
        package var messageAttributes: [String: MessageAttribute]?

        enum CodingKeys: String, CodingKey {
            case messageID = "MessageId"
            case body = "Body"
            case attributes = "Attributes"
            case messageAttributes = "MessageAttributes"
        }
    }

    package struct MessageAttribute: Sendable, Hashable, Codable {
        package var dataType: String
        package var stringValue: String?
        /// Base64.
        package var binaryValue: String?
        package var stringListValues: [String]?
        /// Base64, each.
        package var binaryListValues: [String]?

        enum CodingKeys: String, CodingKey {
            case dataType = "DataType"
            case stringValue = "StringValue"
            case binaryValue = "BinaryValue"
            case stringListValues = "StringListValues"
            case binaryListValues = "BinaryListValues"
        }
    }

    package struct ReceiveMessageOutput: Sendable, Hashable, Codable {
        package var messages: [Message]?

        enum CodingKeys: String, CodingKey { case messages = "Messages" }
    }

    /// Counts as a receipt of each message: a queue with a redrive policy of its own may move one that was received too often.
    package func receiveMessage(
        _ input: ReceiveMessageInput, deadline: Deadline
    ) async throws(AWSError) -> ReceiveMessageOutput {
        try await client.call(.json(.sqs, "ReceiveMessage", input), in: region, deadline: deadline)
    }
}

extension AWSClient {
    package func sqs(_ region: String) -> SQS { SQS(client: self, region: region) }
}
