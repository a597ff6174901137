import AWS
import Basics

/// The operations that write monitoring, and what tells of a drill. Most of them answer nothing.
extension TypedCalls {
    private struct Nothing: Encodable, Sendable {}

    private static func silent(_ call: @escaping @Sendable (Context) async throws -> Void) -> Call {
        { context in
            try await call(context)
            return Nothing()
        }
    }

    static let writes: [String: Call] = [
        "cloudwatch DeleteAlarms": silent { try await $0.cloudWatch.deleteAlarms([name], deadline: $0.deadline) },
        "cloudwatch DeleteDashboards": silent { try await $0.cloudWatch.deleteDashboards([name], deadline: $0.deadline) },
        "cloudwatch DescribeAlarmHistory": { try await $0.cloudWatch.describeAlarmHistory(.init(), deadline: $0.deadline) },
        "cloudwatch PutCompositeAlarm": silent { try await $0.cloudWatch.putCompositeAlarm([:], deadline: $0.deadline) },
        "cloudwatch PutDashboard": {
            try await $0.cloudWatch.putDashboard(.init(dashboardName: name, dashboardBody: "{}"), deadline: $0.deadline)
        },
        "cloudwatch PutMetricAlarm": silent { try await $0.cloudWatch.putMetricAlarm([:], deadline: $0.deadline) },
        "cloudwatch SetAlarmState": silent {
            try await $0.cloudWatch.setAlarmState(
                .init(alarmName: name, stateValue: .ok, stateReason: name), deadline: $0.deadline)
        },
        "cloudwatch TagResource": silent {
            try await $0.cloudWatch.tagResource(.init(resourceARN: name, tags: [:]), deadline: $0.deadline)
        },
        "logs AssociateKmsKey": silent {
            try await $0.logs.associateKmsKey(.init(logGroupName: name, kmsKeyID: name), deadline: $0.deadline)
        },
        "logs CreateLogGroup": silent { try await $0.logs.createLogGroup(.init(logGroupName: name), deadline: $0.deadline) },
        "logs DeleteLogGroup": silent { try await $0.logs.deleteLogGroup(name, deadline: $0.deadline) },
        "logs DeleteMetricFilter": silent { try await $0.logs.deleteMetricFilter(name, of: name, deadline: $0.deadline) },
        "logs DeleteRetentionPolicy": silent { try await $0.logs.deleteRetentionPolicy(name, deadline: $0.deadline) },
        "logs DeleteSubscriptionFilter": silent {
            try await $0.logs.deleteSubscriptionFilter(name, of: name, deadline: $0.deadline)
        },
        "logs DisassociateKmsKey": silent { try await $0.logs.disassociateKmsKey(name, deadline: $0.deadline) },
        "logs PutLogGroupDeletionProtection": silent {
            try await $0.logs.putLogGroupDeletionProtection(
                .init(logGroupIdentifier: name, deletionProtectionEnabled: true), deadline: $0.deadline)
        },
        "logs PutMetricFilter": silent { try await $0.logs.putMetricFilter([:], deadline: $0.deadline) },
        "logs PutRetentionPolicy": silent {
            try await $0.logs.putRetentionPolicy(.init(logGroupName: name, retentionInDays: 1), deadline: $0.deadline)
        },
        "logs PutSubscriptionFilter": silent { try await $0.logs.putSubscriptionFilter([:], deadline: $0.deadline) },
        "logs TagResource": silent {
            try await $0.logs.tagResource(.init(resourceARN: name, tags: [:]), deadline: $0.deadline)
        },
    ]
}
