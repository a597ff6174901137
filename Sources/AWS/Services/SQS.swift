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
}

extension AWSClient {
    package func sqs(_ region: String) -> SQS { SQS(client: self, region: region) }
}
