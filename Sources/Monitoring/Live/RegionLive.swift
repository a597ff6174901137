import AWS
import Basics

/// Reads one Region: everything by pages, everything at once.
struct RegionLive: Sendable {
    let region: String
    let client: AWSClient
    let request: LiveRequest
    let deadline: Deadline
    let progress: @Sendable (LiveProgress) -> Void

    /// The most that AWS gives at a time (DescribeAlarms, DescribeLogGroups, GetResources).
    private static let alarmsPerPage = 100
    private static let groupsPerPage = 50
    private static let tagsPerPage = 100

    /// What a Region holds, before anybody knows whose it is.
    struct Found: Sendable {
        var resources: [LiveResource] = []
        var others: [LiveState.Other] = []
        var unreadable: [Plan.Unreadable] = []
        /// By ARN, of what carries any stack's tag; nil where they could not be read.
        var tags: [String: [String: String]]?
    }

    func read() async -> Found {
        async let alarms = attempt(.alarms) { () throws(AWSError) in try await self.alarms() }
        async let groups = groupsWithFilters()
        async let tags = attempt(.tags) { () throws(AWSError) in try await self.tags(of: ["cloudwatch", "logs:log-group"]) }
        var found = Found()
        switch await alarms {
        case .success(let alarms):
            found.resources += alarms.resources
            found.others += alarms.others
        case .failure(let unreadable): found.unreadable.append(unreadable)
        }
        let read = await groups
        found.resources += read.resources
        found.others += read.others
        found.unreadable += read.unreadable
        switch await tags {
        case .success(let tags): found.tags = tags
        case .failure(let unreadable): found.unreadable.append(unreadable)
        }
        return found
    }

    // MARK: Alarms

    private func alarms() async throws(AWSError) -> Found {
        var found = Found()
        var input = CloudWatch.DescribeAlarmsInput(maxRecords: Self.alarmsPerPage)
        repeat {
            let page = try await client.cloudWatch(region).describeAlarmTrees(input, deadline: deadline)
            for alarm in page.metricAlarms { sort(LiveFields.alarm(alarm, .metricAlarm, in: region), into: &found) }
            for alarm in page.compositeAlarms { sort(LiveFields.alarm(alarm, .compositeAlarm, in: region), into: &found) }
            progress(LiveProgress(region: region, part: .alarms, count: page.metricAlarms.count + page.compositeAlarms.count))
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    private func sort(_ resource: LiveResource?, into found: inout Found) {
        guard let resource else { return }
        if request.keeps(resource.id) {
            found.resources.append(resource)
        } else {
            let fields = Fingerprint.of(normalised: Normaliser.fields(resource.fields, of: resource.id.kind))
            found.others.append(LiveState.Other(id: resource.id, arn: resource.arn, fields: fields))
        }
    }

    // MARK: Log groups

    private func groupsWithFilters() async -> Found {
        async let metricFilters =
            request.wantsMetricFilters(in: region)
            ? attempt(.metricFilters) { () throws(AWSError) in try await self.metricFilters() } : nil
        let groups = await attempt(.logGroups) { () throws(AWSError) in try await self.groups() }
        var found = Found()
        switch groups {
        case .success(let groups): found = groups
        case .failure(let unreadable): found.unreadable.append(unreadable)
        }
        switch await metricFilters {
        case .success(let filters):
            for index in found.resources.indices where request.wantsMetricFilters(of: found.resources[index].id) {
                found.resources[index].fields["metricFilters"] = .array(filters[found.resources[index].id.name] ?? [])
            }
        case .failure(let unreadable): found.unreadable.append(unreadable)
        case nil: break
        }
        let asked = found.resources.indices.filter { request.wantsSubscriptionFilters(of: found.resources[$0].id) }
        let names = asked.map { found.resources[$0].id.name }
        let filters = await names.boundedMap(limit: 5) { name in
            await attempt(.subscriptionFilters, name) { () throws(AWSError) in try await self.subscriptionFilters(of: name) }
        }
        for (index, filters) in zip(asked, filters) {
            switch filters {
            case .success(let filters): found.resources[index].fields["subscriptionFilters"] = .array(filters)
            case .failure(let unreadable): found.unreadable.append(unreadable)
            }
        }
        return found
    }

    private func groups() async throws(AWSError) -> Found {
        var found = Found()
        var input = CloudWatchLogs.DescribeLogGroupsInput(limit: Self.groupsPerPage)
        repeat {
            let page = try await client.logs(region).describeLogGroups(input, deadline: deadline)
            for group in page.logGroups ?? [] { sort(LiveFields.logGroup(group, in: region), into: &found) }
            progress(LiveProgress(region: region, part: .logGroups, count: page.logGroups?.count ?? 0))
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    /// By group.
    private func metricFilters() async throws(AWSError) -> [String: [JSONTree]] {
        var found: [String: [JSONTree]] = [:]
        var input = CloudWatchLogs.DescribeMetricFiltersInput(limit: Self.groupsPerPage)
        repeat {
            let page = try await client.logs(region).describeMetricFilters(input, deadline: deadline)
            for filter in page.metricFilters ?? [] {
                guard let group = filter.logGroupName else { continue }
                found[group, default: []].append(LiveFields.metricFilter(filter))
            }
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    private func subscriptionFilters(of group: String) async throws(AWSError) -> [JSONTree] {
        var found: [JSONTree] = []
        var input = CloudWatchLogs.DescribeSubscriptionFiltersInput(logGroupName: group)
        repeat {
            let page = try await client.logs(region).describeSubscriptionFilters(input, deadline: deadline)
            found += (page.subscriptionFilters ?? []).map(LiveFields.subscriptionFilter)
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    // MARK: Tags

    /// By ARN, of everything of these types that carries any stack's tag.
    func tags(of types: [String]) async throws(AWSError) -> [String: [String: String]] {
        var found: [String: [String: String]] = [:]
        var input = ResourceGroupsTagging.GetResourcesInput(
            tagFilters: [.init(key: DesiredState.tagKey)], resourcesPerPage: Self.tagsPerPage, resourceTypeFilters: types)
        repeat {
            let page = try await client.resourceGroupsTagging(region).getResources(input, deadline: deadline)
            for mapping in page.resourceTagMappingList ?? [] {
                guard let arn = mapping.resourceARN else { continue }
                found[LiveFields.withoutStar(arn)] = Self.dictionary(mapping.tags)
            }
            progress(LiveProgress(region: region, part: .tags, count: page.resourceTagMappingList?.count ?? 0))
            input.paginationToken = page.paginationToken.flatMap { $0.isEmpty ? nil : $0 }
        } while input.paginationToken != nil
        return found
    }

    /// Of one resource, as its own service says: the index may not know yet of a tag set a moment ago.
    func tags(of resource: LiveResource) async throws(AWSError) -> [String: String] {
        if resource.id.kind == .logGroup {
            return try await client.logs(region)
                .listTagsForResource(.init(resourceARN: resource.arn), deadline: deadline).tags ?? [:]
        }
        return try await tags(ofDashboard: resource.arn)
    }

    /// Or of an alarm: both are CloudWatch's.
    func tags(ofDashboard arn: String) async throws(AWSError) -> [String: String] {
        Self.dictionary(
            try await client.cloudWatch(region).listTagsForResource(.init(resourceARN: arn), deadline: deadline).tags)
    }

    private static func dictionary(_ tags: [CloudWatch.Tag]?) -> [String: String] {
        Dictionary((tags ?? []).map { ($0.key, $0.value) }) { _, last in last }
    }

    // MARK: -

    enum Attempt<Value: Sendable>: Sendable {
        case success(Value)
        case failure(Plan.Unreadable)
    }

    func attempt<Value: Sendable>(
        _ part: Plan.Unreadable.Part, _ name: String? = nil, _ body: @Sendable () async throws(AWSError) -> Value
    ) async -> Attempt<Value> {
        do {
            return .success(try await body())
        } catch {
            var problem = error.problem
            if problem.kind == .denied { problem.hint = "taskops permissions plan" }
            return .failure(Plan.Unreadable(region: region, part: part, name: name, problem: problem))
        }
    }
}
