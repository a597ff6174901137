import AWSSigning
package import Basics
package import FoundationEssentials

/// AWS Lambda (botocore model `lambda` 2015-03-31, REST-JSON).
package struct Lambda: Sendable {
    let client: AWSClient
    let region: String

    package struct State: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let pending: State = "Pending"
        package static let active: State = "Active"
        package static let inactive: State = "Inactive"
        package static let failed: State = "Failed"
        package static let deactivating: State = "Deactivating"
        package static let deactivated: State = "Deactivated"
        package static let activeNonInvocable: State = "ActiveNonInvocable"
        package static let deleting: State = "Deleting"
    }

    package struct LastUpdateStatus: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let successful: LastUpdateStatus = "Successful"
        package static let failed: LastUpdateStatus = "Failed"
        package static let inProgress: LastUpdateStatus = "InProgress"
    }

    package struct FunctionConfiguration: Sendable, Hashable, Codable {
        package var functionName: String?
        package var functionARN: String?
        package var runtime: String?
        package var role: String?
        package var handler: String?
        package var codeSize: Int?
        package var description: String?
        package var timeout: Int?
        package var memorySize: Int?
        package var lastModified: String?
        package var codeSha256: String?
        package var version: String?
        package var deadLetterConfig: DeadLetterConfig?
        package var environment: Environment?
        package var kmsKeyARN: String?
        package var revisionID: String?
        package var state: State?
        package var stateReason: String?
        package var stateReasonCode: String?
        package var lastUpdateStatus: LastUpdateStatus?
        package var lastUpdateStatusReason: String?
        package var lastUpdateStatusReasonCode: String?
        package var packageType: String?
        package var architectures: [String]?
        package var loggingConfig: LoggingConfig?

        enum CodingKeys: String, CodingKey {
            case functionName = "FunctionName"
            case functionARN = "FunctionArn"
            case runtime = "Runtime"
            case role = "Role"
            case handler = "Handler"
            case codeSize = "CodeSize"
            case description = "Description"
            case timeout = "Timeout"
            case memorySize = "MemorySize"
            case lastModified = "LastModified"
            case codeSha256 = "CodeSha256"
            case version = "Version"
            case deadLetterConfig = "DeadLetterConfig"
            case environment = "Environment"
            case kmsKeyARN = "KMSKeyArn"
            case revisionID = "RevisionId"
            case state = "State"
            case stateReason = "StateReason"
            case stateReasonCode = "StateReasonCode"
            case lastUpdateStatus = "LastUpdateStatus"
            case lastUpdateStatusReason = "LastUpdateStatusReason"
            case lastUpdateStatusReasonCode = "LastUpdateStatusReasonCode"
            case packageType = "PackageType"
            case architectures = "Architectures"
            case loggingConfig = "LoggingConfig"
        }
    }

    package struct DeadLetterConfig: Sendable, Hashable, Codable {
        package var targetARN: String?

        enum CodingKeys: String, CodingKey { case targetARN = "TargetArn" }
    }

    /// Its values are the operators' own and may be secret: read single ones, never print it whole.
    package struct Environment: Sendable, Hashable, Codable {
        package var variables: [String: String]?
        package var error: EnvironmentError?

        enum CodingKeys: String, CodingKey {
            case variables = "Variables"
            case error = "Error"
        }
    }

    package struct EnvironmentError: Sendable, Hashable, Codable {
        package var errorCode: String?
        package var message: String?

        enum CodingKeys: String, CodingKey {
            case errorCode = "ErrorCode"
            case message = "Message"
        }
    }

    package struct LoggingConfig: Sendable, Hashable, Codable {
        package var logFormat: String?
        package var applicationLogLevel: String?
        package var systemLogLevel: String?
        package var logGroup: String?

        enum CodingKeys: String, CodingKey {
            case logFormat = "LogFormat"
            case applicationLogLevel = "ApplicationLogLevel"
            case systemLogLevel = "SystemLogLevel"
            case logGroup = "LogGroup"
        }
    }

    package struct Concurrency: Sendable, Hashable, Codable {
        package var reservedConcurrentExecutions: Int?

        enum CodingKeys: String, CodingKey { case reservedConcurrentExecutions = "ReservedConcurrentExecutions" }
    }

    /// Its download URL is presigned, and for that reason not read.
    package struct Code: Sendable, Hashable, Codable {
        package var repositoryType: String?

        enum CodingKeys: String, CodingKey { case repositoryType = "RepositoryType" }
    }

    package struct GetFunctionOutput: Sendable, Hashable, Codable {
        package var configuration: FunctionConfiguration?
        package var code: Code?
        package var tags: [String: String]?
        package var concurrency: Concurrency?

        enum CodingKeys: String, CodingKey {
            case configuration = "Configuration"
            case code = "Code"
            case tags = "Tags"
            case concurrency = "Concurrency"
        }
    }

    package func getFunction(
        name: String, qualifier: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> GetFunctionOutput {
        try await client.call(
            .get(.lambda, "GetFunction", path: Self.path(name), query: [("Qualifier", qualifier)]), in: region,
            deadline: deadline)
    }

    package func getFunctionConfiguration(
        name: String, qualifier: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> FunctionConfiguration {
        try await client.call(
            .get(
                .lambda, "GetFunctionConfiguration", path: Self.path(name) + "/configuration",
                query: [("Qualifier", qualifier)]), in: region, deadline: deadline)
    }

    package struct GetPolicyOutput: Sendable, Hashable, Codable {
        /// A JSON document as text.
        package var policy: String?
        package var revisionID: String?

        enum CodingKeys: String, CodingKey {
            case policy = "Policy"
            case revisionID = "RevisionId"
        }
    }

    /// The resource policy: who may invoke the function. A function without one answers `ResourceNotFoundException`.
    package func getPolicy(
        name: String, qualifier: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> GetPolicyOutput {
        try await client.call(
            .get(.lambda, "GetPolicy", path: Self.path(name) + "/policy", query: [("Qualifier", qualifier)]),
            in: region, deadline: deadline)
    }

    /// How asynchronous invocations are retried, and where they go in the end.
    package struct EventInvokeConfig: Sendable, Hashable, Codable {
        package var lastModified: Date?
        package var functionARN: String?
        package var maximumRetryAttempts: Int?
        package var maximumEventAgeInSeconds: Int?
        package var destinationConfig: DestinationConfig?

        enum CodingKeys: String, CodingKey {
            case lastModified = "LastModified"
            case functionARN = "FunctionArn"
            case maximumRetryAttempts = "MaximumRetryAttempts"
            case maximumEventAgeInSeconds = "MaximumEventAgeInSeconds"
            case destinationConfig = "DestinationConfig"
        }
    }

    package struct DestinationConfig: Sendable, Hashable, Codable {
        package var onSuccess: Destination?
        package var onFailure: Destination?

        enum CodingKeys: String, CodingKey {
            case onSuccess = "OnSuccess"
            case onFailure = "OnFailure"
        }
    }

    package struct Destination: Sendable, Hashable, Codable {
        package var arn: String?

        enum CodingKeys: String, CodingKey { case arn = "Destination" }
    }

    package func getFunctionEventInvokeConfig(
        name: String, qualifier: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> EventInvokeConfig {
        try await client.call(
            .get(
                .lambda, "GetFunctionEventInvokeConfig",
                path: "/2019-09-25/functions/\(PercentEncoding.encode(name))/event-invoke-config",
                query: [("Qualifier", qualifier)]), in: region, deadline: deadline)
    }

    package struct InvocationType: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let requestResponse: InvocationType = "RequestResponse"
        package static let event: InvocationType = "Event"
        package static let dryRun: InvocationType = "DryRun"
    }

    package struct InvokeInput: Sendable, Hashable {
        package var functionName: String
        package var payload: Data
        package var invocationType: InvocationType?
        package var qualifier: String?
        /// Whether the last 4 kB of the log come back with the answer.
        package var wantsLogTail: Bool

        package init(
            functionName: String, payload: Data, invocationType: InvocationType? = nil, qualifier: String? = nil,
            wantsLogTail: Bool = false
        ) {
            self.functionName = functionName
            self.payload = payload
            self.invocationType = invocationType
            self.qualifier = qualifier
            self.wantsLogTail = wantsLogTail
        }
    }

    package struct InvokeOutput: Sendable, Hashable {
        package var statusCode: Int
        /// Set when the function failed, although the call did not: `Handled` or `Unhandled`.
        package var functionError: String?
        package var logTail: String?
        package var executedVersion: String?
        package var payload: Data
        package var requestID: String?
    }

    /// A retry after a connection that broke may run the function twice, as with every AWS SDK.
    package func invoke(_ input: InvokeInput, deadline: Deadline) async throws(AWSError) -> InvokeOutput {
        var operation = AWSOperation(service: .lambda, name: "Invoke") { response in
            InvokeOutput(
                statusCode: response.status, functionError: response.headers["X-Amz-Function-Error"],
                logTail: response.headers["X-Amz-Log-Result"].flatMap { Data(base64Encoded: $0) }
                    .map { String(decoding: $0, as: UTF8.self) },
                executedVersion: response.headers["X-Amz-Executed-Version"], payload: response.body,
                requestID: ErrorAnswer.requestID(response))
        }
        operation.path = Self.path(input.functionName) + "/invocations"
        operation.query = input.qualifier.map { [("Qualifier", $0)] } ?? []
        if let type = input.invocationType { operation.headers.add("X-Amz-Invocation-Type", type.rawValue) }
        if input.wantsLogTail { operation.headers.add("X-Amz-Log-Type", "Tail") }
        operation.body = { input.payload }
        operation.isLong = true
        return try await client.call(operation, in: region, deadline: deadline)
    }

    private static func path(_ name: String) -> String {
        "/2015-03-31/functions/\(PercentEncoding.encode(name))"
    }
}

extension AWSClient {
    package func lambda(_ region: String) -> Lambda { Lambda(client: self, region: region) }
}
