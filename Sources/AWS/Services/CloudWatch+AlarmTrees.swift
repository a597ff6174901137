package import Basics
import FoundationEssentials

/// Alarms as AWS answers them, member by member: what is compared with files must not lose one that this program does not
/// know.
extension CloudWatch {
    package struct AlarmTrees: Sendable, Hashable {
        /// Objects with the members of MetricAlarm.
        package var metricAlarms: [JSONTree] = []
        /// Objects with the members of CompositeAlarm.
        package var compositeAlarms: [JSONTree] = []
        package var nextToken: String?
    }

    /// One page of DescribeAlarms.
    package func describeAlarmTrees(
        _ input: DescribeAlarmsInput, deadline: Deadline
    ) async throws(AWSError) -> AlarmTrees {
        let operation = AWSOperation<AlarmTrees>.json(.cloudWatch, "DescribeAlarms", input) { response in
            guard !response.body.isEmpty else { return AlarmTrees() }
            let page = try AWSJSON.tree(response.body)
            return AlarmTrees(
                metricAlarms: page["MetricAlarms"]?.array ?? [], compositeAlarms: page["CompositeAlarms"]?.array ?? [],
                nextToken: page["NextToken"]?.string)
        }
        return try await client.call(operation, in: region, deadline: deadline)
    }
}
