import Basics
import TaskSystem

/// The properties of a metric widget, metric by metric.
struct MetricWidgetRules {
    let shape: DashboardShape
    let index: Int
    let surroundings: Surroundings

    private static let axis = FieldType.structure([
        Field("min", .number), Field("max", .number), Field("label", .anyText), Field("showUnits", .boolean),
    ])
    private static let properties: [DashboardShape.Member] = [
        .init("region", .oneOf(AWSRegions.all), isRequired: true), .init("metrics"), .init("title", .anyText),
        .init("view", .oneOf(["timeSeries", "singleValue", "gauge", "bar", "pie", "table"])), .init("stat"), .init("period"),
        .init("stacked", .boolean), .init("annotations"), .init("liveData", .boolean),
        .init("legend", .structure([Field("position", .oneOf(["right", "bottom", "hidden"]))])),
        .init("sparkline", .boolean), .init("timezone"), .init("yAxis", .structure([Field("left", axis), Field("right", axis)])),
        .init(
            "table",
            .structure([
                Field("layout", .oneOf(["vertical", "horizontal"])), Field("stickySummary", .boolean),
                Field("showTimeSeriesData", .boolean),
                Field("summaryColumns", .list(.oneOf(["MIN", "MAX", "SUM", "AVG"]), 0...4, isOrdered: true)),
            ])),
        .init("accountId", .anyText), .init("setPeriodToTimeRange", .boolean), .init("singleValueFullPrecision", .boolean),
        .init("trend", .boolean), .init("start", .anyText), .init("end", .anyText), .init("labels"),
    ]

    /// - Returns: how many metrics and expressions it has.
    func check(_ properties: JSONTree, _ path: DataPath, _ notes: inout RuleNotes) -> Int {
        guard shape.check(properties, Self.properties, path, "a metric widget", &notes) else { return 0 }
        if let stat = properties["stat"] {
            if let text = stat.string {
                Self.checkStat(text, index, path / "stat", &notes)
            } else {
                notes.note(.wrongType, index, path / "stat", "stat must be text", "such as \"Sum\"")
            }
        }
        if let period = properties["period"] {
            if let number = period.number {
                Self.checkPeriod(number, index, path / "period", &notes)
            } else {
                notes.note(.wrongType, index, path / "period", "period must be a number", "seconds, without quotes")
            }
        }
        if let zone = properties["timezone"], zone.string.map(Self.isZone) != true {
            notes.note(.dashboardBody, index, path / "timezone", "timezone is + or - and four digits", "such as \"+0130\"")
        }
        if properties["view"]?.string == "gauge" {
            let left = properties["yAxis"]?["left"]
            if left?["min"]?.number == nil || left?["max"]?.number == nil {
                notes.note(
                    .missingMember, index, path / "view", "a gauge needs yAxis.left with min and max",
                    "\"yAxis\": {\"left\": {\"min\": 0, \"max\": 100}}")
            }
        }
        let annotations = AnnotationRules(shape: shape, index: index, surroundings: surroundings)
        annotations.check(properties["annotations"], path / "annotations", &notes)
        let alarms = properties["annotations"]?["alarms"]
        guard let metrics = properties["metrics"] else {
            if alarms == nil {
                notes.note(.missingMember, index, path, "metrics is missing in a metric widget", "or annotations with an alarm")
            }
            return 0
        }
        if let alarms, alarms.array?.isEmpty == false, metrics.array?.isEmpty == false {
            notes.note(
                .exclusiveMembers, index, path / "metrics", "metrics and an alarm's annotation exclude each other",
                "leave one of them", ofKey: true)
        }
        let region = properties["region"]?.string ?? ""
        return MetricsArrayRules(shape: shape, index: index, surroundings: surroundings, region: region)
            .check(metrics, path / "metrics", &notes)
    }

    static func checkStat(_ stat: String, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        guard !Statistic.isAny(stat) else { return }
        let near = closestMatch(to: stat, among: Statistic.plain).map { "did you mean \($0)?" }
        notes.note(.statistic, index, path, "`\(stat)` is no statistic", near ?? Statistic.hint)
    }

    /// Multiples of 60, and what metrics of high resolution have (MetricDataQuery, `Period`).
    static func checkPeriod(_ seconds: Double, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        let isFine = [1, 5, 10, 20, 30].contains(seconds) || seconds >= 60 && seconds.remainder(dividingBy: 60) == 0
        guard !isFine else { return }
        notes.note(
            .outOfRange, index, path, "a graph's period is a multiple of 60 seconds, and this is \(PeriodRules.whole(seconds))",
            "write \(PeriodRules.whole(max(60, (seconds / 60).rounded() * 60)))")
    }

    private static func isZone(_ text: String) -> Bool {
        text.count == 5 && (text.first == "+" || text.first == "-")
            && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// Lines and bands in a graph, or the alarm it shows.
struct AnnotationRules {
    let shape: DashboardShape
    let index: Int
    let surroundings: Surroundings

    private static let all: [DashboardShape.Member] = [.init("horizontal"), .init("vertical"), .init("alarms")]
    private static let line: [DashboardShape.Member] = [
        .init("value", isRequired: true), .init("label", .anyText), .init("color"), .init("visible", .boolean),
    ]
    private static let horizontal =
        line + [.init("fill", .oneOf(["above", "below", "none"])), .init("yAxis", .oneOf(["left", "right"]))]
    private static let vertical = line + [.init("fill", .oneOf(["before", "after", "none"]))]

    func check(_ annotations: JSONTree?, _ path: DataPath, _ notes: inout RuleNotes) {
        guard let annotations, shape.check(annotations, Self.all, path, "annotations", &notes) else { return }
        for kind in ["horizontal", "vertical"] {
            guard let list = annotations[kind] else { continue }
            guard let items = list.array else {
                notes.note(.wrongType, index, path / kind, "\(kind) must be a list", "[…]")
                continue
            }
            for (number, item) in items.enumerated() { check(item, kind, path / kind / number, &notes) }
        }
        checkAlarms(annotations, path, &notes)
    }

    private func check(_ item: JSONTree, _ kind: String, _ path: DataPath, _ notes: inout RuleNotes) {
        if let band = item.array {
            if band.count != 2 {
                notes.note(.dashboardBody, index, path, "a band has two edges, and this has \(band.count)", "[{…}, {…}]")
            }
            for (number, edge) in band.enumerated() { checkLine(edge, kind, path / number, &notes) }
        } else {
            checkLine(item, kind, path, &notes)
        }
    }

    private func checkLine(_ line: JSONTree, _ kind: String, _ path: DataPath, _ notes: inout RuleNotes) {
        let members = kind == "horizontal" ? Self.horizontal : Self.vertical
        guard shape.check(line, members, path, "a \(kind) annotation", &notes) else { return }
        if let color = line["color"] { MetricsArrayRules.checkColor(color, index, path / "color", &notes) }
        guard let value = line["value"] else { return }
        if kind == "horizontal", value.number == nil {
            notes.note(.wrongType, index, path / "value", "the value of a horizontal annotation is a number", "without quotes")
        }
        if kind == "vertical", value.string.map(DashboardTime.isInstant) != true {
            notes.note(
                .wrongType, index, path / "value", "the value of a vertical annotation is a time", DashboardTime.instantHint)
        }
    }

    private func checkAlarms(_ annotations: JSONTree, _ path: DataPath, _ notes: inout RuleNotes) {
        guard let alarms = annotations["alarms"] else { return }
        guard let list = alarms.array else {
            return notes.note(.wrongType, index, path / "alarms", "alarms must be a list of one ARN", "[\"arn:…\"]")
        }
        if list.count > 1 {
            notes.note(
                .outOfRange, index, path / "alarms" / 1, "a metric widget shows one alarm, and this names \(list.count)",
                "an alarm widget shows many")
        }
        for (number, alarm) in list.enumerated() {
            guard let text = alarm.string else {
                notes.note(.wrongType, index, path / "alarms" / number, "an alarm is named by its ARN", "\"arn:…\"")
                continue
            }
            AlarmReferences.check(text, index, path / "alarms" / number, surroundings, &notes)
        }
        let lines = (annotations["horizontal"]?.array?.count ?? 0) + (annotations["vertical"]?.array?.count ?? 0)
        if !list.isEmpty, lines > 0 {
            notes.note(
                .exclusiveMembers, index, path / "alarms", "an alarm and lines exclude each other in annotations",
                "leave one of them", ofKey: true)
        }
    }
}
