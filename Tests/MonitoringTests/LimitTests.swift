import Basics
import Testing

@testable import Monitoring

/// What AWS just takes is no mistake, and one more is one.
@Suite struct LimitTests {
    struct Edit: Sendable, CustomTestStringConvertible {
        var file: String
        var old: String
        var new: String
        /// nil: nothing is wrong.
        var rule: FindingRule?

        init(_ file: String, _ old: String, _ new: String, _ rule: FindingRule? = nil) {
            (self.file, self.old, self.new, self.rule) = (file, old, new, rule)
        }

        var testDescription: String { "\(new.prefix(60)) \(rule?.rawValue ?? "is taken")" }
    }

    private static let errors = "alarms/errors.yaml"
    private static let group = "log-groups/function.yaml"
    private static let tasks = "dashboards/tasks.json"
    private static let periods = "Period: 60\nEvaluationPeriods: 5"
    private static let archive = "lambda:${region}:${account}:function:archive"
    private static let topic = "\"${topic}\"]"

    static let edits: [Edit] = [
        Edit(errors, periods, "Period: 300\nEvaluationPeriods: 288"),
        Edit(errors, periods, "Period: 300\nEvaluationPeriods: 289", .evaluationWindow),
        Edit(errors, periods, "Period: 3600\nEvaluationPeriods: 168"),
        Edit(errors, periods, "Period: 3600\nEvaluationPeriods: 169", .evaluationWindow),
        Edit(errors, topic, "\"${topic}\", \"arn:aws:ssm-incidents::${account}:response-plan/tasks\"]"),
        Edit(errors, topic, "\"${topic}\", \"arn:aws:ssm-incidents::${account}:responseplan/tasks\"]"),
        Edit(errors, topic, "\"${topic}\", \"arn:aws:ssm-incidents::${account}:plan/tasks\"]", .malformedARN),
        Edit(group, "retentionInDays: 14", "retentionInDays: 14\nkmsKeyId: \"arn:aws:kms:${region}:${account}:key/1\""),
        Edit(
            group, "retentionInDays: 14", "retentionInDays: 14\nkmsKeyId: \"arn:aws:kms:${region}:${account}:alias/a\"",
            .malformedARN),
        Edit(
            group, "retentionInDays: 14", "retentionInDays: 14\nkmsKeyId: \"arn:aws:s3:${region}:${account}:key/1\"",
            .malformedARN),
        Edit(errors, topic, "\"${topic}\", \"arn:aws:lambda:${region}:${account}:function:f\"]"),
        Edit(errors, topic, "\"${topic}\", \"arn:aws:lambda:${region}:${account}:function:f:live\"]"),
        Edit(errors, topic, "\"${topic}\", \"arn:aws:lambda:${region}:${account}:function\"]", .malformedARN),
        Edit(errors, topic, "\"${topic}\", \"arn:aws:lambda:${region}:${account}:layer:f\"]", .malformedARN),
        Edit(group, archive, "lambda:${region}:${account}:function:archive\n    distribution: Random", .exclusiveMembers),
        Edit(group, archive, "lambda:${region}:${account}:function:archive\n    distribution: ByLogStream"),
        Edit(
            group, archive,
            "kinesis:${region}:${account}:stream/s\n    distribution: Random\n    roleArn: arn:aws:iam::${account}:role/r"),
        Edit(group, archive, "kinesis:${region}:${account}:stream/s", .missingMember),
        Edit(group, "retentionInDays: 14", "retentionInDays: 14\ntags: {taskops:applied: x}", .reservedTag),
    ]

    @Test(arguments: edits)
    func anEdit(_ edit: Edit) throws {
        var files = Mistake.whole
        let text = try #require(files[edit.file])
        try #require(text.contains(edit.old))
        files[edit.file] = text.replacing(edit.old, with: edit.new)
        let findings = try Checkout(files).findings()
        #expect(findings.map(\.rule) == [edit.rule].compactMap(\.self), "\(findings.map(\.problem.description))")
    }

    @Test(arguments: [(100, false), (101, true)])
    func alarmsThatACompositeNames(count: Int, isTooMany: Bool) throws {
        let names = (1...count).map { "a\($0)" }
        let alarms = names.map { "  - AlarmName: \($0)\n    AlarmRule: \"TRUE\"\n" }.joined()
        let all = "  - AlarmName: all\n    AlarmRule: \(names.map { "ALARM(\($0))" }.joined(separator: " OR "))\n"
        let findings = try Checkout(["alarms/all.yaml": "for: [us-east-1]\nalarms:\n" + alarms + all]).findings()
        #expect(findings.map(\.rule) == (isTooMany ? [.alarmRule] : []))
    }

    /// Each Region has its own alarms: what closes a circle in another one is another alarm.
    @Test func aCircleIsClosedWithinARegion() throws {
        func alarm(_ name: String, _ child: String, _ region: String) -> String {
            "AlarmName: \(name)\nAlarmRule: ALARM(\(child))\nfor: [\(region)]\n"
        }
        let files = ["alarms/a.yaml": alarm("a", "b", "us-east-1"), "alarms/b.yaml": alarm("b", "a", "us-west-2")]
        #expect(Set(try Checkout(files).findings().map(\.rule)) == [.unknownAlarm])
        let closed = files.merging(["alarms/c.yaml": alarm("b", "a", "us-east-1")]) { old, _ in old }
        #expect(try Checkout(closed).findings().map(\.rule).contains(.alarmCycle))
    }

    /// `...` stands for all words of the metric before, or for none of them; `.` is one of those that stand for it too.
    @Test(arguments: [
        (#"["My", "metric"], ["..."]"#, true), (#"["My", "metric", "d", "v"], ["...", "w"]"#, true),
        (#"["My", "metric"], ["...", "My", "other"]"#, true),
        (#"["My", "metric"], ["...", "My", "other", "d", "v", "e"]"#, false),
        (#"[".", "metric"]"#, false),
    ])
    func shorthand(metrics: String, isTaken: Bool) throws {
        let body = #"{"widgets": [{"type": "metric", "properties": {"region": "us-east-1", "metrics": [\#(metrics)]}}]}"#
        let findings = try Checkout(["dashboards/short.json": body]).findings().filter { $0.severity == .error }
        #expect(findings.isEmpty == isTaken, "\(findings.map(\.problem.description))")
    }

    /// What each function takes as the user guide writes it; after the bar, what may be left out.
    static let signatures = [
        "ABS(m1|)", "ANOMALY_DETECTION_BAND(m1|2)", "AVG(m1|)", "CEIL(m1|)", "DATAPOINT_COUNT(m1|)", "DATE(m1|)", "DAY(m1|)",
        "DB_PERF_INSIGHTS('RDS', 'db-1', 'db.load.avg'|)", "DIFF(m1|)", "DIFF_TIME(m1|)", "EPOCH(m1|)", "FILL(m1, REPEAT|)",
        "FIRST(m1|)", "FLOOR(m1|)", "HOUR(m1|)", "IF(m1, 1|0)", "INSIGHT_RULE_METRIC('rule', 'UniqueContributors'|'key')",
        "LAMBDA('f'|1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, true)", "LAST(m1|)", "LOG(m1|)",
        "LOG10(m1|)", "MAX(m1|)", "METRICS(|'errors')", "METRIC_COUNT(m1|)", "MIN(m1|)", "MINUTE(m1|)", "MONTH(m1|)",
        "PERIOD(m1|)", "RATE(m1|)", "REMOVE_EMPTY(m1|)", "RUNNING_SUM(m1|)", "SEARCH('Errors', 'Sum'|300)",
        "SERVICE_QUOTA(m1|)", "SLICE(m1, 1|2)", "SORT(m1, AVG, DESC|10)", "STDDEV(m1|)", "SUM(m1|)", "TIME_SERIES(m1|)",
        "YEAR(m1|)",
    ]

    @Test(arguments: signatures)
    func argumentsOfAFunction(_ signature: String) throws {
        let parts = signature.dropLast().split(separator: "(")
        let lists = parts[1].split(separator: "|", omittingEmptySubsequences: false).map { $0.split(separator: ", ") }
        let all = lists[0] + lists[1]
        for count in 0...all.count + 1 {
            let call = "\(parts[0])(\((all + ["1"]).prefix(count).joined(separator: ", ")))"
            let math = try? MetricMath(call, in: MathScope(ids: ["m1": .metric]))
            #expect((math != nil) == (lists[0].count...all.count).contains(count), "\(call)")
        }
    }

    @Test func everyFunctionIsTried() {
        #expect(Set(Self.signatures.map { String($0.prefix { $0 != "(" }) }) == Set(MathFunction.all.keys))
    }
}
