import AWS
import Basics
import FoundationEssentials
import TestSupport

@testable import Monitoring

/// Two Regions of ``FakeAWS``, with plans made of them and applied to them.
struct ApplyWorld {
    static let regions = ["us-east-1", "us-west-2"]

    let aws: FakeAWS
    let client: AWSClient

    static func run(_ body: (ApplyWorld) async throws -> Void) async throws {
        let aws = FakeAWS()
        try await LoopbackServer.run(aws.handler) { server in
            try await body(ApplyWorld(aws: aws, client: FakeAWS.client(server.url)))
        }
    }

    var reader: LiveReader {
        let targets = Self.regions.map { LiveReader.Target(region: $0, client: client) }
        return LiveReader(targets, home: targets[0])
    }

    func live(_ request: LiveRequest) async -> LiveState { await reader.read(request, deadline: .after(.seconds(60))) }

    func plan(_ desired: DesiredState, prunes: Bool = true, adopts: Bool = false) async -> Plan {
        Planner(
            desired: desired, live: await live(LiveRequest(for: desired)),
            options: .init(prunes: prunes, adopts: adopts)
        ).plan(account: FakeAWS.account)
    }

    @discardableResult
    func apply(
        _ plan: Plan, stop: StopSignal = StopSignal(), retry: BusyRetry = BusyRetry(pauses: []),
        tell: @escaping @Sendable (ApplyProgress) -> Void = { _ in }
    ) async throws -> ApplyReport {
        var applier = PlanApplier(plan: plan, clients: Dictionary(uniqueKeysWithValues: Self.regions.map { ($0, client) }))
        applier.retry = retry
        return try await applier.run(at: Date(timeIntervalSince1970: 0), stop: stop, tell: tell)
    }

    /// Everything as the files want it, from nothing.
    func settle(_ desired: DesiredState) async throws {
        try await apply(await plan(desired))
        aws.mend()
    }
}

/// Files without files: what they would want, made from numbers that are the same in every run.
struct DesiredGenerator {
    var random: SeededNumbers

    init(seed: UInt64) { random = SeededNumbers(seed: seed) }

    static let stack = "tasks"

    mutating func state(alarms: Int, groups: Int, dashboards: Int) -> DesiredState {
        var resources: [DesiredResource] = []
        for region in ApplyWorld.regions {
            for number in 0..<groups { resources.append(group("/aws/lambda/f\(number)", region)) }
            for number in 0..<alarms { resources.append(alarm("alarm-\(number)", region)) }
            var composites: [String] = []
            for number in 0..<(alarms / 4) {
                let names = (composites + ["alarm-\(number)", "alarm-\(alarms - 1 - number)"]).suffix(3)
                let rule = names.map { "ALARM(\"\($0)\")" }.joined(separator: pick([" OR ", " AND ", "  OR NOT "]))
                resources.append(
                    resource(.compositeAlarm, "both-\(number)", region, ["AlarmRule": .string(rule)]))
                composites.append("both-\(number)")
            }
        }
        for number in 0..<dashboards { resources.append(dashboard("board-\(number)")) }
        return DesiredState(stack: Self.stack, regions: ApplyWorld.regions, resources: resources)
    }

    private mutating func resource(
        _ kind: ResourceKind, _ name: String, _ region: String, _ fields: JSONTree
    ) -> DesiredResource {
        var tags: [String: String] = [:]
        if flip() { tags["team"] = pick(["on-call", "data", "é"]) }
        return DesiredResource(
            id: ResourceID(kind, name, region: region), fields: fields, tags: tags,
            place: .init(file: "\(kind.folder)/\(name).yaml", line: 1))
    }

    mutating func alarm(_ name: String, _ region: String) -> DesiredResource {
        var fields: JSONTree = [
            "EvaluationPeriods": .number(Double(pick([1, 3, 5]))), "Threshold": .number(pick([0, 1, 5, 80.5, 1e9])),
            "ComparisonOperator": .string(pick(AlarmFields.comparisons.prefix(4).map { $0 })),
        ]
        if flip() { fields["TreatMissingData"] = .string(pick(["missing", "notBreaching", "breaching", "ignore"])) }
        if flip() {
            fields["AlarmDescription"] = .string(pick(["", "one line", "two\nlines\n", "ümlaut ${x}", "# no comment: yes"]))
        }
        if flip() { fields["ActionsEnabled"] = .bool(flip()) }
        if flip() { fields["DatapointsToAlarm"] = .number(1) }
        if flip() {
            fields["AlarmActions"] = .array(
                ["b", "a", "c"].prefix(Int(pick([0, 1, 3]))).map { .string("arn:aws:sns:\(region):\(FakeAWS.account):\($0)") })
        }
        if flip() {
            fields["Metrics"] = [
                ["Id": "e", "Expression": "m1 / m2 * 100", "Label": "rate ${LABEL}"],
                metric("m1", "Errors"), metric("m2", "Invocations"),
            ]
        } else {
            fields["Namespace"] = "AWS/Lambda"
            fields["MetricName"] = .string(pick(["Errors", "Duration"]))
            fields["Period"] = .number(pick([60, 300]))
            if flip() { fields["Statistic"] = "Sum" } else { fields["ExtendedStatistic"] = "p99.9" }
            fields["Dimensions"] = flip() ? [["Name": "FunctionName", "Value": "task-processor"]] : []
        }
        return resource(.metricAlarm, name, region, fields)
    }

    private mutating func metric(_ id: String, _ name: String) -> JSONTree {
        [
            "Id": .string(id), "ReturnData": false,
            "MetricStat": [
                "Metric": [
                    "Namespace": "AWS/Lambda", "MetricName": .string(name),
                    "Dimensions": [["Name": "FunctionName", "Value": "task-processor"]],
                ], "Period": .number(pick([60, 300])), "Stat": "Sum",
            ],
        ]
    }

    mutating func group(_ name: String, _ region: String) -> DesiredResource {
        var fields: JSONTree = [:]
        if flip() { fields["retentionInDays"] = .number(pick([1, 7, 30, 3653])) }
        if flip() { fields["kmsKeyId"] = .string("arn:aws:kms:\(region):\(FakeAWS.account):key/\(pick(["1", "2"]))") }
        if flip() {
            fields["metricFilters"] = .array(
                (0..<Int(pick([0, 1, 3]))).map { number in
                    [
                        "filterName": .string("f\(number)"),
                        "filterPattern": .string(pick(["", "ERROR", "{ $.level = \"x\" }"])),
                        "metricTransformations": [
                            [
                                "metricName": "M", "metricNamespace": "Tasks", "metricValue": "1",
                                "defaultValue": .number(pick([0, 1])),
                            ]
                        ],
                    ]
                })
        }
        if flip() {
            fields["subscriptionFilters"] = .array(
                (0..<Int(pick([0, 1, 2]))).map { number in
                    [
                        "filterName": .string("s\(number)"), "filterPattern": "",
                        "destinationArn": .string("arn:aws:lambda:\(region):\(FakeAWS.account):function:\(pick(["f", "g"]))"),
                    ]
                })
        }
        return resource(.logGroup, name, region, fields)
    }

    mutating func dashboard(_ name: String) -> DesiredResource {
        let widgets = (0..<Int(pick([1, 2, 5]))).map { number -> JSONTree in
            flip()
                ? [
                    "type": "text", "x": 0, "y": .number(Double(number * 6)), "width": 6, "height": 6,
                    "properties": ["markdown": .string("# \(pick(["a", "b"]))\(number)")],
                ]
                : [
                    "type": "metric", "x": 0, "y": .number(Double(number * 6)), "width": 12, "height": 6,
                    "properties": [
                        "region": "us-east-1", "title": .string("t\(number)"), "stat": .string(pick(["Sum", "p50"])),
                        "metrics": [["AWS/Lambda", "Errors", "FunctionName", "task-processor"], [".", "Duration", ".", "."]],
                    ],
                ]
        }
        return resource(.dashboard, name, ApplyWorld.regions[0], ["widgets": .array(widgets)])
    }

    mutating func flip() -> Bool { random.next() & 1 == 1 }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
}

/// SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
