package import Basics
package import FoundationEssentials

/// Writing alarms, setting their states, and what their history tells.
///
/// The members of an alarm are handed over as they are: their names are AWS's own, and a member that AWS adds tomorrow
/// needs no change here.
extension CloudWatch {
    /// Creates an alarm, or takes the place of its whole configuration; its state stays (API reference, PutMetricAlarm).
    /// `Tags` are taken for a new alarm alone: of one that is there they are ignored, and ``tagResource(_:deadline:)`` sets
    /// them.
    ///
    /// - Parameter alarm: the members of PutMetricAlarm.
    package func putMetricAlarm(_ alarm: JSONTree, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.cloudWatch, "PutMetricAlarm", alarm), deadline: deadline)
    }

    /// Likewise for one whose rule names other alarms, which have to be there (API reference, PutCompositeAlarm).
    package func putCompositeAlarm(_ alarm: JSONTree, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.cloudWatch, "PutCompositeAlarm", alarm), deadline: deadline)
    }

    func call(_ operation: AWSOperation<NoAnswer>, deadline: Deadline) async throws(AWSError) {
        _ = try await client.call(operation, in: region, deadline: deadline)
    }

    private struct AlarmNames: Encodable, Sendable {
        var alarmNames: [String]
        enum CodingKeys: String, CodingKey { case alarmNames = "AlarmNames" }
    }

    /// At most 100, of which one may be a composite alarm; none that a composite alarm's rule names. Names that no alarm
    /// has are passed over where others have one (API reference, DeleteAlarms).
    package func deleteAlarms(_ names: [String], deadline: Deadline) async throws(AWSError) {
        try await call(.json(.cloudWatch, "DeleteAlarms", AlarmNames(alarmNames: names)), deadline: deadline)
    }

    package struct SetAlarmStateInput: Sendable, Hashable, Codable {
        package var alarmName: String
        package var stateValue: StateValue
        /// At most 1,023 characters.
        package var stateReason: String
        /// JSON, at most 4,000 characters.
        package var stateReasonData: String?

        package init(
            alarmName: String, stateValue: StateValue, stateReason: String, stateReasonData: String? = nil
        ) {
            self.alarmName = alarmName
            self.stateValue = stateValue
            self.stateReason = stateReason
            self.stateReasonData = stateReasonData
        }

        enum CodingKeys: String, CodingKey {
            case alarmName = "AlarmName"
            case stateValue = "StateValue"
            case stateReason = "StateReason"
            case stateReasonData = "StateReasonData"
        }
    }

    /// Sets a state until the next evaluation; the actions of that state are taken where it is another one than before.
    /// A metric alarm goes back by itself, often within seconds; a composite alarm only when one of its children changes,
    /// or its own configuration (API reference, SetAlarmState).
    package func setAlarmState(_ input: SetAlarmStateInput, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.cloudWatch, "SetAlarmState", input), deadline: deadline)
    }

    // MARK: DescribeAlarmHistory

    package struct HistoryItemType: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let configurationUpdate: HistoryItemType = "ConfigurationUpdate"
        package static let stateUpdate: HistoryItemType = "StateUpdate"
        package static let action: HistoryItemType = "Action"
    }

    package struct DescribeAlarmHistoryInput: Sendable, Hashable, Codable {
        package var alarmName: String?
        /// Without both types AWS tells of metric alarms alone, so both are the default here.
        package var alarmTypes: [AlarmType]?
        package var historyItemType: HistoryItemType?
        package var startDate: Date?
        package var endDate: Date?
        /// At most 100.
        package var maxRecords: Int?
        package var nextToken: String?
        /// Newest first unless said otherwise.
        package var scanBy: ScanBy?

        package init(
            alarmName: String? = nil, alarmTypes: [AlarmType]? = [.metricAlarm, .compositeAlarm],
            historyItemType: HistoryItemType? = nil, startDate: Date? = nil, endDate: Date? = nil,
            maxRecords: Int? = nil, nextToken: String? = nil, scanBy: ScanBy? = nil
        ) {
            self.alarmName = alarmName
            self.alarmTypes = alarmTypes
            self.historyItemType = historyItemType
            self.startDate = startDate
            self.endDate = endDate
            self.maxRecords = maxRecords
            self.nextToken = nextToken
            self.scanBy = scanBy
        }

        enum CodingKeys: String, CodingKey {
            case alarmName = "AlarmName"
            case alarmTypes = "AlarmTypes"
            case historyItemType = "HistoryItemType"
            case startDate = "StartDate"
            case endDate = "EndDate"
            case maxRecords = "MaxRecords"
            case nextToken = "NextToken"
            case scanBy = "ScanBy"
        }
    }

    package struct AlarmHistoryItem: Sendable, Hashable, Codable {
        package var alarmName: String?
        package var alarmType: AlarmType?
        package var timestamp: Date?
        package var historyItemType: HistoryItemType?
        /// A sentence, such as `Successfully executed action arn:aws:sns:…`.
        package var historySummary: String?
        /// JSON.
        package var historyData: String?

        enum CodingKeys: String, CodingKey {
            case alarmName = "AlarmName"
            case alarmType = "AlarmType"
            case timestamp = "Timestamp"
            case historyItemType = "HistoryItemType"
            case historySummary = "HistorySummary"
            case historyData = "HistoryData"
        }
    }

    package struct DescribeAlarmHistoryOutput: Sendable, Hashable, Codable {
        package var alarmHistoryItems: [AlarmHistoryItem]?
        package var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case alarmHistoryItems = "AlarmHistoryItems"
            case nextToken = "NextToken"
        }
    }

    /// One page.
    package func describeAlarmHistory(
        _ input: DescribeAlarmHistoryInput, deadline: Deadline
    ) async throws(AWSError) -> DescribeAlarmHistoryOutput {
        try await client.call(.json(.cloudWatch, "DescribeAlarmHistory", input), in: region, deadline: deadline)
    }

    // MARK: Tags

    package struct TagResourceInput: Sendable, Hashable, Codable {
        package var resourceARN: String
        package var tags: [Tag]

        package init(resourceARN: String, tags: [String: String]) {
            self.resourceARN = resourceARN
            self.tags = CloudWatch.list(tags)
        }

        enum CodingKeys: String, CodingKey {
            case resourceARN = "ResourceARN"
            case tags = "Tags"
        }
    }

    /// Adds tags to an alarm or a dashboard, or gives those that are there another value; others stay.
    package func tagResource(_ input: TagResourceInput, deadline: Deadline) async throws(AWSError) {
        try await call(.json(.cloudWatch, "TagResource", input), deadline: deadline)
    }

    /// By key, so that the same tags are the same request.
    static func list(_ tags: [String: String]) -> [Tag] {
        tags.sorted { $0.key < $1.key }.map { Tag(key: $0.key, value: $0.value) }
    }
}

/// What operations answer that have nothing to say.
struct NoAnswer: Decodable, Sendable {}
