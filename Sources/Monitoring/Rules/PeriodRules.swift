import Basics

/// Periods, and how far back an alarm looks.
///
/// Source: PutMetricAlarm, `Period`: 10, 20, 30 or a multiple of 60; Period × EvaluationPeriods at most seven days, and at
/// most one day while the period is below an hour.
enum PeriodRules {
    static func isForAlarm(_ seconds: Double) -> Bool {
        [10, 20, 30].contains(seconds) || seconds.remainder(dividingBy: 60) == 0
    }

    static func check(_ seconds: Double, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        guard !isForAlarm(seconds) else { return }
        let near = max(60, (seconds / 60).rounded() * 60)
        notes.note(
            .outOfRange, index, path, "a period is 10, 20, 30 or a multiple of 60 seconds, and this is \(whole(seconds))",
            "write \(whole(near))")
    }

    static func checkWindow(period: Double, periods: Double, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        let window = period * periods
        let limit: Double = period < 3600 ? 86_400 : 604_800
        guard window > limit else { return }
        let most = Int(limit / period)
        notes.note(
            .evaluationWindow, index, path,
            "\(whole(periods)) periods of \(whole(period)) s are \(whole(window)) s, and an alarm looks back at most \(whole(limit)) s",
            "at most \(most) EvaluationPeriods" + (period < 3600 ? "; with a period of an hour or more it is seven days" : ""))
    }

    static func whole(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }
}
