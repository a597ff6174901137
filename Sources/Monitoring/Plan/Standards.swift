import Basics

/// Defaults that depend on another member, and text that may be written in several ways. `Field.standard` has the others.
enum Standards {
    static func metricAlarm(_ fields: JSONTree) -> JSONTree {
        var fields = fields
        // M of N with M = N is what an alarm does that names no M (PutMetricAlarm, DatapointsToAlarm).
        if fields["DatapointsToAlarm"] == fields["EvaluationPeriods"] { fields["DatapointsToAlarm"] = nil }
        // "If you specify evaluate or omit this parameter, the alarm is always evaluated" (PutMetricAlarm).
        if fields["EvaluateLowSampleCountPercentile"] == "evaluate" { fields["EvaluateLowSampleCountPercentile"] = nil }
        dropEmpty("Metrics", from: &fields)
        if fields["Metrics"] != nil || fields["EvaluationCriteria"] != nil {
            // What a metric alarm of one metric has, and DescribeAlarms leaves empty in the others.
            for name in ["Namespace", "MetricName", "Statistic", "ExtendedStatistic"] where fields[name] == "" {
                fields[name] = nil
            }
        }
        // "If you don't set EvaluationWindow, the alarm uses a SlidingWindow by default" (EvaluationWindow).
        if let window = fields["EvaluationWindow"]?.object, window["WallClockWindow"] == nil { fields["EvaluationWindow"] = nil }
        // "If you don't specify a time zone, CloudWatch uses UTC" (WallClockWindow).
        if fields["EvaluationWindow"]?["WallClockWindow"]?["Timezone"] == "UTC" {
            fields["EvaluationWindow"] = ["WallClockWindow": [:]]
        }
        // "The default is false" (WarmUpConfiguration).
        if var warmUp = fields["WarmUpConfiguration"], warmUp["OnlyStartEvaluatingAfterWarmUpPeriodEnds"] == false {
            warmUp["OnlyStartEvaluatingAfterWarmUpPeriodEnds"] = nil
            fields["WarmUpConfiguration"] = warmUp
        }
        return actions(fields)
    }

    static func compositeAlarm(_ fields: JSONTree) -> JSONTree {
        var fields = fields
        if let rule = fields["AlarmRule"]?.string { fields["AlarmRule"] = .string(AlarmRuleText.folded(rule)) }
        // "an AlarmName or an Amazon Resource Name (ARN) from an existing alarm" (PutCompositeAlarm): an alarm that
        // suppresses lies in the same Region.
        if let suppressor = fields["ActionsSuppressor"]?.string, suppressor.hasPrefix("arn:"),
            let range = suppressor.firstRange(of: ":alarm:")
        {
            fields["ActionsSuppressor"] = .string(String(suppressor[range.upperBound...]))
        }
        return actions(fields)
    }

    /// "By default, the alarm's tags aren't included" (AlarmTagsPropagation).
    private static func actions(_ fields: JSONTree) -> JSONTree {
        var fields = fields
        if fields["ActionConfiguration"]?["AlarmTagsPropagation"]?["Enabled"] == false { fields["ActionConfiguration"] = nil }
        if fields["ActionConfiguration"] == [:] { fields["ActionConfiguration"] = nil }
        return fields
    }

    private static func dropEmpty(_ name: String, from fields: inout JSONTree) {
        if fields[name]?.array?.isEmpty == true { fields[name] = nil }
    }
}

/// The rule of a composite alarm as text.
enum AlarmRuleText {
    /// Without the blanks and line breaks that mean nothing: one between words, none beside a parenthesis. What stands in
    /// quotes is kept.
    static func folded(_ rule: String) -> String {
        var output = ""
        var quote: Character?
        var owesBlank = false
        for character in rule {
            if let open = quote {
                output.append(character)
                if character == open { quote = nil }
                continue
            }
            if character.isWhitespace {
                owesBlank = true
                continue
            }
            if owesBlank, let last = output.last, last != "(", character != ")" { output.append(" ") }
            owesBlank = false
            // `ALARM ("x")` is `ALARM("x")`, but `AND (` stays apart.
            if character == "(", output.last == " ", callsFunction(output) { output.removeLast() }
            if character == "\"" || character == "'" { quote = character }
            output.append(character)
        }
        return output
    }

    private static func callsFunction(_ text: String) -> Bool {
        let word = text.dropLast().reversed().prefix { $0.isLetter || $0 == "_" }.reversed()
        return ["ALARM", "OK", "INSUFFICIENT_DATA"].contains(String(word))
    }
}
