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
}
