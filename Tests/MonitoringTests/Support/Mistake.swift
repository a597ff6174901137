import Basics
import Testing

@testable import Monitoring

/// A small folder with one thing wrong in it. `«` stands before what the finding must point at.
struct Mistake: Sendable, CustomTestStringConvertible {
    var name: String
    var files: [String: String]
    var rule: FindingRule
    /// Somewhere in the finding's sentence or hint.
    var words: String
    var severity = Finding.Severity.error
    /// What else may be said: some mistakes are two.
    var others: Set<FindingRule> = []
    /// Set where the finding names a file and no line.
    var wholeFile: String?
    var isOnOneLine = true

    var testDescription: String { name }

    static let alarm = """
        AlarmName: ${function}-errors
        Namespace: AWS/Lambda
        MetricName: Errors
        Dimensions:
          - {Name: FunctionName, Value: "${function}"}
        Statistic: Sum
        Period: 60
        EvaluationPeriods: 5
        DatapointsToAlarm: 3
        Threshold: 1
        ComparisonOperator: GreaterThanOrEqualToThreshold
        TreatMissingData: notBreaching
        AlarmActions: ["${topic}"]

        """

    /// An alarm on the share of failures.
    static let math = """
        AlarmName: ${function}-error-rate
        Metrics:
          - Id: errors
            ReturnData: false
            MetricStat:
              Metric: {Namespace: AWS/Lambda, MetricName: Errors, Dimensions: [{Name: FunctionName, Value: "${function}"}]}
              Period: 60
              Stat: Sum
          - Id: invocations
            ReturnData: false
            MetricStat:
              Metric: {Namespace: AWS/Lambda, MetricName: Invocations, Dimensions: [{Name: FunctionName, Value: "${function}"}]}
              Period: 60
              Stat: Sum
          - Id: rate
            Expression: 100 * errors / invocations
        EvaluationPeriods: 5
        Threshold: 5
        ComparisonOperator: GreaterThanThreshold

        """

    /// An alarm on what is unusual.
    static let band = """
        AlarmName: ${function}-duration
        Metrics:
          - Id: m1
            MetricStat:
              Metric: {Namespace: AWS/Lambda, MetricName: Duration, Dimensions: [{Name: FunctionName, Value: "${function}"}]}
              Period: 300
              Stat: p90
          - Id: band
            Expression: ANOMALY_DETECTION_BAND(m1, 2)
        EvaluationPeriods: 3
        ThresholdMetricId: band
        ComparisonOperator: GreaterThanUpperThreshold

        """

    static let composite = """
        AlarmName: tasks-do-not-get-through
        AlarmRule: ALARM("${function}-errors") OR ALARM(${function}-error-rate)
        AlarmActions: ["${topic}"]

        """

    static let logGroup = """
        logGroupName: /aws/lambda/${function}
        retentionInDays: 14
        metricFilters:
          - filterName: errors
            filterPattern: '{ $.level = "error" }'
            metricTransformations:
              - metricName: LoggedErrors
                metricNamespace: TaskSystem
                metricValue: "1"
        subscriptionFilters:
          - filterName: archive
            filterPattern: ''
            destinationArn: arn:aws:lambda:${region}:${account}:function:archive

        """

    static let dashboard = #"""
        {
          "start": "-PT3H",
          "widgets": [
            {
              "type": "metric", "x": 0, "y": 0, "width": 12, "height": 6,
              "properties": {
                "title": "Errors",
                "region": "us-east-1",
                "view": "timeSeries",
                "stat": "Sum",
                "period": 60,
                "metrics": [
                  ["AWS/Lambda", "Errors", "FunctionName", "${function}", {"id": "errors"}],
                  [".", "Invocations", ".", ".", {"id": "invocations", "visible": false}],
                  ["...", {"region": "us-east-1", "stat": "p99", "label": "${LABEL}", "color": "#d62728"}],
                  [{"expression": "100 * errors / invocations", "label": "rate", "id": "rate"}]
                ],
                "yAxis": {"left": {"min": 0}},
                "annotations": {"horizontal": [{"value": 1, "label": "alarm"}]}
              }
            },
            {"type": "text", "properties": {"markdown": "# ${function}"}},
            {"type": "alarm", "properties": {"alarms": ["arn:aws:cloudwatch:us-east-1:${account}:alarm:${function}-errors"]}},
            {"type": "log", "properties": {"region": "us-east-1", "query": "SOURCE '/aws/lambda/${function}' | fields @message"}}
          ]
        }

        """#

    static let whole = [
        "alarms/errors.yaml": alarm, "alarms/rate.yaml": math, "alarms/duration.yaml": band, "alarms/through.yaml": composite,
        "log-groups/function.yaml": logGroup, "dashboards/tasks.json": dashboard,
    ]

    /// A whole folder in which one text is another.
    static func replace(
        _ file: String, _ old: String, _ new: String, _ rule: FindingRule, _ words: String,
        severity: Finding.Severity = .error, others: Set<FindingRule> = [], line: Int = #line
    ) -> Mistake {
        var files = whole
        let text = files[file] ?? ""
        precondition(text.contains(old), "line \(line): \(file) has no `\(old)`")
        files[file] = text.replacing(old, with: new, maxReplacements: 1)
        return Mistake(
            name: "\(line): \(new.prefix(60))", files: files, rule: rule, words: words, severity: severity, others: others)
    }

    /// A whole folder with more files in it.
    static func add(
        _ files: [String: String], _ rule: FindingRule, _ words: String, severity: Finding.Severity = .error,
        others: Set<FindingRule> = [], line: Int = #line
    ) -> Mistake {
        Mistake(
            name: "\(line): \(files.keys.sorted().first ?? "")", files: whole.merging(files) { $1 }, rule: rule, words: words,
            severity: severity, others: others)
    }

    /// Holds what is found against what must be.
    func check() throws {
        var place = wholeFile.map { Problem.Location(file: $0) }
        var clean: [String: String] = [:]
        for (name, text) in files {
            if let mark = text.firstIndex(of: "«") {
                let before = text[..<mark].split(separator: "\n", omittingEmptySubsequences: false)
                place = .init(file: name, line: before.count, column: (before.last?.unicodeScalars.count ?? 0) + 1)
            }
            clean[name] = text.replacing("«", with: "")
        }
        let findings = try Checkout(clean).findings()
        let list = findings.map { "\($0.rule.rawValue) \($0.problem)" }.joined(separator: "\n")
        let found = findings.filter { $0.rule == rule }
        let first = try #require(found.first, "nothing of \(rule.rawValue) was found:\n\(list)")
        #expect(first.problem.location == place, "\(list)")
        #expect(first.severity == severity)
        #expect("\(first.problem)".contains(words), "\(list)")
        #expect(findings.allSatisfy { $0.rule == rule || others.contains($0.rule) }, "more than one thing was found:\n\(list)")
        #expect(!isOnOneLine || Set(found.map(\.problem.location?.line)).count == 1, "\(list)")
    }
}
