import Basics

@testable import Monitoring

/// Resources of every kind as files may say them, the same again for the same seed.
struct RandomResources: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func maybe(_ chance: Double = 0.5) -> Bool { Double.random(in: 0..<1, using: &self) < chance }
    mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func one<Element>(of list: [Element]) -> Element { list.randomElement(using: &self)! }
    mutating func word() -> String {
        one(of: ["errors", "Latency", "queue depth", "ü", "a\"b", "Ω-1", "p99", "tasks/created", "x"])
    }

    mutating func resource(_ kind: ResourceKind) -> DesiredResource {
        let fields: JSONTree =
            switch kind {
            case .metricAlarm: metricAlarm()
            case .compositeAlarm: compositeAlarm()
            case .logGroup: logGroup()
            case .dashboard: dashboard()
            }
        var tags: [String: String] = [:]
        if maybe() { tags["team"] = word() }
        return DesiredResource(
            id: ResourceID(kind, "r-\(count(0...9))", region: one(of: ["us-east-1", "us-west-2"])), fields: fields,
            tags: tags, place: .init(file: "alarms/r.yaml", line: 1))
    }

    // MARK: Alarms

    private mutating func actions() -> JSONTree {
        .array((0..<count(0...5)).map { .string("arn:aws:sns:us-east-1:123456789012:t\($0)") }.shuffled(using: &self))
    }

    private mutating func dimensions() -> JSONTree {
        .array((0..<count(0...4)).map { ["Name": .string("D\($0)"), "Value": .string(word())] }.shuffled(using: &self))
    }

    private mutating func shared(_ fields: inout [String: JSONTree]) {
        if maybe() { fields["AlarmDescription"] = .string(maybe(0.2) ? "" : word()) }
        for name in ["AlarmActions", "OKActions", "InsufficientDataActions"] where maybe() { fields[name] = actions() }
        if maybe() { fields["ActionsEnabled"] = .bool(maybe()) }
        if maybe(0.2) {
            var propagation: [String: JSONTree] = ["Enabled": .bool(maybe())]
            if maybe() { propagation["IncludedTagKeys"] = ["b", "a"] }
            fields["ActionConfiguration"] = ["AlarmTagsPropagation": .object(propagation)]
        }
    }

    private mutating func metricStat() -> JSONTree {
        var metric: [String: JSONTree] = ["Namespace": "AWS/Lambda", "MetricName": .string(word())]
        if maybe(0.8) { metric["Dimensions"] = dimensions() }
        var stat: [String: JSONTree] = [
            "Metric": .object(metric), "Period": .number(Double(60 * count(1...60))),
            "Stat": .string(one(of: ["Sum", "Average", "p99", "TM(10%:90%)"])),
        ]
        if maybe(0.2) { stat["Unit"] = .string(one(of: AlarmFields.units)) }
        return .object(stat)
    }

    mutating func metricAlarm() -> JSONTree {
        let periods = count(1...6)
        var fields: [String: JSONTree] = [
            "EvaluationPeriods": .number(Double(periods)), "ComparisonOperator": .string(one(of: AlarmFields.comparisons)),
        ]
        if maybe() { fields["DatapointsToAlarm"] = .number(Double(count(1...periods))) }
        if maybe() { fields["TreatMissingData"] = .string(one(of: ["breaching", "notBreaching", "ignore", "missing"])) }
        switch count(0...3) {
        case 0:
            // An expression over some metrics, or a band around one.
            var metrics: [JSONTree] = (0..<count(1...4)).map { index in
                ["Id": .string("m\(index)"), "MetricStat": metricStat(), "ReturnData": false]
            }
            let isBand = maybe()
            var expression: [String: JSONTree] = [
                "Id": "e1", "Expression": .string(isBand ? "ANOMALY_DETECTION_BAND(m0, 2)" : "m0 * 100"),
            ]
            if maybe() { expression["Label"] = .string(word()) }
            if maybe() { expression["ReturnData"] = true }
            metrics.append(.object(expression))
            fields["Metrics"] = .array(metrics.shuffled(using: &self))
            if isBand { fields["ThresholdMetricId"] = "e1" } else { fields["Threshold"] = 0.5 }
        case 1:
            fields["EvaluationCriteria"] = [
                "PromQLCriteria": ["Query": "up == 0", "PendingPeriod": .number(Double(count(0...600)))]
            ]
            fields["EvaluationInterval"] = 60
        default:
            fields["Namespace"] = "AWS/SQS"
            fields["MetricName"] = .string(word())
            if maybe(0.8) { fields["Dimensions"] = dimensions() }
            if maybe() {
                fields["Statistic"] = .string(one(of: AlarmFields.statistics))
            } else {
                fields["ExtendedStatistic"] = .string(one(of: ["p90", "tm99", "PR(:300)"]))
                if maybe() { fields["EvaluateLowSampleCountPercentile"] = .string(one(of: ["evaluate", "ignore"])) }
            }
            fields["Period"] = .number(Double(60 * count(1...60)))
            if maybe(0.2) { fields["Unit"] = .string(one(of: AlarmFields.units)) }
            fields["Threshold"] = .number(Double(count(-1000...1000)) / 4)
            if maybe(0.2) {
                fields["EvaluationWindow"] = one(of: [
                    ["SlidingWindow": [:]], ["WallClockWindow": [:]], ["WallClockWindow": ["Timezone": "UTC"]],
                    ["WallClockWindow": ["Timezone": "+05:30"]],
                ])
            }
        }
        if maybe(0.2) {
            fields["WarmUpConfiguration"] = [
                "WarmUpPeriodDurationInMinutes": .number(Double(count(1...2880))),
                "OnlyStartEvaluatingAfterWarmUpPeriodEnds": .bool(maybe()),
            ]
        }
        shared(&fields)
        return .object(fields)
    }

    private mutating func compositeAlarm() -> JSONTree {
        var fields: [String: JSONTree] = [:]
        let names = (0..<count(1...5)).map { "child \($0)" }
        let joint = one(of: [" AND ", " OR ", "\n  OR "])
        fields["AlarmRule"] = .string(names.map { "\(one(of: ["ALARM", "OK"]))(\"\($0)\")" }.joined(separator: joint))
        if maybe(0.3) {
            fields["ActionsSuppressor"] = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:s"
            fields["ActionsSuppressorWaitPeriod"] = .number(Double(count(0...600)))
            fields["ActionsSuppressorExtensionPeriod"] = 60
        }
        shared(&fields)
        return .object(fields)
    }

    // MARK: Log groups

    private mutating func logGroup() -> JSONTree {
        var fields: [String: JSONTree] = [:]
        if maybe() { fields["retentionInDays"] = .number(Double(one(of: LogGroupFields.retentions))) }
        if maybe(0.3) { fields["logGroupClass"] = .string(one(of: ["STANDARD", "INFREQUENT_ACCESS"])) }
        if maybe(0.3) { fields["kmsKeyId"] = "arn:aws:kms:us-east-1:123456789012:key/k" }
        if maybe(0.3) { fields["deletionProtectionEnabled"] = .bool(maybe()) }
        if maybe() { fields["metricFilters"] = .array((0..<count(0...3)).map { metricFilter($0) }.shuffled(using: &self)) }
        if maybe(0.3) {
            fields["subscriptionFilters"] = .array((0..<count(0...2)).map { subscriptionFilter($0) })
        }
        return .object(fields)
    }

    private mutating func metricFilter(_ index: Int) -> JSONTree {
        var transformation: [String: JSONTree] = ["metricName": "m", "metricNamespace": "Tasks", "metricValue": "1"]
        if maybe() { transformation["defaultValue"] = 0 }
        if maybe(0.3) { transformation["dimensions"] = ["Route": "$.route"] }
        if maybe() { transformation["unit"] = .string(one(of: ["None", "Count"])) }
        var fields: [String: JSONTree] = [
            "filterName": .string("f\(index)"), "filterPattern": .string(maybe() ? "" : "{ $.level = \"ERROR\" }"),
            "metricTransformations": [.object(transformation)],
        ]
        if maybe(0.3) { fields["applyOnTransformedLogs"] = .bool(maybe()) }
        if maybe(0.2) { fields["emitSystemFieldDimensions"] = ["@aws.region", "@aws.account"] }
        return .object(fields)
    }

    private mutating func subscriptionFilter(_ index: Int) -> JSONTree {
        var fields: [String: JSONTree] = [
            "filterName": .string("s\(index)"), "filterPattern": "",
            "destinationArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        ]
        if maybe() { fields["distribution"] = .string(one(of: ["Random", "ByLogStream"])) }
        return .object(fields)
    }

    // MARK: Dashboards

    private mutating func dashboard() -> JSONTree {
        var body: [String: JSONTree] = [:]
        if maybe(0.3) { body["start"] = "-PT6H" }
        if maybe(0.3) { body["periodOverride"] = .string(one(of: ["auto", "inherit"])) }
        var row = 0
        body["widgets"] = .array(
            (0..<count(0...12)).map { index in
                if index % 2 == 0 { row += 6 }
                return widget(index, x: index % 2 * 12, y: row)
            })
        return .object(body)
    }

    private mutating func widget(_ index: Int, x: Int, y: Int) -> JSONTree {
        var widget: [String: JSONTree] = ["x": .number(Double(x)), "y": .number(Double(y))]
        if maybe(0.8) { widget["width"] = .number(Double(one(of: [6, 12]))) }
        if maybe(0.8) { widget["height"] = .number(Double(one(of: [3, 6]))) }
        switch count(0...5) {
        case 0:
            widget["type"] = "text"
            widget["properties"] = ["markdown": .string("# \(word())\nmore")]
        case 1:
            widget["type"] = "log"
            widget["properties"] = [
                "query": .string("SOURCE '/aws/lambda/f' | fields @message\n| limit \(index)"), "region": "us-east-1",
                "title": .string("log \(index)"), "view": .string(one(of: ["table", "timeSeries"])),
            ]
        case 2:
            widget["type"] = "alarm"
            widget["properties"] = ["title": "alarms", "alarms": ["arn:a", "arn:b"]]
        default:
            widget["type"] = "metric"
            widget["properties"] = metricProperties(index)
        }
        return .object(widget)
    }

    private mutating func metricProperties(_ index: Int) -> JSONTree {
        var properties: [String: JSONTree] = ["region": .string(one(of: ["us-east-1", "us-west-2"]))]
        if maybe(0.8) { properties["title"] = .string("\(word()) \(index / 2)") }
        if maybe() { properties["stat"] = .string(one(of: ["Average", "Sum", "p99"])) }
        if maybe() { properties["period"] = .number(Double(one(of: [60, 300]))) }
        if maybe(0.3) { properties["view"] = .string(one(of: ["timeSeries", "singleValue", "gauge"])) }
        if maybe(0.3) { properties["stacked"] = .bool(maybe()) }
        if maybe(0.3) { properties["yAxis"] = ["left": ["min": 0, "showUnits": .bool(maybe())]] }
        if maybe(0.3) { properties["annotations"] = ["horizontal": [["value": 5, "label": "limit"]]] }
        var metrics: [JSONTree] = (0..<count(1...5)).map { row in
            var metric: [JSONTree] = [
                .string(one(of: ["AWS/Lambda", "AWS/SQS"])), .string(one(of: ["Errors", "Duration"])),
            ]
            if maybe(0.8) { metric += ["FunctionName", .string("f\(row)")] }
            var options: [String: JSONTree] = [:]
            if maybe(0.3) { options["stat"] = .string(one(of: ["Sum", "Maximum"])) }
            if maybe(0.2) { options["period"] = 60 }
            if maybe(0.3) { options["label"] = .string(word()) }
            if maybe(0.2) { options["visible"] = .bool(maybe()) }
            if maybe(0.2) { options["region"] = .string(one(of: ["us-east-1", "us-west-2"])) }
            return .array(metric + (options.isEmpty ? [] : [.object(options)]))
        }
        if maybe(0.3) { metrics.append([["id": "e1", "expression": "SUM(METRICS())"]]) }
        properties["metrics"] = .array(metrics)
        return .object(properties)
    }
}
