/// A queue: its URL, and its attributes as GetQueueAttributes names them. The counts are approximate, as AWS says.
package struct QueueFacts: Sendable, Hashable, Codable {
    package var queueUrl: String?
    package var queueArn: String?
    /// Waiting to be received.
    package var approximateNumberOfMessages: Int?
    /// Received and not yet deleted.
    package var approximateNumberOfMessagesNotVisible: Int?
    package var approximateNumberOfMessagesDelayed: Int?
    /// A JSON document as text.
    package var policy: String?
    package var kmsMasterKeyId: String?
    package var sqsManagedSseEnabled: Bool?
    /// Seconds.
    package var messageRetentionPeriod: Int?
    /// Seconds.
    package var visibilityTimeout: Int?
    package var fifoQueue: Bool?
    /// Seconds since 1970.
    package var createdTimestamp: Int?
    package var lastModifiedTimestamp: Int?

    package init() {}

    /// Every message that is in it, whatever it waits for.
    package var depth: Int {
        (approximateNumberOfMessages ?? 0) + (approximateNumberOfMessagesNotVisible ?? 0)
            + (approximateNumberOfMessagesDelayed ?? 0)
    }
}
