import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import TestSupport

@testable import Monitoring

/// CloudWatch, CloudWatch Logs and the tagging API in memory, as far as files reach: what a Put replaces, what tags do, what
/// holds what. It answers over a real socket, so that the client, its retries and its failures are real too.
final class FakeAWS: Sendable {
    struct Thing: Sendable, Hashable {
        var kind: ResourceKind
        var fields: JSONTree
    }

    struct State: Sendable, Hashable {
        /// By Region, kind's name-space and name.
        var things: [String: Thing] = [:]
        /// By ARN.
        var tags: [String: [String: String]] = [:]
    }

    private struct Box {
        var state = State()
        var writes: [String] = []
        var calls = 0
        /// How many writes are still let through; nil for any number.
        var left: Int?
        /// Whether the write after them happens, although nobody hears of it.
        var losesAnswer = false
        var isDead = false
        var faults: [String: (status: Int, code: String, times: Int)] = [:]
        var beforeWrite: (@Sendable (FakeAWS, String) -> Void)?
    }

    static let account = "111122223333"
    private let box = Mutex(Box())

    var state: State { box.withLock(\.state) }
    var writes: [String] { box.withLock(\.writes) }
    var calls: Int { box.withLock(\.calls) }

    /// After so many writes nobody answers any more, until ``mend()``.
    func die(after writes: Int, losingAnAnswer: Bool) {
        box.withLock {
            $0.left = writes
            $0.losesAnswer = losingAnAnswer
        }
    }

    func mend() {
        box.withLock {
            $0.left = nil
            $0.isDead = false
            $0.writes = []
            $0.faults = [:]
            $0.beforeWrite = nil
        }
    }

    func fail(_ operation: String, _ status: Int, _ code: String, times: Int = .max) {
        box.withLock { $0.faults[operation] = (status, code, times) }
    }
    /// Called with each write's name before it is made.
    func before(_ body: @escaping @Sendable (FakeAWS, String) -> Void) { box.withLock { $0.beforeWrite = body } }
    func change(_ body: @Sendable (inout State) -> Void) { box.withLock { body(&$0.state) } }

    static func key(_ id: ResourceID) -> String {
        switch id.kind {
        case .logGroup: "\(id.region)/group/\(id.name)"
        case .metricAlarm, .compositeAlarm: "\(id.region)/alarm/\(id.name)"
        case .dashboard: "/dashboard/\(id.name)"
        }
    }

    static func arn(_ id: ResourceID) -> String {
        switch id.kind {
        case .logGroup: "arn:aws:logs:\(id.region):\(account):log-group:\(id.name)"
        case .metricAlarm, .compositeAlarm: "arn:aws:cloudwatch:\(id.region):\(account):alarm:\(id.name)"
        case .dashboard: "arn:aws:cloudwatch::\(account):dashboard/\(id.name)"
        }
    }

    // MARK: Answering

    private static let reads: Set = [
        "DescribeAlarms", "DescribeLogGroups", "DescribeMetricFilters", "DescribeSubscriptionFilters", "ListDashboards",
        "GetDashboard", "ListTagsForResource", "GetResources", "GetCallerIdentity",
    ]

    var handler: LoopbackServer.Handler { { self.answer($0) } }

    private func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let operation = String((request["X-Amz-Target"] ?? "").split(separator: ".").last ?? "")
        let scope = (request["Authorization"] ?? "").split(separator: "/").map(String.init)
        let region = scope.count > 2 ? scope[2] : ""
        let body = (try? AWSJSON.decode(JSONTree.self, Data(request.body))) ?? [:]
        let isWrite = !Self.reads.contains(operation)
        if isWrite, let hook = box.withLock(\.beforeWrite) { hook(self, operation) }
        return box.withLock { box in
            box.calls += 1
            if box.isDead { return .raw([]) }
            if let fault = box.faults[operation] {
                box.faults[operation] = fault.times > 1 ? (fault.status, fault.code, fault.times - 1) : nil
                return .json(#"{"__type":"\#(fault.code)","message":"as the test wants"}"#, status: fault.status)
            }
            if isWrite {
                if let left = box.left {
                    if left == 0 {
                        box.isDead = true
                        if box.losesAnswer { _ = try? Self.perform(operation, region, body, &box.state) }
                        return .raw([])
                    }
                    box.left = left - 1
                }
                box.writes.append("\(operation) \(region)")
            }
            // No AWS model has a member that is null.
            if body.object?.values.contains(.null) == true { return .json(#"{"__type":"SerializationException"}"#, status: 400) }
            do throws(Refused) {
                return .json(CanonicalJSON.text(try Self.perform(operation, region, body, &box.state)))
            } catch {
                return .json(#"{"__type":"\#(error.code)","message":"\#(error.message)"}"#, status: error.status)
            }
        }
    }

    private struct Refused: Error {
        var code: String
        var message = "refused"
        var status = 400
    }

    private static func perform(
        _ operation: String, _ region: String, _ body: JSONTree, _ state: inout State
    ) throws(Refused) -> JSONTree {
        switch operation {
        case "PutMetricAlarm", "PutCompositeAlarm": return try putAlarm(operation, region, body, &state)
        case "DescribeAlarms": return describeAlarms(region, body, state)
        case "DeleteAlarms": return try deleteAlarms(region, body, &state)
        case "PutDashboard", "GetDashboard", "ListDashboards", "DeleteDashboards":
            return try dashboards(operation, body, &state)
        case "TagResource", "ListTagsForResource", "GetResources": return try tags(operation, region, body, &state)
        default: return try groups(operation, region, body, &state)
        }
    }

    // MARK: Alarms

    private static func putAlarm(
        _ operation: String, _ region: String, _ body: JSONTree, _ state: inout State
    ) throws(Refused) -> JSONTree {
        let kind: ResourceKind = operation == "PutMetricAlarm" ? .metricAlarm : .compositeAlarm
        let id = ResourceID(kind, body["AlarmName"]?.string ?? "", region: region)
        let old = state.things[key(id)]
        if let old, old.kind != kind { throw Refused(code: "ValidationError") }
        for name in RuleNames.all(in: body["AlarmRule"]?.string ?? "") where name != id.name {
            if state.things[key(ResourceID(.metricAlarm, name, region: region))] == nil {
                throw Refused(code: "ValidationError", message: "no \(name)")
            }
        }
        var fields = body
        fields["Tags"] = nil
        fields["AlarmName"] = nil
        // What AWS fills in.
        for name in ["OKActions", "AlarmActions", "InsufficientDataActions"] where fields[name] == nil { fields[name] = [] }
        if fields["ActionsEnabled"] == nil { fields["ActionsEnabled"] = true }
        if kind == .metricAlarm, fields["Metrics"] == nil, fields["Dimensions"] == nil { fields["Dimensions"] = [] }
        state.things[key(id)] = Thing(kind: kind, fields: fields)
        if old == nil { state.tags[arn(id)] = pairs(body["Tags"]) }
        return [:]
    }

    private static func pairs(_ tags: JSONTree?) -> [String: String] {
        Dictionary((tags?.array ?? []).compactMap { tag in tag["Key"]?.string.map { ($0, tag["Value"]?.string ?? "") } }) { $1 }
    }

    private static func describeAlarms(_ region: String, _ body: JSONTree, _ state: State) -> JSONTree {
        let prefix = "\(region)/alarm/"
        let names = body["AlarmNames"]?.array.map { Set($0.compactMap(\.string)) }
        let all = state.things.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
            .filter { names?.contains($0.0) ?? true }.sorted { $0.0 < $1.0 }
        let start = body["NextToken"]?.string.flatMap { Int($0) } ?? 0
        let page = all.dropFirst(start).prefix(Int(body["MaxRecords"]?.number ?? 50))
        func shown(_ kind: ResourceKind) -> JSONTree {
            .array(
                page.filter { $0.1.kind == kind }.map { name, thing in
                    var fields = thing.fields
                    fields["AlarmName"] = .string(name)
                    fields["AlarmArn"] = .string(arn(ResourceID(kind, name, region: region)))
                    fields["StateValue"] = "OK"
                    return fields
                })
        }
        var answer: JSONTree = ["MetricAlarms": shown(.metricAlarm), "CompositeAlarms": shown(.compositeAlarm)]
        if start + page.count < all.count { answer["NextToken"] = .string("\(start + page.count)") }
        return answer
    }

    private static func deleteAlarms(_ region: String, _ body: JSONTree, _ state: inout State) throws(Refused) -> JSONTree {
        let names = (body["AlarmNames"]?.array ?? []).compactMap(\.string)
        let ids = names.map { ResourceID(.metricAlarm, $0, region: region) }.filter { state.things[key($0)] != nil }
        if ids.isEmpty { throw Refused(code: "ResourceNotFound", status: 404) }
        if ids.count(where: { state.things[key($0)]?.kind == .compositeAlarm }) > 1 { throw Refused(code: "ValidationError") }
        for (other, thing) in state.things where other.hasPrefix("\(region)/alarm/") {
            let holder = String(other.split(separator: "/", maxSplits: 2)[2])
            let held = RuleNames.all(in: thing.fields["AlarmRule"]?.string ?? "")
            if !names.contains(holder), !held.isDisjoint(with: names) { throw Refused(code: "ResourceConflict", status: 409) }
        }
        for id in ids {
            state.things[key(id)] = nil
            state.tags[arn(id)] = nil
        }
        return [:]
    }

    // MARK: Dashboards

    private static func dashboards(
        _ operation: String, _ body: JSONTree, _ state: inout State
    ) throws(Refused) -> JSONTree {
        func id(_ name: JSONTree?) -> ResourceID { ResourceID(.dashboard, name?.string ?? "", region: "") }
        switch operation {
        case "PutDashboard":
            let id = id(body["DashboardName"])
            let isNew = state.things[key(id)] == nil
            state.things[key(id)] = Thing(kind: .dashboard, fields: body["DashboardBody"] ?? "")
            if isNew { state.tags[arn(id)] = pairs(body["Tags"]) }
            return [:]
        case "GetDashboard":
            let id = id(body["DashboardName"])
            guard let found = state.things[key(id)] else { throw Refused(code: "ResourceNotFound", status: 404) }
            return ["DashboardName": .string(id.name), "DashboardArn": .string(arn(id)), "DashboardBody": found.fields]
        case "ListDashboards":
            let names = state.things.filter { $0.value.kind == .dashboard }.keys.map { String($0.dropFirst("/dashboard/".count)) }
            return [
                "DashboardEntries": .array(
                    names.sorted().map { name in
                        ["DashboardName": .string(name), "DashboardArn": .string(arn(id(.string(name))))]
                    })
            ]
        default:
            for name in body["DashboardNames"]?.array ?? [] {
                guard state.things[key(id(name))] != nil else { throw Refused(code: "ResourceNotFound", status: 404) }
                state.things[key(id(name))] = nil
                state.tags[arn(id(name))] = nil
            }
            return [:]
        }
    }

    // MARK: Log groups

    private static func groups(
        _ operation: String, _ region: String, _ body: JSONTree, _ state: inout State
    ) throws(Refused) -> JSONTree {
        if operation == "DescribeLogGroups" { return describeGroups(region, body, state) }
        if operation == "DescribeMetricFilters" { return describeFilters(region, body, state) }
        let name = body["logGroupName"]?.string ?? body["logGroupIdentifier"]?.string ?? ""
        let id = ResourceID(.logGroup, name, region: region)
        let key = key(id)
        if operation == "CreateLogGroup" {
            guard state.things[key] == nil else { throw Refused(code: "ResourceAlreadyExistsException") }
            var fields: JSONTree = ["metricFilters": [], "subscriptionFilters": []]
            for member in ["kmsKeyId", "logGroupClass", "deletionProtectionEnabled"] { fields[member] = body[member] }
            if fields["logGroupClass"] == nil { fields["logGroupClass"] = "STANDARD" }
            state.things[key] = Thing(kind: .logGroup, fields: fields)
            state.tags[arn(id)] = body["tags"]?.object?.compactMapValues(\.string) ?? [:]
            return [:]
        }
        guard var fields = state.things[key]?.fields else { throw Refused(code: "ResourceNotFoundException") }
        func filters(_ member: String, _ filter: JSONTree?) {
            var list = (fields[member]?.array ?? []).filter { $0["filterName"] != body["filterName"] }
            if var filter {
                filter["logGroupName"] = nil
                list.append(filter)
            }
            fields[member] = .array(list)
        }
        switch operation {
        case "DeleteLogGroup":
            if fields["deletionProtectionEnabled"] == true { throw Refused(code: "OperationAbortedException") }
            state.things[key] = nil
            state.tags[arn(id)] = nil
            return [:]
        case "PutRetentionPolicy": fields["retentionInDays"] = body["retentionInDays"]
        case "DeleteRetentionPolicy": fields["retentionInDays"] = nil
        case "AssociateKmsKey": fields["kmsKeyId"] = body["kmsKeyId"]
        case "DisassociateKmsKey": fields["kmsKeyId"] = nil
        case "PutLogGroupDeletionProtection": fields["deletionProtectionEnabled"] = body["deletionProtectionEnabled"]
        case "PutMetricFilter": filters("metricFilters", body)
        case "DeleteMetricFilter": filters("metricFilters", nil)
        case "PutSubscriptionFilter": filters("subscriptionFilters", body)
        case "DeleteSubscriptionFilter": filters("subscriptionFilters", nil)
        case "DescribeSubscriptionFilters": return ["subscriptionFilters": fields["subscriptionFilters"] ?? []]
        default: throw Refused(code: "UnknownOperationException")
        }
        state.things[key]?.fields = fields
        return [:]
    }

    private static func describeGroups(_ region: String, _ body: JSONTree, _ state: State) -> JSONTree {
        let prefix = "\(region)/group/" + (body["logGroupNamePrefix"]?.string ?? "")
        let all = state.things.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
        let start = body["nextToken"]?.string.flatMap { Int($0) } ?? 0
        let page = all.dropFirst(start).prefix(Int(body["limit"]?.number ?? 50))
        let shown = page.map { key, thing -> JSONTree in
            let id = ResourceID(.logGroup, String(key.dropFirst("\(region)/group/".count)), region: region)
            var fields = thing.fields
            fields["metricFilters"] = nil
            fields["subscriptionFilters"] = nil
            fields["logGroupName"] = .string(id.name)
            fields["arn"] = .string(arn(id) + ":*")
            fields["logGroupArn"] = .string(arn(id))
            return fields
        }
        var answer: JSONTree = ["logGroups": .array(shown)]
        if start + page.count < all.count { answer["nextToken"] = .string("\(start + page.count)") }
        return answer
    }

    private static func describeFilters(_ region: String, _ body: JSONTree, _ state: State) -> JSONTree {
        let prefix = "\(region)/group/"
        let wanted = body["logGroupName"]?.string
        let filters = state.things.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.flatMap { key, thing in
            let group = String(key.dropFirst(prefix.count))
            return wanted.map { $0 == group } ?? true
                ? (thing.fields["metricFilters"]?.array ?? []).map { filter -> JSONTree in
                    var filter = filter
                    filter["logGroupName"] = .string(group)
                    return filter
                } : []
        }
        return ["metricFilters": .array(filters)]
    }

    // MARK: Tags

    private static func tags(
        _ operation: String, _ region: String, _ body: JSONTree, _ state: inout State
    ) throws(Refused) -> JSONTree {
        if operation == "GetResources" {
            let found = state.tags.filter { arn, tags in
                // Dashboards are in no index.
                arn.contains(":\(region):") && tags[DesiredState.tagKey] != nil
            }
            return [
                "ResourceTagMappingList": .array(
                    found.sorted { $0.key < $1.key }.map { ["ResourceARN": .string($0.key), "Tags": list($0.value)] })
            ]
        }
        let isLogs = body["resourceArn"] != nil
        let arn = (body["resourceArn"] ?? body["ResourceARN"])?.string ?? ""
        guard let known = state.tags[arn] else { throw Refused(code: "ResourceNotFoundException", status: 404) }
        if operation == "ListTagsForResource" {
            return isLogs ? ["tags": .object(known.mapValues { .string($0) })] : ["Tags": list(known)]
        }
        let added = isLogs ? body["tags"]?.object?.compactMapValues(\.string) ?? [:] : pairs(body["Tags"])
        state.tags[arn] = known.merging(added) { $1 }
        return [:]
    }

    private static func list(_ tags: [String: String]) -> JSONTree {
        .array(tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] })
    }

    // MARK: Talking to it

    /// A client that waits for nothing and tries once.
    static func client(_ url: String) -> AWSClient {
        let credentials = AWSCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("secret"), sessionToken: nil)
        var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
        configuration.endpoints = EndpointSettings(override: url)
        configuration.transport = HTTPTransport()
        configuration.retry = RetryPolicy(maxAttempts: 1)
        let slept = Mutex(0.0)
        configuration.sleep = { wait in slept.withLock { $0 += wait.seconds } }
        configuration.uptime = { slept.withLock(\.self) }
        return AWSClient(configuration)
    }
}
