import Findings
import Status

/// Stacks as they are on good and bad days, for the screens of StatusViewTests.
enum StatusFixtures {
    static let at = "2026-11-25T03:12:07Z"

    static let healthy = report([region("us-east-1"), region("us-west-2", scale: 0.6)])

    static let oneBroken = report([
        region(
            "us-east-1",
            replacing: [
                StatusRow(
                    part: .rule, name: "task-processing-rule", summary: "DISABLED",
                    findings: [
                        Finding(
                            "rule-disabled", .unhealthy,
                            "the rule task-processing-rule is DISABLED: events are accepted and go nowhere",
                            evidence: "DescribeRule: State DISABLED",
                            next:
                                "aws events enable-rule --name task-processing-rule --event-bus-name task-events-dev --region us-east-1"
                        )
                    ]),
                StatusRow(
                    part: .alarms, name: "3 alarms", summary: "1 of 3 in ALARM",
                    findings: [
                        Finding(
                            "alarm-ringing", .degraded, "the alarm task-processor-dev-no-events is in ALARM",
                            evidence: "Threshold Crossed: 5 datapoints were less than the threshold (1.0)",
                            next: "taskops runbook task-processor-no-events")
                    ]),
            ],
            alarms: [
                AlarmStatus(
                    name: "task-processor-dev-no-events", state: "ALARM", type: "MetricAlarm", since: "2026-11-25T03:02:00Z",
                    reason: "Threshold Crossed: 5 datapoints were less than the threshold (1.0)", actionsEnabled: true,
                    runbook: "task-processor-no-events")
            ]),
        region("us-west-2", scale: 0.6),
    ])

    static let everythingBroken = report(
        ["us-east-1", "us-west-2"].map { name in
            region(
                name,
                replacing: StatusRow.Part.allCases.filter { $0 != .clock }.map { part in
                    StatusRow(
                        part: part, name: "task-processor-dev", summary: "not as it should be",
                        findings: [
                            Finding(
                                "\(part)-broken", .unhealthy,
                                "the \(part.rawValue) in \(name) is broken beyond what one word says",
                                evidence: "Get\(part): \(String(repeating: "evidence ", count: 14))",
                                next: "aws service describe-\(part) --region \(name)")
                        ])
                },
                alarms: [
                    AlarmStatus(
                        name: "task-processor-dev-errors", state: "ALARM", type: "MetricAlarm", since: "2026-11-24T22:12:00Z",
                        reason: "Threshold Crossed: 3 out of the last 5 datapoints", actionsEnabled: false, runbook: nil),
                    AlarmStatus(
                        name: "task-processor-dev-throttles", state: "INSUFFICIENT_DATA", type: "MetricAlarm", since: nil,
                        reason: "Unchecked: Initial alarm creation", actionsEnabled: true, runbook: "task-processor-throttles"),
                ], metrics: metrics(scale: 1, failing: true))
        },
        differences: [
            RegionDifference(
                .codeSha256, .degraded,
                values: [
                    .init(region: "us-east-1", value: "Qy0tPmVsM2b0hB4mTAYFJZk0EXJYPEZg0Y2h4t9d3Xo="),
                    .init(region: "us-west-2", value: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0="),
                ], sentence: "the functions run different code: a deployment reached only one of them",
                next: "aws lambda get-function-configuration --function-name task-processor-dev --region us-west-2"),
            RegionDifference(
                .functionConfiguration, .degraded, subject: "MemorySize",
                values: [.init(region: "us-east-1", value: "256"), .init(region: "us-west-2", value: nil)],
                sentence: "the functions have different settings"),
        ])

    static let unreachable = report([
        region("us-east-1"),
        RegionStatus(
            region: "us-west-2",
            rows: StatusRow.Part.allCases.filter { $0 != .clock }.map { part in
                StatusRow(
                    part: part, name: "task-processor-dev", summary: "could not be looked at",
                    findings: [
                        Finding(
                            "unreachable", .unknown, "cannot look at the \(part.rawValue): nobody answers in us-west-2",
                            evidence: "connecting to \(part.rawValue).us-west-2.example port 443 timed out",
                            next: "taskops status --region us-west-2 --timeout 60s -v")
                    ])
            }, alarms: [], metrics: [], facts: RegionFacts()),
    ])

    static let oneRegion = report([region("eu-central-1")])

    static let tenRegions = report(
        (1...10).map { index in
            let name = "\(["us-east", "us-west", "eu-west", "ap-southeast", "eu-central"][index % 5])-\(index)"
            return region(
                name, scale: Double(index) / 5,
                replacing: index == 7
                    ? [
                        StatusRow(
                            part: .logGroup, name: "/aws/lambda/task-processor-dev", summary: "kept for ever",
                            findings: [
                                Finding(
                                    "retention-never", .degraded, "the log group keeps its events for ever, at a growing price",
                                    next:
                                        "aws logs put-retention-policy --log-group-name /aws/lambda/task-processor-dev --retention-in-days 30 --region \(name)"
                                )
                            ])
                    ] : [])
        },
        differences: [
            RegionDifference(
                .retentionInDays, .degraded,
                values: (1...10).map {
                    .init(
                        region: "\(["us-east", "us-west", "eu-west", "ap-southeast", "eu-central"][$0 % 5])-\($0)",
                        value: $0 == 7 ? "never" : "30")
                },
                sentence: "the log groups keep their events for different times")
        ])

    static let gaps = report([
        region("us-east-1", metrics: metrics(scale: 1).map(withGaps)),
        region(
            "us-west-2",
            metrics: metrics(scale: 0.6).map { series in
                var series = series
                if series.name == .commitLatency {
                    series.values = series.values.map { _ in nil }
                    series.staleness = nil
                }
                return series
            }),
    ])

    static let longNames: StatusReport = {
        let function = String(repeating: "task-processor-of-the-department-", count: 2).prefix(64)
        let cluster = "abcdefghijklmnopqrstuvwxyz"
        return report([
            region(
                "ap-southeast-2",
                replacing: [
                    StatusRow(
                        part: .function, name: String(function),
                        summary: "Active, but its LastUpdateStatus is Failed: \(function):live",
                        findings: [
                            Finding(
                                "function-update-failed", .degraded, "the last update of \(function) failed",
                                evidence:
                                    "LastUpdateStatusReason: The role arn:aws:iam::123456789012:role/service-role/\(function)-execution-role cannot be assumed",
                                next: "aws lambda get-function-configuration --function-name \(function) --region ap-southeast-2")
                        ]),
                    StatusRow(part: .cluster, name: cluster, summary: "ACTIVE, peered with \(cluster) in us-west-2"),
                ]), region("us-west-2"),
        ])
    }()

    /// Deployed just now: nobody has sent an event yet.
    static let silent = report(
        ["us-east-1", "us-west-2"].map { name in
            region(
                name,
                metrics: metrics(scale: 1).map { series in
                    var series = series
                    series.values = series.values.map { _ in nil }
                    series.staleness = nil
                    return series
                })
        })

    static let all: [(name: String, report: StatusReport)] = [
        ("healthy", healthy), ("one-broken", oneBroken), ("everything-broken", everythingBroken), ("unreachable", unreachable),
        ("one-region", oneRegion), ("ten-regions", tenRegions), ("gaps", gaps), ("long-names", longNames), ("silent", silent),
    ]

    // MARK: - Pieces

    static func report(_ regions: [RegionStatus], differences: [RegionDifference] = []) -> StatusReport {
        StatusReport(
            stack: "tasks", environment: "dev", at: at, regions: regions, differences: differences,
            cost: .init(requests: 17 * regions.count, connections: regions.count, ms: 212))
    }

    static func region(
        _ name: String, scale: Double = 1, replacing changed: [StatusRow] = [], alarms: [AlarmStatus] = [],
        metrics: [MetricSeries]? = nil
    ) -> RegionStatus {
        let peer = name == "us-east-1" ? "us-west-2" : "us-east-1"
        let rows = [
            StatusRow(part: .bus, name: "task-events-dev", summary: "its policy and key are in order"),
            StatusRow(part: .rule, name: "task-processing-rule", summary: "ENABLED, 3 detail types, to task-processor-dev"),
            StatusRow(part: .permission, name: "task-processor-dev", summary: "lets the rule in"),
            StatusRow(part: .function, name: "task-processor-dev", summary: "Active, Successful, provided.al2023, 256 MB"),
            StatusRow(part: .logGroup, name: "/aws/lambda/task-processor-dev", summary: "kept for 30 days"),
            StatusRow(part: .deadLetterQueue, name: "task-processor-dev-undelivered", summary: "empty"),
            StatusRow(part: .failureQueue, name: "task-processor-dev-failed", summary: "empty"),
            StatusRow(
                part: .cluster, name: "4natz3w6ud4qvjrkhyjq6pwk3m", summary: "ACTIVE, peered with \(peer), witness us-east-2"),
            StatusRow(part: .database, name: "tasks", summary: "answers in 9 ms, schema 3 of 3"),
            StatusRow(part: .alarms, name: "3 alarms", summary: "3 of 3 OK"),
            StatusRow(part: .metrics, name: "CloudWatch", summary: "newest 1m old"),
        ]
        return RegionStatus(
            region: name, rows: rows.map { row in changed.first { $0.part == row.part } ?? row }, alarms: alarms,
            metrics: metrics ?? Self.metrics(scale: scale), facts: RegionFacts())
    }

    /// An hour that has a shape: a swell, a dip and one spike.
    static func metrics(scale: Double, failing: Bool = false) -> [MetricSeries] {
        func wave(_ base: Double, _ minute: Int) -> Double {
            let swell = Double((minute * 7) % 23) / 23 + Double(minute) / 60
            return (base * scale * (minute == 41 ? 4 : 0.5 + swell)).rounded()
        }
        func series(
            _ name: MetricSeries.Name, _ namespace: String, _ metric: String, _ statistic: String, _ unit: MetricSeries.Unit,
            _ value: (Int) -> Double?
        ) -> MetricSeries {
            let values = (0..<60).map(value)
            let newest = values.lastIndex { $0 != nil }
            return MetricSeries(
                name: name, namespace: namespace, metricName: metric, statistic: statistic, unit: unit, period: 60,
                start: "2026-11-25T02:12:00Z", values: values, staleness: newest.map { (59 - $0) * 60 + 67 })
        }
        let bad: (Int) -> Double? = { minute in failing && minute > 48 ? Double(minute % 5) : 0 }
        let none: (Int) -> Double? = { _ in nil }
        return [
            series(.matchedEvents, "AWS/Events", "MatchedEvents", "Sum", .count) { wave(20, $0) },
            series(.failedInvocations, "AWS/Events", "FailedInvocations", "Sum", .count, none),
            series(.deadLettered, "AWS/Events", "InvocationsSentToDlq", "Sum", .count, none),
            series(.deadLetteringFailed, "AWS/Events", "InvocationsFailedToBeSentToDlq", "Sum", .count, none),
            series(.deliveryLatency, "AWS/Events", "IngestionToInvocationSuccessLatency", "p95", .milliseconds) { wave(60, $0) },
            series(.invocations, "AWS/Lambda", "Invocations", "Sum", .count) { wave(20, $0) },
            series(.errors, "AWS/Lambda", "Errors", "Sum", .count, bad),
            series(.throttles, "AWS/Lambda", "Throttles", "Sum", .count) { _ in 0 },
            series(.durationP50, "AWS/Lambda", "Duration", "p50", .milliseconds) { wave(12, $0) },
            series(.durationP95, "AWS/Lambda", "Duration", "p95", .milliseconds) { wave(80, $0) },
            series(.asyncEventAge, "AWS/Lambda", "AsyncEventAge", "Maximum", .milliseconds) { wave(90, $0) },
            series(.asyncEventsDropped, "AWS/Lambda", "AsyncEventsDropped", "Sum", .count, none),
            series(.destinationDeliveryFailures, "AWS/Lambda", "DestinationDeliveryFailures", "Sum", .count, none),
            series(.deadLetterQueueSent, "AWS/SQS", "NumberOfMessagesSent", "Sum", .count) { _ in 0 },
            series(.deadLetterQueueAge, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", .seconds) { _ in 0 },
            series(.failureQueueSent, "AWS/SQS", "NumberOfMessagesSent", "Sum", .count, bad),
            series(.failureQueueAge, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", .seconds) { minute in
                failing ? Double(max(0, minute - 48) * 60) : 0
            },
            series(.transactions, "AWS/AuroraDSQL", "TotalTransactions", "Sum", .count) { wave(140, $0) },
            series(.occConflicts, "AWS/AuroraDSQL", "OccConflicts", "Sum", .count, bad),
            series(.queryTimeouts, "AWS/AuroraDSQL", "QueryTimeouts", "Sum", .count, none),
            series(.commitLatency, "AWS/AuroraDSQL", "CommitLatency", "p50", .milliseconds) { wave(18, $0) },
            series(.storage, "AWS/AuroraDSQL", "ClusterStorageSize", "Maximum", .bytes) { _ in 12_345_678 },
        ]
    }

    private static func withGaps(_ series: MetricSeries) -> MetricSeries {
        var series = series
        for minute in series.values.indices where (10..<22).contains(minute) || minute % 17 == 0 || minute > 46 {
            series.values[minute] = nil
        }
        series.staleness = series.latest == nil ? nil : 13 * 60 + 67
        return series
    }
}
