import AWS
import Basics

/// What is there in the moment before it is written. Alarms are read by the hundred, those whose turn comes next with the
/// one whose turn it is, and again when what was read has grown old: nobody's change is older than that when it is overwritten.
struct LiveLook {
    let region: String
    let client: AWSClient
    /// How old what was read may be when it is written over.
    var freshness = Duration.seconds(2)
    private var alarms: [String: Alarm] = [:]

    private struct Alarm {
        var resource: LiveResource?
        var at: ContinuousClock.Instant
    }

    init(region: String, client: AWSClient) {
        self.region = region
        self.client = client
    }

    /// Something, with its tags; nil where there is nothing.
    ///
    /// - Parameters:
    ///   - fields: what is wanted: of a log group, filters are read only where they are mentioned.
    ///   - next: alarms that will be asked for soon.
    mutating func resource(
        _ change: Change, next: [String], deadline: Deadline
    ) async throws(AWSError) -> (found: LiveResource?, isNamesake: Bool) {
        let id = change.id
        var found: LiveResource?
        switch id.kind {
        case .metricAlarm, .compositeAlarm:
            found = try await alarm(id.name, next: next, deadline: deadline)
            if let other = found, other.id.kind != id.kind { return (nil, true) }
        case .logGroup: found = try await logGroup(change, deadline: deadline)
        case .dashboard: found = try await dashboard(change, deadline: deadline)
        }
        if let resource = found { found?.tags = try await tags(of: resource, deadline: deadline) }
        return (found, false)
    }

    // MARK: Alarms

    private mutating func alarm(
        _ name: String, next: [String], deadline: Deadline
    ) async throws(AWSError) -> LiveResource? {
        if let known = alarms[name], known.at.duration(to: .now) < freshness { return known.resource }
        try await read([name] + next.filter { $0 != name }.prefix(99), deadline: deadline)
        return alarms[name]?.resource
    }

    /// The rules that composite alarms have now.
    mutating func rules(of ids: [ResourceID], deadline: Deadline) async throws(AWSError) -> [ResourceID: String] {
        var rest = ids[...]
        while !rest.isEmpty {
            try await read(rest.prefix(100).map(\.name), deadline: deadline)
            rest = rest.dropFirst(100)
        }
        return ids.reduce(into: [:]) { rules, id in
            rules[id] = alarms[id.name]?.resource?.fields["AlarmRule"]?.string
        }
    }

    private mutating func read(_ names: some Sequence<String>, deadline: Deadline) async throws(AWSError) {
        let names = Array(names)
        // Before the call: what changes while it is made is not seen.
        let now = ContinuousClock.now
        for name in names { alarms[name] = nil }
        var input = CloudWatch.DescribeAlarmsInput(alarmNames: names, maxRecords: 100)
        var found: [String: LiveResource] = [:]
        repeat {
            let page = try await client.cloudWatch(region).describeAlarmTrees(input, deadline: deadline)
            let alarms =
                page.metricAlarms.compactMap { LiveFields.alarm($0, .metricAlarm, in: region) }
                + page.compositeAlarms.compactMap { LiveFields.alarm($0, .compositeAlarm, in: region) }
            for alarm in alarms { found[alarm.id.name] = alarm }
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        for name in names { alarms[name] = Alarm(resource: found[name], at: now) }
    }

    // MARK: Log groups

    private func logGroup(_ change: Change, deadline: Deadline) async throws(AWSError) -> LiveResource? {
        let name = change.id.name
        // Sorted by name (API reference, DescribeLogGroups), a name comes before all that only begin with it.
        let page = try await client.logs(region).describeLogGroups(
            .init(logGroupNamePrefix: name, limit: 1), deadline: deadline)
        guard let group = page.logGroups?.first(where: { $0.logGroupName == name }),
            var found = LiveFields.logGroup(group, in: region)
        else { return nil }
        if change.fields?["metricFilters"] != nil {
            found.fields["metricFilters"] = .array(try await metricFilters(of: name, deadline: deadline))
        }
        if change.fields?["subscriptionFilters"] != nil {
            let filters = try await client.logs(region).describeSubscriptionFilters(
                .init(logGroupName: name), deadline: deadline
            ).subscriptionFilters
            found.fields["subscriptionFilters"] = .array((filters ?? []).map(LiveFields.subscriptionFilter))
        }
        return found
    }

    private func metricFilters(of name: String, deadline: Deadline) async throws(AWSError) -> [JSONTree] {
        var found: [JSONTree] = []
        var input = CloudWatchLogs.DescribeMetricFiltersInput(logGroupName: name, limit: 50)
        repeat {
            let page = try await client.logs(region).describeMetricFilters(input, deadline: deadline)
            found += (page.metricFilters ?? []).map(LiveFields.metricFilter)
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    // MARK: Dashboards

    private func dashboard(_ change: Change, deadline: Deadline) async throws(AWSError) -> LiveResource? {
        do {
            let found = try await client.cloudWatch(region).getDashboard(
                .init(dashboardName: change.id.name), deadline: deadline)
            return LiveResource(
                id: change.id, fields: DashboardText.tree(found.dashboardBody ?? ""),
                arn: found.dashboardARN ?? change.arn ?? "")
        } catch {
            if error.problem.kind == .notFound { return nil }
            throw error
        }
    }

    private func tags(of resource: LiveResource, deadline: Deadline) async throws(AWSError) -> [String: String] {
        if resource.id.kind == .logGroup {
            return try await client.logs(region)
                .listTagsForResource(.init(resourceARN: resource.arn), deadline: deadline).tags ?? [:]
        }
        let tags = try await client.cloudWatch(region)
            .listTagsForResource(.init(resourceARN: resource.arn), deadline: deadline).tags
        return Dictionary((tags ?? []).map { ($0.key, $0.value) }) { _, last in last }
    }
}
