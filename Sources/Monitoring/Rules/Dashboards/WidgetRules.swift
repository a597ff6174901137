import Basics
import TaskSystem

/// The properties of one widget. Of lengths that AWS does not state, none is refused.
struct WidgetRules {
    let shape: DashboardShape
    let index: Int
    let surroundings: Surroundings

    private static let regions = FieldType.oneOf(AWSRegions.all)
    private static let title = DashboardShape.Member("title", .anyText)
    private static let legend = FieldType.structure([Field("position", .oneOf(["right", "bottom", "hidden"]))])
    private static let text: [DashboardShape.Member] = [
        .init("markdown", .anyText, isRequired: true), .init("background", .oneOf(["solid", "transparent"])),
    ]
    private static let log: [DashboardShape.Member] = [
        .init("query", .text(1...10_000), isRequired: true), .init("region", regions, isRequired: true), title,
        .init("view", .oneOf(["table", "timeSeries", "bar", "pie"])), .init("stacked", .boolean),
        .init("accountId", .anyText), .init("queryLanguage", .oneOf(["CWLI", "SQL", "PPL"])),
        .init("queryBy", .anyText), .init("logGroupPrefixes"), .init("legend", legend), .init("yAxis"),
    ]
    private static let alarm: [DashboardShape.Member] = [
        .init("alarms", .list(.anyText, 1...100, isOrdered: true), isRequired: true), title,
        .init("sortBy", .oneOf(["default", "stateUpdatedTimestamp", "timestamp"])),
        .init("states", .list(.oneOf(["ALARM", "INSUFFICIENT_DATA", "OK"]), 0...3, isOrdered: false)),
    ]
    private static let custom: [DashboardShape.Member] = [
        .init("endpoint", .anyText, isRequired: true), .init("params"), title,
        .init(
            "updateOn",
            .structure([Field("refresh", .boolean), Field("resize", .boolean), Field("timeRange", .boolean)])),
    ]
    private static let explorer: [DashboardShape.Member] = [
        .init(
            "metrics",
            .list(
                .structure([
                    Field("metricName", .text(1...255), isRequired: true),
                    Field("resourceType", .anyText, isRequired: true), Field("stat", .anyText),
                ]), 1...100, isOrdered: true), isRequired: true),
        .init(
            "labels",
            .list(
                .structure([Field("key", .anyText, isRequired: true), Field("value", .anyText)]), 0...100,
                isOrdered: true), isRequired: true),
        .init(
            "aggregateBy",
            .structure([
                Field("key", .anyText), Field("func", .oneOf(["AVG", "MIN", "MAX", "STDDEV", "SUM"])),
            ])),
        .init(
            "widgetOptions",
            .structure([
                Field("legend", legend), Field("view", .oneOf(["timeSeries", "bar", "pie"])), Field("stacked", .boolean),
                Field("rowsPerPage", .wholeNumber(1...Int.max)), Field("widgetsPerRow", .wholeNumber(1...24)),
            ])),
        .init("period", .wholeNumber(1...604_800)), .init("splitBy", .anyText), title, .init("region", regions),
    ]

    /// - Returns: how many metrics it shows.
    func check(_ properties: JSONTree, type: String, _ path: DataPath, _ notes: inout RuleNotes) -> Int {
        switch type {
        case "metric":
            return MetricWidgetRules(shape: shape, index: index, surroundings: surroundings).check(properties, path, &notes)
        case "text": shape.check(properties, Self.text, path, "a text widget", &notes)
        case "log":
            guard shape.check(properties, Self.log, path, "a log widget", &notes) else { return 0 }
            checkQuery(properties, path, &notes)
        case "alarm":
            guard shape.check(properties, Self.alarm, path, "an alarm widget", &notes) else { return 0 }
            for (number, alarm) in (properties["alarms"]?.array ?? []).enumerated() {
                if let arn = alarm.string {
                    AlarmReferences.check(arn, index, path / "alarms" / number, surroundings, &notes)
                }
            }
        case "custom":
            guard shape.check(properties, Self.custom, path, "a custom widget", &notes) else { return 0 }
            if let endpoint = properties["endpoint"]?.string, ResourceName(endpoint)?.service != "lambda" {
                notes.note(
                    .malformedARN, index, path / "endpoint", "`\(endpoint)` is no function's ARN",
                    "arn:aws:lambda:REGION:ACCOUNT:function:NAME")
            }
        case "explorer":
            guard shape.check(properties, Self.explorer, path, "an explorer widget", &notes) else { return 0 }
            if let period = properties["period"]?.number { MetricWidgetRules.checkPeriod(period, index, path / "period", &notes) }
            for (number, metric) in (properties["metrics"]?.array ?? []).enumerated() {
                if let stat = metric["stat"]?.string {
                    MetricWidgetRules.checkStat(stat, index, path / "metrics" / number / "stat", &notes)
                }
            }
            return properties["metrics"]?.array?.count ?? 0
        default: if properties.object == nil { notes.note(.wrongType, index, path, "properties must be an object", "{…}") }
        }
        return 0
    }

    /// Logs Insights in a widget begins with the groups it looks at: `SOURCE 'a' | SOURCE 'b' | fields …`.
    private func checkQuery(_ properties: JSONTree, _ path: DataPath, _ notes: inout RuleNotes) {
        guard let query = properties["query"]?.string else { return }
        let language = properties["queryLanguage"]?.string ?? "CWLI"
        guard language == "CWLI" else { return }
        var groups: [String] = []
        for part in query.split(separator: "|") {
            let words = part.drop { $0.isWhitespace }
            guard words.uppercased().hasPrefix("SOURCE") else { break }
            let rest = words.dropFirst("SOURCE".count).drop { $0.isWhitespace }
            if let quote = rest.first, quote == "'" || quote == "\"" {
                let name = rest.dropFirst().prefix { $0 != quote }
                groups.append(String(name))
            } else {
                // A function such as logGroups(namePrefix: […]) names them otherwise.
                groups.append("")
            }
        }
        guard !groups.isEmpty else {
            return notes.note(
                .logQuery, index, path / "query", "the query names no log group",
                "begin it with SOURCE '/aws/lambda/${function}' |")
        }
        guard let region = properties["region"]?.string, surroundings.regions.contains(region) else { return }
        for group in groups where !group.isEmpty {
            LogGroupReferences.check(group, in: region, index, path / "query", surroundings, &notes)
        }
    }
}

/// Alarms that a dashboard shows, named by their ARNs.
enum AlarmReferences {
    static func check(
        _ text: String, _ index: Int, _ path: DataPath, _ surroundings: Surroundings, _ notes: inout RuleNotes
    ) {
        guard let arn = ResourceName(text), arn.service == "cloudwatch", arn.resource.hasPrefix("alarm:") else {
            return notes.note(
                .malformedARN, index, path, "`\(text)` is no alarm's ARN",
                "arn:aws:cloudwatch:${region}:${account}:alarm:NAME")
        }
        let name = String(arn.resource.dropFirst("alarm:".count))
        if !AWSRegions.all.contains(arn.region) {
            let near = closestMatch(to: arn.region, among: AWSRegions.all).map { "did you mean \($0)?" }
            return notes.note(.unknownRegion, index, path, "`\(arn.region)` is no Region", near)
        }
        if !ResourceName.isAccount(arn.account) {
            return notes.note(
                .malformedARN, index, path, "an account has twelve digits, and `\(arn.account)` has not", "write ${account}")
        }
        guard let known = surroundings.alarms[arn.region] ?? (surroundings.regions.contains(arn.region) ? [:] : nil),
            known[name] == nil
        else { return }
        let near = notes.nearest(to: name, among: known.keys)
        // Alarms of other accounts, and of accounts nobody asked about, may be there all the same.
        let isOurs = arn.account == surroundings.part("account", in: arn.region)
        guard isOurs || near != nil else { return }
        notes.note(
            .unknownAlarm, index, path, "no file makes an alarm `\(name)` in \(arn.region)",
            near.map { "did you mean \($0)?" } ?? "write it down in alarms/, or take it out")
    }
}
