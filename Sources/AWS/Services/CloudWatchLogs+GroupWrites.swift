package import Basics

/// Writing log groups: what they are made with, and what can be changed of them, each by an operation of its own.
extension CloudWatchLogs {
    private func call(_ operation: AWSOperation<NoAnswer>, deadline: Deadline) async throws(AWSError) {
        _ = try await client.call(operation, in: region, deadline: deadline)
    }

    package struct CreateLogGroupInput: Sendable, Hashable, Codable {
        package var logGroupName: String
        package var kmsKeyID: String?
        package var tags: [String: String]?
        /// It cannot be changed later.
        package var logGroupClass: LogGroupClass?
        package var deletionProtectionEnabled: Bool?

        package init(
            logGroupName: String, kmsKeyID: String? = nil, tags: [String: String] = [:],
            logGroupClass: LogGroupClass? = nil, deletionProtectionEnabled: Bool? = nil
        ) {
            self.logGroupName = logGroupName
            self.kmsKeyID = kmsKeyID
            self.tags = tags.isEmpty ? nil : tags
            self.logGroupClass = logGroupClass
            self.deletionProtectionEnabled = deletionProtectionEnabled
        }

        enum CodingKeys: String, CodingKey {
            case logGroupName
            case kmsKeyID = "kmsKeyId"
            case tags
            case logGroupClass
            case deletionProtectionEnabled
        }
    }

    /// Fails with `ResourceAlreadyExistsException` where there is one, and leaves it alone.
    package func createLogGroup(_ input: CreateLogGroupInput, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "CreateLogGroup", input), deadline: deadline)
    }

    private struct Named: Encodable, Sendable {
        var logGroupName: String
        var filterName: String?
    }

    /// With all that was ever written to it.
    package func deleteLogGroup(_ name: String, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "DeleteLogGroup", Named(logGroupName: name)), deadline: deadline)
    }

    package struct PutRetentionPolicyInput: Sendable, Hashable, Codable {
        package var logGroupName: String
        package var retentionInDays: Int

        package init(logGroupName: String, retentionInDays: Int) {
            self.logGroupName = logGroupName
            self.retentionInDays = retentionInDays
        }
    }

    package func putRetentionPolicy(_ input: PutRetentionPolicyInput, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "PutRetentionPolicy", input), deadline: deadline)
    }

    /// From then on events are kept for ever.
    package func deleteRetentionPolicy(_ name: String, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "DeleteRetentionPolicy", Named(logGroupName: name)), deadline: deadline)
    }

    package struct AssociateKmsKeyInput: Sendable, Hashable, Codable {
        package var logGroupName: String
        package var kmsKeyID: String

        package init(logGroupName: String, kmsKeyID: String) {
            self.logGroupName = logGroupName
            self.kmsKeyID = kmsKeyID
        }

        enum CodingKeys: String, CodingKey {
            case logGroupName
            case kmsKeyID = "kmsKeyId"
        }
    }

    /// Encrypts what is written from now on with that key, in the place of another.
    package func associateKmsKey(_ input: AssociateKmsKeyInput, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "AssociateKmsKey", input), deadline: deadline)
    }

    package func disassociateKmsKey(_ name: String, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "DisassociateKmsKey", Named(logGroupName: name)), deadline: deadline)
    }

    package struct PutLogGroupDeletionProtectionInput: Sendable, Hashable, Codable {
        /// A name, or an ARN without `:*`.
        package var logGroupIdentifier: String
        package var deletionProtectionEnabled: Bool

        package init(logGroupIdentifier: String, deletionProtectionEnabled: Bool) {
            self.logGroupIdentifier = logGroupIdentifier
            self.deletionProtectionEnabled = deletionProtectionEnabled
        }
    }

    package func putLogGroupDeletionProtection(
        _ input: PutLogGroupDeletionProtectionInput, deadline: Deadline
    ) async throws(AWSError) {
        try await call(.json(.logs, "PutLogGroupDeletionProtection", input), deadline: deadline)
    }

    // MARK: Filters

    /// Creates a filter, or takes the place of the one of that name.
    ///
    /// - Parameter filter: the members of PutMetricFilter, `logGroupName` among them.
    package func putMetricFilter(_ filter: JSONTree, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "PutMetricFilter", filter), deadline: deadline)
    }

    package func deleteMetricFilter(_ name: String, of group: String, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "DeleteMetricFilter", Named(logGroupName: group, filterName: name)), deadline: deadline)
    }

    /// Likewise; a group takes two of them.
    package func putSubscriptionFilter(_ filter: JSONTree, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "PutSubscriptionFilter", filter), deadline: deadline)
    }

    package func deleteSubscriptionFilter(_ name: String, of group: String, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "DeleteSubscriptionFilter", Named(logGroupName: group, filterName: name)), deadline: deadline)
    }

    // MARK: Tags

    package struct TagResourceInput: Sendable, Hashable, Codable {
        /// Without `:*`.
        package var resourceARN: String
        package var tags: [String: String]

        package init(resourceARN: String, tags: [String: String]) {
            self.resourceARN = resourceARN
            self.tags = tags
        }

        enum CodingKeys: String, CodingKey {
            case resourceARN = "resourceArn"
            case tags
        }
    }

    /// Adds tags, or gives those that are there another value; others stay.
    package func tagResource(_ input: TagResourceInput, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.logs, "TagResource", input), deadline: deadline)
    }
}
