/// A function, as GetFunction describes it. Its environment's values are nobody's business but the function's: only the
/// names of the variables are here.
package struct FunctionFacts: Sendable, Hashable, Codable {
    package var configuration = Configuration()
    package var concurrency: Concurrency?
    package var tags: [String: String]?

    package struct Configuration: Sendable, Hashable, Codable {
        package var functionName: String?
        package var functionArn: String?
        package var runtime: String?
        package var role: String?
        package var handler: String?
        /// Bytes.
        package var codeSize: Int?
        package var description: String?
        /// Seconds.
        package var timeout: Int?
        /// MB.
        package var memorySize: Int?
        package var lastModified: String?
        package var codeSha256: String?
        package var version: String?
        package var deadLetterConfig: DeadLetterConfig?
        /// Sorted; without the values.
        package var environmentVariableNames: [String]?
        package var kmsKeyArn: String?
        package var revisionId: String?
        package var state: String?
        package var stateReason: String?
        package var stateReasonCode: String?
        package var lastUpdateStatus: String?
        package var lastUpdateStatusReason: String?
        package var lastUpdateStatusReasonCode: String?
        package var packageType: String?
        package var architectures: [String]?
        package var loggingConfig: LoggingConfig?

        package init() {}
    }

    package struct DeadLetterConfig: Sendable, Hashable, Codable {
        package var targetArn: String?

        package init(targetArn: String?) {
            self.targetArn = targetArn
        }
    }

    package struct LoggingConfig: Sendable, Hashable, Codable {
        package var logFormat: String?
        package var applicationLogLevel: String?
        package var systemLogLevel: String?
        package var logGroup: String?

        package init() {}
    }

    package struct Concurrency: Sendable, Hashable, Codable {
        package var reservedConcurrentExecutions: Int?

        package init(reservedConcurrentExecutions: Int?) {
            self.reservedConcurrentExecutions = reservedConcurrentExecutions
        }
    }

    package init() {}
}

/// A resource policy, as GetPolicy hands it out.
package struct PolicyFacts: Sendable, Hashable, Codable {
    /// A JSON document as text.
    package var policy: String?
    package var revisionId: String?

    package init(policy: String?, revisionId: String? = nil) {
        self.policy = policy
        self.revisionId = revisionId
    }
}

/// How asynchronous invocations are retried and where they end, as GetFunctionEventInvokeConfig says. A function without
/// one has Lambda's own: two more tries within six hours, and then the event is gone.
package struct EventInvokeConfigFacts: Sendable, Hashable, Codable {
    package var functionArn: String?
    package var lastModified: String?
    package var maximumRetryAttempts: Int?
    package var maximumEventAgeInSeconds: Int?
    package var destinationConfig: DestinationConfig?

    package struct DestinationConfig: Sendable, Hashable, Codable {
        package var onSuccess: Destination?
        package var onFailure: Destination?

        package init(onSuccess: Destination? = nil, onFailure: Destination? = nil) {
            self.onSuccess = onSuccess
            self.onFailure = onFailure
        }
    }

    package struct Destination: Sendable, Hashable, Codable {
        /// An ARN.
        package var destination: String?

        package init(destination: String?) {
            self.destination = destination
        }
    }

    package init() {}
}

/// A log group, as DescribeLogGroups lists it.
package struct LogGroupFacts: Sendable, Hashable, Codable {
    package var logGroupName: String?
    /// Milliseconds since 1970.
    package var creationTime: Int?
    /// Absent where events are kept for ever.
    package var retentionInDays: Int?
    package var arn: String?
    package var logGroupArn: String?
    package var storedBytes: Int?
    package var kmsKeyId: String?
    package var dataProtectionStatus: String?
    package var logGroupClass: String?

    package init() {}
}
