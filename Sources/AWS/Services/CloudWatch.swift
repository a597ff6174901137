package import Basics
package import FoundationEssentials

/// Amazon CloudWatch (botocore model `cloudwatch` 2010-08-01, JSON 1.0).
package struct CloudWatch: Sendable {
    let client: AWSClient
    let region: String

    package struct StateValue: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let ok: StateValue = "OK"
        package static let alarm: StateValue = "ALARM"
        package static let insufficientData: StateValue = "INSUFFICIENT_DATA"
    }

    package struct AlarmType: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let metricAlarm: AlarmType = "MetricAlarm"
        package static let compositeAlarm: AlarmType = "CompositeAlarm"
    }

    package struct DescribeAlarmsInput: Sendable, Hashable, Codable {
        package var alarmNames: [String]?
        package var alarmNamePrefix: String?
        /// Without both types AWS answers with metric alarms only, so both are the default here.
        package var alarmTypes: [AlarmType]?
        /// Answers names and ARNs alone, of the composite alarms whose rules name this one; nothing may stand beside it
        /// but `maxRecords` and `nextToken`.
        package var parentsOfAlarmName: String?
        package var stateValue: StateValue?
        package var actionPrefix: String?
        package var maxRecords: Int?
        package var nextToken: String?

        package init(
            alarmNames: [String]? = nil, alarmNamePrefix: String? = nil,
            alarmTypes: [AlarmType]? = [.metricAlarm, .compositeAlarm], parentsOfAlarmName: String? = nil,
            stateValue: StateValue? = nil, actionPrefix: String? = nil, maxRecords: Int? = nil,
            nextToken: String? = nil
        ) {
            self.alarmNames = alarmNames
            self.alarmNamePrefix = alarmNamePrefix
            self.alarmTypes = alarmTypes
            self.parentsOfAlarmName = parentsOfAlarmName
            self.stateValue = stateValue
            self.actionPrefix = actionPrefix
            self.maxRecords = maxRecords
            self.nextToken = nextToken
        }

        enum CodingKeys: String, CodingKey {
            case alarmNames = "AlarmNames"
            case alarmNamePrefix = "AlarmNamePrefix"
            case alarmTypes = "AlarmTypes"
            case parentsOfAlarmName = "ParentsOfAlarmName"
            case stateValue = "StateValue"
            case actionPrefix = "ActionPrefix"
            case maxRecords = "MaxRecords"
            case nextToken = "NextToken"
        }
    }

    package struct MetricAlarm: Sendable, Hashable, Codable {
        package var actionsEnabled: Bool?
        package var alarmActions: [String]?
        package var insufficientDataActions: [String]?
        package var okActions: [String]?
        package var alarmARN: String?
        package var alarmName: String?
        package var alarmDescription: String?
        package var alarmConfigurationUpdatedTimestamp: Date?
        package var stateValue: StateValue?
        package var stateReason: String?
        package var stateReasonData: String?
        package var stateUpdatedTimestamp: Date?
        package var stateTransitionedTimestamp: Date?
        package var metricName: String?
        package var namespace: String?
        package var statistic: String?
        package var extendedStatistic: String?
        package var dimensions: [Dimension]?
        package var period: Int?
        package var unit: String?
        package var evaluationPeriods: Int?
        package var datapointsToAlarm: Int?
        package var threshold: Double?
        package var comparisonOperator: String?
        package var treatMissingData: String?
        package var evaluateLowSampleCountPercentile: String?
        package var metrics: [MetricDataQuery]?
        package var thresholdMetricID: String?
        package var evaluationState: String?

        enum CodingKeys: String, CodingKey {
            case actionsEnabled = "ActionsEnabled"
            case alarmActions = "AlarmActions"
            case insufficientDataActions = "InsufficientDataActions"
            case okActions = "OKActions"
            case alarmARN = "AlarmArn"
            case alarmName = "AlarmName"
            case alarmDescription = "AlarmDescription"
            case alarmConfigurationUpdatedTimestamp = "AlarmConfigurationUpdatedTimestamp"
            case stateValue = "StateValue"
            case stateReason = "StateReason"
            case stateReasonData = "StateReasonData"
            case stateUpdatedTimestamp = "StateUpdatedTimestamp"
            case stateTransitionedTimestamp = "StateTransitionedTimestamp"
            case metricName = "MetricName"
            case namespace = "Namespace"
            case statistic = "Statistic"
            case extendedStatistic = "ExtendedStatistic"
            case dimensions = "Dimensions"
            case period = "Period"
            case unit = "Unit"
            case evaluationPeriods = "EvaluationPeriods"
            case datapointsToAlarm = "DatapointsToAlarm"
            case threshold = "Threshold"
            case comparisonOperator = "ComparisonOperator"
            case treatMissingData = "TreatMissingData"
            case evaluateLowSampleCountPercentile = "EvaluateLowSampleCountPercentile"
            case metrics = "Metrics"
            case thresholdMetricID = "ThresholdMetricId"
            case evaluationState = "EvaluationState"
        }
    }

    package struct CompositeAlarm: Sendable, Hashable, Codable {
        package var actionsEnabled: Bool?
        package var alarmActions: [String]?
        package var insufficientDataActions: [String]?
        package var okActions: [String]?
        package var alarmARN: String?
        package var alarmName: String?
        package var alarmDescription: String?
        package var alarmConfigurationUpdatedTimestamp: Date?
        package var stateValue: StateValue?
        package var stateReason: String?
        package var stateReasonData: String?
        package var stateUpdatedTimestamp: Date?
        package var stateTransitionedTimestamp: Date?
        package var alarmRule: String?
        package var actionsSuppressedBy: String?
        package var actionsSuppressedReason: String?
        package var actionsSuppressor: String?
        package var actionsSuppressorWaitPeriod: Int?
        package var actionsSuppressorExtensionPeriod: Int?

        enum CodingKeys: String, CodingKey {
            case actionsEnabled = "ActionsEnabled"
            case alarmActions = "AlarmActions"
            case insufficientDataActions = "InsufficientDataActions"
            case okActions = "OKActions"
            case alarmARN = "AlarmArn"
            case alarmName = "AlarmName"
            case alarmDescription = "AlarmDescription"
            case alarmConfigurationUpdatedTimestamp = "AlarmConfigurationUpdatedTimestamp"
            case stateValue = "StateValue"
            case stateReason = "StateReason"
            case stateReasonData = "StateReasonData"
            case stateUpdatedTimestamp = "StateUpdatedTimestamp"
            case stateTransitionedTimestamp = "StateTransitionedTimestamp"
            case alarmRule = "AlarmRule"
            case actionsSuppressedBy = "ActionsSuppressedBy"
            case actionsSuppressedReason = "ActionsSuppressedReason"
            case actionsSuppressor = "ActionsSuppressor"
            case actionsSuppressorWaitPeriod = "ActionsSuppressorWaitPeriod"
            case actionsSuppressorExtensionPeriod = "ActionsSuppressorExtensionPeriod"
        }
    }

    package struct DescribeAlarmsOutput: Sendable, Hashable, Codable {
        package var compositeAlarms: [CompositeAlarm]?
        package var metricAlarms: [MetricAlarm]?
        package var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case compositeAlarms = "CompositeAlarms"
            case metricAlarms = "MetricAlarms"
            case nextToken = "NextToken"
        }
    }

    /// One page.
    package func describeAlarms(
        _ input: DescribeAlarmsInput, deadline: Deadline
    ) async throws(AWSError) -> DescribeAlarmsOutput {
        try await client.call(.json(.cloudWatch, "DescribeAlarms", input), in: region, deadline: deadline)
    }

    /// All pages as one; `nextToken` of the result is nil.
    package func allAlarms(
        _ input: DescribeAlarmsInput = .init(), deadline: Deadline
    ) async throws(AWSError) -> DescribeAlarmsOutput {
        var all = DescribeAlarmsOutput(compositeAlarms: [], metricAlarms: [], nextToken: nil)
        var asked = input
        repeat {
            let page = try await describeAlarms(asked, deadline: deadline)
            all.compositeAlarms? += page.compositeAlarms ?? []
            all.metricAlarms? += page.metricAlarms ?? []
            asked.nextToken = page.nextToken
        } while asked.nextToken != nil
        return all
    }
}

extension AWSClient {
    package func cloudWatch(_ region: String) -> CloudWatch { CloudWatch(client: self, region: region) }
}
