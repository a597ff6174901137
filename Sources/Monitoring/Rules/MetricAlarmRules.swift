import Basics

/// What PutMetricAlarm takes beside types and limits: which members go together, and what they must be to each other.
///
/// Source: botocore's model `cloudwatch` 2010-08-01, the documentation of PutMetricAlarm's members.
enum MetricAlarmRules {
    private static let path = DataPath()
    static let bandComparisons = [
        "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
    ]

    static func check(_ alarm: DesiredResource, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes) {
        let fields = alarm.fields
        AlarmNameRules.check(alarm, index, &notes)
        ActionRules.check(alarm, index, &notes)
        checkForm(fields, index, &notes)
        if fields["MetricName"] != nil || fields["Namespace"] != nil { checkOneMetric(alarm, index, surroundings, &notes) }
        if let queries = fields["Metrics"]?.array {
            MetricQueryRules.check(queries, alarm, index, surroundings, &notes)
        }
        checkEvaluation(fields, index, &notes)
        checkThreshold(fields, index, &notes)
        checkPromQL(fields, index, &notes)
    }

    // MARK: - Which form

    private static func checkForm(_ fields: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        let forms = ["MetricName", "Metrics", "EvaluationCriteria"].filter { notes.files.says($0, of: index) }
        guard let form = forms.first else {
            notes.note(
                .missingMember, index, path, "the alarm watches nothing", "give it MetricName, Metrics or EvaluationCriteria")
            return
        }
        let excluded =
            forms.contains("EvaluationCriteria")
            ? Defaults.ofEvaluation : forms.contains("Metrics") ? Defaults.ofOneMetric : []
        let winner = forms.contains("EvaluationCriteria") ? "EvaluationCriteria" : forms.contains("Metrics") ? "Metrics" : form
        for member in (fields.object?.keys.sorted() ?? []) where excluded.contains(member) {
            notes.note(
                .exclusiveMembers, index, path / member, "\(member) cannot stand beside \(winner)",
                winner == "Metrics" ? "it belongs into an item of Metrics" : "the query says it all", ofKey: true)
        }
    }

    private static func checkOneMetric(
        _ alarm: DesiredResource, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        let fields = alarm.fields
        guard fields["Metrics"] == nil, fields["EvaluationCriteria"] == nil else { return }
        for member in ["MetricName", "Namespace", "Period"] where fields[member] == nil {
            notes.missing(member, index, "an alarm on one metric needs it")
        }
        switch (fields["Statistic"]?.string, fields["ExtendedStatistic"]?.string) {
        case (nil, nil) where !notes.files.says("ExtendedStatistic", of: index):
            notes.missing("Statistic", index, "or ExtendedStatistic, such as p99")
        case (_?, _?):
            notes.note(
                .exclusiveMembers, index, path / "ExtendedStatistic", "Statistic and ExtendedStatistic exclude each other",
                "leave one of them", ofKey: true)
        case (nil, let extended?): checkExtended(extended, index, &notes)
        default: break
        }
        let statistic = fields["ExtendedStatistic"]?.string
        if fields["EvaluateLowSampleCountPercentile"] != nil, !(statistic.map(Statistic.isPercentile) ?? false) {
            notes.note(
                .statistic, index, path / "EvaluateLowSampleCountPercentile",
                "EvaluateLowSampleCountPercentile is for percentiles only", "take it out, or set ExtendedStatistic: p99",
                ofKey: true)
        }
        if let period = fields["Period"]?.number { PeriodRules.check(period, index, path / "Period", &notes) }
        guard let namespace = fields["Namespace"]?.string, let name = fields["MetricName"]?.string else { return }
        MetricQueryRules.checkMetric(
            namespace: namespace, name: name, dimensions: fields["Dimensions"], at: path, alarm.id.region, index,
            surroundings, &notes)
    }

    private static func checkExtended(_ text: String, _ index: Int, _ notes: inout RuleNotes) {
        guard !Statistic.isExtended(text) else { return }
        let place = path / "ExtendedStatistic"
        if Statistic.plain.contains(text) {
            notes.note(.statistic, index, place, "\(text) is no extended statistic", "write Statistic: \(text)")
        } else {
            notes.note(.statistic, index, place, "`\(text)` is no statistic", Statistic.hint)
        }
    }

    // MARK: - Evaluation

    private static func checkEvaluation(_ fields: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        guard fields["EvaluationCriteria"] == nil else { return }
        if fields["EvaluationInterval"] != nil {
            notes.note(
                .exclusiveMembers, index, path / "EvaluationInterval", "EvaluationInterval goes with EvaluationCriteria only",
                "take it out", ofKey: true)
        }
        for member in ["EvaluationPeriods", "ComparisonOperator"] where fields[member] == nil {
            notes.missing(member, index, "AWS requires it here")
        }
        guard let periods = fields["EvaluationPeriods"]?.number else { return }
        if let datapoints = fields["DatapointsToAlarm"]?.number, datapoints > periods {
            let (have, most) = (PeriodRules.whole(datapoints), PeriodRules.whole(periods))
            notes.note(
                .evaluationWindow, index, path / "DatapointsToAlarm",
                "DatapointsToAlarm is \(have), and there are only \(most) EvaluationPeriods", "at most \(most)")
        }
        let queries = fields["Metrics"]?.array ?? []
        let periodsOfMetrics = queries.compactMap { $0["MetricStat"]?["Period"]?.number ?? $0["Period"]?.number }
        guard let period = fields["Period"]?.number ?? periodsOfMetrics.max(), period >= 1 else { return }
        PeriodRules.checkWindow(period: period, periods: periods, index, path / "EvaluationPeriods", &notes)
    }

    private static func checkThreshold(_ fields: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        guard fields["EvaluationCriteria"] == nil, let comparison = fields["ComparisonOperator"]?.string else { return }
        let isBand = bandComparisons.contains(comparison)
        let band = fields["ThresholdMetricId"]?.string
        if isBand, band == nil, !notes.files.says("ThresholdMetricId", of: index) {
            notes.note(
                .anomalyBand, index, path / "ComparisonOperator",
                "\(comparison) compares with a band, and ThresholdMetricId is missing",
                "name the id of the item of Metrics that has ANOMALY_DETECTION_BAND")
        }
        if let band {
            if !isBand {
                notes.note(
                    .anomalyBand, index, path / "ComparisonOperator", "\(comparison) does not go with ThresholdMetricId",
                    "one of \(bandComparisons.joined(separator: ", "))")
            }
            if fields["Threshold"] != nil {
                notes.note(
                    .exclusiveMembers, index, path / "Threshold", "Threshold and ThresholdMetricId exclude each other",
                    "leave one of them", ofKey: true)
            }
            checkBand(band, fields, index, &notes)
        } else if !isBand, fields["Threshold"] == nil {
            notes.missing("Threshold", index, "\(comparison) needs a number to compare with")
        }
    }

    private static func checkBand(_ band: String, _ fields: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        let queries = fields["Metrics"]?.array ?? []
        let named = queries.first { $0["Id"]?.string == band }
        if named?["Expression"]?.string?.contains("ANOMALY_DETECTION_BAND") != true {
            let bands = queries.filter { $0["Expression"]?.string?.contains("ANOMALY_DETECTION_BAND") == true }
                .compactMap { $0["Id"]?.string }
            notes.note(
                .anomalyBand, index, path / "ThresholdMetricId",
                named == nil ? "no item of Metrics has the id `\(band)`" : "the item `\(band)` of Metrics is no band",
                bands.first.map { "did you mean \($0)?" } ?? "add an item with ANOMALY_DETECTION_BAND(m1)")
        }
        for member in ActionRules.members {
            for (number, action) in (fields[member]?.array ?? []).enumerated()
            where ResourceName(action.string ?? "")?.service == "autoscaling" {
                notes.note(
                    .anomalyBand, index, path / member / number, "an alarm on a band takes no Auto Scaling action",
                    "take it out")
            }
        }
    }

    // MARK: - PromQL

    private static func checkPromQL(_ fields: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        let windows = fields["EvaluationWindow"]?.object ?? [:]
        if windows.count > 1 {
            notes.note(
                .exclusiveMembers, index, path / "EvaluationWindow", "WallClockWindow and SlidingWindow exclude each other",
                "leave one of them")
        }
        guard let criteria = fields["EvaluationCriteria"] else { return }
        if criteria["PromQLCriteria"] == nil {
            notes.note(.missingMember, index, path / "EvaluationCriteria", "PromQLCriteria is missing", "it holds the query")
        }
        if let interval = fields["EvaluationInterval"]?.number {
            PeriodRules.check(interval, index, path / "EvaluationInterval", &notes)
        } else {
            notes.missing("EvaluationInterval", index, "an alarm with EvaluationCriteria needs it")
        }
        for member in ["TreatMissingData", "EvaluationWindow"] where fields[member] != nil {
            notes.note(
                .exclusiveMembers, index, path / member, "\(member) does not go with a PromQL query", "take it out",
                severity: member == "TreatMissingData" ? .warning : .error, ofKey: true)
        }
    }
}

/// Names of alarms: any letters but control characters (PutMetricAlarm, `AlarmName`).
enum AlarmNameRules {
    static func check(_ alarm: DesiredResource, _ index: Int, _ notes: inout RuleNotes) {
        if alarm.id.name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            notes.note(
                .malformedName, index, DataPath() / "AlarmName", "an alarm's name cannot hold control characters",
                "take out line ends and tabs")
        } else if alarm.id.name.first?.isWhitespace == true || alarm.id.name.last?.isWhitespace == true {
            notes.note(
                .malformedName, index, DataPath() / "AlarmName", "the name begins or ends with a blank", "take it out",
                severity: .warning)
        }
    }
}
