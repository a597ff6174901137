package import Basics
package import FoundationEssentials

/// Amazon CloudWatch Logs (botocore model `logs` 2014-03-28, JSON 1.1). Times are milliseconds since 1970.
package struct CloudWatchLogs: Sendable {
    let client: AWSClient
    let region: String

    package struct FilterLogEventsInput: Sendable, Hashable, Codable {
        /// Either this or `logGroupIdentifier`.
        package var logGroupName: String?
        /// A name, or an ARN without `:*`.
        package var logGroupIdentifier: String?
        package var logStreamNames: [String]?
        package var logStreamNamePrefix: String?
        /// Inclusive, as is `endTime`.
        package var startTime: Int64?
        package var endTime: Int64?
        package var filterPattern: String?
        package var nextToken: String?
        /// At most 10,000.
        package var limit: Int?
        /// False begins with the newest, and needs a `startTime` in 2024 or later.
        package var startFromHead: Bool?
        package var unmask: Bool?

        package init(
            logGroupName: String? = nil, logGroupIdentifier: String? = nil, logStreamNames: [String]? = nil,
            logStreamNamePrefix: String? = nil, startTime: Int64? = nil, endTime: Int64? = nil,
            filterPattern: String? = nil, nextToken: String? = nil, limit: Int? = nil, startFromHead: Bool? = nil,
            unmask: Bool? = nil
        ) {
            self.logGroupName = logGroupName
            self.logGroupIdentifier = logGroupIdentifier
            self.logStreamNames = logStreamNames
            self.logStreamNamePrefix = logStreamNamePrefix
            self.startTime = startTime
            self.endTime = endTime
            self.filterPattern = filterPattern
            self.nextToken = nextToken
            self.limit = limit
            self.startFromHead = startFromHead
            self.unmask = unmask
        }
    }

    package struct LogEvent: Sendable, Hashable, Codable {
        package var logStreamName: String?
        package var timestamp: Int64?
        package var message: String?
        package var ingestionTime: Int64?
        package var eventID: String?

        package init() {}

        enum CodingKeys: String, CodingKey {
            case logStreamName
            case timestamp
            case message
            case ingestionTime
            case eventID = "eventId"
        }
    }

    package struct FilterLogEventsOutput: Sendable, Hashable, Codable {
        package var events: [LogEvent]?
        package var nextToken: String?
        /// By AWS's clock, to the second, when it answered; nil where the answer did not say.
        package var date: Date?

        package init() {}

        enum CodingKeys: String, CodingKey {
            case events
            case nextToken
        }
    }

    /// One page. It may be empty and still have a `nextToken`: only a page without one is the last.
    package func filterLogEvents(
        _ input: FilterLogEventsInput, deadline: Deadline
    ) async throws(AWSError) -> FilterLogEventsOutput {
        let operation = AWSOperation<FilterLogEventsOutput>.json(.logs, "FilterLogEvents", input) { response in
            var page = try Self.readPage(response.body)
            page.date = response.headers["Date"].flatMap(HTTPDate.date)
            return page
        }
        return try await client.call(operation, in: region, deadline: deadline)
    }

    /// All pages that hold events, one at a time, asked for as they are read.
    package func filterLogEventsPages(_ input: FilterLogEventsInput, deadline: Deadline) -> Pages {
        Pages(logs: self, input: input, deadline: deadline)
    }

    /// The pages of one FilterLogEvents; empty ones are followed and not handed out.
    package struct Pages: AsyncSequence, Sendable {
        package typealias Element = [LogEvent]

        let logs: CloudWatchLogs
        let input: FilterLogEventsInput
        let deadline: Deadline

        package struct AsyncIterator: AsyncIteratorProtocol {
            let logs: CloudWatchLogs
            var input: FilterLogEventsInput?
            let deadline: Deadline

            package mutating func next() async throws(AWSError) -> [LogEvent]? {
                while let asked = input {
                    let page = try await logs.filterLogEvents(asked, deadline: deadline)
                    input = page.nextToken.map { token in
                        var following = asked
                        following.nextToken = token
                        return following
                    }
                    if let events = page.events, !events.isEmpty { return events }
                }
                return nil
            }
        }

        package func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(logs: logs, input: input, deadline: deadline)
        }
    }

    package struct LogGroupClass: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let standard: LogGroupClass = "STANDARD"
        package static let infrequentAccess: LogGroupClass = "INFREQUENT_ACCESS"
        package static let delivery: LogGroupClass = "DELIVERY"
    }

    package struct DescribeLogGroupsInput: Sendable, Hashable, Codable {
        /// Either this or `logGroupNamePattern`.
        package var logGroupNamePrefix: String?
        package var logGroupNamePattern: String?
        /// At most 50 names; then no other filter.
        package var logGroupIdentifiers: [String]?
        package var nextToken: String?
        /// At most 50.
        package var limit: Int?

        package init(
            logGroupNamePrefix: String? = nil, logGroupNamePattern: String? = nil, logGroupIdentifiers: [String]? = nil,
            nextToken: String? = nil, limit: Int? = nil
        ) {
            self.logGroupNamePrefix = logGroupNamePrefix
            self.logGroupNamePattern = logGroupNamePattern
            self.logGroupIdentifiers = logGroupIdentifiers
            self.nextToken = nextToken
            self.limit = limit
        }
    }

    package struct LogGroup: Sendable, Hashable, Codable {
        package var logGroupName: String?
        package var creationTime: Int64?
        /// Nil keeps events for ever.
        package var retentionInDays: Int?
        package var arn: String?
        package var logGroupARN: String?
        package var storedBytes: Int64?
        package var kmsKeyID: String?
        package var dataProtectionStatus: String?
        package var logGroupClass: LogGroupClass?
        package var deletionProtectionEnabled: Bool?
        package var metricFilterCount: Int?
        /// Of an account-level policy that determines `retentionInDays` instead of the group itself.
        package var retentionPolicyName: String?

        enum CodingKeys: String, CodingKey {
            case logGroupName
            case creationTime
            case retentionInDays
            case arn
            case logGroupARN = "logGroupArn"
            case storedBytes
            case kmsKeyID = "kmsKeyId"
            case dataProtectionStatus
            case logGroupClass
            case deletionProtectionEnabled
            case metricFilterCount
            case retentionPolicyName
        }
    }

    package struct DescribeLogGroupsOutput: Sendable, Hashable, Codable {
        package var logGroups: [LogGroup]?
        package var nextToken: String?
    }

    package func describeLogGroups(
        _ input: DescribeLogGroupsInput, deadline: Deadline
    ) async throws(AWSError) -> DescribeLogGroupsOutput {
        try await client.call(.json(.logs, "DescribeLogGroups", input), in: region, deadline: deadline)
    }
}

extension AWSClient {
    package func logs(_ region: String) -> CloudWatchLogs { CloudWatchLogs(client: self, region: region) }
}
