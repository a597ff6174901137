import AWS
import Basics

/// Makes one thing as it is wanted, with as many calls as AWS wants for it. But for dashboards the fingerprint comes last: what
/// carries it is whole.
struct ResourceWriter: Sendable {
    let region: String
    let client: AWSClient
    let retry: BusyRetry

    private var cloudWatch: CloudWatch { client.cloudWatch(region) }
    private var logs: CloudWatchLogs { client.logs(region) }

    /// - Parameter found: what is there; nil where nothing is.
    /// - Returns: what CloudWatch warns of.
    func write(
        _ change: Change, over found: LiveResource?, deadline: Deadline
    ) async throws(AWSError) -> [ChangeResult.Message] {
        let fields = change.fields ?? [:]
        switch change.id.kind {
        case .metricAlarm, .compositeAlarm:
            try await alarm(change, fields, isNew: found == nil, deadline: deadline)
        case .dashboard:
            // The one kind whose tags no index tells (LiveReader): marked first, one that was cut off still differs by its
            // body, which every plan reads.
            if let found { try await mark(change, on: found, deadline: deadline) }
            return try await dashboard(change, fields, isNew: found == nil, deadline: deadline)
        case .logGroup:
            return try await logGroup(change, fields, over: found, deadline: deadline)
        }
        if let found { try await mark(change, on: found, deadline: deadline) }
        return []
    }

    // MARK: Each kind

    private func alarm(_ change: Change, _ fields: JSONTree, isNew: Bool, deadline: Deadline) async throws(AWSError) {
        var members = fields.object?.filter { $0.value != .null } ?? [:]
        members["AlarmName"] = .string(change.id.name)
        // Of an alarm that is there they would be passed over (API reference, PutMetricAlarm).
        members.removeValue(forKey: "Tags")
        if isNew { members["Tags"] = Self.tagList(change.tags) }
        let alarm = JSONTree.object(members)
        try await retry { () async throws(AWSError) in
            if change.id.kind == .metricAlarm {
                try await cloudWatch.putMetricAlarm(alarm, deadline: deadline)
            } else {
                try await cloudWatch.putCompositeAlarm(alarm, deadline: deadline)
            }
        }
    }

    private static func tagList(_ tags: [String: String]) -> JSONTree {
        .array(tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] })
    }

    private func dashboard(
        _ change: Change, _ body: JSONTree, isNew: Bool, deadline: Deadline
    ) async throws(AWSError) -> [ChangeResult.Message] {
        let input = CloudWatch.PutDashboardInput(
            dashboardName: change.id.name, dashboardBody: CanonicalJSON.text(body), tags: isNew ? change.tags : [:])
        let answer = try await retry { () async throws(AWSError) in
            try await cloudWatch.putDashboard(input, deadline: deadline)
        }
        return (answer.dashboardValidationMessages ?? []).map {
            ChangeResult.Message(dataPath: $0.dataPath ?? "", message: $0.message ?? "")
        }
    }

    private func logGroup(
        _ change: Change, _ fields: JSONTree, over found: LiveResource?, deadline: Deadline
    ) async throws(AWSError) -> [ChangeResult.Message] {
        var found = found
        if found == nil { found = try await create(change, fields, deadline: deadline) }
        let live = found?.fields ?? [:]
        for step in LogGroupStep.from(live, to: fields) {
            try await retry { () async throws(AWSError) in
                try await take(step, change.id.name, deadline: deadline)
            }
        }
        if let found { try await mark(change, on: found, deadline: deadline) }
        return []
    }

    /// Makes the group with what it can be made with, the stack's tag among it. The fingerprint comes last: it says that the
    /// rest is done too.
    private func create(_ change: Change, _ fields: JSONTree, deadline: Deadline) async throws(AWSError) -> LiveResource {
        var tags = change.tags
        tags[Fingerprint.tagKey] = Fingerprint.unfinished
        var made: [String: JSONTree] = [:]
        for name in ["logGroupClass", "kmsKeyId", "deletionProtectionEnabled"] { made[name] = fields[name] }
        let input = CloudWatchLogs.CreateLogGroupInput(
            logGroupName: change.id.name, kmsKeyID: made["kmsKeyId"]?.string, tags: tags,
            logGroupClass: made["logGroupClass"]?.string.map { .init(rawValue: $0) },
            deletionProtectionEnabled: made["deletionProtectionEnabled"]?.bool)
        try await retry { () async throws(AWSError) in
            try await logs.createLogGroup(input, deadline: deadline)
        }
        let page = try await logs.describeLogGroups(.init(logGroupNamePrefix: change.id.name, limit: 1), deadline: deadline)
        let group = page.logGroups?.first { $0.logGroupName == change.id.name }
        var resource =
            group.flatMap { LiveFields.logGroup($0, in: region) }
            ?? LiveResource(id: change.id, fields: .object(made), arn: "")
        resource.tags = tags
        return resource
    }

    private func take(_ step: LogGroupStep, _ name: String, deadline: Deadline) async throws(AWSError) {
        switch step {
        case .retention(let days?):
            try await logs.putRetentionPolicy(.init(logGroupName: name, retentionInDays: days), deadline: deadline)
        case .retention(nil): try await logs.deleteRetentionPolicy(name, deadline: deadline)
        case .key(let key?): try await logs.associateKmsKey(.init(logGroupName: name, kmsKeyID: key), deadline: deadline)
        case .key(nil): try await logs.disassociateKmsKey(name, deadline: deadline)
        case .protection(let isOn):
            try await logs.putLogGroupDeletionProtection(
                .init(logGroupIdentifier: name, deletionProtectionEnabled: isOn), deadline: deadline)
        case .putMetricFilter(var filter):
            filter["logGroupName"] = .string(name)
            try await logs.putMetricFilter(filter, deadline: deadline)
        case .deleteMetricFilter(let filter):
            try await logs.deleteMetricFilter(filter, of: name, deadline: deadline)
        case .putSubscriptionFilter(var filter):
            filter["logGroupName"] = .string(name)
            try await logs.putSubscriptionFilter(filter, deadline: deadline)
        case .deleteSubscriptionFilter(let filter):
            try await logs.deleteSubscriptionFilter(filter, of: name, deadline: deadline)
        }
    }

    // MARK: Tags and deletes

    /// Sets those tags that are not set yet.
    func mark(_ change: Change, on found: LiveResource, deadline: Deadline) async throws(AWSError) {
        let tags = ApplyDecision.missingTags(change, on: found)
        guard !tags.isEmpty else { return }
        try await retry { () async throws(AWSError) in
            if change.id.kind == .logGroup {
                try await logs.tagResource(.init(resourceARN: found.arn, tags: tags), deadline: deadline)
            } else {
                try await cloudWatch.tagResource(.init(resourceARN: found.arn, tags: tags), deadline: deadline)
            }
        }
    }

    func delete(_ id: ResourceID, deadline: Deadline) async throws(AWSError) {
        do {
            try await retry { () async throws(AWSError) in
                switch id.kind {
                case .metricAlarm, .compositeAlarm: try await cloudWatch.deleteAlarms([id.name], deadline: deadline)
                case .dashboard: try await cloudWatch.deleteDashboards([id.name], deadline: deadline)
                case .logGroup: try await logs.deleteLogGroup(id.name, deadline: deadline)
                }
            }
        } catch {
            // Gone is gone: an answer may have been lost on its way.
            if error.problem.kind != .notFound { throw error }
        }
    }

    /// At most a hundred metric alarms.
    func deleteAlarms(_ names: [String], deadline: Deadline) async throws(AWSError) {
        try await retry { () async throws(AWSError) in
            try await cloudWatch.deleteAlarms(names, deadline: deadline)
        }
    }
}
